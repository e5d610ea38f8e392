#include "engine/codec/dead_letter_codec.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "proto/rasti/v1/dead_letter.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

DeadLetterId AnyId() {
  return {{static_cast<int32_t>(test::AnyNumber(0, 1023))}, test::AnyNumber(0, INT64_MAX), test::AnyNumber(0, 1) == 1};
}

Instant AnyTime() { return InstantFromUnixMillis(test::AnyNumber(0, 4'102'444'800'000)); }

TEST(DeadLetterId, IsReadAsItIsWritten) {
  EXPECT_EQ((DeadLetterId{{3}, 1742, false}).str(), "3-1742");
  EXPECT_EQ((DeadLetterId{{3}, 17, true}).str(), "3-f17");
  EXPECT_TRUE(rc::check([] {
    const DeadLetterId id = AnyId();
    RC_ASSERT(ParseDeadLetterId(id.str()) == id);
  }));
  for (const char* text : {"", "3", "3-", "-3", "3-f", "f3-1", "3-1x", "03-1", "3-01", "3--1", "-1-1", " 3-1", "3-1 ",
                           "3-99999999999999999999", "99999999999-1"}) {
    const auto id = ParseDeadLetterId(text);
    ASSERT_FALSE(id) << text;
    EXPECT_EQ(id.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(DeadLetterCodec, RoundTripsLettersNotesAndContents) {
  EXPECT_TRUE(rc::check([] {
    DeadLetter letter{.id = AnyId(),
                      .reason = "wrong_signature",
                      .message = test::AnyText(),
                      .taken_at = AnyTime(),
                      .submitter = core::SubmitterId(test::AnyText()),
                      .command_id = core::CommandId(test::AnyText()),
                      .case_id = std::nullopt,
                      .size = test::AnyNumber(0, INT64_MAX),
                      .key_id = "0123456789abcdef",
                      .sealed = test::AnyBytes()};
    if (test::AnyNumber(0, 1) == 1) letter.case_id = test::AnyCaseId();
    RC_ASSERT(DecodeDeadLetterRecord(EncodeDeadLetterRecord(letter)) == DeadLetterRecord(letter));
    DeadLetterNote note{letter.id, AnyTime(), DeadLetterDiscarded{test::AnyText()}};
    RC_ASSERT(DecodeDeadLetterRecord(EncodeDeadLetterRecord(note)) == DeadLetterRecord(note));
    note.what = DeadLetterRetried{test::AnyNumber(0, 1) == 1, test::AnyText()};
    RC_ASSERT(DecodeDeadLetterRecord(EncodeDeadLetterRecord(note)) == DeadLetterRecord(note));
    const DeadLetterContent content{test::AnyBytes(), test::AnyBytes()};
    RC_ASSERT(DecodeDeadLetterContent(EncodeDeadLetterContent(content.key, content.value)) == content);
  }));
}

TEST(DeadLetterCodec, KnowsWhatOnlyANewerEngineWrites) {
  v1::DeadLetterRecord record;
  record.mutable_note()->set_id("0-1");
  EXPECT_EQ(DecodeDeadLetterRecord(record.SerializeAsString()).error().code, ErrorCode::kUnsupportedVersion);
  EXPECT_EQ(DecodeDeadLetterRecord("").error().code, ErrorCode::kUnsupportedVersion);
  record.mutable_note()->set_id("somewhere");
  record.mutable_note()->mutable_discarded();
  EXPECT_EQ(DecodeDeadLetterRecord(record.SerializeAsString()).error().code, ErrorCode::kCorruption);
}

TEST(DeadLetterCodec, RefusesInstantsBeyondTheYears1To9999) {
  v1::DeadLetterRecord record;
  record.mutable_letter()->set_id("0-1");
  EXPECT_TRUE(DecodeDeadLetterRecord(record.SerializeAsString()));
  record.mutable_letter()->set_taken_at_ms(INT64_MIN);
  EXPECT_EQ(DecodeDeadLetterRecord(record.SerializeAsString()).error().code, ErrorCode::kCorruption);
  record.mutable_note()->set_id("0-1");
  record.mutable_note()->mutable_discarded();
  record.mutable_note()->set_noted_at_ms(INT64_MAX);
  EXPECT_EQ(DecodeDeadLetterRecord(record.SerializeAsString()).error().code, ErrorCode::kCorruption);
}

TEST(DeadLetterCodec, TakesAnyBytesWithoutCrashing) {
  EXPECT_TRUE(rc::check("any bytes", [] {
    const std::string bytes = test::AnyBytes();
    static_cast<void>(DecodeDeadLetterRecord(bytes));
    static_cast<void>(DecodeDeadLetterContent(bytes));
  }));
}

}  // namespace
}  // namespace rasti::codec
