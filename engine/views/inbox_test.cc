#include "engine/views/inbox.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <vector>

#include "engine/views/deadline_row.h"
#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

// (due_at, case), as inboxes are ordered.
using Place = std::pair<Instant, core::CaseId>;

Instant DueOf(const core::CaseState& state) {
  Instant due = kLatestInstant;
  for (const core::ClockState& clock : state.clocks) {
    if (IsListed(clock)) due = std::min(due, clock.plan.due_at);
  }
  return due;
}

bool IsOpen(const core::CaseState& state) {
  return state.status == core::CaseStatus::kOpen || state.status == core::CaseStatus::kFrozen;
}

core::TenantId HolderOf(const core::CaseState& state) { return state.assignment.tenant.value_or(state.tenant); }

// Whether a case stands in a list, said anew.
bool Stands(const core::CaseState& state, const core::TenantId& tenant, const InboxPlace& place) {
  const core::Assignment& holder = state.assignment;
  const bool is_theirs = HolderOf(state) == tenant;
  const auto is = [&](const auto& id) { return id && id->str() == place.id; };
  switch (place.list) {
    case InboxList::kAll: return state.tenant == tenant || is_theirs;
    case InboxList::kQueue: return is_theirs && is(holder.queue);
    case InboxList::kUnclaimed: return is_theirs && is(holder.queue) && !holder.person;
    case InboxList::kPerson: return is_theirs && is(holder.person);
    case InboxList::kDirectorate: return is_theirs && !holder.queue && is(holder.directorate);
    case InboxList::kNobody: return is_theirs && !holder.queue && !holder.directorate && !holder.person;
  }
  return false;
}

std::vector<Place> NaiveInbox(const std::vector<core::CaseState>& states, const InboxQuery& query) {
  std::vector<InboxPlace> places = query.places;
  if (places.empty()) places.emplace_back();
  std::vector<Place> found;
  for (const core::CaseState& state : states) {
    if (!IsOpen(state)) continue;
    if (std::ranges::none_of(places, [&](const auto& place) { return Stands(state, query.tenant, place); })) continue;
    if (query.stage && state.stage != *query.stage) continue;
    if (query.category && state.category != *query.category) continue;
    if (query.queue && state.assignment.queue != query.queue) continue;
    if (query.due_before && DueOf(state) >= *query.due_before) continue;
    if (!query.text.empty() && state.title.find(query.text) == std::string::npos) continue;
    found.emplace_back(DueOf(state), state.id);
  }
  std::ranges::sort(found);
  return found;
}

InboxQuery QueryOf(const core::TenantId& tenant, std::vector<InboxPlace> places = {}) {
  InboxQuery query;
  query.tenant = tenant;
  query.places = std::move(places);
  return query;
}

