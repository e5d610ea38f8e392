#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <vector>

#include "engine/views/deadline_list_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

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
    // A tenant's own, and what it holds for another.
    std::vector<core::TenantId> tenants{core::TenantId("prishtine")};
    for (const core::CaseState& state : states) tenants.push_back(HoldingTenant(state));
    if (life.Below(3) != 0) query.tenant = tenants[life.Below(tenants.size())];
    const auto is_theirs = [&](const core::CaseState& state) {
      return !query.tenant || state.tenant == *query.tenant || state.assignment.tenant == *query.tenant;
    };
    query.limit = 1 + life.Below(9);
    query.historic_at_moment = life.Below(2) == 0;
    const auto overdue = AllPages(query, [&](const auto& q) { return all.views.Overdue(q, now); });
    RC_ASSERT(overdue == NaiveList(states, [&](const core::CaseState& state, Instant due) {
                return is_theirs(state) && due < (query.historic_at_moment ? now : EffectiveNow(state, now));
              }));
    const auto at_risk = AllPages(query, [&](const auto& q) { return all.views.AtRisk(q, now, until); });
    RC_ASSERT(at_risk == NaiveList(states, [&](const core::CaseState& state, Instant due) {
                return is_theirs(state) && due >= now && due <= until && (query.historic_at_moment || state.IsLive());
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
    query.count = true;
    if (life.Below(2) == 0) query.tenant = HoldingTenant(states[life.Below(states.size())]);
    std::optional<ListTotal> total;
    const auto overdue = AllPages(query, [&](const auto& q) {
      auto page = all.views.OverdueAsOf(q, moment);
      if (q.cursor.empty() && page) total = page->total;
      return page;
    });
    RC_ASSERT(overdue == NaiveList(states, [&](const core::CaseState& state, Instant due) {
                const bool is_theirs =
                    !query.tenant || state.tenant == *query.tenant || state.assignment.tenant == *query.tenant;
                return is_theirs && due < then;
              }));
    RC_ASSERT(total == (ListTotal{std::ssize(overdue), true}));
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

TEST_F(DeadlineListTest, WhoHoldsACaseOfAnotherTenantHasItInTheirListToo) {
  Open(1, "prishtine", at_ + hours(1));
  const core::CaseId held = Open(2, "prishtine", at_ + hours(2));
  core::Assignment to;
  to.tenant = core::TenantId("mlga");
  to.person = core::ActorId("overseer");
  writer_.Write(held, prishtine_, at_, core::CaseAssigned{to, ""});
  ASSERT_TRUE(all_.Project().has_value());
  const Instant now = at_ + hours(9);
  DeadlineQuery theirs;
  theirs.tenant = to.tenant;
  DeadlineQuery own;
  own.tenant = prishtine_;
  EXPECT_THAT(Titles(all_.views.Overdue(theirs, now)), ElementsAre("Case 2"));
  EXPECT_THAT(Titles(all_.views.Overdue(own, now)), ElementsAre("Case 1", "Case 2"));
  // Of all tenants it is one deadline.
  EXPECT_THAT(Titles(all_.views.Overdue({}, now)), ElementsAre("Case 1", "Case 2"));
  EXPECT_EQ(all_.views.CountBacklog(now, now)->overdue, 2);
  EXPECT_THAT(Titles(all_.views.OverdueAsOf(theirs, {.at = now, .known_at = {}})), ElementsAre("Case 2"));
  theirs.places = {{InboxList::kPerson, "overseer"}};
  EXPECT_THAT(Titles(all_.views.Overdue(theirs, now)), ElementsAre("Case 2"));
  int running = 0;
  const auto count = [&](const CasePage&, const core::ClockState&) -> Status {
    ++running;
    return {};
  };
  ASSERT_TRUE(all_.views.ForEachRunning({}, count).has_value());
  EXPECT_EQ(running, 2);

  writer_.Write(held, prishtine_, at_, core::CaseAssigned{{}, ""});
  ASSERT_TRUE(all_.Project().has_value());
  theirs.places.clear();
  EXPECT_THAT(Titles(all_.views.Overdue(theirs, now)), IsEmpty());
  EXPECT_THAT(Titles(all_.views.Overdue(own, now)), ElementsAre("Case 1", "Case 2"));
}

TEST_F(DeadlineListTest, ABrokenRowIsAnErrorAndNoEnd) {
  Open(1, "prishtine", at_ + hours(1));
  ASSERT_TRUE(all_.Project().has_value());
  const auto batch = all_.store.NewBatch();
  batch->Put(kDeadlines, DeadlinePrefix(prishtine_) + "\xff", {});
  ASSERT_TRUE(all_.store.Write(*batch));
  for (const auto& tenant : {std::optional<core::TenantId>(), std::optional(prishtine_)}) {
    DeadlineQuery query;
    query.tenant = tenant;
    const auto page = all_.views.Overdue(query, at_ + hours(9));
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::kCorruption);
  }
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
