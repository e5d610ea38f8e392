#include "engine/sla/counting.h"
#include "engine/sla/deadline.h"
#include "engine/sla/opening_time.h"

namespace rasti::sla {
namespace {

enum class Direction { kAfter, kBefore };

Result<Instant> Shift(const Calendar& calendar, Instant from, const Offset& offset, Direction direction) {
  if (offset.number < 0 || offset.length.count() < 0) {
    return Fail(Error::Invalid("an offset must not be negative; say before or after instead"));
  }
  const bool back = direction == Direction::kBefore;
  const int64_t number = back ? -offset.number : offset.number;
  const auto on_day = [&](const Result<Day>& day) -> Result<Instant> {
    if (!day) return Fail(day.error());
    const Instant at = calendar.At(*day, calendar.TimeOfDay(from));
    if (at < kEarliestInstant || at > kLatestInstant) return Fail(Error::OutOfRange("outside the years 1 to 9999"));
    return at;
  };
  switch (offset.count) {
    case Count::kWorkingDays:
      if (number == 0) return from;
      return on_day(AddWorkingDays(calendar, calendar.LocalDay(from), number));
    case Count::kCalendarDays:
      if (number == 0) return from;
      return on_day(AddCalendarDays(calendar.LocalDay(from), number));
    case Count::kWorkingHours:
      return back ? SubtractOpeningTime(calendar, from, offset.length) : AddOpeningTime(calendar, from, offset.length);
    case Count::kElapsed: {
      const auto sum = CheckedAdd(from, back ? -offset.length : offset.length);
      if (!sum) return Fail(Error::OutOfRange("outside the years 1 to 9999"));
      return *sum;
    }
    case Count::kCalendarMonths:
    case Count::kFixedDate: break;
  }
  return Fail(Error::Invalid("an offset is in working days, calendar days, opening hours or elapsed time"));
}

}  // namespace

Result<Instant> AddOffset(const Calendar& calendar, Instant from, const Offset& offset) {
  return Shift(calendar, from, offset, Direction::kAfter);
}

Result<Instant> SubtractOffset(const Calendar& calendar, Instant from, const Offset& offset) {
  return Shift(calendar, from, offset, Direction::kBefore);
}

}  // namespace rasti::sla
