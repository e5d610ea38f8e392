// Follow-ups that wait for commands which are older than they are.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <vector>

#include "engine/runtime/stream_loop_fixture_for_test.h"

namespace rasti::runtime {
namespace {

namespace people = test::people;

class HeldBackTest : public StreamLoopTest {};

TEST_F(HeldBackTest, HoweverManyGatherATransactionTakesNoMoreThanElse) {
  constexpr int kMerges = 60;
  options_.batch_most = 8;
  std::map<core::PartitionId, std::vector<int64_t>> commits;  // behind the last event of each
  hooks_.on_commit = [&](core::PartitionId id, core::Sequence next) { commits[id].push_back(next.value); };
  Open();
  const core::CaseId into = CaseIn(1);
  Submit(into, people::Citizen(), test::SampleSubmit());
  std::vector<core::CaseId> merged;
  for (int i = 0; i < kMerges; ++i) {
    merged.push_back(CaseIn(0));
    Submit(merged.back(), people::Citizen(), test::SampleSubmit());
  }
  Settle();

  // Younger than every command of their partition.
  clock_.Advance(std::chrono::seconds(1));
  log_.HoldMarks(true);
  for (const core::CaseId& id : merged) Submit(id, people::Officer(), core::MergeInto{into, "the same"});
  StepUntil([&] { return log_.pending_commands() == 0; });
  // All are polled by now, and none is decided.
  for (int i = 0; i < kMerges; ++i) ASSERT_TRUE(loop_->Step());
  EXPECT_EQ(Count<core::DuplicateLinked>(into), 0);
  log_.HoldMarks(false);
  commits.clear();
  int64_t last = log_.EndSequence({1})->value;
  const int64_t first = last;
  Settle();
  EXPECT_EQ(Count<core::DuplicateLinked>(into), kMerges);
  ASSERT_FALSE(commits[{1}].empty());
  const int64_t events_each = (commits[{1}].back() - first) / kMerges;
  for (const int64_t next : commits[{1}]) {
    EXPECT_LE(next - last, static_cast<int64_t>(options_.batch_most) * events_each);
    last = next;
  }
}

}  // namespace
}  // namespace rasti::runtime
