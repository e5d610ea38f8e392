// Deadlines: from a rule, a start and what happened since (pauses, extensions) to an instant, and why.
//
// All functions are pure and thread-safe. Whatever needs a day outside the calendar's coverage is kOutOfRange.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/sla/calendar.h"

namespace rasti::sla {

/// What is counted. "7 days", "7 working days" and "48 hours" are three different clocks.
enum class Count : uint8_t {
  kWorkingDays,
  kWorkingHours,  // opening time
  kCalendarDays,
  kCalendarMonths,
  kElapsed,  // physical time, day and night
  kFixedDate,
};

/// From where it is counted. The start as moved by this is what a count of zero gives.
/// Days and months are counted from the local day of the start, which is not counted itself, so that kDayZero and
/// kInstant differ for hours only: there kDayZero counts from the next local midnight.
enum class Start : uint8_t {
  kDayZero,      // the day of the event is day zero; counting begins with the next day
  kInstant,      // from the event itself
  kNextOpening,  // from the event if the counters are open then, else from the next opening
};

/// At which time of the last day it ends. Units of hours end by themselves: `ends` and `roll` say nothing there.
/// Whatever the end, it never lies before the (moved) start; a fixed date alone may.
enum class Ends : uint8_t {
  kSameTime,  // the local time of the (moved) start; where summer time skips or doubles it, see Calendar::At
  kClosing,   // the end of the day's last opening interval; on a day off, or closing at 24:00, as kEndOfDay
  kEndOfDay,  // the last millisecond of the local day
};

/// What happens when the last day is no working day. The day is moved first, then the time of day is applied.
enum class Roll : uint8_t { kNone, kNextWorkingDay };

/// A month later than a day that the other month does not have, or than the last day of a month.
enum class MonthEnd : uint8_t {
  kClamp,  // 31 January + 1 month = 28 February; 30 June + 2 months = 30 August
  kKeep,   // the last day of a month stays the last day: 30 June + 2 months = 31 August
};

/// One deadline rule, resolved: no defaults left. `number` counts days or months; `length` is the time of
/// kWorkingHours and kElapsed; `date` is that of kFixedDate. Members that a unit does not use are
/// ignored, but none may be negative.
struct Rule {
  Count count = Count::kWorkingDays;
  int64_t number = 0;
  Duration length{0};
  std::optional<Day> date = std::nullopt;
  Start start = Start::kDayZero;
  Ends ends = Ends::kClosing;
  Roll roll = Roll::kNone;
  MonthEnd month_end = MonthEnd::kClamp;

