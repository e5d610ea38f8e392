// What happens to a deadline after its start: pauses, extensions, changes of the calendar.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"
#include "engine/sla/deadline.h"

namespace rasti::sla {
namespace {

using std::chrono::hours;

Instant K(const std::string& text) { return Local(Kosovo(), text); }

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
Rule SameTime(Rule rule) {
  rule.ends = Ends::kSameTime;
  rule.roll = Roll::kNone;
  return rule;
}

Step Pause(const std::string& at) { return Paused{K(at)}; }
Step Resume(const std::string& at) { return Resumed{K(at)}; }
Step Replan(const std::string& at) { return Replanned{K(at)}; }

Result<Deadline> Follow(const Rule& rule, const std::string& start, std::vector<Step> steps) {
  return ComputeDeadline(Kosovo(), {.rule = rule, .start = K(start), .steps = std::move(steps)});
}
std::string Due(const Rule& rule, const std::string& start, std::vector<Step> steps) {
  const auto deadline = Follow(rule, start, std::move(steps));
  return deadline ? ShowLocal(Kosovo(), deadline->due_at) : deadline.error().message;
}

const Rule kFiveWorkingDays = Of(Count::kWorkingDays, 5);  // Monday 23 November -> Monday 30, 16:00

TEST(PauseTest, KeepsTheOpeningTimeOfWorkingDays) {
  // On Wednesday noon 4 + 8 + 8 + 8 hours are left.
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Pause("2026-11-25 12:00"), Resume("2026-12-02 12:00")}),
            "2026-12-07 16:00");
  // Resumed later in the day, the time ends within the day, and the deadline at its closing.
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Pause("2026-11-25 12:00"), Resume("2026-12-02 13:00")}),
            "2026-12-08 16:00");
  EXPECT_EQ(
      Due(SameTime(kFiveWorkingDays), "2026-11-23 10:00", {Pause("2026-11-25 12:00"), Resume("2026-12-02 13:00")}),
      "2026-12-07 11:00");
}

TEST(PauseTest, KeepsTheOpeningTimeOfWorkingHours) {
  const Rule ten = OfLength(Count::kWorkingHours, hours(10));
  EXPECT_EQ(Due(ten, "2026-11-26 10:00", {Pause("2026-11-26 15:00"), Resume("2026-12-01 09:30")}), "2026-12-01 14:30");
  // A night costs nothing: paused and resumed while closed, it is the same deadline.
  EXPECT_EQ(Due(ten, "2026-11-26 10:00", {Pause("2026-11-26 17:00"), Resume("2026-11-27 07:00")}), "2026-11-27 12:00");
}

TEST(PauseTest, KeepsTheTimeOfCalendarDaysAndElapsedTime) {
  const Rule seven = Of(Count::kCalendarDays, 7);
  // Due on Monday 30 November; paused for 3 days.
  EXPECT_EQ(Due(seven, "2026-11-23 10:00", {Pause("2026-11-24 12:00"), Resume("2026-11-27 12:00")}),
            "2026-12-03 23:59:59.999");
  // Paused for 5 days it would end on a Saturday, and is rolled again.
  EXPECT_EQ(Due(seven, "2026-11-23 10:00", {Pause("2026-11-24 12:00"), Resume("2026-11-29 12:00")}),
            "2026-12-07 23:59:59.999");
  EXPECT_EQ(Due(SameTime(seven), "2026-11-23 10:00", {Pause("2026-11-24 12:00"), Resume("2026-11-24 15:30")}),
            "2026-11-30 13:30");
  EXPECT_EQ(Due(OfLength(Count::kElapsed, hours(48)), "2026-11-23 10:00",
                {Pause("2026-11-23 12:00"), Resume("2026-11-28 12:00:00.500")}),
            "2026-11-30 10:00:00.500");
}

