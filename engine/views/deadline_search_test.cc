// Lists of deadlines by clock, category and holder, and how many they have.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "engine/views/deadline_list_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::IsEmpty;

// Who holds it, as people put it.
bool IsHeldBy(const core::Assignment& holder, const InboxPlace& place) {
  const auto is = [&](const auto& id) { return id && id->str() == place.id; };
  switch (place.list) {
    case InboxList::kQueue: return is(holder.queue);
    case InboxList::kUnclaimed: return is(holder.queue) && !holder.person;
    case InboxList::kPerson: return is(holder.person);
    case InboxList::kDirectorate: return is(holder.directorate) && !holder.queue;
    case InboxList::kNobody: return !holder.person && !holder.queue && !holder.directorate;
    case InboxList::kAll: return true;
  }
  return false;
}

RC_GTEST_PROP(DeadlineSearchProperty, WhatIsAskedForIsFoundAndCounted, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 20, .historic_percent = 25});
  life.RunTo(250);
  RC_ASSERT(all.Project(1 + life.Below(50)).has_value());
  const auto states = StatesOf(life);
  const core::TenantId tenant("prishtine");
  const auto any = [&]() -> const core::CaseState& { return states[life.Below(states.size())]; };
  for (int i = 0; i < 10; ++i) {
    const Instant now = life.now() - hours(100) + hours(life.Below(500));
    DeadlineQuery query;
    query.tenant = tenant;
    query.limit = 1 + life.Below(9);
    query.count = true;
    const core::CaseState& like = any();
    if (life.Below(3) == 0) query.category = like.category;
    if (life.Below(3) == 0) query.queue = like.assignment.queue;
    if (life.Below(3) == 0 && !like.clocks.empty()) query.clock = like.clocks[life.Below(like.clocks.size())].id;
    for (uint64_t places = life.Below(3); places > 0; --places) {
      const core::Assignment& holder = any().assignment;
      if (holder.queue) query.places.push_back({InboxList::kQueue, holder.queue->str()});
      if (holder.queue) query.places.push_back({InboxList::kUnclaimed, holder.queue->str()});
      if (holder.person) query.places = {{InboxList::kPerson, holder.person->str()}};
      if (holder.directorate) query.places.push_back({InboxList::kDirectorate, holder.directorate->str()});
      if (holder.IsNobody()) query.places.push_back({InboxList::kNobody, ""});
    }
    auto expected = NaiveList(states, [&](const core::CaseState& state, Instant due) {
      const core::Assignment& holder = state.assignment;
      const bool is_of_place = query.places.empty() || std::ranges::any_of(query.places, [&](const InboxPlace& place) {
                                 return (!holder.tenant || holder.tenant == tenant) && IsHeldBy(holder, place);
                               });
      return state.tenant == tenant && due < EffectiveNow(state, now) && is_of_place &&
             (!query.category || state.category == *query.category) && (!query.queue || holder.queue == query.queue);
    });
    std::erase_if(expected, [&](const Place& place) { return query.clock && std::get<3>(place) != *query.clock; });
    std::optional<ListTotal> total;
    const auto found = AllPages(query, [&](const auto& q) {
      auto page = all.views.Overdue(q, now);
      if (q.cursor.empty() && page) total = page->total;
      return page;
    });
    RC_ASSERT(found == expected);
    RC_ASSERT(total == (ListTotal{std::ssize(expected), true}));
  }
}

using DeadlineSearchTest = DeadlineListTest;

TEST_F(DeadlineSearchTest, ALongSearchEndsAPageAndACountSaysThatThereMayBeMore) {
  // One more than are passed over, due at the same time, and behind them the one that is looked for.
  const auto most = static_cast<uint64_t>(DeadlinePage::kExaminedMost);
  for (uint64_t n = 1; n <= most + 1; ++n) Open(n, "prishtine", at_ + hours(1));
  const core::CaseId wanted = Open(most + 2, "prishtine", at_ + hours(2));
  core::Assignment to;
  to.queue = core::QueueId("roads");
  writer_.Write(wanted, prishtine_, at_, core::CaseAssigned{to, ""});
  ASSERT_TRUE(all_.Project().has_value());
  const Instant now = at_ + hours(9);

  DeadlineQuery query;
  query.tenant = prishtine_;
  query.queue = to.queue;
  auto page = all_.views.Overdue(query, now);
  ASSERT_TRUE(page.has_value());
  EXPECT_THAT(page->rows, IsEmpty());
  ASSERT_NE(page->next, "");
  query.cursor = page->next;
  EXPECT_THAT(Titles(all_.views.Overdue(query, now)), ElementsAre(fmt::format("Case {}", most + 2)));

  DeadlineQuery all;
  all.limit = 1;
  all.count = true;
  page = all_.views.Overdue(all, now);
  ASSERT_TRUE(page.has_value());
  EXPECT_EQ(page->total, (ListTotal{DeadlinePage::kExaminedMost + 1, false}));
  all.cursor = page->next;
  EXPECT_EQ(all_.views.Overdue(all, now)->total, std::nullopt);
  all.cursor.clear();
  all.limit = 3;
  EXPECT_EQ(all_.views.Overdue(all, now)->total, (ListTotal{DeadlinePage::kExaminedMost + 2, true}));
}

TEST_F(DeadlineSearchTest, PlacesAreThoseOfATenant) {
  DeadlineQuery query;
  query.places.push_back({InboxList::kNobody, ""});
  EXPECT_EQ(all_.views.Overdue(query, at_).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace rasti::views