  bool operator==(const Rule&) const = default;
};

/// The rule with the usual meaning of its unit: working_days {day_zero, closing, none}; working_hours {next_opening,
/// same_time, none}; calendar_days and calendar_months {day_zero, end_of_day, next_working_day}; elapsed {instant,
/// same_time, none}; fixed_date {day_zero, end_of_day, next_working_day}.
Rule DefaultRule(Count count);

/// "10 working days, from the next opening, to the same time". English; for explanations and messages of lint.
std::string Describe(const Rule& rule);

// What happened to a clock after its start, in order of time.
struct Paused {
  Instant at;
  bool operator==(const Paused&) const = default;
};
struct Resumed {
  Instant at;
  bool operator==(const Resumed&) const = default;
};
/// The deadline moves on by this rule, counted from the deadline itself: n working days after the day it is due on, or
/// hours after it, ending as this rule says. It never moves back: a fixed date before the deadline changes nothing.
/// Pauses after it keep what this rule's unit keeps.
struct Extended {
  Rule by;
  bool operator==(const Extended&) const = default;
};
/// The calendar changed at this instant: the deadline that is computed by now is not allowed to lie before it. Held up
/// like this, it is what later extensions and pauses count from. During a pause nothing needs holding up, except a
/// pause that by the new calendar began after the deadline: the deadline is then this instant, with nothing left.
struct Replanned {
  Instant at;
  bool operator==(const Replanned&) const = default;
};
using Step = std::variant<Paused, Resumed, Extended, Replanned>;

/// Everything a deadline follows from.
struct Course {
  Rule rule;
  Instant start;
  std::vector<Step> steps = {};
  bool operator==(const Course&) const = default;
};

struct Deadline {
  /// What the rules give, without regard to Replanned; never after due_at.
  Instant computed;
  /// What holds: the later of `computed` and the last Replanned instant that it would otherwise precede.
  Instant due_at;
  /// Set while the course ends in a pause: the deadline is then as it stood when the pause began. Not set by a pause
  /// that began after the deadline, which keeps nothing from being late.
  bool paused = false;
  bool operator==(const Deadline&) const = default;
};

/// One line of an explanation: what was counted, skipped or moved, and where it led.
struct ExplanationStep {
  enum class Kind : uint8_t {
    kStart,         // the event, and where counting starts
    kDayCounted,    // number = how many are counted with this one
    kDaySkipped,    // a weekend or a holiday: text says which
    kHoursCounted,  // opening time counted on a day: length
    kAdded,         // elapsed time (length), months (number), or a fixed date
    kEnds,          // time of day at the end
    kRolled,        // moved off a day off
    kPaused,        // length = what was left, where the unit keeps time
    kResumed,
    kExtended,
    kReplanned,
    kDue,
  };
  Kind kind = Kind::kStart;
  Instant at;       // the instant reached
  std::string day;  // "2026-11-27 Fri" in the calendar's zone
  int64_t number = 0;
  Duration length{0};
  std::string text;  // English sentence
  bool operator==(const ExplanationStep&) const = default;
};
using Explanation = std::vector<ExplanationStep>;

/// The deadline of a course. With an explanation, every step is appended to it, kDue last, and on an error none;
/// without, nothing is allocated for it. More than 366 calendar days are explained in one line.
///
/// Pausing keeps what remains: resuming gives the same remaining opening time (working_*), the same remaining time
/// (calendar_days, elapsed), adds the calendar days between pause and resumption (calendar_months), or changes nothing
/// (fixed_date); then `ends` and `roll` are applied again. The unit is that of the rule which gave the deadline as it
/// stands: the last extension's, if there was one. A pause of a course past its deadline (at > due) changes nothing.
///   A pause never brings the deadline forward, and one that costs no time (a night, for opening time) leaves it as it
///   is. A resumed deadline, fixed dates apart, does not lie before the resumption: where nothing was left, it is the
///   resumption itself, rolled and ended.
///   kSameTime keeps the instant that the remaining time leads to; so does kClosing once the counters have closed.
///   Rules in working days that end at closing or with the day are moved to a working day by a resumption, too.
///
/// Days are asked of the calendar only where working days or opening hours matter: 48 hours, or calendar days to the
/// same time and not rolled, need no coverage.
///
/// Errors: kOutOfRange beyond the calendar's coverage or the range of Instant; kInvalidArgument for a negative count,
/// a fixed date without date, steps out of order or before the start, a resumption without pause, a pause in a pause.
Result<Deadline> ComputeDeadline(const Calendar& calendar, const Course& course, Explanation* explanation = nullptr);

/// A distance before or after a deadline, for warnings and escalation levels.
struct Offset {
  Count count = Count::kElapsed;  // not kFixedDate, not kCalendarMonths
  int64_t number = 0;             // days
  Duration length{0};             // kWorkingHours, kElapsed
  bool operator==(const Offset&) const = default;
};

/// `from` plus or minus the offset. Days keep the local time of day. Zero is `from` itself. Opening time is added to
/// its earliest end (a closing rather than the opening after it) and subtracted to its latest start (an opening rather
/// than the closing before it), so that a warning comes when somebody is there. Errors as above; kInvalidArgument also
/// for the units that an offset has not.
Result<Instant> AddOffset(const Calendar& calendar, Instant from, const Offset& offset);
Result<Instant> SubtractOffset(const Calendar& calendar, Instant from, const Offset& offset);

/// Opening time between two instants; zero when b <= a. It is physical time: the night in which summer time ends is
/// an hour longer for counters that are open then. Errors: kOutOfRange beyond the coverage.
Result<Duration> OpeningTimeBetween(const Calendar& calendar, Instant a, Instant b);
/// The instant at which `length` of opening time has passed since `from`; when that is a closing, the closing.
/// At zero: `from` itself. Errors: kOutOfRange; kInvalidArgument for a negative length.
Result<Instant> AddOpeningTime(const Calendar& calendar, Instant from, Duration length);

}  // namespace rasti::sla
