// What partitions did, and what their threads spent on it, in numbers that only grow.
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

/// What stream threads spent their time on, in microseconds of the wall.
struct StreamTimes {
  int64_t polling_us = 0;     // taking input in, and waiting for it
  int64_t deciding_us = 0;    // decoding, deciding, firing timers, sweeping
  int64_t writing_us = 0;     // handing what was decided over to the log
  int64_t committing_us = 0;  // until the log has it
  int64_t storing_us = 0;     // making it the state, checkpoints
  int64_t other_us = 0;       // catching up, reading definitions, telling

  int64_t all_us() const { return polling_us + deciding_us + writing_us + committing_us + storing_us + other_us; }
  StreamTimes& operator+=(const StreamTimes& other);
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
  StreamTimes times;

  PartitionCounters& operator+=(const PartitionCounters& other);
};

}  // namespace rasti::runtime
