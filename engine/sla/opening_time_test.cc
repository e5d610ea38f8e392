#include "engine/sla/opening_time.h"

#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"
#include "engine/sla/deadline.h"

namespace rasti::sla {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

Instant K(const std::string& text) { return Local(Kosovo(), text); }
std::string Show(const Result<Instant>& instant) {
  return instant ? ShowLocal(Kosovo(), *instant) : instant.error().message;
}

TEST(OpeningTimeTest, CountsOnlyWhatIsOpen) {
  const auto between = [](const char* a, const char* b) { return *OpeningTimeBetween(Kosovo(), K(a), K(b)); };
  EXPECT_EQ(between("2026-11-23 09:00", "2026-11-23 10:30"), minutes(90));
  EXPECT_EQ(between("2026-11-23 00:00", "2026-11-24 00:00"), hours(8));
  EXPECT_EQ(between("2026-11-23 16:00", "2026-11-24 08:00"), hours(0));
  EXPECT_EQ(between("2026-11-27 15:00", "2026-11-30 09:00"), hours(2));          // over a weekend
  EXPECT_EQ(between("2026-11-13 15:00", "2026-11-16 09:00"), hours(1 + 3 + 1));  // over a Saturday worked
  EXPECT_EQ(between("2026-03-19 15:00", "2026-03-23 09:00"), hours(2));          // over a holiday
  EXPECT_EQ(between("2026-11-23 10:00", "2026-11-23 10:00"), hours(0));
  EXPECT_EQ(between("2026-11-24 10:00", "2026-11-23 10:00"), hours(0));
  EXPECT_EQ(between("2026-11-23 15:59:59.250", "2026-11-24 08:00:00.001"), Duration{751});
}

TEST(OpeningTimeTest, AWholeDayEndsAtItsClosing) {
  const auto add = [](const char* from, Duration length) { return Show(AddOpeningTime(Kosovo(), K(from), length)); };
  EXPECT_EQ(add("2026-11-23 08:00", hours(8)), "2026-11-23 16:00");
  EXPECT_EQ(add("2026-11-23 08:00", hours(8) + Duration{1}), "2026-11-24 08:00:00.001");
  EXPECT_EQ(add("2026-11-27 15:00", hours(2)), "2026-11-30 09:00");
  EXPECT_EQ(add("2026-11-28 12:00", hours(1)), "2026-11-30 09:00");
  EXPECT_EQ(add("2026-11-13 15:00", hours(4)), "2026-11-14 12:00");
  EXPECT_EQ(add("2026-11-28 12:00", hours(0)), "2026-11-28 12:00");
}

TEST(OpeningTimeTest, SubtractingComesToAnOpening) {
  const auto subtract = [](const char* until, Duration length) {
    return Show(SubtractOpeningTime(Kosovo(), K(until), length));
  };
  EXPECT_EQ(subtract("2026-11-23 16:00", hours(8)), "2026-11-23 08:00");
  EXPECT_EQ(subtract("2026-11-23 10:00", hours(2)), "2026-11-23 08:00");
  EXPECT_EQ(subtract("2026-11-30 09:00", hours(2)), "2026-11-27 15:00");
  EXPECT_EQ(subtract("2026-11-29 12:00", hours(1)), "2026-11-27 15:00");
  EXPECT_EQ(subtract("2026-11-29 12:00", hours(0)), "2026-11-29 12:00");
}

TEST(OpeningTimeTest, FindsTheNextOpening) {
  const auto next = [](const char* from) { return Show(NextOpening(Kosovo(), K(from))); };
  EXPECT_EQ(next("2026-11-23 07:59:59.999"), "2026-11-23 08:00");
  EXPECT_EQ(next("2026-11-23 08:00"), "2026-11-23 08:00");
  EXPECT_EQ(next("2026-11-23 15:59:59.999"), "2026-11-23 15:59:59.999");
  EXPECT_EQ(next("2026-11-23 16:00"), "2026-11-24 08:00");
  EXPECT_EQ(next("2026-11-27 16:00"), "2026-11-30 08:00");
  EXPECT_EQ(next("2026-11-13 16:00"), "2026-11-14 09:00");
}

TEST(OpeningTimeTest, TwoIntervalsADayWithABreak) {
  CalendarSpec spec = KosovoSpec();
  spec.week[0] = {{8 * 60, 12 * 60}, {13 * 60, 17 * 60}};
  const Calendar calendar = CalendarForTest(spec);
  EXPECT_EQ(*OpeningTimeBetween(calendar, K("2026-11-23 11:00"), K("2026-11-23 14:00")), hours(2));
  EXPECT_EQ(Show(AddOpeningTime(calendar, K("2026-11-23 11:00"), hours(1))), "2026-11-23 12:00");
  EXPECT_EQ(Show(AddOpeningTime(calendar, K("2026-11-23 11:00"), hours(2))), "2026-11-23 14:00");
  EXPECT_EQ(Show(SubtractOpeningTime(calendar, K("2026-11-23 14:00"), hours(1))), "2026-11-23 13:00");
  EXPECT_EQ(Show(NextOpening(calendar, K("2026-11-23 12:00"))), "2026-11-23 13:00");
}

TEST(OpeningTimeTest, IsPhysicalTimeWhereSummerTimeChanges) {
  const Calendar always = AlwaysOpen("Europe/Belgrade");
  const auto day = [&](int month, int date) {
    return *OpeningTimeBetween(always, always.At(Day(2026, month, date), {}),
                               always.At(Day(2026, month, date + 1), {}));
  };
  EXPECT_EQ(day(3, 28), hours(24));
  EXPECT_EQ(day(3, 29), hours(23));
  EXPECT_EQ(day(10, 25), hours(25));
}

TEST(OpeningTimeTest, HoursThatSummerTimeSkipsAreNone) {
  CalendarSpec spec = KosovoSpec();
  spec.week.fill({{130, 140}, {150, 170}});  // 02:10-02:20, 02:30-02:50
  const Calendar calendar = CalendarForTest(spec);
  EXPECT_EQ(*OpeningTimeBetween(calendar, K("2026-03-29 00:00"), K("2026-03-30 00:00")), minutes(0));
  EXPECT_EQ(Show(NextOpening(calendar, K("2026-03-29 00:00"))), "2026-03-30 02:10");
  EXPECT_EQ(Show(AddOpeningTime(calendar, K("2026-03-28 02:45"), minutes(5))), "2026-03-28 02:50");
  EXPECT_EQ(Show(AddOpeningTime(calendar, K("2026-03-28 02:45"), minutes(6))), "2026-03-30 02:11");
  EXPECT_EQ(Show(SubtractOpeningTime(calendar, K("2026-03-30 02:15"), minutes(5))), "2026-03-30 02:10");
  EXPECT_EQ(Show(SubtractOpeningTime(calendar, K("2026-03-30 02:15"), minutes(6))), "2026-03-28 02:49");
}

TEST(OpeningTimeTest, BeyondTheCoverageIsAnError) {
  const auto code = [](const auto& result) { return result ? std::nullopt : std::optional(result.error().code); };
  const Instant before = K("2024-12-31 12:00");
  const Instant inside = K("2026-11-23 12:00");
  const Instant last = K("2050-12-30 12:00");
  const Instant after = K("2051-01-02 12:00");
  EXPECT_EQ(code(OpeningTimeBetween(Kosovo(), before, inside)), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(OpeningTimeBetween(Kosovo(), inside, after)), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(AddOpeningTime(Kosovo(), before, hours(1))), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(AddOpeningTime(Kosovo(), last, hours(4) + Duration{1})), ErrorCode::kOutOfRange);
  EXPECT_EQ(Show(AddOpeningTime(Kosovo(), last, hours(4))), "2050-12-30 16:00");
  EXPECT_EQ(code(AddOpeningTime(Kosovo(), inside, Duration::max())), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(AddOpeningTime(Kosovo(), inside, Duration{-1})), ErrorCode::kInvalidArgument);
  EXPECT_EQ(code(SubtractOpeningTime(Kosovo(), inside, Duration::max())), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(SubtractOpeningTime(Kosovo(), after, hours(1))), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(NextOpening(Kosovo(), before)), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(NextOpening(Kosovo(), K("2050-12-30 16:00"))), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(NextOpening(Kosovo(), Instant::min())), ErrorCode::kOutOfRange);
  EXPECT_EQ(code(NextOpening(Kosovo(), Instant::max())), ErrorCode::kOutOfRange);
}

}  // namespace
}  // namespace rasti::sla
