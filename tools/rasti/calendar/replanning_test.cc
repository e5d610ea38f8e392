#include "tools/rasti/calendar/replanning.h"

#include <gmock/gmock.h>

#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using std::chrono::hours;
using testing::SizeIs;

const core::TenantId kPrishtine("prishtine");
const core::TenantId kPrizren("prizren");
const core::ClockId kResolve("resolve");

Instant At(int hour) { return test::SampleStart() + hours(hour); }

ForecastMove Forecast(uint64_t n, int before, int after, int computed) {
  return {kPrishtine, test::SampleCaseId(n), {kResolve, At(before), At(after), At(computed)}, false};
}

MovedDeadline Moved(uint64_t n, int after, int computed) {
  return {kPrishtine, test::SampleCaseId(n), core::Revision{4}, kResolve, At(0), std::nullopt, At(after), At(computed)};
}

TEST(ReplanComparison, TellsWhatMovedAsForecastAndWhatDidNot) {
  const std::vector<ForecastMove> forecast = {Forecast(1, 10, 34, 34), Forecast(2, 10, 34, 34),
                                              Forecast(3, 10, 34, 34)};
  std::vector<MovedDeadline> moved = {Moved(1, 34, 34), Moved(2, 58, 58), Moved(4, 34, 34)};
  const ReplanComparison comparison = Compare(forecast, moved);
  EXPECT_EQ(comparison.as_forecast, 1);
  ASSERT_THAT(comparison.otherwise, SizeIs(1));
  EXPECT_EQ(comparison.otherwise[0].forecast, forecast[1]);
  EXPECT_EQ(comparison.otherwise[0].moved.due_after, At(58));
  ASSERT_THAT(comparison.not_moved, SizeIs(1));
  EXPECT_EQ(comparison.not_moved[0], forecast[2]);
  ASSERT_THAT(comparison.not_forecast, SizeIs(1));
  EXPECT_EQ(comparison.not_forecast[0].case_id, test::SampleCaseId(4));
  // The forecast knows where they stood.
  EXPECT_EQ(moved[0].due_before, At(10));
  EXPECT_EQ(moved[1].due_before, At(10));
  EXPECT_EQ(moved[2].due_before, std::nullopt);
}

TEST(ReplanComparison, TwoDeadlinesThatAreHeldUpAreAlike) {
  const std::vector<ForecastMove> forecast = {Forecast(1, 30, 20, 12), Forecast(2, 30, 20, 12),
                                              Forecast(3, 30, 20, 12)};
  // Planned an hour later than was forecast; another one was computed otherwise, a third is not held up.
  std::vector<MovedDeadline> moved = {Moved(1, 21, 12), Moved(2, 21, 11), Moved(3, 12, 12)};
  const ReplanComparison comparison = Compare(forecast, moved);
  EXPECT_EQ(comparison.as_forecast, 1);
  EXPECT_THAT(comparison.otherwise, SizeIs(2));
}

TEST(MoveTotals, CountWhereDeadlinesGo) {
  std::vector<ForecastMove> moves = {Forecast(1, 10, 34, 34), Forecast(2, 30, 20, 20), Forecast(3, 30, 20, 12)};
  moves[2].tenant = kPrizren;
  const MoveTotals totals = TotalsOf(moves);
  EXPECT_EQ(totals.AsJson(),
            nlohmann::ordered_json::parse(R"({"total": 3, "later": 1, "earlier": 2, "due_at_once": 1, "due_stays": 0,
                                                               "by_tenant": {"prishtine": 2, "prizren": 1}})"));
  EXPECT_EQ(TotalsOf(std::vector{Forecast(1, 10, 10, 10)}).AsJson()["due_stays"], 1);
  EXPECT_EQ(TotalsOf(std::vector{Moved(1, 34, 34)}).AsJson()["before_unknown"], 1);
}

TEST(MoveCells, SayHowFarAndWhy) {
  EXPECT_THAT(MoveCells(Forecast(1, 10, 34, 34), nullptr).back(), testing::EndsWith(" later"));
  EXPECT_THAT(MoveCells(Forecast(1, 30, 20, 12), nullptr).back(), testing::EndsWith(" earlier, due at once"));
  EXPECT_EQ(MoveCells(Forecast(1, 30, 30, 12), nullptr).back(), "stays; its warnings and escalations move");
  ForecastMove historic = Forecast(1, 10, 34, 34);
  historic.historic = true;
  EXPECT_THAT(MoveCells(historic, nullptr).back(), testing::EndsWith(" later (historic)"));
  const auto unknown = MoveCells(Moved(1, 34, 34), nullptr);
  EXPECT_THAT(unknown[2], testing::StartsWith("? -> "));
  EXPECT_EQ(unknown.back(), "");
}

}  // namespace
}  // namespace rasti::cli
