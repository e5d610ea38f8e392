// The sweep of re-planning after a calendar came into force, where the log gives it trouble.
#include <gmock/gmock.h>

#include <vector>

#include "engine/runtime/stream_loop_fixture_for_test.h"

namespace rasti::runtime {
namespace {

namespace people = test::people;

class SweepTest : public StreamLoopTest {
 protected:
  int64_t Replanned() const {
    int64_t count = 0;
    for (int32_t p = 0; p < log_.partition_count(); ++p) {
      for (const ports::StoredEvent& stored : log_.events({p})) {
        if (std::holds_alternative<core::ClockReplanned>(codec::DecodeEvent(stored.value)->event.payload)) ++count;
      }
    }
    return count;
  }
};

TEST_F(SweepTest, GoesOnWhereTheLogForgetsItsMarks) {
  // So few that the first mark is not passed at once.
  options_.batch_most = 8;
  Open();
  constexpr int kCases = 300;  // more than it looks at in a turn
  for (int i = 0; i < kCases; ++i) {
    const core::CaseId id = CaseIn(0);
    Submit(id, people::Citizen(), test::SampleSubmit());
    Submit(id, people::Officer(), test::Act("open"));
  }
  Settle();
  ASSERT_EQ(Replanned(), 0);
  configuration_.Set(SampleConfiguration(world_, clock_.Now()));
  for (int i = 0; i < 50; ++i) Submit(CaseIn(1), people::Citizen(), test::SampleSubmit());
  StepUntil([&] {
    log_.ForgetMarks();
    return *loop_->IsIdle();
  });
  EXPECT_EQ(Replanned(), kCases);
}

}  // namespace
}  // namespace rasti::runtime
