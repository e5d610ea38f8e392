// Days, hours and counts as people read them, in English: for explanations and errors.
#pragma once

#include <string>
#include <string_view>

#include "engine/sla/calendar.h"

namespace rasti::sla {

std::string TextOf(Day day);                    // "2026-11-27"
std::string TextOf(const OpeningHours& hours);  // "08:00-16:00"
std::string TextOfDayOfWeek(Day day);           // "2026-11-27 Fri"
std::string TextOfTime(Duration time_of_day);   // "09:30", "09:30:05", "23:59:59.999"
std::string TextOfLength(Duration length);      // "48 hours", "1 hour 30 minutes", "0 hours"
std::string_view WeekdayName(cctz::weekday weekday);
std::string TextOfCount(int64_t number, std::string_view unit);  // "1 day", "2 days"

}  // namespace rasti::sla
