// One rule from one start: every unit, start, end and roll.
#include "engine/sla/deadline.h"

#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"

namespace rasti::sla {
namespace {

using std::chrono::hours;

Result<Instant> DueAt(const Calendar& calendar, const Rule& rule, Instant start) {
  const auto deadline = ComputeDeadline(calendar, {.rule = rule, .start = start});
  if (!deadline) return Fail(deadline.error());
  EXPECT_EQ(deadline->computed, deadline->due_at);
  EXPECT_FALSE(deadline->paused);
  return deadline->due_at;
}
std::string Due(const Calendar& calendar, const Rule& rule, const std::string& start) {
  const auto due = DueAt(calendar, rule, Local(calendar, start));
  return due ? ShowLocal(calendar, *due) : due.error().message;
}
std::string Due(const Rule& rule, const std::string& start) { return Due(Kosovo(), rule, start); }
ErrorCode ErrorOf(const Rule& rule, const std::string& start) {
  const auto due = DueAt(Kosovo(), rule, Local(Kosovo(), start));
  return due ? ErrorCode::kInternal : due.error().code;
}

Rule Of(Count count, int64_t number) {
  Rule rule = DefaultRule(count);
  rule.number = number;
  return rule;
}
Rule OfLength(Count count, Duration length) {
  Rule rule = DefaultRule(count);
  rule.length = length;
  return rule;
}
Rule On(Day date) {
  Rule rule = DefaultRule(Count::kFixedDate);
  rule.date = date;
  return rule;
}
Rule With(Rule rule, Start start, Ends ends, Roll roll = Roll::kNone) {
  rule.start = start;
  rule.ends = ends;
  rule.roll = roll;
  return rule;
}

TEST(WorkingDaysTest, TheDayOfTheEventIsDayZero) {
  const Rule two = Of(Count::kWorkingDays, 2);
  EXPECT_EQ(Due(two, "2026-11-23 00:00"), "2026-11-25 16:00");
  EXPECT_EQ(Due(two, "2026-11-23 10:00"), "2026-11-25 16:00");
  EXPECT_EQ(Due(two, "2026-11-23 23:59:59.999"), "2026-11-25 16:00");
  EXPECT_EQ(Due(two, "2026-11-27 10:00"), "2026-12-01 16:00");  // over a weekend
  EXPECT_EQ(Due(two, "2026-11-28 10:00"), "2026-12-01 16:00");  // from a Saturday
  EXPECT_EQ(Due(two, "2026-12-31 10:00"), "2027-01-05 16:00");  // New Year's Day is a Friday
  EXPECT_EQ(Due(two, "2026-03-19 10:00"), "2026-03-24 16:00");  // Eid on Friday
  EXPECT_EQ(Due(two, "2026-11-12 10:00"), "2026-11-14 12:00");  // a Saturday worked until noon
}

TEST(WorkingDaysTest, FifteenOverAMonthWithHolidays) {
  EXPECT_EQ(Due(Of(Count::kWorkingDays, 15), "2025-12-23 09:00"), "2026-01-16 16:00");
}

TEST(WorkingDaysTest, StartsAndEnds) {
  const Rule one = Of(Count::kWorkingDays, 1);
  EXPECT_EQ(Due(With(one, Start::kDayZero, Ends::kSameTime), "2026-11-27 10:15:30.250"), "2026-11-30 10:15:30.250");
  EXPECT_EQ(Due(With(one, Start::kDayZero, Ends::kEndOfDay), "2026-11-27 10:15"), "2026-11-30 23:59:59.999");
  EXPECT_EQ(Due(With(one, Start::kInstant, Ends::kSameTime), "2026-11-28 10:15"), "2026-11-30 10:15");
  EXPECT_EQ(Due(With(one, Start::kNextOpening, Ends::kSameTime), "2026-11-28 10:15"), "2026-12-01 08:00");
  EXPECT_EQ(Due(With(one, Start::kNextOpening, Ends::kClosing), "2026-11-28 10:15"), "2026-12-01 16:00");
  EXPECT_EQ(Due(With(one, Start::kNextOpening, Ends::kSameTime), "2026-11-27 07:00"), "2026-11-30 08:00");
  EXPECT_EQ(Due(With(one, Start::kNextOpening, Ends::kSameTime), "2026-11-27 16:00"), "2026-12-01 08:00");
  EXPECT_EQ(Due(With(one, Start::kNextOpening, Ends::kSameTime), "2026-11-27 15:59:59"), "2026-11-30 15:59:59");
}

TEST(WorkingDaysTest, BostonCountsFromTheNextOpeningToTheSameTime) {
  const Rule ten = With(Of(Count::kWorkingDays, 10), Start::kNextOpening, Ends::kSameTime);
  EXPECT_EQ(Due(Boston(), ten, "2015-03-02 11:22:33"), "2015-03-16 11:22:33");  // over the change to summer time
  EXPECT_EQ(Due(Boston(), ten, "2015-01-01 12:00"), "2015-01-16 08:30");        // a holiday
  EXPECT_EQ(Due(Boston(), ten, "2015-01-09 18:00"), "2015-01-27 08:30");        // evening, then a holiday between
  EXPECT_EQ(Due(Boston(), ten, "2015-11-20 17:00"), "2015-12-08 08:30");        // closed at closing
}

TEST(ZeroTest, IsTheStartItselfEnded) {
  const Rule none = Of(Count::kWorkingDays, 0);
  EXPECT_EQ(Due(none, "2026-11-27 10:00"), "2026-11-27 16:00");
  EXPECT_EQ(Due(none, "2026-11-27 17:00"), "2026-11-27 17:00");  // never before the start
  EXPECT_EQ(Due(none, "2026-11-28 10:00"), "2026-11-28 23:59:59.999");
  EXPECT_EQ(Due(With(none, Start::kDayZero, Ends::kClosing, Roll::kNextWorkingDay), "2026-11-28 10:00"),
            "2026-11-30 16:00");
  EXPECT_EQ(Due(With(none, Start::kInstant, Ends::kSameTime), "2026-11-28 10:00"), "2026-11-28 10:00");
  EXPECT_EQ(Due(With(none, Start::kNextOpening, Ends::kSameTime), "2026-11-28 10:00"), "2026-11-30 08:00");
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 0), "2026-11-27 10:00"), "2026-11-27 23:59:59.999");
  EXPECT_EQ(Due(Of(Count::kCalendarMonths, 0), "2026-11-27 10:00"), "2026-11-27 23:59:59.999");
  EXPECT_EQ(Due(OfLength(Count::kElapsed, {}), "2026-11-27 10:00"), "2026-11-27 10:00");
  EXPECT_EQ(Due(OfLength(Count::kWorkingHours, {}), "2026-11-28 10:00"), "2026-11-30 08:00");
}

