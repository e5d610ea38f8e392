#include "engine/runtime/counters.h"

#include <algorithm>

namespace rasti::runtime {

void TimerLateness::Add(Duration late) {
  const auto* const bucket = std::ranges::lower_bound(kBoundsMs, late.count());
  ++counts[static_cast<size_t>(bucket - kBoundsMs.begin())];
  sum_ms += late.count();
  most_ms = std::max(most_ms, late.count());
}

TimerLateness& TimerLateness::operator+=(const TimerLateness& other) {
  for (size_t i = 0; i < counts.size(); ++i) counts[i] += other.counts[i];
  sum_ms += other.sum_ms;
  most_ms = std::max(most_ms, other.most_ms);
  return *this;
}

StreamTimes& StreamTimes::operator+=(const StreamTimes& other) {
  polling_us += other.polling_us;
  deciding_us += other.deciding_us;
  writing_us += other.writing_us;
  committing_us += other.committing_us;
  storing_us += other.storing_us;
  other_us += other.other_us;
  return *this;
}

PartitionCounters& PartitionCounters::operator+=(const PartitionCounters& other) {
  commands_accepted += other.commands_accepted;
  commands_rejected += other.commands_rejected;
  commands_repeated += other.commands_repeated;
  dead_letters += other.dead_letters;
  timers_fired += other.timers_fired;
  events += other.events;
  outbox += other.outbox;
  lateness += other.lateness;
  times += other.times;
  return *this;
}

}  // namespace rasti::runtime
