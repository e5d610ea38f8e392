#include "engine/privacy/sealed_box.h"

#include <gtest/gtest.h>

namespace rasti::privacy {
namespace {

TEST(SealedBox, OpensWithThePrivateHalfOnly) {
  const PrivateKey key = PrivateKey::Generate();
  for (const std::string& plain :
       {std::string(), std::string("a"), std::string(2'000'000, 'x'), std::string(3, '\0')}) {
    const std::string sealed = Seal(plain, key.public_key());
    EXPECT_EQ(sealed.size(), plain.size() + 48);
    EXPECT_NE(sealed, Seal(plain, key.public_key()));
    EXPECT_EQ(Open(sealed, key).value(), plain);
    const auto other = Open(sealed, PrivateKey::Generate());
    ASSERT_FALSE(other);
    EXPECT_EQ(other.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(SealedBox, ThePlainTextIsNotInside) {
  const std::string plain = "a sentence that is long enough to be found";
  EXPECT_EQ(Seal(plain, PrivateKey::Generate().public_key()).find(plain.substr(0, 8)), std::string::npos);
}

TEST(SealedBox, EveryFlippedByteAndEveryCutIsNoticed) {
  const PrivateKey key = PrivateKey::Generate();
  const std::string sealed = Seal("some bytes", key.public_key());
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::string flipped = sealed;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    EXPECT_FALSE(Open(flipped, key)) << i;
    EXPECT_FALSE(Open(sealed.substr(0, i), key)) << i;
  }
  EXPECT_FALSE(Open(sealed + "x", key));
}

TEST(SealedBox, KeysAreOneLineOfTextEach) {
  const PrivateKey key = PrivateKey::Generate();
  const std::string text = ToText(key);
  EXPECT_EQ(text.size(), std::string("rasti-private-key-1 ").size() + 65);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(ParsePrivateKey(text)->bytes(), key.bytes());
  EXPECT_EQ(ParsePrivateKey(text.substr(0, text.size() - 1))->public_key(), key.public_key());
  EXPECT_EQ(ParsePublicKey(ToText(key.public_key())).value(), key.public_key());
}

TEST(SealedBox, WhatIsNoKeyIsRefusedWithoutQuotingIt) {
  const PrivateKey key = PrivateKey::Generate();
  const std::string secret = ToText(key);
  const std::string digits = secret.substr(20, 64);
  const auto swapped = ParsePublicKey(secret);
  ASSERT_FALSE(swapped);
  EXPECT_NE(swapped.error().message.find("this is a private key"), std::string::npos) << swapped.error().message;
  EXPECT_EQ(swapped.error().message.find(digits.substr(0, 8)), std::string::npos);
  EXPECT_FALSE(ParsePrivateKey(ToText(key.public_key())));
  for (const std::string& text : {std::string(), std::string("rasti-private-key-1 "), secret.substr(0, 40),
                                  secret.substr(0, 83) + "g\n", secret.substr(0, 84) + "00\n", digits}) {
    const auto parsed = ParsePrivateKey(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::kInvalidArgument);
  }
  // A point of low order: everybody could open what is sealed to it.
  EXPECT_FALSE(ParsePublicKey("rasti-public-key-1 " + std::string(64, '0') + "\n"));
}

TEST(SealedBox, IdsNameKeys) {
  const PrivateKey key = PrivateKey::Generate();
  EXPECT_EQ(key.public_key().id().size(), 16U);
  EXPECT_EQ(key.public_key().id(), ParsePublicKey(ToText(key.public_key()))->id());
  EXPECT_NE(key.public_key().id(), PrivateKey::Generate().public_key().id());
}

}  // namespace
}  // namespace rasti::privacy
