#include "engine/runtime/counters.h"

#include <gmock/gmock.h>

namespace rasti::runtime {
namespace {

TEST(TimerLateness, CountsEachTimerInTheBucketThatEndsWithItsBound) {
  TimerLateness lateness;
  for (const int64_t ms : {0, 10, 11, 3'600'000, 3'600'001}) lateness.Add(Duration{ms});
  EXPECT_THAT(lateness.counts, testing::ElementsAre(2, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1));
  EXPECT_EQ(lateness.sum_ms, 7'200'022);
  EXPECT_EQ(lateness.most_ms, 3'600'001);
}

TEST(PartitionCounters, AddUp) {
  PartitionCounters sum{1, 2, 3, 6, 0, 5, 7, {}, {1, 2, 3, 4, 5, 6}};
  PartitionCounters other{10, 0, 0, 60, 4, 50, 70, {}, {10, 20, 30, 40, 50, 60}};
  other.lateness.Add(Duration{70});
  sum.lateness.Add(Duration{60});
  sum += other;
  EXPECT_EQ(sum.commands_accepted, 11);
  EXPECT_EQ(sum.commands_rejected, 2);
  EXPECT_EQ(sum.commands_repeated, 3);
  EXPECT_EQ(sum.dead_letters, 66);
  EXPECT_EQ(sum.timers_fired, 4);
  EXPECT_EQ(sum.events, 55);
  EXPECT_EQ(sum.outbox, 77);
  EXPECT_EQ(sum.lateness.counts[2], 2);
  EXPECT_EQ(sum.lateness.most_ms, 70);
  EXPECT_EQ(sum.times.polling_us, 11);
  EXPECT_EQ(sum.times.committing_us, 44);
  EXPECT_EQ(sum.times.all_us(), 231);
}

}  // namespace
}  // namespace rasti::runtime
