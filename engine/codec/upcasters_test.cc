#include "engine/codec/upcasters.h"

#include <gtest/gtest.h>

#include "engine/codec/event_codec.h"

namespace rasti::codec {
namespace {

// A type that was released three times: the second version has a reason, the third says where it is from.
void AddReason(v1::Event& event) { event.mutable_case_reopened()->set_reason("unknown"); }
void AddSource(v1::Event& event) { event.mutable_case_reopened()->mutable_reason()->append(" (old form)"); }

const Upcasters& Fake() {
  static const Upcasters fake({{"case_reopened", 1, AddReason}, {"case_reopened", 2, AddSource}});
  return fake;
}

v1::Event Reopened(uint32_t version) {
  v1::Event event;
  event.set_type("case_reopened");
  event.set_type_version(version);
  event.mutable_case_reopened();
  return event;
}

TEST(Upcasters, LiftThroughEveryVersionInBetween) {
  v1::Event event = Reopened(1);
  ASSERT_TRUE(Fake().Lift(event).has_value());
  EXPECT_EQ(event.type_version(), 3u);
  EXPECT_EQ(event.case_reopened().reason(), "unknown (old form)");
}

TEST(Upcasters, StartWhereTheEventIs) {
  v1::Event event = Reopened(2);
  ASSERT_TRUE(Fake().Lift(event).has_value());
  EXPECT_EQ(event.case_reopened().reason(), " (old form)");
}

TEST(Upcasters, LeaveTheNewestAndOtherTypesAlone) {
  v1::Event event = Reopened(3);
  ASSERT_TRUE(Fake().Lift(event).has_value());
  EXPECT_EQ(event.case_reopened().reason(), "");
  EXPECT_EQ(Fake().NewestVersion("case_closed"), 1u);
}

TEST(Upcasters, RefuseVersionsOfTheFutureAndNone) {
  v1::Event newer = Reopened(4);
  EXPECT_EQ(Fake().Lift(newer).error().code, ErrorCode::kUnsupportedVersion);
  v1::Event none = Reopened(0);
  EXPECT_EQ(Fake().Lift(none).error().code, ErrorCode::kCorruption);
}

TEST(UpcastersDeathTest, MayLeaveNoVersionOut) {
  EXPECT_DEATH(Upcasters({{"case_reopened", 2, AddSource}}), "follow each other");
}

TEST(Upcasters, RunBeforeAnEventIsRead) {
  core::Event event;
  event.context = std::make_shared<core::EventContext>();
  event.revision = {1};
  event.payload = core::CaseReopened{};
  const std::string stored = EncodeEvent(event)->stored;

  EventDecoder decoder(Fake());
  const core::Event decoded = decoder.Decode(stored).value().event;
  EXPECT_EQ(std::get<core::CaseReopened>(decoded.payload).reason, "unknown (old form)");
}

}  // namespace
}  // namespace rasti::codec