TEST(PauseTest, AddsPausedDaysToMonths) {
  const Rule month = Of(Count::kCalendarMonths, 1);
  EXPECT_EQ(Due(month, "2026-11-10 10:00", {}), "2026-12-10 23:59:59.999");
  // From Tuesday evening to Friday morning: three days.
  EXPECT_EQ(Due(month, "2026-11-10 10:00", {Pause("2026-11-24 18:00"), Resume("2026-11-27 08:00")}),
            "2026-12-14 23:59:59.999");  // the 13th is a Sunday
  EXPECT_EQ(Due(month, "2026-11-10 10:00", {Pause("2026-11-24 08:00"), Resume("2026-11-24 18:00")}),
            "2026-12-10 23:59:59.999");
  // By the local time alone the deadline would lie before the resumption.
  EXPECT_EQ(Due(SameTime(month), "2026-11-10 10:00", {Pause("2026-12-10 09:00"), Resume("2026-12-11 15:00")}),
            "2026-12-11 15:00");
}

TEST(PauseTest, LeavesFixedDatesAlone) {
  Rule rule = DefaultRule(Count::kFixedDate);
  rule.date = Day(2026, 12, 15);
  EXPECT_EQ(Due(rule, "2026-11-10 10:00", {Pause("2026-11-24 18:00"), Resume("2027-01-27 08:00")}),
            "2026-12-15 23:59:59.999");
}

TEST(PauseTest, TheDeadlineStandsWhilePaused) {
  const auto deadline = Follow(kFiveWorkingDays, "2026-11-23 10:00", {Pause("2026-11-25 12:00")});
  EXPECT_TRUE(deadline->paused);
  EXPECT_EQ(deadline->due_at, K("2026-11-30 16:00"));
  EXPECT_FALSE(
      Follow(kFiveWorkingDays, "2026-11-23 10:00", {Pause("2026-11-25 12:00"), Resume("2026-11-26 12:00")})->paused);
}

TEST(PauseTest, AfterTheDeadlineChangesNothing) {
  const std::vector<Step> steps{Pause("2026-11-30 16:00:00.001")};
  EXPECT_FALSE(Follow(kFiveWorkingDays, "2026-11-23 10:00", steps)->paused);
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", steps), "2026-11-30 16:00");
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {steps[0], Resume("2026-12-08 12:00")}), "2026-11-30 16:00");
}

TEST(PauseTest, AtTheDeadlineNothingIsLeft) {
  const Step at_due = Pause("2026-11-30 16:00");
  EXPECT_TRUE(Follow(kFiveWorkingDays, "2026-11-23 10:00", {at_due})->paused);
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {at_due, Resume("2026-12-02 10:00")}), "2026-12-02 16:00");
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {at_due, Resume("2026-12-02 18:00")}), "2026-12-02 18:00");
  // A deadline in working days ends on one.
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {at_due, Resume("2026-12-05 10:00")}), "2026-12-07 16:00");
  EXPECT_EQ(
      Due(SameTime(kFiveWorkingDays), "2026-11-23 10:00", {Pause("2026-11-30 10:00"), Resume("2026-12-05 11:00")}),
      "2026-12-05 11:00");
}

TEST(PauseTest, NeverBringsADeadlineForward) {
  // Due at 20:00, when the counters are closed: the opening time that is left ends at 16:00.
  EXPECT_EQ(
      Due(SameTime(kFiveWorkingDays), "2026-11-23 20:00", {Pause("2026-11-25 12:00"), Resume("2026-11-25 12:00")}),
      "2026-11-30 20:00");
  EXPECT_EQ(
      Due(SameTime(kFiveWorkingDays), "2026-11-23 20:00", {Pause("2026-11-25 20:00"), Resume("2026-11-25 21:00")}),
      "2026-11-30 20:00");
}

TEST(PauseTest, ThatCostsNoTimeChangesNothing) {
  // Zero working days from a Saturday end on it; a working day is asked for only where the pause moved the deadline.
  const Rule none = Of(Count::kWorkingDays, 0);
  EXPECT_EQ(Due(none, "2026-11-28 10:00", {Pause("2026-11-28 11:00"), Resume("2026-11-28 12:00")}),
            "2026-11-28 23:59:59.999");
  EXPECT_EQ(Due(none, "2026-11-28 10:00", {Pause("2026-11-28 11:00"), Resume("2026-11-29 12:00")}), "2026-11-30 16:00");
}

