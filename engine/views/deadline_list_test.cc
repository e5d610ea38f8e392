#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

// (due_at, tenant, case, clock), as the lists are ordered.
using Place = std::tuple<Instant, core::TenantId, core::CaseId, core::ClockId>;

template <class Wanted>
std::vector<Place> NaiveList(const std::vector<core::CaseState>& states, const Wanted& wanted) {
  std::vector<Place> places;
  for (const core::CaseState& state : states) {
    for (const core::ClockState& clock : state.clocks) {
      const bool runs =
          clock.status == core::ClockStatus::kRunning || (clock.status == core::ClockStatus::kPaused && clock.breached);
      if (runs && wanted(state, clock.plan.due_at)) {
        places.emplace_back(clock.plan.due_at, state.tenant, state.id, clock.id);
      }
    }
  }
  std::ranges::sort(places);
  return places;
}

// All pages behind each other.
template <class Ask>
std::vector<Place> AllPages(DeadlineQuery query, const Ask& ask) {
  std::vector<Place> places;
  do {
    const Result<DeadlinePage> page = ask(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->rows.size() <= query.limit);
    RC_ASSERT(page->next.empty() || page->rows.size() == query.limit);
    for (const DeadlineRow& row : page->rows) places.emplace_back(row.due_at, row.tenant, row.case_id, row.clock);
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return places;
}

std::vector<core::CaseState> StatesOf(const test::RandomLife& life) {
  std::vector<core::CaseState> states;
  for (const auto& [id, state] : life.cases()) states.push_back(state);
  return states;
}

RC_GTEST_PROP(DeadlineListProperty, ListsAreWhatANaiveScanFinds, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 20, .historic_percent = 25});
  life.RunTo(250);
  RC_ASSERT(all.Project(1 + life.Below(50)).has_value());
  const auto states = StatesOf(life);
  for (int i = 0; i < 5; ++i) {
    const Instant now = life.now() - hours(200) + hours(life.Below(500));
    const Instant until = now + hours(life.Below(300));
    DeadlineQuery query;
    if (life.Below(2) == 0) query.tenant = core::TenantId("prishtine");
    query.limit = 1 + life.Below(9);
    query.historic_at_moment = life.Below(2) == 0;
    const auto overdue = AllPages(query, [&](const auto& q) { return all.views.Overdue(q, now); });
    RC_ASSERT(overdue == NaiveList(states, [&](const core::CaseState& state, Instant due) {
                return due < (query.historic_at_moment ? now : EffectiveNow(state, now));
              }));
    const auto at_risk = AllPages(query, [&](const auto& q) { return all.views.AtRisk(q, now, until); });
    RC_ASSERT(at_risk == NaiveList(states, [&](const core::CaseState& state, Instant due) {
                return due >= now && due <= until && (query.historic_at_moment || state.IsLive());
              }));
  }
}

RC_GTEST_PROP(DeadlineListProperty, OverdueAsOfIsWhatTheFoldsSay, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 8, .historic_percent = 25});
  life.RunTo(150);
  RC_ASSERT(all.Project().has_value());
  for (int i = 0; i < 4; ++i) {
    const Instant then = life.now() - hours(life.Below(1500));
    const Moment moment = life.Below(2) == 0 ? Moment{.at = then, .known_at = {}} : Moment{.at = {}, .known_at = then};
    std::vector<core::CaseState> states;
    for (const auto& [id, state] : life.cases()) states.push_back(FoldUntil(EventsOf(all.log, id), moment));
    DeadlineQuery query;
    query.limit = 1 + life.Below(5);
    const auto overdue = AllPages(query, [&](const auto& q) { return all.views.OverdueAsOf(q, moment); });
    RC_ASSERT(overdue == NaiveList(states, [&](const auto&, Instant due) { return due < then; }));
  }
}

