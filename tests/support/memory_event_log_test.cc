#include "tests/support/memory_event_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"

namespace rasti::test {
namespace {

using core::PartitionId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

constexpr Duration kNoWait{0};

// Remembers what it owns, as a stream thread does.
class Owner : public ports::AssignmentListener {
 public:
  Status OnAssigned(const std::vector<PartitionId>& partitions) override {
    owned.insert(partitions.begin(), partitions.end());
    return {};
  }
  void OnRevoked(const std::vector<PartitionId>& partitions) override {
    for (const PartitionId partition : partitions) owned.erase(partition);
  }
  void OnLost(const std::vector<PartitionId>& partitions) override {
    lost += partitions.size();
    OnRevoked(partitions);
  }
  std::set<PartitionId> owned;
  size_t lost = 0;
};

class MemoryEventLogTest : public testing::Test {
 protected:
  MemoryEventLogTest() : stream_(*log_.OpenStream(owner_)) {}

  std::string KeyOf(int partition) const {
    for (uint64_t n = 0;; ++n) {
      std::string key(SampleCaseId(n).uuid.AsBytes());
      if (ports::PartitionOf(key, log_.partition_count()).value == partition) return key;
    }
  }
  void Submit(int partition, std::string value) {
    ASSERT_TRUE(log_.Submit(KeyOf(partition), std::move(value), [this](Result<std::string> result) {
      answers_.push_back(result ? *result : std::string(ErrorCodeName(result.error().code)));
    }));
  }
  std::vector<std::string> Poll(size_t most = 100) {
    std::vector<std::string> values;
    const auto records = stream_->Poll(most, kNoWait);
    for (const auto& record : records.value()) {
      values.push_back(record.value);
      auto& next = next_[record.partition];
      (record.input == ports::Input::kCommands ? next.commands : next.follow_ups) = record.position + 1;
      last_ = record;
    }
    return values;
  }
  ports::EventOut EventOf(int partition, int64_t sequence) {
    return {{partition}, {sequence}, KeyOf(partition), "event", {}, {}};
  }

  std::vector<std::string> answers_;  // outlives the log, which answers what waits when it goes
  ManualClock clock_{SampleStart()};
  MemoryEventLog log_{{.partitions = 2}, clock_};
  Owner owner_;
  std::unique_ptr<ports::LogStream> stream_;
  std::map<PartitionId, ports::InputPositions> next_;
  ports::InputRecord last_;
};

TEST_F(MemoryEventLogTest, CommitsAllOfATransaction) {
  Submit(0, "a");
  EXPECT_THAT(Poll(), ElementsAre("a"));
  EXPECT_EQ(last_.taken_at, clock_.Now());
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(EventOf(0, 0)));
  ASSERT_TRUE(stream_->Append(ports::ResultOut{{0}, last_.position, last_.key, "result", {}}));
  ASSERT_TRUE(stream_->Append(ports::OutboxOut{{0}, "id", "entry"}));
  ASSERT_TRUE(stream_->Append(ports::FollowUpOut{KeyOf(1), "follow-up"}));
  EXPECT_EQ(log_.EndSequence({0})->value, 0);
  EXPECT_THAT(answers_, IsEmpty());
  ASSERT_TRUE(stream_->Commit(next_));
  EXPECT_EQ(log_.EndSequence({0})->value, 1);
  EXPECT_THAT(answers_, ElementsAre("result"));
  EXPECT_THAT(log_.outbox(), SizeIs(1));
  EXPECT_EQ(*stream_->Committed({0}), next_[{0}]);
  Submit(1, "b");
  EXPECT_THAT(Poll(), ElementsAre("follow-up", "b")) << "follow-ups come first, in the partition of their key";
  Submit(0, "c");
  EXPECT_THAT(Poll(), ElementsAre("c"));
  EXPECT_EQ(last_.position, 2) << "the commit left a gap";
  EXPECT_EQ(stream_->End({0})->commands, 3);
}

TEST_F(MemoryEventLogTest, AbortAndFailureWriteNothing) {
  Submit(0, "a");
  EXPECT_THAT(Poll(), ElementsAre("a"));
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(EventOf(0, 0)));
  ASSERT_TRUE(stream_->Abort());
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(EventOf(0, 0)));
  log_.FailNextCommit({ErrorCode::kAborted, "again"});
  EXPECT_EQ(stream_->Commit(next_).error().code, ErrorCode::kAborted);
  EXPECT_EQ(log_.EndSequence({0})->value, 0);
  EXPECT_THAT(Poll(), IsEmpty());
  ASSERT_TRUE(stream_->Rewind({0}, *stream_->Committed({0})));
  EXPECT_THAT(Poll(), ElementsAre("a"));
  EXPECT_THAT(answers_, IsEmpty());
}