TEST(CalendarDaysTest, EndWithTheDayAndMoveOffDaysOff) {
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 7), "2026-11-20 10:00"), "2026-11-27 23:59:59.999");
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 7), "2026-11-21 10:00"), "2026-11-30 23:59:59.999");  // a Saturday
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 7), "2026-12-18 10:00"), "2026-12-28 23:59:59.999");  // Christmas, Friday
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 365), "2027-03-01 10:00"), "2028-02-29 23:59:59.999");
}

TEST(CalendarDaysTest, StartsEndsAndRolls) {
  const Rule seven = Of(Count::kCalendarDays, 7);
  EXPECT_EQ(Due(With(seven, Start::kInstant, Ends::kSameTime), "2026-11-21 10:00"), "2026-11-28 10:00");
  EXPECT_EQ(Due(With(seven, Start::kInstant, Ends::kSameTime, Roll::kNextWorkingDay), "2026-11-21 10:00"),
            "2026-11-30 10:00");
  EXPECT_EQ(Due(With(seven, Start::kDayZero, Ends::kClosing), "2026-11-20 10:00"), "2026-11-27 16:00");
  EXPECT_EQ(Due(With(seven, Start::kDayZero, Ends::kClosing), "2026-11-21 10:00"), "2026-11-28 23:59:59.999");
  EXPECT_EQ(Due(With(seven, Start::kDayZero, Ends::kClosing, Roll::kNextWorkingDay), "2026-11-21 10:00"),
            "2026-11-30 16:00");
  // Onto the Saturday that is worked: it needs no rolling, and closes at noon.
  EXPECT_EQ(Due(With(seven, Start::kDayZero, Ends::kClosing, Roll::kNextWorkingDay), "2026-11-07 10:00"),
            "2026-11-14 12:00");
  EXPECT_EQ(Due(With(seven, Start::kNextOpening, Ends::kSameTime), "2026-11-21 10:00"), "2026-11-30 08:00");
}

