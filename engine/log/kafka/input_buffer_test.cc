#include "engine/log/kafka/input_buffer.h"

#include <gtest/gtest.h>

namespace rasti::log::kafka {
namespace {

ports::InputRecord At(int64_t position) { return {{0}, ports::Input::kCommands, position, {}, "k", "v"}; }

std::vector<ports::InputRecord> Take(InputBuffer& buffer, size_t most) {
  std::vector<ports::InputRecord> records;
  PollRoom room(most);
  buffer.Take(room, records);
  return records;
}

TEST(InputBufferTest, APositionIsTightenedOverWhatIsNoRecord) {
  InputBuffer buffer(3);
  EXPECT_EQ(buffer.Tightened(3), 3);
  buffer.FetchedTo(5);
  EXPECT_EQ(buffer.Tightened(3), 5);
  buffer.Push(At(7));
  // Up to what waits.
  EXPECT_EQ(buffer.Tightened(3), 7);
  ASSERT_EQ(Take(buffer, 1).size(), 1U);
  // Not over what was handed out and is not decided.
  EXPECT_EQ(buffer.Tightened(3), 3);
  buffer.FetchedTo(9);
  EXPECT_EQ(buffer.Tightened(3), 3);
  EXPECT_EQ(buffer.Tightened(8), 9);
  buffer.Committed(8);
  EXPECT_EQ(buffer.Tightened(8), 9);
}

TEST(InputBufferTest, WhatIsRewoundIsNotTightenedAway) {
  InputBuffer buffer(0);
  buffer.Push(At(2));
  buffer.Push(At(4));
  buffer.FetchedTo(6);
  ASSERT_EQ(Take(buffer, 2).size(), 2U);
  EXPECT_TRUE(buffer.Passed(6));
  buffer.Rewind(3);
  EXPECT_FALSE(buffer.Passed(6));
  EXPECT_EQ(buffer.Tightened(3), 4);
  const auto again = Take(buffer, 2);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].position, 4);
}

}  // namespace
}  // namespace rasti::log::kafka
