#include "engine/sla/counting.h"

#include <algorithm>
#include <cstdlib>

#include "engine/sla/calendar_index.h"
#include "engine/sla/opening_time.h"

namespace rasti::sla {
namespace {

// More than there are days or months in the years 1 to 9999; sums of days stay far from overflow below it.
constexpr int64_t kCountMost = 4'000'000;

tl::unexpected<Error> BeyondTime() { return Fail(Error::OutOfRange("the deadline lies outside the years 1 to 9999")); }

Result<Day> WithinTime(Day day) {
  if (day.year() < 1 || day.year() > 9999) return BeyondTime();
  return day;
}

bool CountsHours(Count count) { return count == Count::kWorkingHours || count == Count::kElapsed; }

Result<Instant> MoveStart(const Calendar& calendar, const Rule& rule, Instant from) {
  switch (rule.start) {
    case Start::kDayZero:
      // Units of days count from the next day by themselves.
      if (!CountsHours(rule.count)) return from;
      return calendar.At(calendar.LocalDay(from) + 1, Duration{0});
    case Start::kInstant: return from;
    case Start::kNextOpening: return NextOpening(calendar, from);
  }
  return from;
}

Result<Day> CountDays(const Calendar& calendar, const Rule& rule, Day first) {
  switch (rule.count) {
    case Count::kWorkingDays: return AddWorkingDays(calendar, first, rule.number);
    case Count::kCalendarDays: return AddCalendarDays(first, rule.number);
    case Count::kCalendarMonths: return AddMonths(first, rule.number, rule.month_end);
    case Count::kFixedDate: return WithinTime(*rule.date);
    case Count::kWorkingHours:
    case Count::kElapsed: break;
  }
  return Fail(Error::Internal("hours are no days"));
}

Result<Instant> CountHours(const Calendar& calendar, const Rule& rule, Instant from) {
  if (rule.count == Count::kWorkingHours) return AddOpeningTime(calendar, from, rule.length);
  const auto sum = CheckedAdd(from, rule.length);
  if (!sum) return BeyondTime();
  return *sum;
}

}  // namespace

Status CheckRule(const Rule& rule) {
  if (rule.number < 0 || rule.length.count() < 0)
    return Fail(Error::Invalid("a deadline counts forward: no negative number"));
  if (rule.count == Count::kFixedDate && !rule.date) return Fail(Error::Invalid("a fixed date needs its date"));
  return {};
}

Result<Day> AddWorkingDays(const Calendar& calendar, Day day, int64_t number) {
  if (number == 0) return day;
  if (!calendar.Covers(day)) return Fail(calendar.NotCovered(day));
  const CalendarIndex& index = calendar.index();
  const size_t at = index.IndexOf(day);
  if (number > 0) {
    const size_t passed = index.WorkingDaysBefore(at + 1);
    const size_t left = index.working_days().size() - passed;
    if (static_cast<uint64_t>(number) > left) return Fail(calendar.NotCovered(calendar.spec().covers_to + 1));
    return index.DayAt(index.working_days()[passed + static_cast<size_t>(number) - 1]);
  }
  const size_t before = index.WorkingDaysBefore(at);
  // Negated as an unsigned number, so that the most negative one has an absolute value.
  const uint64_t back = 0 - static_cast<uint64_t>(number);
  if (back > before) return Fail(calendar.NotCovered(calendar.spec().covers_from - 1));
  return index.DayAt(index.working_days()[before - static_cast<size_t>(back)]);
}

Result<Day> AddCalendarDays(Day day, int64_t number) {
  if (number > kCountMost || number < -kCountMost) return BeyondTime();
  return WithinTime(day + number);
}

Result<Day> AddMonths(Day day, int64_t number, MonthEnd month_end) {
  if (number > kCountMost) return BeyondTime();
  const cctz::civil_month month = cctz::civil_month(day) + number;
  const Day last = Day(month + 1) - 1;
  const bool was_last = Day(cctz::civil_month(day) + 1) - 1 == day;
  if (month_end == MonthEnd::kKeep && was_last) return WithinTime(last);
  return WithinTime(Day(month) + (std::min(day.day(), last.day()) - 1));
}

Result<Instant> EndOn(const Calendar& calendar, Ends ends, Roll roll, const LastDay& last, const Explainer* explainer) {
  Day day = last.day;
  if (roll == Roll::kNextWorkingDay) {
    RASTI_TRY(const bool works, calendar.IsWorkingDay(day));
    if (!works) {
      RASTI_TRY(day, AddWorkingDays(calendar, day, 1));
      if (explainer != nullptr) explainer->Rolled(last.day, day, last.same_time);
    }
  }
  Instant end;
  switch (ends) {
    case Ends::kSameTime: end = calendar.At(day, last.same_time); break;
    case Ends::kEndOfDay: end = calendar.EndOf(day); break;
    case Ends::kClosing: {
      RASTI_TRY(const DayHours* hours, calendar.HoursOf(day));
      // A day off has no closing: its end is meant. Nor does a deadline leave its day by closing at 24:00.
      if (hours->empty() || hours->back().closes_at == 24 * 60) {
        end = calendar.EndOf(day);
      } else {
        end = InstantFromUnixMillis(calendar.index().LastIntervalOf(calendar.index().IndexOf(day)).closes_at);
      }
      break;
    }
  }
  if (last.earliest) end = std::max(end, *last.earliest);
  if (end < kEarliestInstant || end > kLatestInstant) return BeyondTime();
  if (explainer != nullptr) explainer->Ends(ends, end);
  return end;
}

Result<Instant> ApplyRule(const Calendar& calendar, const Rule& rule, Instant from, const Explainer* explainer) {
  RASTI_CHECKED(CheckRule(rule));
  if (from < kEarliestInstant || from > kLatestInstant) return BeyondTime();
  RASTI_TRY(const Instant start, MoveStart(calendar, rule, from));
  if (explainer != nullptr) explainer->Start(rule, from, start);

  if (CountsHours(rule.count)) {
    RASTI_TRY(const Instant end, CountHours(calendar, rule, start));
    if (explainer != nullptr) explainer->Hours(rule, start, end);
    return end;
  }
  const cctz::civil_second local = calendar.LocalTime(start);
  const Day first(local);
  const auto millis = start - std::chrono::floor<std::chrono::seconds>(start);
  const Duration time_of_day = std::chrono::seconds(local - cctz::civil_second(first)) + millis;
  RASTI_TRY(const Day last, CountDays(calendar, rule, first));
  if (explainer != nullptr) explainer->Days(rule, first, last, time_of_day);
  // Zero days to a closing that has passed, or to a local time that comes twice, must not end before they began.
  const auto earliest = rule.count == Count::kFixedDate ? std::nullopt : std::optional<Instant>(start);
  return EndOn(calendar, rule.ends, rule.roll, {.day = last, .same_time = time_of_day, .earliest = earliest},
               explainer);
}

}  // namespace rasti::sla
