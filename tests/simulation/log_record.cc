#include "tests/simulation/log_record.h"

namespace rasti::simulation {

bool LogRecord::IsAllDecided() const {
  for (size_t i = 0; i < transactions_.size(); ++i) {
    if (IsOpen(i)) return false;
  }
  for (const Topics& topics : topics_) {
    if (!topics.commands.empty() && topics.commands.back().position >= topics.committed.commands) return false;
    for (const FollowUpRecord& one : topics.follow_ups) {
      if (IsCommitted(one.transaction) && one.record.position >= topics.committed.follow_ups) return false;
    }
  }
  return true;
}

std::vector<ports::StoredEvent> LogRecord::Stable(core::PartitionId partition, core::Sequence from, size_t most) const {
  std::vector<ports::StoredEvent> found;
  for (const EventRecord& event : topics(partition).events) {
    if (IsOpen(event.transaction) || found.size() >= most) break;
    if (IsCommitted(event.transaction) && event.event.sequence >= from) found.push_back(event.event);
  }
  return found;
}

}  // namespace rasti::simulation
