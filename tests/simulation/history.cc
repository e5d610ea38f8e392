#include "tests/simulation/history.h"

#include <fmt/format.h>

#include "engine/audit/event_hash.h"
#include "engine/core/apply.h"

namespace rasti::simulation {

void History::CatchUp() {
  for (int32_t i = 0; i < log_.partitions(); ++i) {
    const std::vector<EventRecord>& events = log_.topics({i}).events;
    size_t& read = read_[static_cast<size_t>(i)];
    for (; read < events.size(); ++read) {
      const TransactionState state = log_.transaction(events[read].transaction).state;
      if (state == TransactionState::kOpen) break;
      if (state == TransactionState::kCommitted) Take({i}, events[read]);
    }
  }
}

core::CaseState History::StateOf(const core::CaseId& id) const {
  const auto found = cases_.find(id);
  return found == cases_.end() ? core::CaseState() : found->second;
}

void History::Take(core::PartitionId partition, const EventRecord& record) {
  auto& entries = entries_[static_cast<size_t>(partition.value)];
  const auto wrong = [&](std::string_view what) {
    violations_.push_back(fmt::format("partition {}, event {}: {}", partition.value, entries.size(), what));
  };
  auto decoded = decoder_.Decode(record.event.value);
  if (!decoded) return wrong(decoded.error().message);
  const core::Event& event = decoded->event;
  const core::CaseId id = event.ctx().case_id;
  if (event.sequence.value != std::ssize(entries) || record.event.sequence != event.sequence) {
    wrong(fmt::format("its sequence is {}", event.sequence.value));
  }
  if (!entries.empty() && event.ctx().recorded_at < entries.back().event.ctx().recorded_at) {
    wrong("recorded time goes back");
  }
  if (!entries.empty() && (record.event.input.commands < entries.back().input.commands ||
                           record.event.input.follow_ups < entries.back().input.follow_ups)) {
    wrong("the input was not decided in its order");
  }
  core::CaseState& state = cases_[id];
  const auto head = heads_.try_emplace(id, audit::FirstPrevHash(id.uuid)).first;
  if (event.prev_hash != head->second) wrong("the chain is broken");
  head->second = decoded->hash;
  if (const auto why_not = core::WhyNotNext(state, event)) {
    wrong(*why_not);
  } else {
    core::Apply(state, event);
  }
  entries.push_back({record.transaction, record.event.input, std::move(decoded->event), decoded->hash});
}

}  // namespace rasti::simulation
