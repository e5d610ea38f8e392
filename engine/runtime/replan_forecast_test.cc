#include "engine/runtime/replan_forecast.h"

#include <gmock/gmock.h>

#include "engine/runtime/sample_configuration_for_test.h"

namespace rasti::runtime {
namespace {

using std::chrono::days;
using std::chrono::hours;
using test::people::Citizen;
using test::people::Officer;

class ReplanForecastTest : public testing::Test {
 protected:
  // A case of roads, open since the morning of a Monday: 10 working days to resolve it.
  core::CaseState Open() {
    core::CaseState state;
    Do(state, "submit", Citizen(), test::SampleSubmit());
    Do(state, "open", Officer(), test::Act("open"));
    return state;
  }
  void Do(core::CaseState& state, const char* id, const core::Actor& actor, core::CommandPayload payload) {
    const auto decision =
        core::Decide(world_.config(), state, test::MakeCommand(test::SampleCaseId(1), id, actor, std::move(payload)),
                     {start_, start_});
    ASSERT_TRUE(decision) << decision.error().message;
    state = decision->state;
  }
  const core::ClockState& Resolve(const core::CaseState& state) { return *state.FindClock(resolve_); }

  const test::SampleWorld world_;
  const Instant start_ = test::SampleStart();
  const core::ClockId resolve_{"resolve"};
  const std::shared_ptr<const Configuration> before_ = SampleConfiguration(world_);
};

TEST_F(ReplanForecastTest, IsWhatTheEngineDoesWhenTheCalendarComesIntoForce) {
  const core::CaseState state = Open();
  const Instant at = start_ + hours(3);
  const auto after = SampleConfiguration(world_, at);
  const ReplanForecast forecast = ForecastReplan(*before_, *after, state, start_, at);
  const auto decision = core::Replan(world_.config_with_calendar_2(), state, at, at);
  ASSERT_TRUE(decision);
  const core::ClockState& planned = Resolve(decision->state);
  ASSERT_EQ(forecast.moves.size(), 1U) << "acknowledge was met";
  EXPECT_EQ(forecast.moves[0],
            (DeadlineMove{resolve_, Resolve(state).plan.due_at, planned.plan.due_at, planned.plan.computed_due_at}));
  EXPECT_GT(forecast.moves[0].due_after, forecast.moves[0].due_before);
  EXPECT_FALSE(forecast.kept);
}

TEST_F(ReplanForecastTest, TimePassesUntilThen) {
  const core::CaseState state = Open();
  // Breached by then: a breach is a fact that no calendar undoes.
  const Instant late = Resolve(state).plan.due_at + hours(1);
  EXPECT_TRUE(ForecastReplan(*before_, *SampleConfiguration(world_, late), state, start_, late).moves.empty());
  const Instant in_time = Resolve(state).plan.due_at;
  EXPECT_EQ(ForecastReplan(*before_, *SampleConfiguration(world_, in_time), state, start_, in_time).moves.size(), 1U);
}

TEST_F(ReplanForecastTest, WhatComesIntoForceEarlierIsPlannedForFirst) {
  const core::CaseState state = Open();
  // The second calendar is published already, for an hour from now: the one after it changes nothing more.
  const auto published = SampleConfiguration(world_, start_ + hours(1));
  EXPECT_TRUE(ForecastReplan(*published, *published, state, start_, start_ + hours(2)).moves.empty());
  // At the instant itself it is what moves them.
  EXPECT_EQ(ForecastReplan(*before_, *published, state, start_, start_ + hours(2)).moves.size(), 1U);
}

TEST_F(ReplanForecastTest, NothingMovesToThePast) {
  // Planned with the three holidays; they are taken away on the day that would have been the deadline's, and a day on.
  core::CaseState state;
  const auto submitted =
      core::Decide(world_.config_with_calendar_2(), state,
                   test::MakeCommand(test::SampleCaseId(1), "s", Citizen(), test::SampleSubmit()), {start_, start_});
  ASSERT_TRUE(submitted);
  const auto opened =
      core::Decide(world_.config_with_calendar_2(), submitted->state,
                   test::MakeCommand(test::SampleCaseId(1), "o", Officer(), test::Act("open")), {start_, start_});
  ASSERT_TRUE(opened);
  const core::CaseState without = Open();
  const Instant at = Resolve(without).plan.due_at + hours(1);
  const ReplanForecast forecast =
      ForecastReplan(*SampleConfiguration(world_, start_), *before_, opened->state, start_, at);
  ASSERT_EQ(forecast.moves.size(), 1U);
  EXPECT_EQ(forecast.moves[0].computed, Resolve(without).plan.due_at);
  EXPECT_EQ(forecast.moves[0].due_after, at) << "held up at the instant of re-planning";
}

TEST_F(ReplanForecastTest, ACaseThatNobodyCanPlanStaysAsItIs) {
  core::CaseState state = Open();
  const Instant at = start_ + hours(3);
  const auto after = SampleConfiguration(world_, at);
  core::ClockState& clock = *state.FindClock(resolve_);
  clock.course.rule.number = 100'000;
  const ReplanForecast forecast = ForecastReplan(*before_, *after, state, at, at);
  EXPECT_TRUE(forecast.moves.empty());
  ASSERT_TRUE(forecast.kept);
  EXPECT_THAT(*forecast.kept, testing::HasSubstr("covers"));
  // Nor does one that does not exist, or whose tenant is unknown, end in anything but silence.
  EXPECT_TRUE(ForecastReplan(*before_, *after, core::CaseState(), start_, at).moves.empty());
  state.tenant = core::TenantId("nowhere");
  EXPECT_TRUE(ForecastReplan(*before_, *after, state, start_, at).moves.empty());
}

}  // namespace
}  // namespace rasti::runtime
