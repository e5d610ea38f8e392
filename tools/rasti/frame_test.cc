#include "tools/rasti/frame.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace rasti::cli {
namespace {

FrameHeader HeaderOf(const std::string& frame) {
  FrameHeader header{};
  std::copy_n(frame.begin(), header.size(), header.begin());
  return header;
}

TEST(FrameTest, HeaderTellsTheLengthInNetworkOrder) {
  const auto frame = MakeFrame(std::string(258, 'x'));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->substr(0, 4), std::string("\0\0\1\2", 4));
  EXPECT_EQ(*ReadFrameHeader(HeaderOf(*frame)), 258u);
}

TEST(FrameTest, EmptyAndOversizedMessagesAreRefusedOnBothSides) {
  EXPECT_FALSE(MakeFrame(""));
  EXPECT_FALSE(MakeFrame(std::string(kFrameBytesMost + 1, 'x')));
  EXPECT_FALSE(ReadFrameHeader({0, 0, 0, 0}));
  EXPECT_FALSE(ReadFrameHeader({0xFF, 0xFF, 0xFF, 0xFF}));
  EXPECT_FALSE(ReadFrameHeader({1, 0, 0, 1}));
  EXPECT_TRUE(ReadFrameHeader({1, 0, 0, 0}));
}

}  // namespace
}  // namespace rasti::cli