RC_GTEST_PROP(DeadlineListProperty, TheBacklogIsWhatTheListsShow, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 20, .historic_percent = 25});
  life.RunTo(250);
  RC_ASSERT(all.Project().has_value());
  const Instant now = life.now() - hours(200) + hours(life.Below(500));
  const Instant soon = now + hours(life.Below(300));
  Backlog expected;
  for (const core::CaseState& state : StatesOf(life)) expected.open_cases += IsInInbox(state) ? 1 : 0;
  expected.overdue = std::ssize(AllPages({}, [&](const auto& q) { return all.views.Overdue(q, now); }));
  expected.due_soon = std::ssize(AllPages({}, [&](const auto& q) { return all.views.AtRisk(q, now, soon); }));
  const auto backlog = all.views.CountBacklog(now, soon);
  RC_ASSERT(backlog.has_value());
  RC_ASSERT(*backlog == expected);
}

class DeadlineListTest : public testing::Test {
 protected:
  DeadlineListTest() : writer_(all_.log) {}

  // A case with one clock.
  core::CaseId Open(uint64_t n, const char* tenant, Instant due_at, bool historic = false) {
    const core::CaseId id = test::SampleCaseId(n);
    core::CaseSubmitted submitted = test::Submitted(id, fmt::format("Case {}", n));
    submitted.historic = historic;
    writer_.Write(id, core::TenantId(tenant), at_, submitted);
    writer_.Write(id, core::TenantId(tenant), at_, test::Started("resolve", at_, due_at));
    return id;
  }
  std::vector<std::string> Titles(const Result<DeadlinePage>& page) {
    std::vector<std::string> titles;
    for (const DeadlineRow& row : page.value().rows) titles.push_back(row.title);
    return titles;
  }

  LogAndViews all_;
  test::EventWriter writer_;
  const Instant at_ = test::SampleStart();
  const core::TenantId prishtine_{"prishtine"};
};

TEST_F(DeadlineListTest, DueAtThisInstantIsNotOverdueButAtRisk) {
  Open(1, "prishtine", at_ + hours(5));
  ASSERT_TRUE(all_.Project().has_value());
  const Instant due = at_ + hours(5);
  EXPECT_THAT(Titles(all_.views.Overdue({}, due)), IsEmpty());
  EXPECT_THAT(Titles(all_.views.Overdue({}, due + Duration{1})), ElementsAre("Case 1"));
  EXPECT_THAT(Titles(all_.views.AtRisk({}, due, due)), ElementsAre("Case 1"));
  EXPECT_THAT(Titles(all_.views.AtRisk({}, due + Duration{1}, due + hours(9))), IsEmpty());
  EXPECT_THAT(Titles(all_.views.AtRisk({}, at_, due - Duration{1})), IsEmpty());
}

TEST_F(DeadlineListTest, TenantsAreMergedByDueAt) {
  Open(1, "prizren", at_ + hours(3));
  Open(2, "prishtine", at_ + hours(2));
  Open(3, "peje", at_ + hours(3));
  Open(4, "prishtine", at_ + hours(4));
  Open(5, "p", at_ + hours(3));
  ASSERT_TRUE(all_.Project().has_value());
  const Instant now = at_ + hours(9);
  EXPECT_THAT(Titles(all_.views.Overdue({}, now)), ElementsAre("Case 2", "Case 5", "Case 3", "Case 1", "Case 4"));
  DeadlineQuery own;
  own.tenant = prishtine_;
  EXPECT_THAT(Titles(all_.views.Overdue(own, now)), ElementsAre("Case 2", "Case 4"));
  own.tenant = core::TenantId("p");
  EXPECT_THAT(Titles(all_.views.Overdue(own, now)), ElementsAre("Case 5"));

  DeadlineQuery paged;
  paged.limit = 1;
  const auto places = AllPages(paged, [&](const auto& q) { return all_.views.Overdue(q, now); });
  EXPECT_EQ(places.size(), 5u);
  EXPECT_TRUE(std::ranges::is_sorted(places));
}

