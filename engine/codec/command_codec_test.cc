#include "engine/codec/command_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "engine/base/hash.h"
#include "proto/rasti/v1/command.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

using testing::HasSubstr;

class CommandRoundTrip : public testing::TestWithParam<size_t> {};

TEST_P(CommandRoundTrip, GivesTheSameCommand) {
  EXPECT_TRUE(rc::check([] {
    const core::Command command = test::AnyCommandOf(GetParam());
    const std::string body = EncodeCommand(command);
    const auto decoded = DecodeCommand(body);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(*decoded == command);
    RC_ASSERT(EncodeCommand(*decoded) == body);
  }));
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, CommandRoundTrip, testing::Range(size_t{0}, test::kCommandPayloadCount));

TEST(CommandContract, NamesItsFieldsLikeTheCommandTypes) {
  EXPECT_TRUE(rc::check([] {
    const core::Command command = test::AnyCommand();
    v1::Command message;
    RC_ASSERT(message.ParseFromString(EncodeCommand(command)));
    const auto* oneof = message.GetDescriptor()->FindOneofByName("payload");
    const auto* field = message.GetReflection()->GetOneofFieldDescriptor(message, oneof);
    RC_ASSERT(field->name() == core::CommandTypeName(command.payload));
  }));
}

TEST(DecodeCommand, SaysWhatIsMissing) {
  v1::Command message;
  message.set_command_id("c-1");
  message.set_case_id(std::string(16, 'i'));
  message.mutable_actor()->set_id("a");
  message.mutable_reopen_case();
  ASSERT_TRUE(DecodeCommand(message.SerializeAsString()).has_value());

  const auto error = [&message](auto change) {
    v1::Command changed = message;
    change(changed);
    const auto decoded = DecodeCommand(changed.SerializeAsString());
    return decoded ? Error{ErrorCode::kInternal, "decoded"} : decoded.error();
  };
  EXPECT_THAT(error([](v1::Command& c) { c.clear_command_id(); }).message, HasSubstr("command_id: "));
  EXPECT_THAT(error([](v1::Command& c) { c.set_case_id("short"); }).message, HasSubstr("case_id: "));
  EXPECT_THAT(error([](v1::Command& c) { c.clear_actor(); }).message, HasSubstr("actor: "));
  EXPECT_EQ(error([](v1::Command& c) { c.set_occurred_at_ms(INT64_MIN); }).code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(error([](v1::Command& c) { c.clear_payload(); }).code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(error([](v1::Command& c) { c.mutable_add_message()->mutable_body(); }).code, ErrorCode::kInvalidArgument);
}

TEST(DecodeCommand, TakesAnyBytesWithoutCrashing) {
  EXPECT_TRUE(rc::check("any bytes", [] {
    const std::string bytes = test::AnyBytes();
    static_cast<void>(DecodeCommand(bytes));
    static_cast<void>(DecodeSigned(bytes));
  }));
  EXPECT_TRUE(rc::check("a command with a few bytes changed", [] {
    static_cast<void>(DecodeCommand(test::AnyDamageTo(EncodeCommand(test::AnyCommand()))));
  }));
}

TEST(DecodeCommand, RefusesWhatIsTooLarge) {
  core::Command command;
  command.command_id = core::CommandId("c");
  command.payload = core::ReopenCase{.reason = std::string(kCommandBytesMost, 'x')};
  EXPECT_EQ(DecodeCommand(EncodeCommand(command)).error().code, ErrorCode::kOutOfRange);
  const std::string stored = EncodeSigned(SignCommand(EncodeCommand(command), "k", "key"));
  EXPECT_EQ(DecodeSigned(stored).error().code, ErrorCode::kOutOfRange);
  EXPECT_EQ(DecodeSigned(std::string(kSignedBytesMost + 1, '\0')).error().code, ErrorCode::kOutOfRange);
}

// Computed with `openssl dgst -sha256 -mac HMAC`, so that other languages can be held to the same.
TEST(SignCommand, IsHmacOverTheDomainWithItsZeroByteAndTheBody) {
  const SignedCommand command = SignCommand("abc", "portal-1", "secret");
  EXPECT_EQ(ToHex(command.mac), "a6aa8d83878169dd715ffa70826c1dbc0f4156bc9852b4827fb07834aedfdd4c");
  EXPECT_EQ(command.body, "abc");
  EXPECT_EQ(command.key_id, "portal-1");
}

TEST(VerifyMac, HoldsForTheKeyAndTheBodyOnly) {
  const SignedCommand command = SignCommand("abc", "portal-1", "secret");
  EXPECT_TRUE(VerifyMac(command, "secret"));
  EXPECT_FALSE(VerifyMac(command, "Secret"));
  EXPECT_FALSE(VerifyMac(command, ""));

  SignedCommand other_body = command;
  other_body.body = "abd";
  EXPECT_FALSE(VerifyMac(other_body, "secret"));
  for (size_t i = 0; i < command.mac.size(); ++i) {
    SignedCommand other_mac = command;
    other_mac.mac[i] = static_cast<char>(other_mac.mac[i] ^ 1);
    EXPECT_FALSE(VerifyMac(other_mac, "secret")) << i;
  }
  SignedCommand cut = command;
  cut.mac.pop_back();
  EXPECT_FALSE(VerifyMac(cut, "secret"));
}

TEST(SignedCommand, RoundTripsAndRefusesHalfOfOne) {
  const SignedCommand command = SignCommand("abc", "portal-1", "secret");
  EXPECT_EQ(DecodeSigned(EncodeSigned(command)), command);

  SignedCommand nameless = command;
  nameless.key_id.clear();
  EXPECT_THAT(DecodeSigned(EncodeSigned(nameless)).error().message, HasSubstr("key_id: "));
  SignedCommand unsigned_one = command;
  unsigned_one.mac.clear();
  EXPECT_THAT(DecodeSigned(EncodeSigned(unsigned_one)).error().message, HasSubstr("mac: "));
  EXPECT_EQ(ParseSigned(EncodeSigned(unsigned_one)), unsigned_one);
}

}  // namespace
}  // namespace rasti::codec
