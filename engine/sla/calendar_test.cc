#include "engine/sla/calendar.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/sla/calendars_for_test.h"

namespace rasti::sla {
namespace {

using ::testing::HasSubstr;

Error ErrorOf(const CalendarSpec& spec) {
  const auto calendar = Calendar::Create(spec, ZoneForTest(spec.zone_name));
  EXPECT_FALSE(calendar.has_value());
  return calendar ? Error{} : calendar.error();
}

TEST(CalendarTest, KnowsWorkingDays) {
  EXPECT_TRUE(*Kosovo().IsWorkingDay(Day(2026, 11, 27)));   // Friday
  EXPECT_FALSE(*Kosovo().IsWorkingDay(Day(2026, 11, 28)));  // Saturday
  EXPECT_TRUE(*Kosovo().IsWorkingDay(Day(2026, 11, 14)));   // Saturday worked
  EXPECT_FALSE(*Kosovo().IsWorkingDay(Day(2026, 3, 20)));   // Friday off
  EXPECT_EQ((*Kosovo().HoursOf(Day(2026, 11, 14)))->front(), (OpeningHours{540, 720}));
  EXPECT_EQ((*Kosovo().HoursOf(Day(2026, 11, 27)))->front(), (OpeningHours{480, 960}));
  EXPECT_TRUE((*Kosovo().HoursOf(Day(2026, 11, 28)))->empty());
  EXPECT_EQ(Kosovo().ExceptionOn(Day(2026, 3, 20))->name, "Eid al-Fitr");
  EXPECT_EQ(Kosovo().ExceptionOn(Day(2026, 3, 21)), nullptr);
}

TEST(CalendarTest, GuessesNothingBeyondItsCoverage) {
  EXPECT_TRUE(Kosovo().IsWorkingDay(Day(2025, 1, 1)).has_value());
  EXPECT_TRUE(Kosovo().IsWorkingDay(Day(2050, 12, 31)).has_value());
  for (const Day day : {Day(2024, 12, 31), Day(2051, 1, 1), Day(1, 1, 1), Day(9999, 12, 31)}) {
    const auto works = Kosovo().IsWorkingDay(day);
    ASSERT_FALSE(works.has_value());
    EXPECT_EQ(works.error().code, ErrorCode::kOutOfRange);
    EXPECT_FALSE(Kosovo().HoursOf(day).has_value());
  }
  EXPECT_THAT(Kosovo().IsWorkingDay(Day(2051, 1, 1)).error().message, HasSubstr("2051-01-01"));
  EXPECT_THAT(Kosovo().IsWorkingDay(Day(2051, 1, 1)).error().message, HasSubstr("2050-12-31"));
}

TEST(CalendarTest, CopiesAnswerAlike) {
  Result<Calendar> original = Calendar::Create(KosovoSpec(), ZoneForTest("Europe/Belgrade"));
  const Calendar copy = *original;
  original = Fail(Error::Internal("gone"));
  EXPECT_EQ((*copy.HoursOf(Day(2026, 11, 27)))->front(), (OpeningHours{480, 960}));
  EXPECT_EQ(copy.spec().name, "kosovo");
}

TEST(CalendarTest, RejectsHoursThatAreNone) {
  for (const auto& [hours, part] : std::initializer_list<std::pair<DayHours, const char*>>{
           {{{480, 480}}, "08:00-08:00"},
           {{{960, 480}}, "open before they close"},
           {{{-1, 480}}, "00:00 to 24:00"},
           {{{480, 1441}}, "00:00 to 24:00"},
           {{{480, 720}, {700, 960}}, "after 08:00-12:00"},
           {{{480, 720}, {720, 960}}, "touch"},
           {{{720, 960}, {480, 600}}, "after 12:00-16:00"},
       }) {
    CalendarSpec spec = KosovoSpec();
    spec.week[2] = hours;
    const Error error = ErrorOf(spec);
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument);
    EXPECT_THAT(error.message, HasSubstr("Wednesday"));
    EXPECT_THAT(error.message, HasSubstr("kosovo"));
    EXPECT_THAT(error.message, HasSubstr(part));

    spec = KosovoSpec();
    spec.exceptional_days[Day(2026, 5, 1)] = {.hours = hours, .name = "Workers' Day"};
    EXPECT_THAT(ErrorOf(spec).message, HasSubstr("2026-05-01 Workers' Day"));
  }
  CalendarSpec spec = KosovoSpec();
  spec.week[2] = {{0, 720}, {721, 1440}};
  EXPECT_TRUE(Calendar::Create(spec, ZoneForTest("Europe/Belgrade")).has_value());
}

TEST(CalendarTest, RejectsAWeekThatNeverOpens) {
  CalendarSpec spec = KosovoSpec();
  spec.week.fill({});
  EXPECT_THAT(ErrorOf(spec).message, HasSubstr("never opens"));
}

TEST(CalendarTest, RejectsDaysOutsideTheCoverage) {
  CalendarSpec spec = KosovoSpec();
  spec.exceptional_days[Day(2051, 1, 1)] = {.hours = {}, .name = "New Year's Day"};
  EXPECT_THAT(ErrorOf(spec).message, HasSubstr("2051-01-01"));

  spec = KosovoSpec();
  spec.exceptional_days.clear();
  spec.covers_to = Day(2024, 12, 31);
  EXPECT_THAT(ErrorOf(spec).message, HasSubstr("ends on 2024-12-31 before"));
  spec.covers_to = Day(9999, 12, 31);
  EXPECT_THAT(ErrorOf(spec).message, HasSubstr("400 years"));
  spec.covers_to = Day(10000, 1, 1);
  EXPECT_THAT(ErrorOf(spec).message, HasSubstr("1 to 9999"));
  spec.covers_to = spec.covers_from;
  EXPECT_TRUE(Calendar::Create(spec, ZoneForTest("Europe/Belgrade")).has_value());
}

TEST(CalendarTest, ReadsLocalTimes) {
  EXPECT_EQ(Kosovo().LocalDay(Utc("2026-11-27T22:59:59.999Z")), Day(2026, 11, 27));
  EXPECT_EQ(Kosovo().LocalDay(Utc("2026-11-27T23:00:00Z")), Day(2026, 11, 28));
  EXPECT_EQ(Kosovo().LocalTime(Utc("2026-07-01T10:00:00.999Z")), cctz::civil_second(2026, 7, 1, 12, 0, 0));
  EXPECT_EQ(Kosovo().TimeOfDay(Utc("2026-07-01T10:00:00.250Z")), std::chrono::hours(12) + Duration{250});
  EXPECT_EQ(Kosovo().TimeOfDay(Utc("1969-12-31T23:30:00.250Z")), std::chrono::minutes(30) + Duration{250});
  EXPECT_EQ(Kosovo().EndOf(Day(2026, 11, 27)), Utc("2026-11-27T22:59:59.999Z"));
}

TEST(CalendarTest, TheSkippedHourIsTheInstantOfTheChange) {
  // Belgrade: 2026-03-29, 02:00 becomes 03:00.
  const Instant change = Utc("2026-03-29T01:00:00Z");
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 3, 29, 1, 59, 59)), change - std::chrono::seconds(1));
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 3, 29, 2, 0, 0)), change);
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 3, 29, 2, 30, 0)), change);
  EXPECT_EQ(Kosovo().At(Day(2026, 3, 29), std::chrono::minutes(150) + Duration{7}), change);
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 3, 29, 3, 0, 0)), change);
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 3, 29, 3, 0, 1)), change + std::chrono::seconds(1));
}

