#include "engine/sla/opening_time.h"

#include <algorithm>

#include "engine/sla/calendar_index.h"
#include "engine/sla/deadline.h"

namespace rasti::sla {
namespace {

// The end of the last day is still answered for: it is where opening time that closes at 24:00 ends.
Status CheckCovered(const Calendar& calendar, Instant instant) {
  const int64_t millis = ToUnixMillis(instant);
  if (millis < calendar.index().covered_from() || millis > calendar.index().covered_until()) {
    return Fail(calendar.NotCovered(calendar.LocalDay(std::clamp(instant, kEarliestInstant, kLatestInstant))));
  }
  return {};
}

// Opening time from the start of the coverage to an instant that is covered.
int64_t OpeningBefore(const CalendarIndex& index, int64_t millis) {
  const auto& intervals = index.intervals();
  const auto after = std::upper_bound(intervals.begin(), intervals.end(), millis,
                                      [](int64_t value, const OpenInterval& i) { return value < i.opens_at; });
  if (after == intervals.begin()) return 0;
  const OpenInterval& last = *std::prev(after);
  return last.opening_before + std::min(millis, last.closes_at) - last.opens_at;
}

Status CheckLength(Duration length) {
  if (length.count() < 0) return Fail(Error::Invalid("a length of opening time must not be negative"));
  return {};
}

}  // namespace

Result<Instant> NextOpening(const Calendar& calendar, Instant from) {
  RASTI_CHECKED(CheckCovered(calendar, from));
  const auto& intervals = calendar.index().intervals();
  const int64_t millis = ToUnixMillis(from);
  auto next = std::partition_point(intervals.begin(), intervals.end(),
                                   [=](const OpenInterval& i) { return i.closes_at <= millis; });
  // Summer time may have left an interval without length.
  while (next != intervals.end() && next->opens_at == next->closes_at) ++next;
  if (next == intervals.end()) return Fail(calendar.NotCovered(calendar.spec().covers_to + 1));
  return std::max(from, InstantFromUnixMillis(next->opens_at));
}

Result<Duration> OpeningTimeBetween(const Calendar& calendar, Instant a, Instant b) {
  if (b <= a) return Duration{0};
  RASTI_CHECKED(CheckCovered(calendar, a));
  RASTI_CHECKED(CheckCovered(calendar, b));
  const CalendarIndex& index = calendar.index();
  return Duration{OpeningBefore(index, ToUnixMillis(b)) - OpeningBefore(index, ToUnixMillis(a))};
}

Result<Instant> AddOpeningTime(const Calendar& calendar, Instant from, Duration length) {
  RASTI_CHECKED(CheckLength(length));
  if (length.count() == 0) return from;
  RASTI_CHECKED(CheckCovered(calendar, from));
  const CalendarIndex& index = calendar.index();
  const int64_t before = OpeningBefore(index, ToUnixMillis(from));
  // Compared this way round because the sum may not fit.
  if (length.count() > index.opening_total() - before) return Fail(calendar.NotCovered(calendar.spec().covers_to + 1));
  const int64_t wanted = before + length.count();
  // The interval in which the last millisecond passes, so that a whole day's time ends at its closing.
  const auto after = std::partition_point(index.intervals().begin(), index.intervals().end(),
                                          [=](const OpenInterval& i) { return i.opening_before < wanted; });
  const OpenInterval& last = *std::prev(after);
  return InstantFromUnixMillis(last.opens_at + (wanted - last.opening_before));
}

Result<Instant> SubtractOpeningTime(const Calendar& calendar, Instant until, Duration length) {
  RASTI_CHECKED(CheckLength(length));
  if (length.count() == 0) return until;
  RASTI_CHECKED(CheckCovered(calendar, until));
  const CalendarIndex& index = calendar.index();
  const int64_t before = OpeningBefore(index, ToUnixMillis(until));
  if (length.count() > before) return Fail(calendar.NotCovered(calendar.spec().covers_from - 1));
  const int64_t wanted = before - length.count();
  // The last interval that begins with no more than this behind it.
  const auto after = std::partition_point(index.intervals().begin(), index.intervals().end(),
                                          [=](const OpenInterval& i) { return i.opening_before <= wanted; });
  const OpenInterval& last = *std::prev(after);
  return InstantFromUnixMillis(last.opens_at + (wanted - last.opening_before));
}

}  // namespace rasti::sla
