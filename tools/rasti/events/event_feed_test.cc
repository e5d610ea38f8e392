#include "tools/rasti/events/event_feed.h"

#include <gmock/gmock.h>

#include <future>

#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr milliseconds kLong = std::chrono::minutes(5);
constexpr std::chrono::minutes kPatience{1};

// The log as others see it, and how often somebody reads from it.
class CountingLog final : public test::MemoryEventLog {
 public:
  using test::MemoryEventLog::MemoryEventLog;
  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override {
    ++readers;
    return test::MemoryEventLog::OpenReader(partition, from);
  }
  std::atomic<int> readers = 0;
};

class EventFeedTest : public testing::Test {
 protected:
  void Start(EventFeedOptions options = {}) {
    feed_ = std::make_unique<EventFeed>(log_, options);
    for (int32_t p = 0; p < log_.partition_count(); ++p) {
      feed_->StartAt({p}, *log_.EndSequence({p}));
      projected_[{p}] = *log_.EndSequence({p});
    }
  }
  // The next event of a case, in the log; not projected yet.
  void Write(uint64_t n, const char* tenant = "prishtine") {
    const core::CaseId id = test::SampleCaseId(n);
    writer_.Write(id, core::TenantId(tenant), test::SampleStart(), test::Submitted(id));
  }
  void Project() {
    for (auto& [partition, next] : projected_) {
      const auto all = log_.events(partition);
      const std::vector<ports::StoredEvent> fresh(all.begin() + static_cast<std::ptrdiff_t>(next.value), all.end());
      feed_->Projected(partition, fresh);
      next = *log_.EndSequence(partition);
    }
  }
  std::future<Result<EventPage>> Follow(EventQuery query, milliseconds wait = kLong) {
    auto answer = std::make_shared<std::promise<Result<EventPage>>>();
    feed_->Follow(std::move(query), wait, [answer](Result<EventPage> page) { answer->set_value(std::move(page)); });
    return answer->get_future();
  }
  static Result<EventPage> Answer(std::future<Result<EventPage>>& future) {
    if (future.wait_for(kPatience) != std::future_status::ready) return Fail(Error::Internal("no answer in time"));
    return future.get();
  }
  static bool IsWaiting(std::future<Result<EventPage>>& future) {
    return future.wait_for(milliseconds{0}) == std::future_status::timeout;
  }

  test::ManualClock clock_{test::SampleStart()};
  CountingLog log_{test::MemoryLogOptions{.partitions = 3}, clock_};
  test::EventWriter writer_{log_};
  std::map<core::PartitionId, core::Sequence> projected_;
  std::unique_ptr<EventFeed> feed_;
};

TEST_F(EventFeedTest, WhoWaitsIsToldAsSoonAsThereIsSomething) {
  Start();
  auto waiting = Follow({});
  Write(1);
  EXPECT_TRUE(IsWaiting(waiting)) << "it is not projected yet";
  Project();
  const auto page = Answer(waiting);
  ASSERT_TRUE(page) << page.error().message;
  ASSERT_THAT(page->events, SizeIs(1));
  EXPECT_EQ(page->events[0].decoded.event.ctx().case_id, test::SampleCaseId(1));
  EXPECT_EQ(page->behind, 0);
  EXPECT_EQ(log_.readers, 0) << "from memory";

  // Where it goes on, nothing is told twice.
  EventQuery next;
  next.from = page->next;
  auto again = Follow(next);
  Write(2);
  Project();
  const auto second = Answer(again);
  ASSERT_TRUE(second);
  ASSERT_THAT(second->events, SizeIs(1));
  EXPECT_EQ(second->events[0].decoded.event.ctx().case_id, test::SampleCaseId(2));
}

TEST_F(EventFeedTest, WhatDoesNotFitIsPassedOver) {
  Start();
  EventQuery query;
  query.filter.tenants = {core::TenantId("prizren")};
  auto waiting = Follow(query);
  for (uint64_t n = 0; n < 20; ++n) Write(n);
  Project();
  Write(99, "prizren");
  Project();
  const auto page = Answer(waiting);
  ASSERT_TRUE(page);
  ASSERT_THAT(page->events, SizeIs(1));
  EXPECT_EQ(page->events[0].decoded.event.ctx().tenant, core::TenantId("prizren"));
  int64_t next = 0;
  for (const auto& [partition, sequence] : page->next) next += sequence.value;
  EXPECT_EQ(next, 21);
}

