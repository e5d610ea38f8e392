#include "tools/rasti/rebuild_progress.h"

#include <gtest/gtest.h>

namespace rasti::cli {
namespace {

using std::chrono::seconds;

TEST(RebuildProgressTest, TellsOfAllPartitionsTogetherNowAndThen) {
  RebuildProgress progress(seconds(5));
  const RebuildProgress::Steady start{};
  EXPECT_FALSE(progress.Note({0}, {1'000}, {10'000}, start));
  EXPECT_FALSE(progress.Note({1}, {0}, {10'000}, start + seconds(1)));
  EXPECT_FALSE(progress.Note({0}, {3'000}, {10'000}, start + seconds(4)));
  EXPECT_EQ(progress.Note({1}, {3'000}, {10'000}, start + seconds(5)),
            "rebuilding stores [######..............] 6000 of 20000 events, 1000/s, 14 s left");
  EXPECT_FALSE(progress.Note({0}, {10'000}, {10'000}, start + seconds(6)));
  EXPECT_EQ(progress.Note({1}, {9'000}, {10'000}, start + seconds(18)),
            "rebuilding stores [###################.] 19000 of 20000 events, 1000/s, 1 s left");
}

TEST(RebuildProgressTest, BeginsAnewOnceAllIsThere) {
  RebuildProgress progress(seconds(5));
  const RebuildProgress::Steady start{};
  EXPECT_FALSE(progress.Note({0}, {5}, {10}, start));
  EXPECT_FALSE(progress.Note({0}, {10}, {10}, start + seconds(60)));
  EXPECT_FALSE(progress.Note({0}, {20}, {1'020}, start + seconds(90)));
  EXPECT_EQ(progress.Note({0}, {520}, {1'020}, start + seconds(95)),
            "rebuilding stores [##########..........] 520 of 1020 events, 100/s, 5 s left");
}

}  // namespace
}  // namespace rasti::cli