TEST(PauseTest, MayComeAgain) {
  EXPECT_EQ(Due(OfLength(Count::kElapsed, hours(10)), "2026-11-23 10:00",
                {Pause("2026-11-23 11:00"), Resume("2026-11-23 12:00"), Pause("2026-11-23 13:00"),
                 Resume("2026-11-23 15:00"), Pause("2026-11-23 15:00"), Resume("2026-11-23 15:00")}),
            "2026-11-23 23:00");
}

TEST(ExtendTest, CountsFromTheDeadline) {
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{Of(Count::kWorkingDays, 3)}}), "2026-12-03 16:00");
  EXPECT_EQ(Due(Of(Count::kCalendarDays, 7), "2026-11-23 10:00", {Extended{Of(Count::kCalendarDays, 15)}}),
            "2026-12-15 23:59:59.999");
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{OfLength(Count::kElapsed, hours(48))}}),
            "2026-12-02 16:00");
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{OfLength(Count::kWorkingHours, hours(4))}}),
            "2026-12-01 12:00");
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00",
                {Extended{Of(Count::kWorkingDays, 3)}, Extended{Of(Count::kWorkingDays, 2)}}),
            "2026-12-07 16:00");
}

TEST(ExtendTest, EndsAsTheExtensionSays) {
  Rule by = Of(Count::kWorkingDays, 1);
  by.ends = Ends::kEndOfDay;
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{by}}), "2026-12-01 23:59:59.999");
  by.ends = Ends::kSameTime;
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{by}}), "2026-12-01 16:00");
}

TEST(ExtendTest, NeverMovesBack) {
  Rule by = DefaultRule(Count::kFixedDate);
  by.date = Day(2026, 11, 25);
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{by}}), "2026-11-30 16:00");
  by.date = Day(2026, 12, 11);
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", {Extended{by}}), "2026-12-11 23:59:59.999");
}

TEST(ExtendTest, WhilePausedMovesTheDeadlineThatStands) {
  const std::vector<Step> steps{Pause("2026-11-25 12:00"), Extended{Of(Count::kWorkingDays, 2)}};
  const auto deadline = Follow(kFiveWorkingDays, "2026-11-23 10:00", steps);
  EXPECT_TRUE(deadline->paused);
  EXPECT_EQ(deadline->due_at, K("2026-12-02 16:00"));
  std::vector<Step> resumed = steps;
  resumed.push_back(Resume("2026-12-02 12:00"));
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", resumed), "2026-12-09 16:00");
}

TEST(ExtendTest, ItsUnitIsWhatLaterPausesKeep) {
  // A fixed date instead of a count: the pause no longer moves it.
  Rule date = DefaultRule(Count::kFixedDate);
  date.date = Day(2026, 12, 11);
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00",
                {Extended{date}, Pause("2026-12-01 12:00"), Resume("2026-12-08 12:00")}),
            "2026-12-11 23:59:59.999");
  EXPECT_EQ(
      Due(kFiveWorkingDays, "2026-11-23 10:00",
          {Extended{OfLength(Count::kElapsed, hours(48))}, Pause("2026-12-01 12:00"), Resume("2026-12-01 17:00")}),
      "2026-12-02 21:00");
}

TEST(ReplanTest, NothingBreachesInThePast) {
  const auto early = Follow(kFiveWorkingDays, "2026-11-23 10:00", {Replan("2026-12-02 09:00")});
  EXPECT_EQ(early->computed, K("2026-11-30 16:00"));
  EXPECT_EQ(early->due_at, K("2026-12-02 09:00"));
  const auto later = Follow(kFiveWorkingDays, "2026-11-23 10:00", {Replan("2026-11-26 09:00")});
  EXPECT_EQ(later->computed, later->due_at);
  EXPECT_EQ(later->due_at, K("2026-11-30 16:00"));
}

TEST(ReplanTest, WhatWasHeldUpIsWhatLaterStepsCountFrom) {
  const auto extended =
      Follow(kFiveWorkingDays, "2026-11-23 10:00", {Replan("2026-12-02 09:00"), Extended{Of(Count::kWorkingDays, 2)}});
  EXPECT_EQ(extended->computed, K("2026-12-02 16:00"));
  EXPECT_EQ(extended->due_at, K("2026-12-04 16:00"));
  const auto again =
      Follow(kFiveWorkingDays, "2026-11-23 10:00", {Replan("2026-12-02 09:00"), Replan("2026-12-03 09:00")});
  EXPECT_EQ(again->due_at, K("2026-12-03 09:00"));
}

