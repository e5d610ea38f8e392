#include "engine/codec/issue.h"

#include <gtest/gtest.h>

namespace rasti::codec {
namespace {

TEST(IssuesTest, KeepsAsManyAsAnybodyReads) {
  Issues issues("x.yaml");
  for (int i = 1; i <= 1000; ++i) issues.Error({i, 1}, "wrong");
  EXPECT_EQ(std::move(issues).Take().size(), Issues::kMost);
}

TEST(IssuesTest, AnErrorBehindManyWarningsIsNotLost) {
  Issues issues("x.yaml");
  for (int i = 1; i <= 1000; ++i) issues.Warning({i, 1}, "odd");
  EXPECT_FALSE(issues.HasErrors());
  issues.Error({2000, 1}, "wrong");
  issues.Warning({2001, 1}, "odd");
  EXPECT_TRUE(issues.HasErrors());
  const auto all = std::move(issues).Take();
  ASSERT_EQ(all.size(), Issues::kMost);
  EXPECT_EQ(all.back().message, "wrong");
}

TEST(IssuesTest, TellsTheSameOnce) {
  Issues issues("x.yaml");
  issues.Error({1, 1}, "wrong");
  issues.Error({1, 1}, "wrong");
  issues.Warning({1, 1}, "wrong");
  EXPECT_EQ(std::move(issues).Take().size(), 2u);
}

}  // namespace
}  // namespace rasti::codec
