// Calendars and short ways to write instants, for the tests of this folder.
#pragma once

#include <fstream>
#include <iterator>
#include <string>

#include "engine/base/check.h"
#include "engine/sla/calendar.h"

namespace rasti::sla {

inline constexpr std::string_view kTzVersionForTest = "2025b";

inline std::string ReadTzif(const std::string& zone) {
  std::ifstream file("workflows/tzdata/2025b/" + zone, std::ios::binary);
  RASTI_CHECK(file.good(), "tests run in the repository's root");
  return {std::istreambuf_iterator<char>(file), {}};
}

inline cctz::time_zone ZoneForTest(const std::string& zone) {
  RASTI_CHECK(RegisterTimeZones(kTzVersionForTest, {{zone, ReadTzif(zone)}}).has_value(), "must register");
  const auto loaded = LoadTimeZone(kTzVersionForTest, zone);
  RASTI_CHECK(loaded.has_value(), "must load");
  return *loaded;
}

inline Calendar CalendarForTest(const CalendarSpec& spec) {
  auto calendar = Calendar::Create(spec, ZoneForTest(spec.zone_name));
  RASTI_CHECK(calendar.has_value(), "must be a calendar");
  return *std::move(calendar);
}

inline std::array<DayHours, 7> MondayToFriday(OpeningHours hours) {
  std::array<DayHours, 7> week;
  for (size_t i = 0; i < 5; ++i) week[i] = {hours};
  return week;
}

/// 08:00-16:00 in Europe/Belgrade, 2025 to 2050, with the holidays of Kosovo that the tests need.
inline CalendarSpec KosovoSpec() {
  CalendarSpec spec{.name = "kosovo", .zone_name = "Europe/Belgrade", .week = MondayToFriday({8 * 60, 16 * 60})};
  spec.covers_from = Day(2025, 1, 1);
  spec.covers_to = Day(2050, 12, 31);
  spec.exceptional_days = {
      {Day(2026, 1, 1), {.hours = {}, .name = "New Year's Day"}},
      {Day(2026, 1, 2), {.hours = {}, .name = "New Year's Day"}},
      {Day(2026, 1, 7), {.hours = {}, .name = "Orthodox Christmas Day"}},
      {Day(2026, 2, 17), {.hours = {}, .name = "Independence Day"}},
      {Day(2026, 3, 20), {.hours = {}, .name = "Eid al-Fitr", .estimated = true}},
      {Day(2026, 11, 14), {.hours = {{9 * 60, 12 * 60}}, .name = "Worked Saturday"}},
      {Day(2026, 12, 25), {.hours = {}, .name = "Catholic Christmas Day"}},
      {Day(2027, 1, 1), {.hours = {}, .name = "New Year's Day"}},
  };
  return spec;
}
inline const Calendar& Kosovo() {
  static const Calendar calendar = CalendarForTest(KosovoSpec());
  return calendar;
}

/// 08:30-17:00 in America/New_York, 2015 and 2016, with the city's holidays.
inline const Calendar& Boston() {
  static const Calendar calendar = [] {
    CalendarSpec spec{
        .name = "boston", .zone_name = "America/New_York", .week = MondayToFriday({8 * 60 + 30, 17 * 60})};
    spec.covers_from = Day(2015, 1, 1);
    spec.covers_to = Day(2016, 12, 31);
    for (const Day day : {Day(2015, 1, 1), Day(2015, 1, 19), Day(2015, 2, 16), Day(2015, 4, 20), Day(2015, 5, 25),
                          Day(2015, 9, 7), Day(2015, 10, 12), Day(2015, 11, 11), Day(2015, 11, 26), Day(2015, 12, 25),
                          Day(2016, 1, 1), Day(2016, 1, 18), Day(2016, 2, 15)}) {
      spec.exceptional_days[day] = {.hours = {}, .name = "holiday"};
    }
    return CalendarForTest(spec);
  }();
  return calendar;
}

/// Counters that never close, 2024 to 2050.
inline Calendar AlwaysOpen(const std::string& zone) {
  CalendarSpec spec{.name = "always", .zone_name = zone};
  spec.week.fill({{0, 24 * 60}});
  spec.covers_from = Day(2024, 1, 1);
  spec.covers_to = Day(2050, 12, 31);
  return CalendarForTest(spec);
}

inline Instant Utc(std::string_view text) {
  const auto instant = ParseInstant(text);
  RASTI_CHECK(instant.has_value(), "must be an instant");
  return *instant;
}

/// A local time as "2026-11-27 16:00" or with ":05" or ":05.250" behind; the first of two in the hour that comes twice.
inline Instant Local(const Calendar& calendar, const std::string& text) {
  const Instant as_utc = Utc(text + (text.size() == 16 ? ":00Z" : "Z"));
  const auto day = std::chrono::floor<std::chrono::days>(as_utc);
  return calendar.At(Day(1970, 1, 1) + day.time_since_epoch().count(), as_utc - day);
}

/// The other way round, so that a failed test shows local times.
inline std::string ShowLocal(const Calendar& calendar, Instant instant) {
  const Day day = calendar.LocalDay(instant);
  const std::chrono::sys_days date{std::chrono::days(day - Day(1970, 1, 1))};
  std::string text = FormatInstant(Instant{date} + calendar.TimeOfDay(instant));
  text[10] = ' ';
  text.pop_back();
  if (text.ends_with(":00")) text.resize(16);
  return text;
}

}  // namespace rasti::sla
