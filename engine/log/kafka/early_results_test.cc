#include "engine/log/kafka/early_results.h"

#include <gtest/gtest.h>

#include <deque>

namespace rasti::log::kafka {
namespace {

TEST(EarlyResultsTest, OneThatCameFirstIsGivenOnce) {
  EarlyResults early;
  const int64_t first = early.Expect(0);
  const int64_t second = early.Expect(0);
  early.Keep(0, 7, "seven");
  EXPECT_EQ(early.bytes(), 5U);
  EXPECT_EQ(early.Confirm(0, first, 7), "seven");
  EXPECT_EQ(early.bytes(), 0U);
  EXPECT_EQ(early.Confirm(0, second, 8), std::nullopt);
}

TEST(EarlyResultsTest, WhatNobodyOfThePartitionMayWaitForIsNotKept) {
  EarlyResults early;
  early.Keep(0, 1, "nobody submits");
  EXPECT_EQ(early.bytes(), 0U);
  const int64_t from = early.Expect(1);
  early.Keep(0, 2, "of another partition");
  EXPECT_EQ(early.bytes(), 0U);
  early.Keep(1, 3, "perhaps");
  EXPECT_EQ(early.bytes(), 7U);
  // It was not written after all.
  EXPECT_EQ(early.Confirm(1, from, std::nullopt), std::nullopt);
  EXPECT_EQ(early.bytes(), 0U);
}

TEST(EarlyResultsTest, WhatWasThereBeforeTheCommandIsNotItsResult) {
  EarlyResults early;
  early.Note(0, 10);
  const int64_t from = early.Expect(0);
  EXPECT_EQ(from, 11);
  early.Keep(0, 10, "late");
  EXPECT_EQ(early.bytes(), 0U);
  early.Keep(0, 11, "its own");
  EXPECT_EQ(early.Confirm(0, from, 11), "its own");
}

TEST(EarlyResultsTest, ATopicThatWasMadeAnewIsNoticed) {
  EarlyResults early;
  early.Note(0, 1'000);
  EXPECT_EQ(early.Confirm(0, early.Expect(0), 3), std::nullopt);
  EXPECT_EQ(early.Expect(0), 4);
  early.Keep(0, 4, "of the new one");
  EXPECT_EQ(early.Confirm(0, 4, 4), "of the new one");
}

// While others submit at least as much, and something of ours is always under way.
TEST(EarlyResultsTest, StaysSmallWhileSubmissionsNeverEnd) {
  constexpr size_t kUnderWay = 10;
  const std::string result(300, 'r');
  EarlyResults early;
  std::deque<int64_t> under_way;
  int64_t offset = 0;
  for (int i = 0; i < 100'000; ++i) {
    under_way.push_back(early.Expect(0));
    early.Keep(0, offset++, result);  // another's
    if (under_way.size() < kUnderWay) continue;
    const int64_t own = offset++;
    early.Keep(0, own, result);
    EXPECT_EQ(early.Confirm(0, under_way.front(), own), result);
    under_way.pop_front();
    ASSERT_LE(early.bytes(), 4 * kUnderWay * result.size());
  }
}

TEST(EarlyResultsTest, OneThatIsNeverReportedKeepsNoMoreThanTheBound) {
  EarlyResults early(1'000);
  const int64_t lost = early.Expect(0);
  const int64_t late = early.Expect(0);
  for (int64_t offset = 0; offset < 1'000; ++offset) early.Keep(0, offset, std::string(10, 'r'));
  EXPECT_EQ(early.bytes(), 1'000U);
  EXPECT_EQ(early.Confirm(0, late, 999), std::string(10, 'r'));
  EXPECT_EQ(early.Confirm(0, lost, 0), std::nullopt) << "the oldest go first";
  EXPECT_EQ(early.bytes(), 0U);
}

}  // namespace
}  // namespace rasti::log::kafka
