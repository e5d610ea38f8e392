// What tests of lists of deadlines share: all pages behind each other, a naive list, and cases with one clock.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <tuple>
#include <vector>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {

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

inline std::vector<core::CaseState> StatesOf(const test::RandomLife& life) {
  std::vector<core::CaseState> states;
  for (const auto& [id, state] : life.cases()) states.push_back(state);
  return states;
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

}  // namespace rasti::views
