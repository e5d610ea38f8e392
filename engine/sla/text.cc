#include "engine/sla/text.h"

#include <fmt/format.h>

namespace rasti::sla {

std::string TextOf(Day day) { return fmt::format("{:04}-{:02}-{:02}", day.year(), day.month(), day.day()); }

std::string TextOf(const OpeningHours& hours) {
  return fmt::format("{:02}:{:02}-{:02}:{:02}", hours.opens_at / 60, hours.opens_at % 60, hours.closes_at / 60,
                     hours.closes_at % 60);
}

std::string_view WeekdayName(cctz::weekday weekday) {
  switch (weekday) {
    case cctz::weekday::monday: return "Monday";
    case cctz::weekday::tuesday: return "Tuesday";
    case cctz::weekday::wednesday: return "Wednesday";
    case cctz::weekday::thursday: return "Thursday";
    case cctz::weekday::friday: return "Friday";
    case cctz::weekday::saturday: return "Saturday";
    case cctz::weekday::sunday: return "Sunday";
  }
  return "";
}

std::string TextOfDayOfWeek(Day day) {
  return fmt::format("{} {}", TextOf(day), WeekdayName(cctz::get_weekday(day)).substr(0, 3));
}

std::string TextOfTime(Duration time_of_day) {
  const int64_t millis = time_of_day.count();
  std::string text = fmt::format("{:02}:{:02}", millis / 3'600'000, millis / 60'000 % 60);
  if (millis % 60'000 != 0) text += fmt::format(":{:02}", millis / 1000 % 60);
  if (millis % 1000 != 0) text += fmt::format(".{:03}", millis % 1000);
  return text;
}

std::string TextOfCount(int64_t number, std::string_view unit) {
  return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
}

std::string TextOfLength(Duration length) {
  const int64_t millis = length.count();
  std::string text;
  const auto add = [&](int64_t number, std::string_view unit) {
    if (number == 0) return;
    if (!text.empty()) text += ' ';
    text += TextOfCount(number, unit);
  };
  add(millis / 3'600'000, "hour");
  add(millis / 60'000 % 60, "minute");
  if (millis % 1000 == 0) {
    add(millis / 1000 % 60, "second");
  } else {
    if (!text.empty()) text += ' ';
    text += fmt::format("{}.{:03} seconds", millis / 1000 % 60, millis % 1000);
  }
  return text.empty() ? "0 hours" : text;
}

}  // namespace rasti::sla
