// One rule applied once, from an instant to an instant. Deadlines, extensions and resumptions are made of it.
#pragma once

#include <optional>

#include "engine/sla/deadline.h"
#include "engine/sla/explain.h"

namespace rasti::sla {

/// Errors: kInvalidArgument for a negative count, or a fixed date without its date.
Status CheckRule(const Rule& rule);

/// Where the rule leads from `from`. `explainer` may be null. Errors as ComputeDeadline.
Result<Instant> ApplyRule(const Calendar& calendar, const Rule& rule, Instant from, const Explainer* explainer);

/// The working day that is `number` working days after (before, if negative) a day; the day itself at zero.
/// Errors: kOutOfRange.
Result<Day> AddWorkingDays(const Calendar& calendar, Day day, int64_t number);
/// Errors: kOutOfRange beyond the years 1 to 9999.
Result<Day> AddCalendarDays(Day day, int64_t number);
Result<Day> AddMonths(Day day, int64_t number, MonthEnd month_end);

/// The end on a last day: it is rolled, then the time of day is applied, and it never lies before `earliest`.
/// `same_time` is the time of day that Ends::kSameTime means. Errors: kOutOfRange.
struct LastDay {
  Day day;
  Duration same_time{0};
  std::optional<Instant> earliest;
};
Result<Instant> EndOn(const Calendar& calendar, Ends ends, Roll roll, const LastDay& last, const Explainer* explainer);

}  // namespace rasti::sla