// All pages behind each other; each says the same total, but for one that had to be counted: the first says that.
std::vector<Place> AllPages(const Views& views, InboxQuery query, std::optional<ListTotal>* total) {
  std::vector<Place> places;
  bool first = true;
  do {
    const Result<InboxPage> page = views.Inbox(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->rows.size() <= query.limit);
    for (const InboxRow& row : page->rows) places.emplace_back(row.due_at, row.case_id);
    const bool is_counted = query.count && (query.due_before || query.LooksIntoCases());
    RC_ASSERT(first || page->total == (is_counted ? std::nullopt : *total));
    if (first) *total = page->total;
    first = false;
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return places;
}

std::vector<core::CaseState> StatesOf(const test::RandomLife& life) {
  std::vector<core::CaseState> states;
  for (const auto& [id, state] : life.cases()) states.push_back(state);
  return states;
}

// Every list that one of these cases stands in.
std::vector<InboxPlace> PlacesOf(const std::vector<core::CaseState>& states) {
  std::set<std::pair<InboxList, std::string>> known{{InboxList::kNobody, ""}};
  for (const core::CaseState& state : states) {
    const core::Assignment& holder = state.assignment;
    if (holder.queue) known.insert({InboxList::kQueue, holder.queue->str()});
    if (holder.queue) known.insert({InboxList::kUnclaimed, holder.queue->str()});
    if (holder.person) known.insert({InboxList::kPerson, holder.person->str()});
    if (holder.directorate) known.insert({InboxList::kDirectorate, holder.directorate->str()});
  }
  std::vector<InboxPlace> places{{}};
  for (const auto& [list, id] : known) places.push_back({list, id});
  return places;
}

RC_GTEST_PROP(InboxProperty, ListsAndCountsAreWhatANaiveScanFinds, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 20, .historic_percent = 25});
  for (const size_t events : {80U, 160U, 250U}) {
    life.RunTo(events);
    RC_ASSERT(all.Project(1 + life.Below(50)).has_value());
    if (life.Below(2) == 0) all.Reopen();
  }
  const std::vector<core::CaseState> states = StatesOf(life);
  std::set<core::TenantId> tenants;
  for (const core::CaseState& state : states) {
    tenants.insert(state.tenant);
    tenants.insert(HolderOf(state));
  }
  for (const core::TenantId& tenant : tenants) {
    for (const InboxPlace& place : PlacesOf(states)) {
      InboxQuery query = QueryOf(tenant, {place});
      query.limit = 1 + life.Below(9);
      std::optional<ListTotal> total;
      const std::vector<Place> naive = NaiveInbox(states, query);
      RC_ASSERT(AllPages(all.views, query, &total) == naive);
      RC_ASSERT(total == (ListTotal{std::ssize(naive), true}));
    }
    const core::CaseState& some = states[life.Below(states.size())];
    InboxQuery query = QueryOf(tenant);
    query.limit = 4;
    std::optional<ListTotal> total;
    query.stage = some.stage;
    RC_ASSERT(AllPages(all.views, query, &total) == NaiveInbox(states, query));
    RC_ASSERT(total.has_value());
    query.stage.reset();
    query.due_before = DueOf(some);
    RC_ASSERT(AllPages(all.views, query, &total) == NaiveInbox(states, query));
    RC_ASSERT(!total.has_value());
    query.count = true;
    const std::vector<Place> due = NaiveInbox(states, query);
    RC_ASSERT(AllPages(all.views, query, &total) == due);
    RC_ASSERT(total == (ListTotal{std::ssize(due), true}));
    query.due_before.reset();
    query.category = some.category;
    query.queue = some.assignment.queue;
    query.text = some.title.substr(0, some.title.size() / 2);
    query.limit = 1 + life.Below(4);
    const std::vector<Place> like = NaiveInbox(states, query);
    RC_ASSERT(AllPages(all.views, query, &total) == like);
    RC_ASSERT(total == (ListTotal{std::ssize(like), true}));
    // What a person has taken, and what nobody took of a queue: they share no case.
    if (some.assignment.person && some.assignment.queue) {
      const InboxQuery mine = QueryOf(tenant, {{InboxList::kPerson, some.assignment.person->str()},
                                               {InboxList::kUnclaimed, some.assignment.queue->str()}});
      const std::vector<Place> naive = NaiveInbox(states, mine);
      RC_ASSERT(AllPages(all.views, mine, &total) == naive);
      RC_ASSERT(total == (ListTotal{std::ssize(naive), true}));
    }
  }
}

