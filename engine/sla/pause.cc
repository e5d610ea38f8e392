#include "engine/sla/pause.h"

#include <algorithm>

#include "engine/sla/counting.h"

namespace rasti::sla {
namespace {

// Resumption plus what was left, before `ends` and `roll`.
Result<Instant> Resume(const Calendar& calendar, const Rule& rule, const EndedPause& pause) {
  RASTI_TRY(const auto left, RemainingAt(calendar, rule, pause.due, pause.paused_at));
  switch (rule.count) {
    case Count::kWorkingDays:
    case Count::kWorkingHours: return AddOpeningTime(calendar, pause.resumed_at, *left);
    case Count::kCalendarDays:
    case Count::kElapsed: {
      const auto sum = CheckedAdd(pause.resumed_at, *left);
      if (!sum) return Fail(Error::OutOfRange("the resumed deadline lies outside the years 1 to 9999"));
      return *sum;
    }
    case Count::kCalendarMonths: {
      const int64_t days = calendar.LocalDay(pause.resumed_at) - calendar.LocalDay(pause.paused_at);
      RASTI_TRY(const Day day, AddCalendarDays(calendar.LocalDay(pause.due), days));
      return calendar.At(day, calendar.TimeOfDay(pause.due));
    }
    case Count::kFixedDate: break;
  }
  return pause.due;
}

}  // namespace

Result<std::optional<Duration>> RemainingAt(const Calendar& calendar, const Rule& rule, Instant due, Instant at) {
  switch (rule.count) {
    case Count::kWorkingDays:
    case Count::kWorkingHours: {
      RASTI_TRY(const Duration left, OpeningTimeBetween(calendar, at, due));
      return left;
    }
    case Count::kCalendarDays:
    case Count::kElapsed: return due - at;
    case Count::kCalendarMonths:
    case Count::kFixedDate: break;
  }
  return std::nullopt;
}

Result<Instant> DueAfterPause(const Calendar& calendar, const Rule& rule, const EndedPause& pause,
                              const Explainer* explainer) {
  if (rule.count == Count::kFixedDate) return pause.due;
  RASTI_TRY(const Instant resumed, Resume(calendar, rule, pause));
  // A deadline in closed hours has the same opening time before it as the closing that went before, which is where
  // opening time ends when it is added; a pause must not bring the deadline forward to it.
  const Instant end = std::max({resumed, pause.due, pause.resumed_at});
  // What cost no time changes nothing, also where `ends` and `roll` would by now.
  if (end == pause.due) return end;
  if (rule.count == Count::kWorkingHours || rule.count == Count::kElapsed) {
    if (explainer != nullptr) explainer->Ends(Ends::kSameTime, end);
    return end;
  }
  // Where no opening time was left, the resumption may fall on a day off, which no rule in working days ends on.
  const bool working_day = rule.count == Count::kWorkingDays && rule.ends != Ends::kSameTime;
  return EndOn(calendar, rule.ends, working_day ? Roll::kNextWorkingDay : rule.roll,
               {.day = calendar.LocalDay(end), .same_time = calendar.TimeOfDay(end), .earliest = end}, explainer);
}

}  // namespace rasti::sla