TEST(CalendarMonthsTest, TwoMonthsAfterTheThirtiethOfJuneIsTheThirtiethOfAugust) {
  const Rule two = With(Of(Count::kCalendarMonths, 2), Start::kDayZero, Ends::kEndOfDay);
  EXPECT_EQ(Due(two, "2026-06-30 10:00"), "2026-08-30 23:59:59.999");
  Rule keep = two;
  keep.month_end = MonthEnd::kKeep;
  EXPECT_EQ(Due(keep, "2026-06-30 10:00"), "2026-08-31 23:59:59.999");
  EXPECT_EQ(Due(keep, "2026-06-29 10:00"), "2026-08-29 23:59:59.999");
  // 30 August 2026 is a Sunday.
  EXPECT_EQ(Due(Of(Count::kCalendarMonths, 2), "2026-06-30 10:00"), "2026-08-31 23:59:59.999");
}

TEST(CalendarMonthsTest, MonthEndsLeapDaysAndYears) {
  const auto due = [](int64_t months, MonthEnd month_end, const char* start) {
    Rule rule = With(Of(Count::kCalendarMonths, months), Start::kInstant, Ends::kSameTime);
    rule.month_end = month_end;
    return Due(rule, start);
  };
  EXPECT_EQ(due(1, MonthEnd::kClamp, "2027-01-31 10:00"), "2027-02-28 10:00");
  EXPECT_EQ(due(1, MonthEnd::kClamp, "2028-01-31 10:00"), "2028-02-29 10:00");
  EXPECT_EQ(due(1, MonthEnd::kClamp, "2028-01-29 10:00"), "2028-02-29 10:00");
  EXPECT_EQ(due(12, MonthEnd::kClamp, "2028-02-29 10:00"), "2029-02-28 10:00");
  EXPECT_EQ(due(12, MonthEnd::kClamp, "2027-02-28 10:00"), "2028-02-28 10:00");
  EXPECT_EQ(due(12, MonthEnd::kKeep, "2027-02-28 10:00"), "2028-02-29 10:00");
  EXPECT_EQ(due(1, MonthEnd::kKeep, "2028-02-28 10:00"), "2028-03-28 10:00");
  EXPECT_EQ(due(1, MonthEnd::kKeep, "2028-02-29 10:00"), "2028-03-31 10:00");
  EXPECT_EQ(due(2, MonthEnd::kClamp, "2026-12-31 10:00"), "2027-02-28 10:00");
  EXPECT_EQ(due(13, MonthEnd::kClamp, "2026-12-15 10:00"), "2028-01-15 10:00");
}

TEST(HoursTest, WorkingHoursRunWhileTheCountersAreOpen) {
  const Rule ten = OfLength(Count::kWorkingHours, hours(10));
  EXPECT_EQ(Due(ten, "2026-11-26 10:00"), "2026-11-27 12:00");
  EXPECT_EQ(Due(ten, "2026-11-27 15:00"), "2026-12-01 09:00");
  EXPECT_EQ(Due(ten, "2026-11-28 15:00"), "2026-12-01 10:00");
  EXPECT_EQ(Due(OfLength(Count::kWorkingHours, hours(8)), "2026-11-26 19:00"), "2026-11-27 16:00");
  EXPECT_EQ(Due(With(ten, Start::kDayZero, Ends::kSameTime), "2026-11-23 08:00"), "2026-11-25 10:00");
  EXPECT_EQ(Due(With(ten, Start::kInstant, Ends::kSameTime), "2026-11-28 15:00"), "2026-12-01 10:00");
}

TEST(HoursTest, ElapsedTimeIsPhysical) {
  const Rule two_days = OfLength(Count::kElapsed, hours(48));
  EXPECT_EQ(Due(two_days, "2026-11-27 10:15:30.250"), "2026-11-29 10:15:30.250");
  EXPECT_EQ(Due(With(two_days, Start::kDayZero, Ends::kSameTime), "2026-11-27 10:15"), "2026-11-30 00:00");
  EXPECT_EQ(Due(With(two_days, Start::kNextOpening, Ends::kSameTime), "2026-11-28 10:15"), "2026-12-02 08:00");
}

TEST(HoursTest, EndByThemselves) {
  const Rule rule = With(OfLength(Count::kElapsed, hours(24)), Start::kInstant, Ends::kClosing, Roll::kNextWorkingDay);
  EXPECT_EQ(Due(rule, "2026-11-27 10:15"), "2026-11-28 10:15");
}

