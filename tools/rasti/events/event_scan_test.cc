#include "tools/rasti/events/event_scan.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using std::chrono::minutes;
using testing::HasSubstr;
using testing::IsEmpty;

// (partition, sequence).
using Place = std::pair<int32_t, int64_t>;

std::vector<Place> PlacesOf(const EventPage& page) {
  std::vector<Place> places;
  for (const FoundEvent& event : page.events) {
    places.emplace_back(event.partition.value, event.decoded.event.sequence.value);
  }
  return places;
}

struct Log {
  // `count` cases of two tenants, each with a submission and a clock, recorded in the order in which they are made.
  explicit Log(int count, int partitions = 3) : log({.partitions = partitions}, clock), writer(log) {
    for (int i = 0; i < count; ++i) {
      const core::CaseId id = test::SampleCaseId(static_cast<uint64_t>(i));
      const core::TenantId tenant(i % 3 == 0 ? "prizren" : "prishtine");
      const Instant at = test::SampleStart() + minutes(i / 2);
      writer.Write(id, tenant, at, test::Submitted(id));
      writer.Write(id, tenant, at, test::Started("resolve", at, at + std::chrono::hours(5)));
    }
  }

  // What fits, in the order of its recording.
  std::vector<Place> Naive(const EventFilter& filter, Instant since = kEarliestInstant) const {
    std::vector<std::tuple<Instant, int32_t, int64_t>> all;
    for (int32_t p = 0; p < log.partition_count(); ++p) {
      for (const ports::StoredEvent& stored : log.events({p})) {
        const core::Event event = codec::DecodeEvent(stored.value)->event;
        const Instant at = event.ctx().recorded_at;
        if (at >= since && filter.Fits(event)) all.emplace_back(at, p, event.sequence.value);
      }
    }
    std::ranges::sort(all);
    std::vector<Place> places;
    for (const auto& [at, partition, sequence] : all) places.emplace_back(partition, sequence);
    return places;
  }

  std::vector<Place> AllPages(EventQuery query) {
    std::vector<Place> places;
    for (;;) {
      const auto page = ReadEvents(log, query);
      RC_ASSERT(page.has_value());
      RC_ASSERT(page->events.size() <= query.limit);
      for (const Place& place : PlacesOf(*page)) places.push_back(place);
      RC_ASSERT(page->behind == 0 || page->next != query.from);
      query.from = page->next;
      if (page->behind == 0) return places;
    }
  }

  test::ManualClock clock{test::SampleStart()};
  test::MemoryEventLog log;
  test::EventWriter writer;
};

EventFilter SomeFilter(int which) {
  EventFilter filter;
  switch (which) {
    case 1: filter.tenants = {core::TenantId("prizren")}; break;
    case 2: filter.types = {"clock_started"}; break;
    case 3: filter.cases = {test::SampleCaseId(4), test::SampleCaseId(7)}; break;
    case 4: filter.tenants = {core::TenantId("nowhere")}; break;
    default: break;
  }
  return filter;
}

RC_GTEST_PROP(EventScanProperty, PagesAreTheLogInTheOrderOfItsRecording, ()) {
  const int cases = *rc::gen::inRange(0, 60);
  Log log(cases, *rc::gen::inRange(1, 5));
  EventQuery query;
  query.filter = SomeFilter(*rc::gen::inRange(0, 5));
  query.limit = *rc::gen::inRange<size_t>(1, 30);
  query.examine = *rc::gen::inRange(1, 200);
  const Instant since = test::SampleStart() + minutes(*rc::gen::inRange(-2, 35));
  if (*rc::gen::arbitrary<bool>()) query.since = since;
  const auto expected = log.Naive(query.filter, query.since.value_or(kEarliestInstant));
  RC_ASSERT(log.AllPages(query) == expected);

  EventQuery last;
  last.filter = query.filter;
  last.last = *rc::gen::inRange<size_t>(1, 40);
  const auto page = ReadEvents(log.log, last);
  RC_ASSERT(page.has_value());
  RC_ASSERT(!page->cut);
  RC_ASSERT(page->behind == 0);
  const size_t count = std::min(last.last, log.Naive(last.filter).size());
  const auto all = log.Naive(last.filter);
  RC_ASSERT(PlacesOf(*page) == std::vector<Place>(all.end() - static_cast<std::ptrdiff_t>(count), all.end()));
}

