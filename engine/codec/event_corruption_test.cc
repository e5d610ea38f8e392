// What a decoder says of bytes that no engine wrote, and of those that a newer one wrote.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "engine/audit/event_hash.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/stored.h"
#include "proto/rasti/v1/event.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// The body in a frame with the hash that belongs to it, as a liar with access to the log would write it.
std::string Store(std::string_view body) {
  StoredFrame frame(body.size());
  std::copy(body.begin(), body.end(), frame.body());
  frame.Finish(audit::EventHash(body));
  return frame.bytes;
}

v1::Event SampleMessage() {
  v1::Event message;
  message.mutable_context()->set_case_id(
      core::ParseCaseId("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11")->uuid.AsBytes().data(), 16);
  message.mutable_context()->mutable_actor()->set_id("system");
  message.mutable_context()->mutable_versions();
  message.set_revision(3);
  message.set_sequence(41);
  message.set_prev_hash(std::string(32, 'p'));
  message.set_type("case_reopened");
  message.set_type_version(1);
  message.mutable_case_reopened()->set_reason("it broke again");
  return message;
}

Error DecodeError(const v1::Event& message) {
  const auto decoded = DecodeEvent(Store(message.SerializeAsString()));
  return decoded ? Error{ErrorCode::kInternal, "decoded"} : decoded.error();
}

TEST(EventCorruption, TheSampleItselfIsFine) {
  EXPECT_TRUE(DecodeEvent(Store(SampleMessage().SerializeAsString())).has_value());
}

TEST(EventCorruption, EveryFlippedBitIsFound) {
  EventEncoder encoder;
  EventDecoder decoder;
  EXPECT_TRUE(rc::check("of any event", [&] {
    std::string stored = encoder.Encode(test::AnyEvent())->stored;
    for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
      const auto mask = static_cast<char>(1 << (bit % 8));
      stored[bit / 8] = static_cast<char>(stored[bit / 8] ^ mask);
      RC_ASSERT_FALSE(decoder.Decode(stored).has_value());
      stored[bit / 8] = static_cast<char>(stored[bit / 8] ^ mask);
    }
    RC_ASSERT(decoder.Decode(stored).has_value());
  }));
}

TEST(EventCorruption, CutOrPaddedBytesAreFound) {
  const std::string stored = Store(SampleMessage().SerializeAsString());
  for (size_t size = 0; size < stored.size(); ++size) {
    EXPECT_FALSE(DecodeEvent(std::string_view(stored).substr(0, size)).has_value()) << size;
  }
  const auto padded = DecodeEvent(stored + '\0');
  ASSERT_FALSE(padded.has_value());
  EXPECT_EQ(padded.error().code, ErrorCode::kCorruption);
}

TEST(EventCorruption, GarbageIsAnErrorAndNoCrash) {
  EventDecoder decoder;
  EXPECT_TRUE(rc::check("any bytes", [&] {
    const std::string bytes = test::AnyBytes();
    RC_ASSERT_FALSE(decoder.Decode(bytes).has_value());
    RC_ASSERT_FALSE(decoder.Decode(Store(bytes)).has_value());
  }));
}

TEST(EventCorruption, ABodyThatWasChangedTogetherWithItsHashNeverCrashes) {
  EventEncoder encoder;
  EventDecoder decoder;
  EXPECT_TRUE(rc::check("any event with a few bytes changed", [&] {
    const auto encoded = encoder.Encode(test::AnyEvent());
    const auto decoded = decoder.Decode(Store(test::AnyDamageTo(std::string(encoded->body()))));
    if (decoded) RC_ASSERT(EncodeEvent(decoded->event).has_value());
  }));
}

TEST(EventCorruption, AWrongHashNamesTheEvent) {
  std::string stored = Store(SampleMessage().SerializeAsString());
  stored.back() = static_cast<char>(stored.back() ^ 1);
  const auto decoded = DecodeEvent(stored);
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(decoded.error().message,
              AllOf(HasSubstr("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11/3"), HasSubstr("sequence 41"), HasSubstr("hash")));
}

TEST(EventCorruption, NamesTheFieldOfTheEvent) {
  v1::Event message = SampleMessage();
  message.set_type("case_merged");
  message.mutable_case_merged()->set_into("too short");
  const Error error = DecodeError(message);
  EXPECT_EQ(error.code, ErrorCode::kCorruption);
  EXPECT_THAT(error.message, AllOf(HasSubstr("sequence 41"), HasSubstr("case_merged: into: ")));
}

TEST(EventCorruption, RefusesAnEnvelopeThatCannotBe) {
  const auto broken = [](auto change) {
    v1::Event message = SampleMessage();
    change(message);
    return DecodeError(message).code;
  };
  EXPECT_EQ(broken([](v1::Event& e) { e.clear_context(); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.mutable_context()->clear_actor(); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.mutable_context()->clear_case_id(); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.set_revision(0); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.set_sequence(-1); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.clear_prev_hash(); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.clear_payload(); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.set_type("case_closed"); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.set_type_version(0); }), ErrorCode::kCorruption);
  EXPECT_EQ(broken([](v1::Event& e) { e.mutable_context()->set_recorded_at_ms(INT64_MAX); }), ErrorCode::kCorruption);
}

TEST(EventCorruption, RefusesASecondContext) {
  v1::Event more;
  more.mutable_context()->set_tenant("another");
  const auto decoded = DecodeEvent(Store(SampleMessage().SerializeAsString() + more.SerializeAsString()));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kCorruption);
}

TEST(EventCorruption, TellsANewerEnginesEventsFromBrokenOnes) {
  v1::Event unknown_type = SampleMessage();
  unknown_type.clear_payload();
  unknown_type.set_type("case_teleported");
  EXPECT_EQ(DecodeError(unknown_type).code, ErrorCode::kUnsupportedVersion);
  EXPECT_THAT(DecodeError(unknown_type).message, HasSubstr("case_teleported"));

  v1::Event newer_version = SampleMessage();
  newer_version.set_type_version(2);
  EXPECT_EQ(DecodeError(newer_version).code, ErrorCode::kUnsupportedVersion);

  v1::Event unknown_value = SampleMessage();
  unknown_value.set_type("clock_extended");
  unknown_value.mutable_clock_extended()->mutable_plan();
  v1::Rule& rule = *unknown_value.mutable_clock_extended()->mutable_by();
  rule.set_count(static_cast<v1::Count>(99));
  rule.set_start(v1::START_INSTANT);
  rule.set_ends(v1::ENDS_CLOSING);
  rule.set_roll(v1::ROLL_NONE);
  rule.set_month_end(v1::MONTH_END_CLAMP);
  EXPECT_EQ(DecodeError(unknown_value).code, ErrorCode::kUnsupportedVersion);
}

TEST(EventCorruption, RefusesABodyThatIsTooLarge) {
  const auto decoded = DecodeEvent(Store(std::string(kEventBytesMost + 1, 'x')));
  ASSERT_FALSE(decoded.has_value());
  EXPECT_EQ(decoded.error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace rasti::codec