TEST(FixedDateTest, IsTheDate) {
  EXPECT_EQ(Due(On(Day(2027, 3, 31)), "2026-11-27 10:00"), "2027-03-31 23:59:59.999");
  EXPECT_EQ(Due(On(Day(2026, 11, 28)), "2026-11-27 10:00"), "2026-11-30 23:59:59.999");
  EXPECT_EQ(Due(With(On(Day(2026, 11, 28)), Start::kDayZero, Ends::kSameTime), "2026-11-27 10:00"), "2026-11-28 10:00");
  EXPECT_EQ(Due(With(On(Day(2026, 11, 27)), Start::kDayZero, Ends::kClosing), "2026-10-27 10:00"), "2026-11-27 16:00");
  // A date may have passed before the event.
  EXPECT_EQ(Due(On(Day(2026, 3, 31)), "2026-11-27 10:00"), "2026-03-31 23:59:59.999");
  EXPECT_EQ(ErrorOf(DefaultRule(Count::kFixedDate), "2026-11-27 10:00"), ErrorCode::kInvalidArgument);
}

TEST(SummerTimeTest, KeepsTheLocalTime) {
  const Rule one = With(Of(Count::kCalendarDays, 1), Start::kInstant, Ends::kSameTime);
  EXPECT_EQ(*DueAt(Kosovo(), one, Utc("2026-03-28T09:00:00Z")), Utc("2026-03-29T08:00:00Z"));
  EXPECT_EQ(*DueAt(Kosovo(), one, Utc("2026-10-24T08:00:00Z")), Utc("2026-10-25T09:00:00Z"));
  EXPECT_EQ(*DueAt(Boston(), one, Utc("2026-03-07T15:00:00Z")), Utc("2026-03-08T14:00:00Z"));
  EXPECT_EQ(*DueAt(Boston(), one, Utc("2026-10-31T14:00:00Z")), Utc("2026-11-01T15:00:00Z"));
  EXPECT_EQ(*DueAt(Kosovo(), one, Utc("2045-03-25T09:00:00Z")), Utc("2045-03-26T08:00:00Z"));
  EXPECT_EQ(*DueAt(Boston(), one, Utc("2045-03-11T15:00:00Z")), Utc("2045-03-12T14:00:00Z"));
  // 24 hours are no day.
  const Rule hours24 = OfLength(Count::kElapsed, hours(24));
  EXPECT_EQ(*DueAt(Kosovo(), hours24, Utc("2026-03-28T09:00:00Z")), Utc("2026-03-29T09:00:00Z"));
}

TEST(SummerTimeTest, TheSkippedHourAndTheDoubleHour) {
  const Rule one = With(Of(Count::kCalendarDays, 1), Start::kInstant, Ends::kSameTime);
  EXPECT_EQ(Due(one, "2026-03-28 02:30"), "2026-03-29 03:00");
  EXPECT_EQ(Due(one, "2026-03-29 03:00"), "2026-03-30 03:00");
  EXPECT_EQ(*DueAt(Kosovo(), one, Local(Kosovo(), "2026-10-24 02:30")), Utc("2026-10-25T00:30:00Z"));
  EXPECT_EQ(*DueAt(Boston(), one, Utc("2026-03-07T07:30:00Z")), Utc("2026-03-08T07:00:00Z"));
  EXPECT_EQ(*DueAt(Boston(), one, Utc("2026-10-31T05:30:00Z")), Utc("2026-11-01T05:30:00Z"));
  // Zero days from the second of the two hours must not lead to the first.
  const Rule zero = With(Of(Count::kCalendarDays, 0), Start::kInstant, Ends::kSameTime);
  EXPECT_EQ(*DueAt(Kosovo(), zero, Utc("2026-10-25T01:30:00Z")), Utc("2026-10-25T01:30:00Z"));
}

TEST(ClosingTest, AtMidnightStaysOnItsDay) {
  const Calendar always = AlwaysOpen("Europe/Belgrade");
  EXPECT_EQ(Due(always, Of(Count::kWorkingDays, 2), "2026-11-27 10:00"), "2026-11-29 23:59:59.999");
}

