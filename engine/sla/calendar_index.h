// What a Calendar counts beforehand over its coverage: working days and open intervals, as sorted tables. Immutable
// after construction; shared by all copies of a calendar. Instants here are Unix milliseconds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/sla/calendar.h"

namespace rasti::sla {

/// One time that the counters are open. On the day that summer time skips an hour an interval may have no length.
struct OpenInterval {
  int64_t opens_at;
  int64_t closes_at;       // exclusive
  int64_t opening_before;  // milliseconds of opening time from the start of the coverage to opens_at
};

class CalendarIndex {
 public:
  /// REQUIRES: a spec that Calendar::Create has checked.
  CalendarIndex(const CalendarSpec& spec, const cctz::time_zone& zone);

  /// Position of a day; REQUIRES: it is covered.
  size_t IndexOf(Day day) const { return static_cast<size_t>(day - first_day_); }
  Day DayAt(size_t index) const { return first_day_ + static_cast<int64_t>(index); }

  const DayHours& HoursAt(size_t index) const { return patterns_[pattern_of_day_[index]]; }
  bool IsWorkingDay(size_t index) const { return !HoursAt(index).empty(); }

  /// Indexes of all working days, ascending.
  const std::vector<uint32_t>& working_days() const { return working_days_; }
  /// How many working days there are before the day; `index` may be one past the last day.
  size_t WorkingDaysBefore(size_t index) const { return working_days_before_[index]; }

  const std::vector<OpenInterval>& intervals() const { return intervals_; }
  /// The day's last open interval. REQUIRES: a working day.
  const OpenInterval& LastIntervalOf(size_t index) const { return intervals_[intervals_before_[index + 1] - 1]; }

  /// The instants that lie on covered days: [covered_from, covered_until).
  int64_t covered_from() const { return covered_from_; }
  int64_t covered_until() const { return covered_until_; }
  /// Opening time of the whole coverage, in milliseconds.
  int64_t opening_total() const { return opening_total_; }

 private:
  Day first_day_;
  std::vector<DayHours> patterns_;  // [0..6] the week, then one for each exceptional day
  std::vector<uint32_t> pattern_of_day_;
  std::vector<uint32_t> working_days_;
  std::vector<uint32_t> working_days_before_;
  std::vector<OpenInterval> intervals_;
  std::vector<uint32_t> intervals_before_;  // by day, one past the last day
  int64_t covered_from_ = 0;
  int64_t covered_until_ = 0;
  int64_t opening_total_ = 0;
};

/// Unix milliseconds of a local time: see Calendar::At.
int64_t UnixMillisAt(const cctz::time_zone& zone, Day day, int64_t millis_of_day);

}  // namespace rasti::sla