TEST_F(EventFeedTest, AfterTheTimeItSaysWhereToGoOn) {
  Start();
  Write(1);
  auto waiting = Follow({}, milliseconds{1});
  const auto page = Answer(waiting);
  ASSERT_TRUE(page);
  EXPECT_THAT(page->events, IsEmpty());
  EXPECT_THAT(page->next, SizeIs(3));
}

TEST_F(EventFeedTest, ASlowReaderGoesOnFromTheLog) {
  Start({.kept_events_most = 5, .kept_bytes_most = size_t{1} << 20, .followers_most = 4, .keep_for = kLong});
  auto first = Follow({}, milliseconds{1});
  const auto begun = Answer(first);
  ASSERT_TRUE(begun);
  for (uint64_t n = 0; n < 50; ++n) {
    Write(n);
    Project();
  }
  EventQuery query;
  query.from = begun->next;
  query.limit = 7;
  size_t events = 0;
  int64_t most_behind = 0;
  for (;;) {
    auto waiting = Follow(query);
    const auto page = Answer(waiting);
    ASSERT_TRUE(page) << page.error().message;
    events += page->events.size();
    most_behind = std::max(most_behind, page->behind);
    query.from = page->next;
    if (page->behind == 0) break;
  }
  EXPECT_EQ(events, 50U) << "nothing is missed, whatever was kept";
  EXPECT_EQ(most_behind, 43) << "and it is told how far it is behind";
  EXPECT_GT(log_.readers, 0);
}

TEST_F(EventFeedTest, NothingIsKeptWhereNobodyFollows) {
  Start({.kept_events_most = 1'000,
         .kept_bytes_most = size_t{1} << 20,
         .followers_most = 4,
         .keep_for = milliseconds{0}});
  for (uint64_t n = 0; n < 10; ++n) Write(n);
  Project();
  EventQuery query;
  for (int32_t p = 0; p < 3; ++p) query.from[{p}] = core::Sequence{0};
  auto waiting = Follow(query);
  const auto page = Answer(waiting);
  ASSERT_TRUE(page);
  EXPECT_THAT(page->events, SizeIs(10));
  EXPECT_GT(log_.readers, 0) << "all of it is from the log";
  ASSERT_TRUE(feed_->LastOf({0}).has_value() || feed_->LastOf({1}).has_value() || feed_->LastOf({2}).has_value());
}

TEST_F(EventFeedTest, ViewsThatAreBuiltAnewTellNothingTwice) {
  Start();
  auto first = Follow({}, milliseconds{1});
  EventQuery query;
  query.from = Answer(first)->next;
  for (uint64_t n = 0; n < 6; ++n) Write(n);
  Project();
  // Other views, from the beginning of the log; and then they go on alone.
  for (int32_t p = 0; p < 3; ++p) {
    feed_->StartAt({p}, core::Sequence{0});
    const auto all = log_.events({p});
    for (const ports::StoredEvent& one : all) feed_->Projected({p}, {&one, 1});
    feed_->Projected({p}, all);
  }
  Write(7);
  for (int32_t p = 0; p < 3; ++p) feed_->Projected({p}, log_.events({p}));
  std::vector<core::CaseId> cases;
  while (cases.size() < 7) {
    auto waiting = Follow(query);
    const auto page = Answer(waiting);
    ASSERT_TRUE(page) << page.error().message;
    for (const FoundEvent& event : page->events) cases.push_back(event.decoded.event.ctx().case_id);
    query.from = page->next;
  }
  EXPECT_EQ(cases.size(), 7U);
  EXPECT_EQ(cases.back(), test::SampleCaseId(7));
}

TEST_F(EventFeedTest, EverybodyIsToldThatItStops) {
  Start();
  auto waiting = Follow({});
  feed_->Stop();
  auto stopped = Answer(waiting);
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, ErrorCode::kUnavailable);
  auto late = Follow({});
  ASSERT_FALSE(Answer(late));
  Write(1);
  Project();
  feed_->Stop();
}

TEST_F(EventFeedTest, FollowersAreBounded) {
  Start({.kept_events_most = 10, .kept_bytes_most = size_t{1} << 20, .followers_most = 2, .keep_for = kLong});
  auto one = Follow({});
  auto two = Follow({});
  auto three = Follow({});
  const auto refused = Answer(three);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("2 follow the events already"));
  EventQuery unknown;
  unknown.from[{7}] = core::Sequence{0};
  auto wrong = Follow(unknown);
  const auto answer = Answer(wrong);
  ASSERT_FALSE(answer);
  EXPECT_THAT(answer.error().message, HasSubstr("the log has 3 partitions"));
  EXPECT_TRUE(IsWaiting(one));
  EXPECT_TRUE(IsWaiting(two));
}

}  // namespace
}  // namespace rasti::cli
