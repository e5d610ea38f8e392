#include "engine/runtime/command_filter.h"

#include <gtest/gtest.h>

namespace rasti::runtime {
namespace {

core::CommandId Command(int n) { return core::CommandId("command " + std::to_string(n)); }

CommandFilter FilterOf(int commands) {
  CommandFilter filter;
  for (int n = 0; n < commands; ++n) filter.Add(Command(n));
  return filter;
}

std::string Bytes(const CommandFilter& filter) {
  std::string bytes;
  filter.AppendTo(bytes);
  return bytes;
}

TEST(CommandFilterTest, AnEmptyOneHasNothing) { EXPECT_FALSE(CommandFilter().MayHave(Command(0))); }

TEST(CommandFilterTest, HasWhatWasAddedAndAsGoodAsNothingElse) {
  const CommandFilter filter = FilterOf(64);
  for (int n = 0; n < 64; ++n) EXPECT_TRUE(filter.MayHave(Command(n))) << n;
  int mistaken = 0;
  for (int n = 64; n < 10'064; ++n) mistaken += filter.MayHave(Command(n)) ? 1 : 0;
  EXPECT_LE(mistaken, 1);
}

TEST(CommandFilterTest, OneThatIsFullHasEverything) {
  const CommandFilter filter = FilterOf(65);
  EXPECT_TRUE(filter.MayHave(Command(0)));
  EXPECT_TRUE(filter.MayHave(Command(1'000)));
}

TEST(CommandFilterTest, AddingTwiceTakesNoRoom) {
  CommandFilter filter;
  for (int n = 0; n < 1'000; ++n) filter.Add(Command(n % 64));
  EXPECT_FALSE(filter.MayHave(Command(64)));
}

TEST(CommandFilterTest, ComesBackFromItsBytesAndLeavesWhatFollows) {
  for (const int commands : {0, 1, 7, 64, 65, 200}) {
    const CommandFilter filter = FilterOf(commands);
    const std::string bytes = Bytes(filter) + "rest";
    std::string_view left = bytes;
    const auto read = CommandFilter::TakeFrom(left);
    ASSERT_TRUE(read.has_value()) << commands;
    EXPECT_EQ(left, "rest") << commands;
    EXPECT_EQ(Bytes(*read), Bytes(filter)) << commands;
    for (int n = 0; n < 200; ++n) EXPECT_EQ(read->MayHave(Command(n)), filter.MayHave(Command(n)));
  }
}

TEST(CommandFilterTest, BytesThatAreCutOffAreNoFilter) {
  const std::string bytes = Bytes(FilterOf(3));
  for (size_t size = 0; size < bytes.size(); ++size) {
    std::string_view left = std::string_view(bytes).substr(0, size);
    EXPECT_FALSE(CommandFilter::TakeFrom(left).has_value()) << size;
  }
}

TEST(CommandFilterTest, ItsBytesStayWhatTheyAre) {
  CommandFilter filter;
  filter.Add(core::CommandId("a"));
  // FNV-1a 64 of "a" is af63dc4c8601ec8c, from the algorithm's own test vectors; its halves, one on the other.
  EXPECT_EQ(Bytes(filter), std::string("\x01\x29\x62\x30\xc0", 5));
}

}  // namespace
}  // namespace rasti::runtime
