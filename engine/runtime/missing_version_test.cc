// A version that an open case needs and that was never published here: its partition stands still, others go on.
#include <gmock/gmock.h>

#include <algorithm>

#include "engine/runtime/stream_loop_fixture_for_test.h"

namespace rasti::runtime {
namespace {

using test::Act;
using test::SampleSubmit;
using testing::HasSubstr;
namespace people = test::people;

class MissingVersionTest : public StreamLoopTest {
 protected:
  MissingVersionTest() { Open(); }
};

TEST_F(MissingVersionTest, ItsPartitionWaitsForItAndTheOthersGoOn) {
  const core::CaseId old = CaseIn(0);
  Submit(old, people::Citizen(), SampleSubmit());
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{old, true}}));

  Publish(false, true);
  const core::CaseId before = CaseIn(0);
  const core::CaseId behind = CaseIn(0);
  const core::CaseId elsewhere = CaseIn(1);
  Submit(before, people::Citizen(), SampleSubmit());
  Submit(old, people::Officer(), Act("open"));
  Submit(behind, people::Citizen(), SampleSubmit());
  Submit(elsewhere, people::Citizen(), SampleSubmit());
  StepUntil([&] { return !halted_.empty(); });
  Settle();
  ASSERT_EQ(halted_.size(), 1U);
  EXPECT_THAT(halted_[{0}], HasSubstr("case " + old.str() + " needs sample@1"));
  Answers answers = TakeAnswers();
  std::ranges::sort(answers);
  Answers wanted{{before, true}, {elsewhere, true}};
  std::ranges::sort(wanted);
  EXPECT_EQ(answers, wanted);

  // Time passes; only where nothing is missing it does anything.
  clock_.Advance(std::chrono::hours(24 * 365));
  Settle();
  EXPECT_GE(Count<core::DeadlineBreached>(elsewhere), 1);
  EXPECT_EQ(Count<core::DeadlineBreached>(before), 0);

  Publish(true, true);
  StepUntil([&] { return halted_.empty(); });
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{old, true}, {behind, true}}));
  // It was handed in in time, however long it had to wait.
  EXPECT_EQ(Count<core::ClockMet>(old), 1);
  EXPECT_GE(Count<core::DeadlineBreached>(before), 1);
}

TEST_F(MissingVersionTest, WhatGoesWithAVersionIsWaitedForAsWell) {
  for (const Without without : {Without::kTimeZones, Without::kCalendar, Without::kTenant}) {
    const core::CaseId id = CaseIn(0);
    Submit(id, people::Citizen(), SampleSubmit());
    Settle();
    EXPECT_EQ(TakeAnswers(), (Answers{{id, true}}));
    Publish(true, false, without);
    Submit(id, people::Officer(), Act("open"));
    StepUntil([&] { return !halted_.empty(); });
    EXPECT_THAT(halted_[{0}], HasSubstr("case " + id.str() + " needs sample@1 and what goes with it"));
    EXPECT_EQ(TakeAnswers(), Answers()) << "no answer for ever";
    Publish(true, false);
    StepUntil([&] { return halted_.empty(); });
    Settle();
    EXPECT_EQ(TakeAnswers(), (Answers{{id, true}}));
  }
}

TEST_F(MissingVersionTest, ATimerWaitsForItToo) {
  const core::CaseId id = CaseIn(1);
  Submit(id, people::Citizen(), SampleSubmit());
  Settle();
  Publish(false, true);
  clock_.Advance(std::chrono::hours(24 * 365));
  StepUntil([&] { return !halted_.empty(); });
  EXPECT_EQ(Count<core::DeadlineBreached>(id), 0);
  // What an abort undid is found missing again.
  Publish(true, false);
  log_.FailNextCommit({ErrorCode::kAborted, "as the test wants it"});
  StepUntil([&] { return halted_.empty(); });
  Settle();
  EXPECT_GE(Count<core::DeadlineBreached>(id), 1);
}

TEST_F(MissingVersionTest, AHaltedPartitionIsGivenUpAndTakenAsAnyOther) {
  const core::CaseId id = CaseIn(0);
  Submit(id, people::Citizen(), SampleSubmit());
  Settle();
  Publish(false, true);
  Submit(id, people::Officer(), Act("open"));
  StepUntil([&] { return !halted_.empty(); });
  TakeAnswers();
  halted_.clear();
  log_.LoseAssignments();
  // Its next owner meets the same.
  StepUntil([&] { return !halted_.empty(); });
  Publish(true, true);
  StepUntil([&] { return halted_.empty(); });
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{id, true}}));
}

}  // namespace
}  // namespace rasti::runtime
