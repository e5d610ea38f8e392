#include "engine/sla/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"

namespace rasti::sla {
namespace {

using std::chrono::hours;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using Kind = ExplanationStep::Kind;

Instant K(const std::string& text) { return Local(Kosovo(), text); }

std::vector<std::string> Texts(const Rule& rule, const std::string& start, std::vector<Step> steps = {}) {
  Explanation explanation;
  const Course course{.rule = rule, .start = K(start), .steps = std::move(steps)};
  const auto deadline = ComputeDeadline(Kosovo(), course, &explanation);
  EXPECT_TRUE(deadline.has_value());
  EXPECT_EQ(explanation.back().kind, Kind::kDue);
  EXPECT_EQ(explanation.back().at, deadline->due_at);
  std::vector<std::string> texts;
  for (const ExplanationStep& step : explanation) texts.push_back(step.day + " | " + step.text);
  return texts;
}

Rule Of(Count count, int64_t number) {
  Rule rule = DefaultRule(count);
  rule.number = number;
  return rule;
}

TEST(ExplainTest, WorkingDaysOverAHoliday) {
  EXPECT_THAT(
      Texts(Of(Count::kWorkingDays, 2), "2026-03-19 10:00"),
      ElementsAre("2026-03-19 Thu | 2 working days, from the next day, to closing: counted from 2026-03-19 Thu 10:00",
                  "2026-03-20 Fri | not counted: Eid al-Fitr (estimated date)",  //
                  "2026-03-21 Sat | not counted: Saturday",                      //
                  "2026-03-22 Sun | not counted: Sunday",                        //
                  "2026-03-23 Mon | working day 1 of 2",                         //
                  "2026-03-24 Tue | working day 2 of 2",                         //
                  "2026-03-24 Tue | ends at closing: 2026-03-24 Tue 16:00",      //
                  "2026-03-24 Tue | due 2026-03-24 Tue 16:00"));
}

TEST(ExplainTest, CalendarDaysRolled) {
  EXPECT_THAT(Texts(Of(Count::kCalendarDays, 2), "2026-11-26 10:00"),
              ElementsAre(HasSubstr("counted from 2026-11-26 Thu 10:00"), "2026-11-27 Fri | day 1 of 2",
                          "2026-11-28 Sat | day 2 of 2",
                          "2026-11-30 Mon | 2026-11-28 Sat is a day off (Saturday): moved to 2026-11-30 Mon",
                          "2026-11-30 Mon | ends with the day: 2026-11-30 Mon 23:59:59.999",
                          "2026-11-30 Mon | due 2026-11-30 Mon 23:59:59.999"));
}

TEST(ExplainTest, OpeningHoursDayByDay) {
  Rule rule = DefaultRule(Count::kWorkingHours);
  rule.length = hours(10);
  EXPECT_THAT(
      Texts(rule, "2026-11-27 17:00"),
      ElementsAre(EndsWith("counted from 2026-11-27 Fri 17:00, moved to the next opening, 2026-11-30 Mon 08:00"),
                  "2026-11-30 Mon | 8 hours of opening time, 8 hours so far",
                  "2026-12-01 Tue | 2 hours of opening time, 10 hours so far",
                  "2026-12-01 Tue | due 2026-12-01 Tue 10:00"));
}

TEST(ExplainTest, MonthsElapsedTimeAndDates) {
  EXPECT_THAT(Texts(Of(Count::kCalendarMonths, 2), "2026-06-30 10:00")[1], HasSubstr("2 months after 2026-06-30 Tue"));
  Rule elapsed = DefaultRule(Count::kElapsed);
  elapsed.length = hours(48);
  EXPECT_THAT(Texts(elapsed, "2026-11-26 10:00")[1], HasSubstr("48 hours later: 2026-11-28 Sat 10:00"));
  Rule date = DefaultRule(Count::kFixedDate);
  date.date = Day(2027, 3, 31);
  EXPECT_THAT(Texts(date, "2026-11-26 10:00")[1], HasSubstr("the date 2027-03-31 Wed"));
}

TEST(ExplainTest, ManyCalendarDaysAreOneLine) {
  Rule rule = Of(Count::kCalendarDays, 1000);
  EXPECT_EQ(Texts(rule, "2026-11-26 10:00").size(), 4u);
  EXPECT_THAT(Texts(rule, "2026-11-26 10:00")[1], HasSubstr("1000 calendar days after 2026-11-26 Thu"));
}

TEST(ExplainTest, PausesExtensionsAndChangesOfTheCalendar) {
  const auto texts =
      Texts(Of(Count::kWorkingDays, 1), "2026-11-26 10:00",
            {Paused{K("2026-11-26 12:00")}, Resumed{K("2026-11-27 12:00")}, Extended{Of(Count::kWorkingDays, 1)},
             Replanned{K("2026-12-03 09:00")}, Paused{K("2026-12-04 09:00")}});
  EXPECT_THAT(texts,
              ElementsAre(HasSubstr("counted from"), HasSubstr("working day 1 of 1"), HasSubstr("ends at closing"),
                          "2026-11-26 Thu | paused 2026-11-26 Thu 12:00: 12 hours left",
                          "2026-11-27 Fri | resumed 2026-11-27 Fri 12:00: the same opening time remains",
                          "2026-11-30 Mon | ends at closing: 2026-11-30 Mon 16:00",
                          HasSubstr("extended from 2026-11-30 Mon 16:00 by: 1 working day"), HasSubstr("counted from"),
                          HasSubstr("working day 1 of 1"), "2026-12-01 Tue | ends at closing: 2026-12-01 Tue 16:00",
                          HasSubstr("the calendar changed: due not before 2026-12-03 Thu 09:00"),
                          HasSubstr("paused after the deadline: changes nothing"),
                          "2026-12-03 Thu | due 2026-12-03 Thu 09:00"));
}

TEST(ExplainTest, AppendsAndLeavesNothingBehindAnError) {
  Explanation explanation(1);
  const Rule rule = Of(Count::kWorkingDays, 1);
  EXPECT_FALSE(ComputeDeadline(
                   Kosovo(), {.rule = rule, .start = K("2026-11-26 10:00"), .steps = {Resumed{K("2026-11-27 10:00")}}},
                   &explanation)
                   .has_value());
  EXPECT_EQ(explanation, Explanation(1));
  EXPECT_TRUE(ComputeDeadline(Kosovo(), {.rule = rule, .start = K("2026-11-26 10:00")}, &explanation).has_value());
  EXPECT_EQ(explanation.size(), 5u);
}

}  // namespace
}  // namespace rasti::sla