TEST(CoverageTest, IsAskedOnlyWhereItMatters) {
  EXPECT_EQ(ErrorOf(Of(Count::kWorkingDays, 5), "2050-12-29 10:00"), ErrorCode::kOutOfRange);
  EXPECT_EQ(Due(Of(Count::kWorkingDays, 1), "2050-12-29 10:00"), "2050-12-30 16:00");
  EXPECT_EQ(ErrorOf(Of(Count::kWorkingDays, 1), "2024-12-31 10:00"), ErrorCode::kOutOfRange);
  EXPECT_EQ(ErrorOf(OfLength(Count::kWorkingHours, hours(1)), "2024-12-31 10:00"), ErrorCode::kOutOfRange);
  EXPECT_EQ(ErrorOf(Of(Count::kCalendarDays, 7), "2050-12-30 10:00"), ErrorCode::kOutOfRange);
  // Rolled off the last day of the coverage, a Saturday.
  EXPECT_EQ(ErrorOf(Of(Count::kCalendarDays, 1), "2050-12-30 10:00"), ErrorCode::kOutOfRange);
  EXPECT_EQ(Due(With(Of(Count::kCalendarDays, 7), Start::kInstant, Ends::kSameTime), "2050-12-30 10:00"),
            "2051-01-06 10:00");
  EXPECT_EQ(Due(OfLength(Count::kElapsed, hours(48)), "2051-12-30 10:00"), "2052-01-01 10:00");
  EXPECT_EQ(ErrorOf(On(Day(2051, 1, 1)), "2026-12-30 10:00"), ErrorCode::kOutOfRange);
  EXPECT_EQ(ErrorOf(With(Of(Count::kCalendarDays, 7), Start::kDayZero, Ends::kClosing), "2050-12-30 10:00"),
            ErrorCode::kOutOfRange);
}

TEST(HugeCountTest, IsOutOfRangeAndQuick) {
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  for (const Start start : {Start::kDayZero, Start::kInstant, Start::kNextOpening}) {
    for (const int64_t number : {kMost, kMost - 1, int64_t{1} << 40, int64_t{4'000'001}, int64_t{4'000'000}}) {
      for (const Count count : {Count::kWorkingDays, Count::kCalendarDays, Count::kCalendarMonths}) {
        EXPECT_EQ(ErrorOf(With(Of(count, number), start, Ends::kSameTime), "2026-11-27 10:00"), ErrorCode::kOutOfRange);
      }
      for (const Count count : {Count::kWorkingHours, Count::kElapsed}) {
        const Rule rule = With(OfLength(count, Duration{kMost - 4'000'000 + number % 1000}), start, Ends::kSameTime);
        EXPECT_EQ(ErrorOf(rule, "2026-11-27 10:00"), ErrorCode::kOutOfRange);
      }
    }
  }
  // From the last instants there is, whatever the unit.
  for (const Count count : {Count::kCalendarDays, Count::kCalendarMonths}) {
    const auto due = DueAt(Kosovo(), With(Of(count, 1), Start::kInstant, Ends::kSameTime), kLatestInstant);
    EXPECT_EQ(due.error().code, ErrorCode::kOutOfRange);
  }
  EXPECT_EQ(DueAt(Kosovo(), OfLength(Count::kElapsed, Duration{1}), kLatestInstant).error().code,
            ErrorCode::kOutOfRange);
  for (const Instant start : {Instant::min(), Instant::max(), kEarliestInstant - Duration{1}}) {
    EXPECT_EQ(DueAt(Kosovo(), OfLength(Count::kElapsed, {}), start).error().code, ErrorCode::kOutOfRange);
  }
}

TEST(HugeCountTest, NegativeCountsAreRejected) {
  for (const int64_t number : {int64_t{-1}, std::numeric_limits<int64_t>::min()}) {
    EXPECT_EQ(ErrorOf(Of(Count::kWorkingDays, number), "2026-11-27 10:00"), ErrorCode::kInvalidArgument);
    EXPECT_EQ(ErrorOf(OfLength(Count::kElapsed, Duration{number}), "2026-11-27 10:00"), ErrorCode::kInvalidArgument);
  }
}

TEST(DescribeTest, SaysTheRule) {
  EXPECT_EQ(Describe(With(Of(Count::kWorkingDays, 10), Start::kNextOpening, Ends::kSameTime)),
            "10 working days, from the next opening, to the same time");
  EXPECT_EQ(Describe(Of(Count::kWorkingDays, 1)), "1 working day, from the next day, to closing");
  EXPECT_EQ(Describe(Of(Count::kCalendarDays, 7)),
            "7 calendar days, from the next day, to the end of the day, moved off days off");
  Rule months = Of(Count::kCalendarMonths, 2);
  months.month_end = MonthEnd::kKeep;
  EXPECT_EQ(Describe(months),
            "2 months, from the next day, to the end of the day, month ends kept, moved off days off");
  EXPECT_EQ(Describe(OfLength(Count::kElapsed, hours(48))), "48 hours, day and night, from the event");
  EXPECT_EQ(Describe(OfLength(Count::kWorkingHours, std::chrono::minutes(90))),
            "1 hour 30 minutes of opening time, from the next opening");
  EXPECT_EQ(Describe(With(On(Day(2027, 3, 31)), Start::kDayZero, Ends::kClosing)), "on 2027-03-31, to closing");
}

}  // namespace
}  // namespace rasti::sla
