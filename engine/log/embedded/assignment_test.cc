#include "engine/log/embedded/assignment.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <set>

#include "engine/log/embedded/position_allocator.h"

namespace rasti::log::embedded {
namespace {

using Member = Assignment::MemberId;

// What a stream does in each Poll.
void PollAs(Assignment& assignment, Member member, std::set<core::PartitionId>& owned) {
  const auto revoked = assignment.ToRevoke(member);
  for (const auto partition : revoked) owned.erase(partition);
  assignment.Release(member, revoked);
  for (const auto partition : assignment.Acquire(member)) owned.insert(partition);
}

TEST(AssignmentTest, NoPartitionHasTwoOwnersAndAllSettleEvenly) {
  EXPECT_TRUE(rc::check([] {
    const int partitions = *rc::gen::inRange(1, 40);
    Assignment assignment(partitions);
    std::map<Member, std::set<core::PartitionId>> owned;
    const auto check_owners = [&] {
      std::set<core::PartitionId> all;
      for (const auto& [member, set] : owned) {
        for (const auto partition : set) {
          RC_ASSERT(all.insert(partition).second);
          RC_ASSERT(assignment.Owns(member, partition));
        }
      }
      return all.size();
    };
    const int steps = *rc::gen::inRange(1, 40);
    for (int i = 0; i < steps; ++i) {
      const int step = *rc::gen::inRange(0, 6);
      if (step == 0 || owned.empty()) {
        owned[assignment.Join(std::make_shared<StreamSignal>())];
      } else {
        const auto member = std::next(owned.begin(), *rc::gen::inRange<int>(0, static_cast<int>(owned.size())));
        if (step == 1 && owned.size() > 1) {
          assignment.Leave(member->first);
          owned.erase(member);
        } else {
          PollAs(assignment, member->first, member->second);
        }
      }
      check_owners();
    }
    // Two rounds: one gives up, the next takes.
    for (int round = 0; round < 2; ++round) {
      for (auto& [member, set] : owned) PollAs(assignment, member, set);
    }
    RC_ASSERT(check_owners() == static_cast<size_t>(partitions));
    const size_t share = static_cast<size_t>(partitions) / owned.size();
    for (const auto& [member, set] : owned) RC_ASSERT(set.size() == share || set.size() == share + 1);
  }));
}

TEST(AssignmentTest, MovesNoMoreThanBalanceNeeds) {
  Assignment assignment(12);
  std::map<Member, std::set<core::PartitionId>> owned;
  for (int i = 0; i < 3; ++i) owned[assignment.Join(std::make_shared<StreamSignal>())];
  for (int round = 0; round < 2; ++round) {
    for (auto& [member, set] : owned) PollAs(assignment, member, set);
  }
  const Member fourth = assignment.Join(std::make_shared<StreamSignal>());
  for (const auto& [member, set] : owned) EXPECT_EQ(assignment.ToRevoke(member).size(), 1U);
  assignment.Leave(fourth);
  for (const auto& [member, set] : owned) EXPECT_LE(assignment.ToRevoke(member).size(), 1U);
}

TEST(PositionAllocatorTest, HidesWhatComesBehindAnOpenRun) {
  PositionAllocator positions(5);
  EXPECT_EQ(positions.VisibleEnd(), 5);
  const int64_t a = positions.Allocate(2);
  const int64_t b = positions.Allocate(3);
  EXPECT_EQ(a, 5);
  EXPECT_EQ(b, 7);
  positions.Finish(b);
  EXPECT_EQ(positions.VisibleEnd(), 5);
  positions.Finish(a);
  EXPECT_EQ(positions.VisibleEnd(), 10);
}

}  // namespace
}  // namespace rasti::log::embedded