TEST(ReplanTest, HoldingUpNeverMakesTheDeadlineEarlierThanTheRulesDo) {
  // From Saturday 10:00 to Monday 10:00 by the rule alone; from Sunday 09:00 it would be Monday 09:00.
  Rule to_saturday = SameTime(Of(Count::kCalendarDays, 1));
  const auto deadline = Follow(to_saturday, "2026-11-27 10:00",
                               {Replan("2026-11-29 09:00"), Extended{SameTime(Of(Count::kWorkingDays, 1))}});
  EXPECT_EQ(deadline->computed, K("2026-11-30 10:00"));
  EXPECT_EQ(deadline->due_at, K("2026-11-30 10:00"));
}

TEST(ReplanTest, DuringAPauseHoldsNothingUp) {
  const std::vector<Step> steps{Pause("2026-11-25 12:00"), Replan("2026-12-09 09:00")};
  const auto deadline = Follow(kFiveWorkingDays, "2026-11-23 10:00", steps);
  EXPECT_TRUE(deadline->paused);
  EXPECT_EQ(deadline->due_at, K("2026-11-30 16:00"));
  std::vector<Step> resumed = steps;
  resumed.push_back(Resume("2026-12-14 12:00"));
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", resumed), "2026-12-17 16:00");
}

TEST(ReplanTest, APauseThatTheNewCalendarMakesLateHoldsFromTheChange) {
  const std::vector<Step> steps{Pause("2026-12-01 12:00"), Replan("2026-12-09 09:00")};
  const auto deadline = Follow(kFiveWorkingDays, "2026-11-23 10:00", steps);
  EXPECT_TRUE(deadline->paused);
  EXPECT_EQ(deadline->due_at, K("2026-12-09 09:00"));
  EXPECT_EQ(deadline->computed, K("2026-11-30 16:00"));
  std::vector<Step> resumed = steps;
  resumed.push_back(Resume("2026-12-14 12:00"));
  EXPECT_EQ(Due(kFiveWorkingDays, "2026-11-23 10:00", resumed), "2026-12-14 16:00");
}

TEST(ReplanTest, WithAnotherCalendarTheCourseIsTheSame) {
  CalendarSpec spec = KosovoSpec();
  spec.exceptional_days[Day(2026, 11, 26)] = {.hours = {}, .name = "added day off"};
  const Course course{.rule = kFiveWorkingDays, .start = K("2026-11-23 10:00"), .steps = {Replan("2026-11-24 09:00")}};
  EXPECT_EQ(ComputeDeadline(CalendarForTest(spec), course)->due_at, K("2026-12-01 16:00"));
}

TEST(CourseTest, RejectsWhatCannotHaveHappened) {
  const auto code = [](std::vector<Step> steps) {
    const auto deadline = Follow(kFiveWorkingDays, "2026-11-23 10:00", std::move(steps));
    return deadline ? ErrorCode::kInternal : deadline.error().code;
  };
  EXPECT_EQ(code({Resume("2026-11-24 10:00")}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Pause("2026-11-24 10:00"), Pause("2026-11-24 11:00")}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Pause("2026-11-24 10:00"), Resume("2026-11-24 09:59")}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Pause("2026-11-24 10:00"), Resume("2026-11-24 11:00"), Resume("2026-11-24 12:00")}),
            ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Pause("2026-11-23 09:59")}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Replan("2026-11-25 10:00"), Replan("2026-11-24 10:00")}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Extended{Of(Count::kWorkingDays, -1)}}), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code({Extended{Of(Count::kWorkingDays, 1'000'000)}}), ErrorCode::kOutOfRange);
  EXPECT_EQ(code({Pause("2026-11-24 10:00"), Resume("2051-01-02 10:00")}), ErrorCode::kOutOfRange);
  EXPECT_EQ(code({Pause("2026-11-24 10:00"), Resumed{kLatestInstant}}), ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace rasti::sla
