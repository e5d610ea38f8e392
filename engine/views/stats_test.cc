#include "engine/views/stats.h"

#include <cctz/time_zone.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>
#include <vector>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

bool IsOpen(const core::CaseState& state) {
  return state.Exists() && (state.status == core::CaseStatus::kOpen || state.status == core::CaseStatus::kFrozen);
}

int64_t SecondsOf(Duration length) { return duration_cast<seconds>(length).count(); }

// The turns of the months of a zone around the life of a log.
std::vector<Instant> Months(Instant from, Instant to, cctz::time_zone zone) {
  std::vector<Instant> bounds;
  auto month = cctz::civil_month(cctz::convert(from, zone));
  do {
    bounds.push_back(std::chrono::time_point_cast<Duration>(cctz::convert(cctz::civil_second(month), zone)));
    ++month;
  } while (bounds.back() <= to);
  return bounds;
}

// Said anew, case by case, from the whole history.
class Naive {
 public:
  Naive(const LogAndViews& all, const std::map<core::CaseId, core::CaseState>& cases, std::vector<Instant> bounds)
      : bounds_(std::move(bounds)) {
    for (const auto& [id, state] : cases) Count(EventsOf(all.log, id));
  }

  struct Figures {
    StatsCounters counters;
    int64_t open_at_end = 0;
    int64_t open_since_s = 0;
    int64_t age_s = 0;
  };
  std::map<std::pair<size_t, StatsGroup>, Figures> figures;

 private:
  static StatsGroup GroupOf(const core::CaseState& state) {
    const std::string& version = state.definition.str();
    return {state.tenant, version.substr(0, version.find('@')), state.category, state.channel};
  }

  void Count(const std::vector<core::Event>& events) {
    for (size_t period = 0; period + 1 < bounds_.size(); ++period) {
      core::CaseState state;
      for (const core::Event& event : events) {
        const Instant at = event.ctx().occurred_at;
        if (at >= bounds_[period + 1]) break;
        const core::CaseState before = state;
        core::Apply(state, event);
        if (at >= bounds_[period]) CountOne(before, state, event, figures[{period, GroupOf(state)}].counters);
      }
      CountRating(events, period);
      if (!IsOpen(state)) continue;
      Figures& open = figures[{period, GroupOf(state)}];
      ++open.open_at_end;
      const Instant reached = state.received_at ? *state.received_at : state.submitted_at;
      open.open_since_s += SecondsOf(reached.time_since_epoch());
      const Instant lived_until = LivedUntil(events, bounds_[period + 1]);
      open.age_s += SecondsOf(lived_until.time_since_epoch()) - SecondsOf(reached.time_since_epoch());
    }
  }

  // Historic cases that nobody handed over age as far as their history goes.
  static Instant LivedUntil(const std::vector<core::Event>& events, Instant end) {
    core::CaseState state;
    for (const core::Event& event : events) core::Apply(state, event);
    if (!state.historic || state.live_since || !IsOpen(state)) return end;
    Instant known = state.last_occurred_at;
    if (state.advanced_to) known = std::max(known, *state.advanced_to);
    return std::min(end, known);
  }

  // The last rating counts, where it was given, under the category that the case has at its end.
  void CountRating(const std::vector<core::Event>& events, size_t period) {
    core::CaseState state;
    const core::Event* last = nullptr;
    for (const core::Event& event : events) {
      core::Apply(state, event);
      if (core::EventTypeName(event.payload) == "case_rated") last = &event;
    }
    if (last == nullptr) return;
    const Instant at = last->ctx().occurred_at;
    if (at < bounds_[period] || at >= bounds_[period + 1]) return;
    StatsCounters& to = figures[{period, GroupOf(state)}].counters;
    ++to.ratings;
    to.rating_sum += std::get<core::CaseRated>(last->payload).score;
  }

  static void CountOne(const core::CaseState& before, const core::CaseState& after, const core::Event& event,
                       StatsCounters& to) {
    const std::string_view type = core::EventTypeName(event.payload);
    const Instant reached = after.received_at ? *after.received_at : after.submitted_at;
    const int64_t took = SecondsOf(event.ctx().occurred_at - reached);
    to.submitted += type == "case_submitted" ? 1 : 0;
    to.responses += type == "response_sent" ? 1 : 0;
    if (type == "response_sent" && before.responses == 0) {
      ++to.first_responses;
      to.first_response_s += took;
    }
    if (type == "case_closed") {
      ++to.closed;
      to.resolution_s += took;
    }
    to.withdrawn += type == "case_withdrawn" ? 1 : 0;
    to.merged += type == "case_merged" ? 1 : 0;
    to.reopened += type == "case_reopened" ? 1 : 0;
    to.escalations += type == "case_escalated" ? 1 : 0;
    if (const auto* met = std::get_if<core::ClockMet>(&event.payload)) {
      ClockCounters& clock = to.clocks[met->clock];
      met->on_time ? ++clock.met_on_time : ++clock.met_late;
    }
    if (const auto* breached = std::get_if<core::DeadlineBreached>(&event.payload)) {
      ++to.clocks[breached->clock].breached;
    }
  }

