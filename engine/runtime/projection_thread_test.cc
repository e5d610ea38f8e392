#include "engine/runtime/projection_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <map>
#include <thread>

#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {
namespace {

using ports::StoredEvent;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr Duration kLong{10'000};

// Remembers what it was given. Thread-safe.
class RecordingProjection : public ports::Projection {
 public:
  Result<core::Sequence> NextSequence(core::PartitionId partition) override {
    const std::scoped_lock lock(mutex_);
    return next_[partition];
  }
  Status Project(core::PartitionId partition, std::span<const StoredEvent> events) override {
    const std::scoped_lock lock(mutex_);
    if (fails_ && events.back().sequence >= fails_->first) return Fail(fails_->second);
    for (const StoredEvent& event : events) {
      EXPECT_EQ(event.sequence, next_[partition]);
      next_[partition] = next_[partition].Next();
    }
    largest_ = std::max(largest_, events.size());
    ++batches_;
    return {};
  }
  Status Flush() override {
    const std::scoped_lock lock(mutex_);
    ++flushes_;
    flushed_ = next_;
    return {};
  }
  Status BeginFlush() override { return Flush(); }

  void StartAt(core::PartitionId partition, core::Sequence next) { next_[partition] = next; }
  void FailFrom(core::Sequence sequence, Error error) {
    const std::scoped_lock lock(mutex_);
    fails_.emplace(sequence, std::move(error));
  }
  void FailNoMore() {
    const std::scoped_lock lock(mutex_);
    fails_.reset();
  }
  int flushes() const {
    const std::scoped_lock lock(mutex_);
    return flushes_;
  }
  size_t largest() const {
    const std::scoped_lock lock(mutex_);
    return largest_;
  }
  int batches() const {
    const std::scoped_lock lock(mutex_);
    return batches_;
  }
  std::map<core::PartitionId, core::Sequence> flushed() const {
    const std::scoped_lock lock(mutex_);
    return flushed_;
  }

 private:
  mutable std::mutex mutex_;
  std::map<core::PartitionId, core::Sequence> next_;
  std::map<core::PartitionId, core::Sequence> flushed_;
  std::optional<std::pair<core::Sequence, Error>> fails_;
  size_t largest_ = 0;
  int batches_ = 0;
  int flushes_ = 0;
};

class ProjectionThreadTest : public testing::Test {
 protected:
  void Append(int partition, int count) {
    const core::PartitionId id{partition};
    const int64_t first = log_.EndSequence(id)->value;
    std::vector<StoredEvent> events;
    for (int i = 0; i < count; ++i) events.push_back({id, {first + i}, "key", "value", {}});
    log_.AppendRaw(id, std::move(events));
  }
  std::unique_ptr<ProjectionThread> Start(ProjectionOptions options = {}) {
    return *ProjectionThread::Start(log_, projection_, std::move(options));
  }
  static codec::Token TokenOf(int partition, int64_t sequence) { return {{partition}, {sequence}}; }

  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 3}, clock_};
  RecordingProjection projection_;
};

TEST_F(ProjectionThreadTest, TakesInWhatIsThereAndWhatComes) {
  Append(0, 5);
  Append(2, 7);
  const auto thread = Start();
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  Append(1, 3);
  thread->Notify();
  EXPECT_TRUE(thread->WaitFor(TokenOf(1, 2), kLong).has_value());
  std::vector<int64_t> applied;
  const auto lags = *thread->Lag();
  for (const PartitionLag& lag : lags) {
    applied.push_back(lag.applied.value);
    EXPECT_EQ(lag.events(), 0);
  }
  EXPECT_THAT(applied, ElementsAre(5, 3, 7));
}

TEST_F(ProjectionThreadTest, FindsEventsThatNobodyToldItOf) {
  const auto thread = Start();
  Append(1, 1);
  EXPECT_TRUE(thread->WaitFor(TokenOf(1, 0), kLong).has_value());
}

TEST_F(ProjectionThreadTest, GoesOnWhereTheProjectionIs) {
  Append(0, 10);
  projection_.StartAt({0}, {6});
  const auto thread = Start();
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  EXPECT_EQ(projection_.largest(), 4u);
}