TEST(Inbox, ARowTellsWhatComesFirst) {
  core::CaseState state;
  state.tenant = core::TenantId("prizren");
  state.stage = core::StageId("received");
  state.title = "Hole";
  const auto add = [&](const char* id, int64_t due, core::ClockStatus status, bool breached, int level) {
    core::ClockState& clock = state.clocks.emplace_back();
    clock.id = core::ClockId(id);
    clock.plan.due_at = InstantFromUnixMillis(due);
    clock.status = status;
    clock.breached = breached;
    clock.escalated_to = level;
  };
  add("met", 1, core::ClockStatus::kMet, true, 3);
  add("paused", 2, core::ClockStatus::kPaused, false, 0);
  add("later", 9, core::ClockStatus::kRunning, false, 0);
  add("first", 5, core::ClockStatus::kRunning, true, 1);
  const InboxRow row = MakeInboxRow(state);
  EXPECT_EQ(row.clock, core::ClockId("first"));
  EXPECT_EQ(ToUnixMillis(row.due_at), 5);
  EXPECT_TRUE(row.breached);
  EXPECT_EQ(row.escalated_to, 3);
  // Held by nobody: of the tenant, and of nobody.
  EXPECT_EQ(InboxKeysOf(state).size(), 2U);
  state.assignment.queue = core::QueueId("roads");
  EXPECT_EQ(InboxKeysOf(state).size(), 3U);
  state.status = core::CaseStatus::kMerged;
  EXPECT_TRUE(InboxKeysOf(state).empty());
}

TEST(Inbox, AForeignCursorIsRefused) {
  LogAndViews all;
  for (const char* cursor : {"0", "zz", "00ff"}) {
    InboxQuery query = QueryOf(core::TenantId("prizren"));
    query.cursor = cursor;
    const auto page = all.views.Inbox(query);
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(page.error().message, testing::HasSubstr(cursor));
  }
}

// What is looked for in cases is looked for in so many of them; the page says where to go on.
TEST(Inbox, ALongSearchEndsAPage) {
  LogAndViews all(1);
  const auto batch = all.store.NewBatch();
  core::CaseState state;
  state.tenant = core::TenantId("prizren");
  state.stage = core::StageId("received");
  state.title = "Hole";
  constexpr int64_t kAll = InboxPage::kExaminedMost + 10;
  for (int64_t i = 0; i < kAll; ++i) {
    state.id = core::CaseId{UuidV7(InstantFromUnixMillis(i), std::array<uint8_t, 10>{})};
    if (i == kAll - 1) state.title = "Llambë e SHUAR";
    batch->Put(views::kCases, CaseKey(state.id), EncodeCase(state, {}, {0}));
    for (const std::string& key : InboxKeysOf(state)) batch->Put(kInbox, key, {});
  }
  ASSERT_TRUE(all.store.Write(*batch));
  InboxQuery query = QueryOf(state.tenant);
  query.text = "LLAMBE e shuar";
  query.count = true;
  const auto first = all.views.Inbox(query);
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_TRUE(first->rows.empty());
  // Behind the page so many more are looked into.
  EXPECT_EQ(first->total, (ListTotal{1, true}));
  ASSERT_FALSE(first->next.empty());
  query.cursor = first->next;
  const auto second = all.views.Inbox(query);
  ASSERT_TRUE(second) << second.error().message;
  ASSERT_EQ(second->rows.size(), 1U);
  EXPECT_EQ(second->rows[0].title, "Llambë e SHUAR");
  EXPECT_TRUE(second->next.empty());
  // A page of a list alone is as long as it was asked for.
  InboxQuery all_of_it = QueryOf(state.tenant);
  all_of_it.limit = static_cast<size_t>(kAll);
  const auto whole = all.views.Inbox(all_of_it);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->rows.size(), static_cast<size_t>(kAll));
  EXPECT_TRUE(whole->next.empty());
  InboxQuery due = QueryOf(state.tenant);
  due.due_before = kLatestInstant;
  due.limit = 1;
  due.count = true;
  EXPECT_EQ(all.views.Inbox(due)->total, (ListTotal{0, true})) << "time runs for none of them";
  due.due_before.reset();
  due.category = state.category;
  EXPECT_EQ(all.views.Inbox(due)->total, (ListTotal{InboxPage::kExaminedMost + 1, false}));
}

}  // namespace
}  // namespace rasti::views
