#include "tests/fuzz/decided.h"

#include "engine/base/check.h"
#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/outbox_codec.h"
#include "engine/codec/state_codec.h"

namespace rasti::fuzz {
namespace {

bool SameEvents(const std::vector<core::Event>& a, const std::vector<core::Event>& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin());
}

}  // namespace

bool SameDecision(const core::Decision& a, const core::Decision& b) {
  return SameEvents(a.events, b.events) && a.outbox == b.outbox && a.follow_ups == b.follow_ups && a.state == b.state;
}

void CheckDecision(const core::CaseState& before, const core::Decision& decision) {
  core::CaseState folded = before;
  int64_t sequence = 0;
  for (core::Event event : decision.events) {
    event.sequence = {sequence++};
    RASTI_CHECK(!core::WhyNotNext(folded, event), "an event that was decided is the case's next");
    const auto encoded = codec::EncodeEvent(event);
    if (encoded) {
      const auto decoded = codec::DecodeEvent(encoded->stored);
      RASTI_CHECK(decoded.has_value() && decoded->event == event, "an event can be written and read");
    } else {
      RASTI_CHECK(encoded.error().code == ErrorCode::kOutOfRange, "an event is at most too large");
    }
    core::Apply(folded, event);
  }
  RASTI_CHECK(folded == decision.state, "the events fold to the state that deciding kept");
  const auto kept = codec::DecodeState(codec::EncodeState(folded));
  RASTI_CHECK(kept.has_value() && *kept == folded, "the store keeps the state as it is");

  for (const core::OutboxEntry& entry : decision.outbox) {
    const auto read = codec::DecodeOutboxEntry(codec::EncodeOutboxEntry(entry));
    RASTI_CHECK(read.has_value() && *read == entry, "an outbox entry can be written and read");
  }
  for (const core::FollowUp& follow_up : decision.follow_ups) {
    const auto read = codec::DecodeCommand(codec::EncodeCommand(follow_up.command));
    RASTI_CHECK(read.has_value() && *read == follow_up.command, "a follow-up can be written and read");
    RASTI_CHECK(core::IsEngineCommandId(follow_up.command.command_id), "a follow-up has an id of the engine");
  }
}

}  // namespace rasti::fuzz