TEST_F(MemoryEventLogTest, RefusesSequencesThatAreNotDense) {
  Poll();
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(EventOf(0, 1)));
  EXPECT_EQ(stream_->Commit({}).error().code, ErrorCode::kInternal);
}

TEST_F(MemoryEventLogTest, PartitionsMoveInGoodOrder) {
  Poll();
  EXPECT_THAT(owner_.owned, SizeIs(2));
  Owner second;
  auto stream = *log_.OpenStream(second);
  EXPECT_TRUE(stream->Poll(1, kNoWait)->empty());
  EXPECT_THAT(second.owned, IsEmpty()) << "the first one has not let go yet";
  Poll();
  EXPECT_THAT(owner_.owned, SizeIs(1));
  EXPECT_TRUE(stream->Poll(1, kNoWait)->empty());
  EXPECT_THAT(second.owned, SizeIs(1));
  ASSERT_TRUE(stream->Close());
  EXPECT_THAT(second.owned, IsEmpty());
  Poll();
  EXPECT_THAT(owner_.owned, SizeIs(2));
}

TEST_F(MemoryEventLogTest, AZombieIsFenced) {
  Submit(0, "a");
  Poll();
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(EventOf(0, 0)));
  log_.LoseAssignments();
  EXPECT_EQ(stream_->Commit(next_).error().code, ErrorCode::kFenced);
  EXPECT_EQ(log_.EndSequence({0})->value, 0);
  EXPECT_THAT(Poll(), ElementsAre("a")) << "from the committed position";
  EXPECT_EQ(owner_.lost, 2u);
  EXPECT_THAT(owner_.owned, SizeIs(2));
}

TEST_F(MemoryEventLogTest, ACrashLosesOnlyWhatWasNotCommitted) {
  Submit(0, "a");
  Poll();
  ASSERT_TRUE(stream_->Begin());
  ASSERT_TRUE(stream_->Append(ports::FollowUpOut{KeyOf(1), "follow-up"}));
  ASSERT_TRUE(stream_->Append(EventOf(0, 0)));
  ASSERT_TRUE(stream_->Commit(next_));
  Submit(0, "b");
  log_.Crash(/*keep_commands=*/false);
  EXPECT_THAT(answers_, ElementsAre("invalid_argument", "unavailable"));
  EXPECT_EQ(stream_->Poll(1, kNoWait).error().code, ErrorCode::kFenced);
  Owner again;
  stream_ = *log_.OpenStream(again);
  EXPECT_THAT(Poll(), ElementsAre("follow-up"));
  EXPECT_EQ(log_.EndSequence({0})->value, 1);
}

TEST_F(MemoryEventLogTest, WakeEndsAPoll) {
  Poll();
  stream_->Wake();
  EXPECT_TRUE(stream_->Poll(1, std::chrono::hours(1))->empty());
}

TEST_F(MemoryEventLogTest, ReadersSeeCommittedEvents) {
  Poll();
  const auto reader = *log_.OpenReader({0}, {0});
  EXPECT_TRUE(reader->Read(10, kNoWait)->empty());
  ASSERT_TRUE(stream_->Begin());
  for (int64_t i = 0; i < 3; ++i) ASSERT_TRUE(stream_->Append(EventOf(0, i)));
  EXPECT_TRUE(reader->Read(10, kNoWait)->empty());
  ASSERT_TRUE(stream_->Commit({}));
  EXPECT_THAT(*reader->Read(2, kNoWait), SizeIs(2));
  EXPECT_EQ(reader->Read(2, kNoWait)->front().sequence.value, 2);
  EXPECT_EQ(log_.ReadAt({0}, {{2}, {0}})->front().sequence.value, 2);
  EXPECT_EQ(log_.ReadAt({0}, {{3}}).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace rasti::test