  std::vector<Instant> bounds_;
};

RC_GTEST_PROP(StatsProperty, FiguresOfAnyZoneAreWhatHistoriesSay, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 15, .historic_percent = 25});
  for (const size_t events : {100U, 250U}) {
    life.RunTo(events);
    RC_ASSERT(all.Project(1 + life.Below(50)).has_value());
    if (life.Below(2) == 0) all.Reopen();
  }
  const auto offset = minutes(15 * (static_cast<int>(life.Below(26 * 4 + 1)) - 12 * 4));
  Instant first = life.now();
  Instant last = first;
  for (const auto& [id, state] : life.cases()) {
    first = std::min(first, state.submitted_at);
    last = std::max(last, state.last_occurred_at);
  }
  StatsQuery query;
  query.bounds = Months(first, last, cctz::fixed_time_zone(offset));
  query.by_tenant = query.by_workflow = query.by_category = query.by_channel = true;
  const auto rows = all.views.Stats(query);
  RC_ASSERT(rows.has_value());
  Naive naive(all, life.cases(), query.bounds);
  for (const StatsRow& row : *rows) {
    const auto expected = naive.figures[{row.period, row.group}];
    StatsCounters counters = row.counters;
    // Of these two only the sums are figures.
    counters.open_change = counters.open_since_s = counters.stopped_change = counters.stopped_at_s = 0;
    RC_ASSERT(counters == expected.counters);
    RC_ASSERT(row.open_at_end == expected.open_at_end);
    RC_ASSERT(row.open_since_s == expected.open_since_s);
    RC_ASSERT(row.AgeOfOpen(query.bounds[row.period + 1]) == expected.age_s);
    naive.figures.erase({row.period, row.group});
  }
  for (const auto& [place, figures] : naive.figures) {
    RC_ASSERT(figures.counters.IsZero());
    RC_ASSERT(figures.open_at_end == 0);
  }
  // By less, rows are sums of these.
  StatsQuery whole;
  whole.bounds = {query.bounds.front(), query.bounds.back()};
  const auto sums = all.views.Stats(whole);
  RC_ASSERT(sums.has_value());
  StatsCounters total;
  for (const StatsRow& row : *rows) total.Add(row.counters);
  RC_ASSERT(sums->size() == 1U);
  RC_ASSERT(sums->front().counters == total);
}

TEST(Stats, BucketsServeEveryZone) {
  const auto bucket = [](const char* at) { return FormatInstant(StatsBucket(*ParseInstant(at))); };
  EXPECT_EQ(bucket("2026-11-15T10:20:30Z"), "2026-11-01T12:00:00Z");
  EXPECT_EQ(bucket("2026-11-01T12:00:00Z"), "2026-11-01T12:00:00Z");
  EXPECT_EQ(bucket("2026-11-01T11:59:59Z"), "2026-11-01T11:45:00Z");
  EXPECT_EQ(bucket("2026-11-30T09:59:59Z"), "2026-11-01T12:00:00Z");
  EXPECT_EQ(bucket("2026-11-30T10:00:00Z"), "2026-11-30T10:00:00Z");
  EXPECT_EQ(bucket("2026-11-30T23:10:00Z"), "2026-11-30T23:00:00Z");
  EXPECT_EQ(bucket("1969-12-31T23:59:59Z"), "1969-12-31T23:45:00Z");
}

TEST(Stats, CountersComeBackFromBytes) {
  StatsCounters counters;
  counters.submitted = 3;
  counters.open_change = -2;
  counters.open_since_s = -7'000'000'000;
  counters.clocks[core::ClockId("resolve")] = {1, 2, 3};
  EXPECT_EQ(DecodeStatsCounters(EncodeStatsCounters(counters)), counters);
  EXPECT_FALSE(DecodeStatsCounters("\x01"));
}

TEST(Stats, PeriodsAscend) {
  LogAndViews all;
  StatsQuery query;
  EXPECT_FALSE(all.views.Stats(query));
  query.bounds = {*ParseInstant("2026-02-01T00:00:00Z"), *ParseInstant("2026-01-01T00:00:00Z")};
  const auto rows = all.views.Stats(query);
  ASSERT_FALSE(rows);
  EXPECT_THAT(rows.error().message, testing::HasSubstr("each after the one before"));
}

}  // namespace
}  // namespace rasti::views
