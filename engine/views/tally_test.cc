#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;

RC_GTEST_PROP(TallyProperty, CountsWhatTheFoldsSay, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 12, .historic_percent = 50});
  life.RunTo(150);
  RC_ASSERT(all.Project().has_value());
  const core::ClockId resolve("resolve");
  for (int i = 0; i < 5; ++i) {
    const Instant at = life.now() - hours(life.Below(3000));
    StatusTally expected;
    for (const auto& [id, latest] : life.cases()) {
      const core::CaseState state = FoldUntil(EventsOf(all.log, id), {.at = at, .known_at = {}});
      if (!state.Exists()) continue;
      const core::ClockState* clock = state.FindClock(resolve);
      if (clock == nullptr) {
        ++expected.no_deadline;
      } else if (clock->IsActive()) {
        const bool late = clock->status == core::ClockStatus::kPaused ? clock->breached : clock->plan.due_at < at;
        ++(late ? expected.open_overdue : expected.open_in_time);
      } else {
        const bool late = clock->met_at ? *clock->met_at > clock->plan.due_at : clock->breached;
        ++(late ? expected.closed_late : expected.closed_on_time);
      }
    }
    RC_ASSERT(all.views.Tally(core::TenantId("prishtine"), resolve, at, life.now()).value() == expected);
  }
}

TEST(TallyTest, CountsByDatesAlone) {
  LogAndViews all;
  test::EventWriter writer(all.log);
  const core::TenantId tenant("boston");
  const core::ClockId target("target");
  const Instant start = test::SampleStart();
  const Instant due = start + hours(10);
  uint64_t n = 0;
  const auto open = [&](bool with_clock) {
    const core::CaseId id = test::SampleCaseId(++n);
    core::CaseSubmitted submitted = test::Submitted(id);
    submitted.historic = true;
    writer.Write(id, tenant, start, submitted);
    if (with_clock) writer.Write(id, tenant, start, test::Started("target", start, due));
    return id;
  };
  const auto close = [&](const core::CaseId& id, Instant at) {
    writer.Write(id, tenant, at, core::ClockMet{target, due, at <= due});
    writer.Write(id, tenant, at, core::CaseClosed{});
  };
  open(false);
  open(true);
  close(open(true), due);
  close(open(true), due + Duration{1});
  writer.Write(open(true), tenant, start + hours(1), core::CaseWithdrawn{});
  ASSERT_TRUE(all.Project().has_value());

  const auto tally = [&](Instant at) { return all.views.Tally(tenant, target, at, due + hours(1)).value(); };
  EXPECT_EQ(tally(start - Duration{1}), StatusTally());
  EXPECT_EQ(tally(start), (StatusTally{.open_in_time = 4, .no_deadline = 1}));
  EXPECT_EQ(tally(due), (StatusTally{.closed_on_time = 2, .open_in_time = 2, .no_deadline = 1}));
  EXPECT_EQ(tally(due + Duration{1}),
            (StatusTally{.closed_on_time = 2, .closed_late = 1, .open_overdue = 1, .no_deadline = 1}));
  EXPECT_EQ(all.views.Tally(core::TenantId("other"), target, due, due).value(), StatusTally());
  EXPECT_EQ(all.views.Tally({}, {}, due + Duration{1}, due + hours(1)).value(), tally(due + Duration{1}));
  EXPECT_EQ(all.views.Tally({}, core::ClockId("unknown"), due, due).value(), StatusTally{.no_deadline = 5});
}

TEST(TallyTest, WithoutAMomentHistoricCasesStandAsAtTheEndOfTheirHistory) {
  LogAndViews all;
  test::EventWriter writer(all.log);
  const core::TenantId tenant("boston");
  const Instant start = test::SampleStart();
  const Instant due = start + hours(10);
  const auto open = [&](uint64_t n, bool historic) {
    const core::CaseId id = test::SampleCaseId(n);
    core::CaseSubmitted submitted = test::Submitted(id);
    submitted.historic = historic;
    writer.Write(id, tenant, start, submitted);
    writer.Write(id, tenant, start, test::Started("target", start, due));
    return id;
  };
  open(1, false);
  writer.Write(open(2, true), tenant, start + hours(1), core::CaseAdvanced{due - hours(1)});
  writer.Write(open(3, true), tenant, start + hours(1), core::CaseAdvanced{due + hours(1)});
  const core::CaseId live = open(4, true);
  writer.Write(live, tenant, start + hours(1), core::CaseAdvanced{due - hours(1)});
  writer.Write(live, tenant, start + hours(1), core::CaseWentLive{due - hours(1)});
  ASSERT_TRUE(all.Project().has_value());

  const Instant years_later = due + hours(20'000);
  EXPECT_EQ(all.views.Tally(tenant, {}, {}, years_later).value(), (StatusTally{.open_overdue = 3, .open_in_time = 1}));
  EXPECT_EQ(all.views.Tally(tenant, {}, years_later, years_later).value(), StatusTally{.open_overdue = 4});
}

}  // namespace
}  // namespace rasti::views