TEST_F(DeadlineListTest, ARowTellsWhatIsNeeded) {
  const core::CaseId id = Open(1, "prishtine", at_ + hours(1));
  core::Assignment to;
  to.queue = core::QueueId("roads");
  writer_.Write(id, prishtine_, at_ + hours(1), core::StageEntered{core::StageId("open"), {}, {}, false, {}, {}});
  writer_.Write(id, prishtine_, at_ + hours(1), core::CaseAssigned{to, ""});
  writer_.Write(id, prishtine_, at_ + hours(2), core::DeadlineBreached{core::ClockId("resolve"), at_ + hours(1)});
  writer_.Write(id, prishtine_, at_ + hours(2),
                core::CaseEscalated{core::ClockId("resolve"), 2, {}, at_ + hours(2), at_ + hours(1), ""});
  ASSERT_TRUE(all_.Project(1).has_value());
  const auto page = all_.views.Overdue({}, at_ + hours(3));
  ASSERT_EQ(page->rows.size(), 1u);
  DeadlineRow row;
  row.tenant = prishtine_;
  row.case_id = id;
  row.reference = core::PublicReference(id);
  row.title = "Case 1";
  row.category = core::CategoryId("roads");
  row.stage = core::StageId("open");
  row.holder = to;
  row.clock = core::ClockId("resolve");
  row.due_at = at_ + hours(1);
  row.breached = true;
  row.escalated_to = 2;
  EXPECT_EQ(page->rows[0], row);
  EXPECT_EQ(page->next, "");
}

TEST_F(DeadlineListTest, WhatIsPausedOrOverIsNotListed) {
  const core::ClockId resolve("resolve");
  const core::CaseId paused = Open(1, "prishtine", at_ + hours(1));
  writer_.Write(paused, prishtine_, at_, core::ClockPaused{resolve, "", false});
  const core::CaseId met = Open(2, "prishtine", at_ + hours(1));
  writer_.Write(met, prishtine_, at_, core::ClockMet{resolve, at_ + hours(1), true});
  const core::CaseId withdrawn = Open(3, "prishtine", at_ + hours(1));
  writer_.Write(withdrawn, prishtine_, at_, core::CaseWithdrawn{});
  ASSERT_TRUE(all_.Project(2).has_value());
  EXPECT_THAT(Titles(all_.views.Overdue({}, at_ + hours(9))), IsEmpty());
  EXPECT_THAT(all_.store.rows(kDeadlines), IsEmpty());
}

TEST_F(DeadlineListTest, WallTimeLeavesHistoricCasesAlone) {
  const core::CaseId id = Open(1, "prishtine", at_ + hours(5), /*historic=*/true);
  writer_.Write(id, prishtine_, at_ + hours(1), core::CaseAdvanced{at_ + hours(4)});
  ASSERT_TRUE(all_.Project().has_value());
  const Instant years_later = at_ + hours(24 * 3000);
  EXPECT_THAT(Titles(all_.views.Overdue({}, years_later)), IsEmpty());
  DeadlineQuery named;
  named.historic_at_moment = true;
  EXPECT_THAT(Titles(all_.views.Overdue(named, years_later)), ElementsAre("Case 1"));

  writer_.Write(id, prishtine_, at_ + hours(4), core::CaseAdvanced{at_ + hours(6)});
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_THAT(Titles(all_.views.Overdue({}, years_later)), ElementsAre("Case 1"));
}

