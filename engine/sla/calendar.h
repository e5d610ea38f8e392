// A working calendar: when an authority is open. Immutable once built, so that threads share it freely.
#pragma once

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"

namespace rasti::sla {

using Day = cctz::civil_day;

/// Hours in which the counters are open on one day, local wall-clock time, in minutes since midnight; closes_at is
/// exclusive and at most 24 * 60.
struct OpeningHours {
  int opens_at = 0;
  int closes_at = 0;
  auto operator<=>(const OpeningHours&) const = default;
};

/// The open intervals of a day: ascending, not touching, none empty. No interval = closed.
using DayHours = std::vector<OpeningHours>;

/// A day that differs from its weekday: a holiday (no hours), or a Saturday worked in its place.
struct ExceptionalDay {
  DayHours hours;
  std::string name;        // as shown by `explain`: "Eid al-Fitr"
  bool estimated = false;  // a date that the government fixes later
  // Where it comes from, for people only:
  std::string legal_basis = {};  // empty: none was named
  bool moved = false;            // a holiday on a day off, observed on this one
  bool from_table = false;       // it stands in the package's table of holidays alone
  bool operator==(const ExceptionalDay&) const = default;
};

/// What a calendar is made of. The zone's rules come from a tz data package, never from the machine.
struct CalendarSpec {
  std::string name;                   // "kosovo": named in errors
  std::string zone_name;              // "Europe/Belgrade"
  std::array<DayHours, 7> week = {};  // [0] = Monday
  std::map<Day, ExceptionalDay> exceptional_days = {};
  Day covers_from = {};  // first and last day that the table of holidays is known for
  Day covers_to = {};
};

class CalendarIndex;

/// Cheap to copy: copies share what was computed at Create.
class Calendar {
 public:
  /// Counts working days and opening time of the whole coverage beforehand, so that every question is a look-up after
  /// that: about 40 bytes and 0.2 microseconds for each day covered.
  /// Errors: kInvalidArgument, naming the day or the interval: overlapping, touching or empty hours, a week that never
  /// opens, an exceptional day outside the coverage, a coverage that ends before it starts, leaves the years 1 to 9999
  /// or is longer than 400 years.
  static Result<Calendar> Create(CalendarSpec spec, cctz::time_zone zone);

  const CalendarSpec& spec() const { return *spec_; }
  const cctz::time_zone& zone() const { return zone_; }

  bool Covers(Day day) const { return spec_->covers_from <= day && day <= spec_->covers_to; }
  /// Errors: kOutOfRange when the day lies outside the coverage. A guess is never made.
  Result<bool> IsWorkingDay(Day day) const;
  /// Valid as long as this calendar or a copy of it.
  Result<const DayHours*> HoursOf(Day day) const;
  /// The exceptional day's entry, or nullptr on an ordinary one.
  const ExceptionalDay* ExceptionOn(Day day) const;
  /// The kOutOfRange error for a day that is not covered, naming the day and the coverage.
  Error NotCovered(Day day) const;

  Day LocalDay(Instant instant) const;
  cctz::civil_second LocalTime(Instant instant) const;
  /// The instant of a local wall-clock time. In the hour that summer time skips: the instant of the change; in the
  /// hour that comes twice: the first.
  Instant At(cctz::civil_second local) const;
  /// The same for a time of day given as time since the local midnight on the clock's face, below 24 hours.
  Instant At(Day day, Duration time_of_day) const;
  /// Time of day on the clock's face, below 24 hours.
  Duration TimeOfDay(Instant instant) const;
  /// The last millisecond of a local day.
  Instant EndOf(Day day) const;

  /// What was counted beforehand; for this folder's own use.
  const CalendarIndex& index() const { return *index_; }

 private:
  Calendar(std::shared_ptr<const CalendarSpec> spec, cctz::time_zone zone, std::shared_ptr<const CalendarIndex> index);

  std::shared_ptr<const CalendarSpec> spec_;
  cctz::time_zone zone_;
  std::shared_ptr<const CalendarIndex> index_;
};

/// Time zones of one tz data package. Names handed to cctz carry the package's version, so that two versions live
/// side by side in a process. Thread-safe.
/// RegisterTimeZones installs the TZif bytes of a version, by IANA name ("Europe/Belgrade"); all of them or, on an
/// error, none. A version may be registered again, also with further zones, but a zone of a version keeps its bytes.
/// Errors: kAlreadyExists when its bytes differ; kInvalidArgument for an empty name, a version that is empty or holds
/// a '/', and for bytes that are no TZif file.
/// LoadTimeZone finds one of them; the machine's own zone files are never read. Errors: kNotFound names the zone and
/// the version; kCorruption when the registered bytes do not load.
Status RegisterTimeZones(std::string_view version, const std::map<std::string, std::string>& tzif_by_name);
Result<cctz::time_zone> LoadTimeZone(std::string_view version, std::string_view name);

}  // namespace rasti::sla
