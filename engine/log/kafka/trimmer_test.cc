#include "engine/log/kafka/trimmer.h"

#include <gtest/gtest.h>

namespace rasti::log::kafka {
namespace {

TEST(ChooseTrimTest, WhatIsOldAndDecidedGoes) {
  EXPECT_EQ(ChooseTrim({.begin = 0, .settled = 100, .young = 40}), 40);
  EXPECT_EQ(ChooseTrim({.begin = 39, .settled = 100, .young = 40}), 40);
}

TEST(ChooseTrimTest, WhatIsNotDecidedStaysHoweverOldItIs) {
  EXPECT_EQ(ChooseTrim({.begin = 0, .settled = 30, .young = 40}), 30);
  EXPECT_EQ(ChooseTrim({.begin = 0, .settled = 30, .young = std::nullopt}), 30);
  EXPECT_EQ(ChooseTrim({.begin = 0, .settled = 0, .young = std::nullopt}), std::nullopt);
}

TEST(ChooseTrimTest, WhereNothingGoesNothingIsAskedFor) {
  EXPECT_EQ(ChooseTrim({.begin = 40, .settled = 100, .young = 40}), std::nullopt);
  // The first young record is the first that is kept.
  EXPECT_EQ(ChooseTrim({.begin = 40, .settled = 100, .young = 0}), std::nullopt);
  EXPECT_EQ(ChooseTrim({.begin = 100, .settled = 100, .young = std::nullopt}), std::nullopt);
  // Another owner, or whoever runs the brokers, is further.
  EXPECT_EQ(ChooseTrim({.begin = 200, .settled = 100, .young = 250}), std::nullopt);
}

TEST(TrimWaitTest, DoublesWithEachFailureUpToAnHour) {
  const Duration every = std::chrono::minutes(5);
  EXPECT_EQ(TrimWait(every, 0), every);
  EXPECT_EQ(TrimWait(every, 1), std::chrono::minutes(10));
  EXPECT_EQ(TrimWait(every, 3), std::chrono::minutes(40));
  EXPECT_EQ(TrimWait(every, 4), std::chrono::hours(1));
  EXPECT_EQ(TrimWait(every, 1'000'000), std::chrono::hours(1));
  // Whoever looks less often than that goes on so.
  EXPECT_EQ(TrimWait(std::chrono::hours(6), 0), std::chrono::hours(6));
  EXPECT_EQ(TrimWait(std::chrono::hours(6), 3), std::chrono::hours(6));
}

}  // namespace
}  // namespace rasti::log::kafka