TEST(EventScan, GoesOnFromPositions) {
  Log log(10, 2);
  const auto ends = ReadEvents(log.log, {.from = {}, .since = {}, .last = 1, .filter = {}});
  ASSERT_TRUE(ends);
  EventQuery query;
  query.from = ends->next;
  const auto nothing = ReadEvents(log.log, query);
  ASSERT_TRUE(nothing);
  EXPECT_THAT(nothing->events, IsEmpty());
  EXPECT_EQ(nothing->behind, 0);
  const core::CaseId id = test::SampleCaseId(3);
  const auto written = log.writer.Write(id, core::TenantId("prizren"), test::SampleStart() + minutes(99),
                                        core::CaseRated{.score = 5, .comment = {}});
  const auto one = ReadEvents(log.log, query);
  ASSERT_TRUE(one);
  ASSERT_EQ(one->events.size(), 1U);
  EXPECT_EQ(one->events[0].decoded.event, written);
}

TEST(EventScan, APositionThatTheLogHasNotIsRefused) {
  Log log(4, 2);
  const auto refused = [&](int32_t partition, int64_t sequence) {
    EventQuery query;
    query.from[{partition}] = core::Sequence{sequence};
    const auto page = ReadEvents(log.log, query);
    return page ? std::string() : page.error().message;
  };
  EXPECT_THAT(refused(2, 0), HasSubstr("position 2:0: the log has 2 partitions, counted from 0"));
  EXPECT_THAT(refused(0, 1'000), HasSubstr("position 0:1000: partition 0 ends at"));
  EXPECT_THAT(refused(1, -1), HasSubstr("position 1:-1"));
}

TEST(EventScan, FindsWhereATimeBegins) {
  Log log(9, 1);
  const auto first = [&](Instant since) { return FirstRecordedSince(log.log, {0}, since)->value; };
  EXPECT_EQ(first(kEarliestInstant), 0);
  EXPECT_EQ(first(test::SampleStart()), 0);
  EXPECT_EQ(first(test::SampleStart() + Duration{1}), 4) << "two cases with two events in the first minute";
  EXPECT_EQ(first(kLatestInstant), 18);
}

TEST(EventFilterTest, WhatIsNamedTwiceHasToFitTwice) {
  Log log(6, 1);
  EventFilter filter;
  filter.tenants = {core::TenantId("prizren")};
  filter.types = {"case_submitted"};
  EXPECT_EQ(log.Naive(filter).size(), 2U);
  filter.workflows = {core::WorkflowId("nothing")};
  EXPECT_THAT(log.Naive(filter), IsEmpty());
  EventFilter by_calendar;
  by_calendar.calendar = core::VersionedName("no-calendar@9");
  EXPECT_THAT(log.Naive(by_calendar), IsEmpty());
}

TEST(EventQueryWire, GoesOverTheSocketAsItIs) {
  EventQuery query;
  query.from = {{{0}, core::Sequence{4}}, {{3}, core::Sequence{0}}};
  query.since = test::SampleStart();
  query.last = 7;
  query.limit = 44;
  query.filter = SomeFilter(3);
  query.filter.tenants = {core::TenantId("a"), core::TenantId("b")};
  query.filter.workflows = {core::WorkflowId("w")};
  query.filter.types = {"case_rated"};
  query.filter.calendar = core::VersionedName("kosovo@2");
  v1::Request::ReadEvents wire;
  ToWire(query, wire);
  const auto read = FromWire(wire);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->from, query.from);
  EXPECT_EQ(read->since, query.since);
  EXPECT_EQ(read->last, query.last);
  EXPECT_EQ(read->limit, query.limit);
  EXPECT_EQ(read->filter.tenants, query.filter.tenants);
  EXPECT_EQ(read->filter.workflows, query.filter.workflows);
  EXPECT_EQ(read->filter.cases, query.filter.cases);
  EXPECT_EQ(read->filter.types, query.filter.types);
  EXPECT_EQ(read->filter.calendar, query.filter.calendar);
  wire.mutable_filter()->add_case_ids("short");
  EXPECT_FALSE(FromWire(wire));

  Log log(3, 2);
  auto page = ReadEvents(log.log, {});
  ASSERT_TRUE(page);
  const auto places = PlacesOf(*page);
  const auto next = page->next;
  page->behind = 5;
  page->cut = true;
  v1::Response::Events answer;
  ToWire(*std::move(page), answer);
  const auto back = FromWire(answer);
  ASSERT_TRUE(back);
  EXPECT_EQ(PlacesOf(*back), places);
  EXPECT_EQ(back->next, next);
  EXPECT_EQ(back->behind, 5);
  EXPECT_TRUE(back->cut);
}

}  // namespace
}  // namespace rasti::cli