TEST_F(ProjectionThreadTest, RefusesViewsOfAnotherLog) {
  projection_.StartAt({1}, {3});
  const auto thread = ProjectionThread::Start(log_, projection_);
  ASSERT_FALSE(thread.has_value());
  EXPECT_EQ(thread.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(thread.error().message, HasSubstr("partition 1"));
}

TEST_F(ProjectionThreadTest, AWaitIsBounded) {
  const auto thread = Start();
  const auto status = thread->WaitFor(TokenOf(0, 0), Duration{20});
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kTimedOut);
  EXPECT_EQ(thread->WaitFor(TokenOf(3, 0), kLong).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(thread->WaitFor(TokenOf(-1, 0), kLong).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(thread->WaitFor(TokenOf(0, -1), kLong).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(thread->WaitFor(TokenOf(0, INT64_MAX), kLong).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ProjectionThreadTest, WaitsForWhatIsNotThereYet) {
  Append(0, 6);
  Append(1, 2);
  projection_.FailFrom({3}, {ErrorCode::kUnavailable, "a definition is missing"});
  const auto thread = Start({.batch_most = 2, .try_again = Duration{5}});
  // Other partitions go on, and so does this one up to there.
  EXPECT_TRUE(thread->WaitFor(TokenOf(1, 1), kLong).has_value());
  EXPECT_TRUE(thread->WaitFor(TokenOf(0, 1), kLong).has_value());
  EXPECT_EQ(thread->WaitFor(TokenOf(0, 2), Duration{30}).error().code, ErrorCode::kTimedOut);
  EXPECT_FALSE(thread->error());
  projection_.FailNoMore();
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
}

TEST_F(ProjectionThreadTest, BatchesAreBounded) {
  Append(0, 100);
  ProjectionOptions options;
  options.batch_most = 16;
  const auto thread = Start(options);
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  EXPECT_EQ(projection_.largest(), 16u);
}

TEST_F(ProjectionThreadTest, EventsGatherWhileNobodyWaits) {
  ProjectionOptions options;
  options.gather = std::chrono::hours(1);
  const auto thread = Start(options);
  Append(0, 1);
  EXPECT_TRUE(thread->WaitFor(TokenOf(0, 0), kLong).has_value());
  const int before = projection_.batches();
  for (int i = 0; i < 50; ++i) {
    Append(0, 1);
    thread->Notify();
  }
  EXPECT_LE(projection_.batches(), before + 1) << "one look may have been under way";
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  EXPECT_LE(projection_.batches(), before + 3);
}

TEST_F(ProjectionThreadTest, NothingGathersBehindAFullBatch) {
  ProjectionOptions options;
  options.gather = std::chrono::hours(1);
  options.batch_most = 10;
  Append(0, 105);
  const auto thread = Start(options);
  const auto until = std::chrono::steady_clock::now() + kLong;
  while (thread->Lag()->front().events() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(thread->Lag()->front().events(), 0);
}

TEST_F(ProjectionThreadTest, AStopDoesNotWaitForWhatGathers) {
  ProjectionOptions options;
  options.gather = std::chrono::hours(1);
  const auto thread = Start(options);
  Append(0, 1);
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  EXPECT_TRUE(thread->Stop().has_value());
  EXPECT_EQ(projection_.flushed()[{0}], core::Sequence{1});
}

TEST_F(ProjectionThreadTest, FlushesAfterSoManyEventsAndAtTheEnd) {
  ProjectionOptions options;
  options.batch_most = 10;
  options.flush_events = 30;
  options.flush_interval = std::chrono::hours(1);
  Append(0, 65);
  const auto thread = Start(options);
  EXPECT_TRUE(thread->WaitForEnd(kLong).has_value());
  EXPECT_TRUE(thread->Stop().has_value());
  EXPECT_EQ(projection_.flushes(), 3);
  EXPECT_EQ(projection_.flushed()[{0}], core::Sequence{65});
  EXPECT_TRUE(thread->Stop().has_value()) << "again";
  EXPECT_EQ(projection_.flushes(), 3);
}

TEST_F(ProjectionThreadTest, FlushesAQuietLogAfterATime) {
  ProjectionOptions options;
  options.flush_interval = Duration{1};
  const auto thread = Start(options);
  Append(0, 1);
  const auto until = std::chrono::steady_clock::now() + kLong;
  while (projection_.flushed()[{0}].value < 1 && std::chrono::steady_clock::now() < until) std::this_thread::yield();
  EXPECT_EQ(projection_.flushed()[{0}], core::Sequence{1});
}

TEST_F(ProjectionThreadTest, AnErrorStopsItAndIsKept) {
  std::promise<Error> told;
  ProjectionOptions options;
  options.batch_most = 1;
  options.on_error = [&](const Error& error) { told.set_value(error); };
  projection_.FailFrom({4}, Error::Corruption("partition 0, sequence 4: broken"));
  Append(0, 10);
  const auto thread = Start(options);
  EXPECT_TRUE(thread->WaitFor(TokenOf(0, 3), kLong).has_value()) << "what was before it stays readable";
  const auto status = thread->WaitFor(TokenOf(0, 9), kLong);
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error(), Error::Corruption("partition 0, sequence 4: broken"));
  EXPECT_EQ(told.get_future().get(), status.error());
  EXPECT_EQ(thread->error(), status.error());
  EXPECT_EQ(thread->Stop().error(), status.error());
  EXPECT_EQ(thread->Lag()->front().events(), 6);
}

TEST_F(ProjectionThreadTest, StoppingEndsWaits) {
  const auto thread = Start();
  auto waiting = std::async(std::launch::async, [&] { return thread->WaitFor(TokenOf(0, 0), kLong); });
  EXPECT_TRUE(thread->Stop().has_value());
  const auto status = waiting.get();
  ASSERT_FALSE(status.has_value());
  EXPECT_EQ(status.error().code, ErrorCode::kUnavailable);
}

TEST_F(ProjectionThreadTest, ManyWaitersWhileManyEventsCome) {
  const auto thread = Start();
  std::atomic<int> reached = 0;
  std::vector<std::thread> waiters;
  for (int i = 0; i < 8; ++i) {
    waiters.emplace_back([&, i] {
      for (int64_t sequence = 9; sequence < 100; sequence += 10) {
        if (thread->WaitFor(TokenOf(i % 3, sequence), kLong)) ++reached;
      }
    });
  }
  for (int round = 0; round < 100; ++round) {
    for (int partition = 0; partition < 3; ++partition) Append(partition, 1);
    thread->Notify();
  }
  for (std::thread& waiter : waiters) waiter.join();
  EXPECT_EQ(reached, 80);
}

}  // namespace
}  // namespace rasti::runtime
