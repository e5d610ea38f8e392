#include "engine/sla/calendar_index.h"

namespace rasti::sla {

int64_t UnixMillisAt(const cctz::time_zone& zone, Day day, int64_t millis_of_day) {
  const cctz::civil_second local = cctz::civil_second(day) + millis_of_day / 1000;
  const auto found = zone.lookup(local);
  // The skipped hour has no fractions of its seconds either: all of it is the instant of the change.
  if (found.kind == cctz::time_zone::civil_lookup::SKIPPED) return found.trans.time_since_epoch().count() * 1000;
  return found.pre.time_since_epoch().count() * 1000 + millis_of_day % 1000;
}

CalendarIndex::CalendarIndex(const CalendarSpec& spec, const cctz::time_zone& zone)
    : first_day_(spec.covers_from), patterns_(spec.week.begin(), spec.week.end()) {
  const auto days = static_cast<size_t>(spec.covers_to - spec.covers_from) + 1;
  pattern_of_day_.reserve(days);
  working_days_before_.reserve(days + 1);
  intervals_before_.reserve(days + 1);

  auto exceptional = spec.exceptional_days.begin();
  auto weekday = static_cast<uint32_t>(cctz::get_weekday(first_day_));
  for (size_t i = 0; i < days; ++i, weekday = (weekday + 1) % 7) {
    const Day day = DayAt(i);
    uint32_t pattern = weekday;
    if (exceptional != spec.exceptional_days.end() && exceptional->first == day) {
      pattern = static_cast<uint32_t>(patterns_.size());
      patterns_.push_back(exceptional->second.hours);
      ++exceptional;
    }
    pattern_of_day_.push_back(pattern);
    working_days_before_.push_back(static_cast<uint32_t>(working_days_.size()));
    intervals_before_.push_back(static_cast<uint32_t>(intervals_.size()));
    if (patterns_[pattern].empty()) continue;

    working_days_.push_back(static_cast<uint32_t>(i));
    for (const OpeningHours& hours : patterns_[pattern]) {
      const int64_t opens_at = UnixMillisAt(zone, day, int64_t{hours.opens_at} * 60'000);
      const int64_t closes_at = UnixMillisAt(zone, day, int64_t{hours.closes_at} * 60'000);
      intervals_.push_back({opens_at, closes_at, opening_total_});
      opening_total_ += closes_at - opens_at;
    }
  }
  working_days_before_.push_back(static_cast<uint32_t>(working_days_.size()));
  intervals_before_.push_back(static_cast<uint32_t>(intervals_.size()));
  covered_from_ = UnixMillisAt(zone, spec.covers_from, 0);
  covered_until_ = UnixMillisAt(zone, spec.covers_to + 1, 0);
}

}  // namespace rasti::sla