TEST_F(DeadlineListTest, ACursorOfAnotherListIsRefused) {
  Open(1, "prishtine", at_ + hours(1));
  Open(2, "prishtine", at_ + hours(2));
  ASSERT_TRUE(all_.Project().has_value());
  DeadlineQuery query;
  query.limit = 1;
  query.cursor = all_.views.Overdue(query, at_ + hours(9))->next;
  EXPECT_THAT(Titles(all_.views.Overdue(query, at_ + hours(9))), ElementsAre("Case 2"));
  query.tenant = core::TenantId("prizren");
  EXPECT_EQ(all_.views.Overdue(query, at_).error().code, ErrorCode::kInvalidArgument);
  for (const char* cursor : {"x", "zz", "00", "0001"}) {
    query.cursor = cursor;
    EXPECT_EQ(all_.views.Overdue(query, at_).error().code, ErrorCode::kInvalidArgument) << cursor;
  }
  // No row is due then, and there would be no instant behind it.
  const DeadlineKey never{core::TenantId("prizren"), Instant::max(), test::SampleCaseId(1), core::ClockId("resolve")};
  query.cursor = ToHex(EncodeDeadlineKey(never));
  EXPECT_EQ(all_.views.Overdue(query, at_).error().code, ErrorCode::kInvalidArgument);
}

RC_GTEST_PROP(DeadlineListProperty, RunningClocksComeByTenantAndTimeOnceEach, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 20, .historic_percent = 25});
  life.RunTo(250);
  RC_ASSERT(all.Project().has_value());
  const auto everything = [](const core::CaseState&, Instant) { return true; };
  auto expected = NaiveList(StatesOf(life), everything);
  std::ranges::stable_sort(expected, {}, [](const Place& place) { return std::get<1>(place); });

  RunningQuery query;
  query.limit = 1 + life.Below(12);
  std::vector<Place> found;
  do {
    size_t of_page = 0;
    const auto next =
        all.views.ForEachRunning(query, [&](const CasePage& page, const core::ClockState& clock) -> Status {
          found.emplace_back(clock.plan.due_at, page.state.tenant, page.state.id, clock.id);
          ++of_page;
          return {};
        });
    RC_ASSERT(next.has_value());
    RC_ASSERT(of_page <= query.limit);
    query.cursor = *next;
  } while (!query.cursor.empty());
  RC_ASSERT(found == expected);
}

TEST_F(DeadlineListTest, RunningClocksOfATenantAndACursorOfAnotherList) {
  Open(1, "prizren", at_ + hours(3));
  Open(2, "prishtine", at_ + hours(2));
  Open(3, "prishtine", at_ + hours(1));
  ASSERT_TRUE(all_.Project().has_value());
  const auto titles = [&](const RunningQuery& query) {
    std::vector<std::string> found;
    const auto next = all_.views.ForEachRunning(query, [&](const CasePage& page, const core::ClockState&) -> Status {
      found.push_back(page.state.title);
      return {};
    });
    EXPECT_TRUE(next.has_value());
    return found;
  };
  EXPECT_THAT(titles({}), ElementsAre("Case 3", "Case 2", "Case 1"));
  EXPECT_THAT(titles({.tenant = prishtine_, .cursor = {}}), ElementsAre("Case 3", "Case 2"));
  EXPECT_THAT(titles({.tenant = core::TenantId("prish"), .cursor = {}}), IsEmpty());
  const auto nothing = [](const CasePage&, const core::ClockState&) -> Status { return {}; };
  const auto first = all_.views.ForEachRunning({.tenant = {}, .limit = 1, .cursor = {}}, nothing);
  ASSERT_TRUE(first.has_value());
  EXPECT_THAT(titles({.tenant = prishtine_, .limit = 9, .cursor = *first}), ElementsAre("Case 2"));
  EXPECT_FALSE(all_.views.ForEachRunning({.tenant = core::TenantId("prizren"), .limit = 1, .cursor = *first}, nothing));
  EXPECT_FALSE(all_.views.ForEachRunning({.tenant = {}, .limit = 1, .cursor = "beef"}, nothing));
  const auto stopped = all_.views.ForEachRunning(
      {}, [](const CasePage&, const core::ClockState&) -> Status { return Fail(Error::Invalid("enough")); });
  ASSERT_FALSE(stopped.has_value());
  EXPECT_EQ(stopped.error().message, "enough");
}

}  // namespace
}  // namespace rasti::views
