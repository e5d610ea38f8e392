#include "engine/codec/event_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "engine/audit/event_hash.h"
#include "proto/rasti/v1/event.pb.h"
#include "tests/support/any.h"

namespace rasti::codec {
namespace {

using core::Event;

class EventRoundTrip : public testing::TestWithParam<size_t> {};

TEST_P(EventRoundTrip, GivesTheSameEventAndItsHash) {
  EventEncoder encoder;
  EventDecoder decoder;
  EXPECT_TRUE(rc::check([&] {
    const Event event = test::AnyEventOf(GetParam());
    const auto encoded = encoder.Encode(event);
    RC_ASSERT(encoded.has_value());
    RC_ASSERT(encoded->hash == audit::EventHash(encoded->body()));
    const auto decoded = decoder.Decode(encoded->stored);
    RC_ASSERT(decoded.has_value());
    RC_ASSERT(decoded->event == event);
    RC_ASSERT(decoded->hash == encoded->hash);
    // Scratch of earlier events leaves no trace.
    RC_ASSERT(EncodeEvent(event)->stored == encoded->stored);
    RC_ASSERT(DecodeEvent(encoded->stored)->event == event);
  }));
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, EventRoundTrip, testing::Range(size_t{0}, test::kEventPayloadCount));

TEST(EventContract, HasAFieldForEveryEventTypeAndNoOther) {
  std::set<std::string_view> fields;
  const auto* payload = v1::Event::descriptor()->FindOneofByName("payload");
  for (int i = 0; i < payload->field_count(); ++i) fields.insert(payload->field(i)->name());
  const auto& names = core::EventTypeNames();
  EXPECT_EQ(fields, std::set<std::string_view>(names.begin(), names.end()));
}

Event SampleEvent() {
  auto context = std::make_shared<core::EventContext>();
  context->case_id = core::ParseCaseId("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11").value();
  context->tenant = core::TenantId("prishtine");
  context->actor = {core::ActorId("5d1f7a52-4c3f-4f0e-9a55-0d6f3f6f1a01"), core::Role("officer")};
  context->command_id = core::CommandId("c-17");
  Event event;
  event.context = std::move(context);
  event.revision = {3};
  event.sequence = {41};
  event.prev_hash.fill(0xA5);
  core::StageEntered entered;
  entered.stage = core::StageId("assigned");
  entered.from = core::StageId("registered");
  event.payload = std::move(entered);
  return event;
}

TEST(EventDecoder, LetsTheEventsOfOneDecisionShareTheirContext) {
  Event first = SampleEvent();
  Event second = first;
  second.revision = first.revision.Next();
  second.payload = core::CaseClosed{.outcome = "resolved", .evidence = "photo"};
  Event other = SampleEvent();
  auto context = std::make_shared<core::EventContext>(other.ctx());
  context->command_id = core::CommandId("c-18");
  other.context = std::move(context);

  EventDecoder decoder;
  const auto a = decoder.Decode(EncodeEvent(first)->stored).value();
  const auto b = decoder.Decode(EncodeEvent(second)->stored).value();
  const auto c = decoder.Decode(EncodeEvent(other)->stored).value();
  EXPECT_EQ(a.event.context, b.event.context);
  EXPECT_NE(b.event.context, c.event.context);
  EXPECT_EQ(c.event, other);
}

TEST(EventEncoder, NoticesAnotherContextWithTheSameContent) {
  EventEncoder encoder;
  const Event event = SampleEvent();
  Event copy = event;
  copy.context = std::make_shared<core::EventContext>(event.ctx());
  EXPECT_EQ(encoder.Encode(event)->stored, encoder.Encode(copy)->stored);
}

TEST(EventEncoder, RefusesWhatNoReaderWouldTake) {
  Event event = SampleEvent();
  event.payload = core::ResponseSent{.outcome = "answered", .text = std::string(kEventBytesMost, 'x')};
  const auto encoded = EncodeEvent(event);
  ASSERT_FALSE(encoded.has_value());
  EXPECT_EQ(encoded.error().code, ErrorCode::kOutOfRange);

  event.payload = core::ResponseSent{.outcome = "answered", .text = std::string(kEventBytesMost - 1024, 'x')};
  EXPECT_EQ(DecodeEvent(EncodeEvent(event)->stored)->event, event);
}

}  // namespace
}  // namespace rasti::codec
