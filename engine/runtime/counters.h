// What partitions did, in numbers that only grow.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/time.h"

namespace rasti::runtime {

/// How late wall-time timers fired: from due to fired. Buckets are not cumulative; the last one has no bound.
struct TimerLateness {
  static constexpr std::array<int64_t, 10> kBoundsMs = {10,    50,     100,    500,     1'000,
                                                        5'000, 10'000, 60'000, 600'000, 3'600'000};
  std::array<int64_t, kBoundsMs.size() + 1> counts{};
  int64_t sum_ms = 0;
  int64_t most_ms = 0;

  void Add(Duration late);
  TimerLateness& operator+=(const TimerLateness& other);
};

struct PartitionCounters {
  int64_t commands_accepted = 0;
  int64_t commands_rejected = 0;
  int64_t commands_repeated = 0;
  int64_t dead_letters = 0;  // records set aside; those of them that were commands are among the rejected, too
  int64_t timers_fired = 0;
  int64_t events = 0;
  int64_t outbox = 0;  // messages that were put into the outbox
  TimerLateness lateness;

  PartitionCounters& operator+=(const PartitionCounters& other);
};

}  // namespace rasti::runtime
