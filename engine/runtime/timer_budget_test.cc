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

TEST(TimerBudgetTest, ACommitThatTakesLongIsSharedByMoreTimers) {
  TimerBudget budget(milliseconds(10));
  for (int i = 0; i < 10; ++i) budget.Took(0, milliseconds(20));
  // 20 ms for the commit, 40 ms for timers.
  RunRounds(budget, 50, milliseconds(20), microseconds(20));
  EXPECT_NEAR(static_cast<double>(budget.most()), 2000, 100);
}

TEST(TimerBudgetTest, AFloodFromTheStartFindsOutWhatACommitTakes) {
  TimerBudget budget(milliseconds(10));
  RunRounds(budget, 100, milliseconds(20), microseconds(20));
  EXPECT_GT(budget.most(), 1500u);
}

TEST(TimerBudgetTest, CommitsThatTakeEverLongerDoNotMakePeopleWaitForEver) {
  TimerBudget budget(milliseconds(10));
  for (int i = 0; i < 10; ++i) budget.Took(0, milliseconds(500));
  RunRounds(budget, 50, milliseconds(0), microseconds(20));
  EXPECT_LE(budget.most(), 3000u);
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
