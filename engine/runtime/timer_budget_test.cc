#include "engine/runtime/timer_budget.h"

#include <gtest/gtest.h>

namespace rasti::runtime {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

// Rounds that cost so much each, and so much a timer.
void RunRounds(TimerBudget& budget, int rounds, microseconds fixed, microseconds each) {
  for (int i = 0; i < rounds; ++i) budget.Took(budget.most(), fixed + each * budget.most());
}

TEST(TimerBudgetTest, SettlesWhereARoundTakesItsTime) {
  TimerBudget budget(milliseconds(20));
  RunRounds(budget, 30, microseconds(0), microseconds(20));
  EXPECT_NEAR(static_cast<double>(budget.most()), 1000, 50);
  RunRounds(budget, 30, microseconds(0), microseconds(200));
  EXPECT_NEAR(static_cast<double>(budget.most()), 100, 10);
  RunRounds(budget, 30, milliseconds(5), microseconds(10));
  EXPECT_NEAR(static_cast<double>(budget.most()), 1500, 75);
}

TEST(TimerBudgetTest, OneSlowRoundHalvesItAtMost) {
  TimerBudget budget(milliseconds(20));
  RunRounds(budget, 30, microseconds(0), microseconds(20));
  const size_t before = budget.most();
  budget.Took(before, std::chrono::seconds(10));
  EXPECT_GE(budget.most(), before / 2);
}

TEST(TimerBudgetTest, NeverComesToRestHoweverSlowTheMachine) {
  TimerBudget budget(milliseconds(20));
  RunRounds(budget, 100, std::chrono::seconds(1), milliseconds(100));
  EXPECT_GE(budget.most(), 1u);
  RunRounds(budget, 100, microseconds(0), microseconds(1));
  EXPECT_GT(budget.most(), 10'000u);
}

TEST(TimerBudgetTest, ARoundWithFewTimersSaysNothing) {
  TimerBudget budget(milliseconds(20));
  const size_t before = budget.most();
  budget.Took(1, milliseconds(500));
  EXPECT_EQ(budget.most(), before);
}

}  // namespace
}  // namespace rasti::runtime