TEST(CalendarTest, OfTheDoubleHourTheFirstIsMeant) {
  // Belgrade: 2026-10-25, 03:00 becomes 02:00.
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 10, 25, 2, 30, 0)), Utc("2026-10-25T00:30:00Z"));
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2026, 10, 25, 3, 0, 0)), Utc("2026-10-25T02:00:00Z"));
  // New York: 2026-11-01, 02:00 becomes 01:00.
  EXPECT_EQ(Boston().At(cctz::civil_second(2026, 11, 1, 1, 30, 0)), Utc("2026-11-01T05:30:00Z"));
}

TEST(CalendarTest, SummerTimeGoesOnAfter2038) {
  EXPECT_EQ(Kosovo().LocalTime(Utc("2045-07-01T10:00:00Z")).hour(), 12);
  EXPECT_EQ(Kosovo().LocalTime(Utc("2045-01-01T10:00:00Z")).hour(), 11);
  EXPECT_EQ(Boston().LocalTime(Utc("2045-07-01T16:00:00Z")).hour(), 12);
  EXPECT_EQ(Boston().LocalTime(Utc("2045-01-01T17:00:00Z")).hour(), 12);
  // The last Sunday of March 2045 is the 26th.
  EXPECT_EQ(Kosovo().At(cctz::civil_second(2045, 3, 26, 2, 30, 0)), Utc("2045-03-26T01:00:00Z"));
}

}  // namespace
}  // namespace rasti::sla
