#include "engine/audit/signed_note.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

namespace rasti::audit {
namespace {

using ::testing::HasSubstr;

const Instant kNow = InstantFromUnixMillis(1'790'000'000'123);

// The keys and notes of the specification's examples and of Go's sumdb/note.
constexpr const char* kPeter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr const char* kPeterSigns = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
constexpr const char* kPeterSays =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr const char* kPeterSigned =
    "\u2014 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
constexpr const char* kFoo = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
constexpr const char* kFooSigned =
    "This is an example message.\n\n\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";

std::string PeterNote() { return std::string(kPeterSays) + "\n" + kPeterSigned; }

size_t SignersIn(const std::string& text, const std::vector<VerifierKey>& keys) {
  const auto note = ParseNote(text);
  EXPECT_TRUE(note.has_value()) << note.error().message;
  const auto signers = SignersOf(note.value(), keys);
  return signers ? signers->size() : SIZE_MAX;
}

TEST(SignedNote, ReadsAndWritesThoseOfOthersByteByByte) {
  const SignerKey signer = SignerKey::Parse(kPeterSigns).value();
  EXPECT_EQ(signer.verifier().ToText(), kPeter);
  EXPECT_EQ(signer.ToText(), kPeterSigns);
  SignedNote note{kPeterSays, {}};
  Sign(note, signer, kNow);
  EXPECT_EQ(ToText(note), PeterNote());
  EXPECT_EQ(ParseNote(PeterNote()).value(), note);
  Sign(note, signer, kNow);
  EXPECT_EQ(ToText(note), PeterNote()) << "signing again adds nothing";
  const std::vector<VerifierKey> keys = {VerifierKey::Parse(kPeter).value(), VerifierKey::Parse(kFoo).value()};
  EXPECT_EQ(SignersIn(PeterNote(), keys), 1U);
  EXPECT_EQ(SignersIn(kFooSigned, keys), 1U);
}

TEST(SignedNote, AForgedSignatureOfAKnownKeyIsAnErrorAndUnknownOnesDoNotMatter) {
  const VerifierKey peter = VerifierKey::Parse(kPeter).value();
  std::string changed = PeterNote();
  changed[3] = 'Y';
  EXPECT_EQ(SignersIn(changed, {peter}), SIZE_MAX);
  EXPECT_EQ(SignersIn(changed, {VerifierKey::Parse(kFoo).value()}), 0U);
  const std::string signed_by_both = PeterNote() + "\u2014 somebody.else AAAAAHNvbWV0aGluZw==\n";
  EXPECT_EQ(SignersIn(signed_by_both, {peter}), 1U);
  // The same name, another key.
  const SignerKey other = SignerKey::Generate("PeterNeumann", NoteKeyType::kSignature);
  SignedNote note{kPeterSays, {}};
  Sign(note, other, kNow);
  EXPECT_EQ(SignersIn(ToText(note), {peter}), 0U);
}

TEST(SignedNote, CosignaturesSayWhen) {
  const SignerKey witness = SignerKey::Generate("witness.example/w1", NoteKeyType::kCosignature);
  SignedNote note{"log.example/tlog\n7\nroot\n", {}};
  Sign(note, witness, kNow);
  ASSERT_EQ(note.signatures.size(), 1U);
  EXPECT_EQ(note.signatures[0].bytes.size(), 72U);
  EXPECT_EQ(CosignedAt(NoteKeyType::kCosignature, note.signatures[0].bytes), InstantFromUnixMillis(1'790'000'000'000));
  EXPECT_EQ(SignersIn(ToText(note), {witness.verifier()}), 1U);
  // The time is part of what was signed.
  SignedNote later = note;
  ++later.signatures[0].bytes[7];
  EXPECT_EQ(SignersIn(ToText(later), {witness.verifier()}), SIZE_MAX);
  EXPECT_FALSE(CosignedAt(NoteKeyType::kSignature, note.signatures[0].bytes));
}

TEST(SignedNote, WhatIsNoneIsRefusedWithItsPlace) {
  const auto fault_of = [](const std::string& text) {
    const auto note = ParseNote(text);
    return note ? std::string() : note.error().message;
  };
  EXPECT_THAT(fault_of(""), HasSubstr("no empty line"));
  EXPECT_THAT(fault_of("text\n"), HasSubstr("no empty line"));
  EXPECT_THAT(fault_of("text\n\n"), HasSubstr("no signature"));
  EXPECT_THAT(fault_of("te\rxt\n\n\u2014 a AAAAAHNvbWV0aGluZw==\n"), HasSubstr("control character at byte 2"));
  EXPECT_THAT(fault_of("text\n\n- a AAAAAHNvbWV0aGluZw==\n"), HasSubstr("signature 1 does not begin with an em dash"));
  EXPECT_THAT(fault_of("text\n\n\u2014 a AAAAAHNvbWV0aGluZw==\n\u2014 b\n"), HasSubstr("signature 2 has no name"));
  EXPECT_THAT(fault_of("text\n\n\u2014 a+b AAAAAHNvbWV0aGluZw==\n"), HasSubstr("signature 1 has no name"));
  EXPECT_THAT(fault_of("text\n\n\u2014 a AAAA!\n"), HasSubstr("is no base64"));
  EXPECT_THAT(fault_of("text\n\n\u2014 a AAAA\n"), HasSubstr("is too short"));
  EXPECT_THAT(fault_of("text\n\n\u2014 a AAAAAHNvbWV0aGluZw=="), HasSubstr("its last line has no end"));
  std::string many = "text\n\n";
  for (int i = 0; i < 101; ++i) many += "\u2014 a AAAAAHNvbWV0aGluZw==\n";
  EXPECT_THAT(fault_of(many), HasSubstr("more than 100 signatures"));
  EXPECT_THAT(fault_of(std::string(70'000, 'x')), HasSubstr("where 65536 are the most"));
}

TEST(NoteKey, EveryMangledLineIsRefused) {
  const std::string whole = kPeter;
  for (size_t begin = 0; begin <= whole.size(); ++begin) {
    for (size_t end = begin; end <= whole.size(); ++end) {
      if (begin == 0 && end == whole.size()) continue;
      EXPECT_FALSE(VerifierKey::Parse(whole.substr(begin, end - begin))) << begin << " to " << end;
    }
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    std::string mangled = whole;
    ++mangled[i];
    EXPECT_FALSE(VerifierKey::Parse(mangled)) << mangled;
  }
  // Another length and another type, with ids that fit.
  EXPECT_FALSE(VerifierKey::Parse("PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY=="));
  EXPECT_FALSE(VerifierKey::Parse("PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"));
}

TEST(NoteKey, APrivateOneIsNotTakenForAPublicOneNorQuoted) {
  const auto as_public = VerifierKey::Parse(kPeterSigns);
  ASSERT_FALSE(as_public);
  EXPECT_THAT(as_public.error().message, HasSubstr("this is a private key"));
  EXPECT_THAT(SignerKey::Parse(kPeter).error().message, HasSubstr("this is no private key"));
  std::string damaged = kPeterSigns;
  damaged.back() = 'y';
  const auto refused = SignerKey::Parse(damaged);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message.find("AYEKFALV"), std::string::npos);
}

TEST(NoteKey, NamesAreWhatTheSpecificationAllows) {
  EXPECT_EQ(FaultOfKeyName("kosovo.example/rasti/3"), "");
  for (const char* bad : {"", "two words", "a+b", "tab\t", "n\u00e9", "line\n"})
    EXPECT_NE(FaultOfKeyName(bad), "") << bad;
  EXPECT_NE(FaultOfKeyName(std::string(201, 'a')), "");
  // The id tells a key's names apart.
  const SignerKey key = SignerKey::Generate("kosovo.example/rasti/0", NoteKeyType::kSignature);
  const SignerKey other = key.Renamed("kosovo.example/rasti/1");
  EXPECT_EQ(key.verifier().public_key(), other.verifier().public_key());
  EXPECT_NE(key.verifier().id(), other.verifier().id());
}

RC_GTEST_PROP(SignedNoteProperty, BytesThatAreANoteComeBackAndOthersAreRefused, ()) {
  std::string bytes = PeterNote();
  const auto changes = *rc::gen::inRange(0, 4);
  for (int i = 0; i < changes; ++i) {
    const auto at = *rc::gen::inRange<size_t>(0, bytes.size());
    bytes[at] = *rc::gen::arbitrary<char>();
  }
  const auto note = ParseNote(bytes);
  if (!note) return;
  RC_ASSERT(ParseNote(ToText(*note)).value() == *note);
  const std::vector<VerifierKey> keys = {VerifierKey::Parse(kPeter).value()};
  const auto signers = SignersOf(*note, keys);
  const bool is_verified = signers && !signers->empty();
  RC_ASSERT(!is_verified || note->text == kPeterSays);
}

}  // namespace
}  // namespace rasti::audit
