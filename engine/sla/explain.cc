#include "engine/sla/explain.h"

#include <fmt/format.h>

#include "engine/sla/calendar_index.h"
#include "engine/sla/text.h"

namespace rasti::sla {
namespace {

// Longer counts of calendar days are told in one line: nobody reads a thousand.
constexpr int64_t kCalendarDaysTold = 366;

}  // namespace

void Explainer::Add(Kind kind, Instant at, std::string text, int64_t number, Duration length) const {
  explanation_.push_back({.kind = kind,
                          .at = at,
                          .day = TextOfDayOfWeek(calendar_.LocalDay(at)),
                          .number = number,
                          .length = length,
                          .text = std::move(text)});
}

std::string Explainer::WhenText(Instant at) const {
  return fmt::format("{} {}", TextOfDayOfWeek(calendar_.LocalDay(at)), TextOfTime(calendar_.TimeOfDay(at)));
}

std::string Explainer::DayOffText(Day day) const {
  const ExceptionalDay* exception = calendar_.ExceptionOn(day);
  if (exception == nullptr || exception->name.empty()) return std::string(WeekdayName(cctz::get_weekday(day)));
  return exception->name + (exception->estimated ? " (estimated date)" : "");
}

void Explainer::Start(const Rule& rule, Instant event, Instant moved) const {
  std::string text = fmt::format("{}: counted from {}", Describe(rule), WhenText(event));
  if (moved != event) {
    text +=
        fmt::format(", moved to {} {}", rule.start == sla::Start::kNextOpening ? "the next opening," : "the next day,",
                    WhenText(moved));
  }
  Add(Kind::kStart, moved, std::move(text));
}

void Explainer::Days(const Rule& rule, Day first, Day last, Duration time_of_day) const {
  switch (rule.count) {
    case Count::kWorkingDays: return WorkingDays(rule, first, last, time_of_day);
    case Count::kCalendarDays: return CalendarDays(rule, first, last, time_of_day);
    case Count::kCalendarMonths:
      return Add(Kind::kAdded, calendar_.At(last, time_of_day),
                 fmt::format("{} after {}: {}", TextOfCount(rule.number, "month"), TextOfDayOfWeek(first),
                             TextOfDayOfWeek(last)),
                 rule.number);
    case Count::kFixedDate:
      return Add(Kind::kAdded, calendar_.At(last, time_of_day), fmt::format("the date {}", TextOfDayOfWeek(last)));
    case Count::kWorkingHours:
    case Count::kElapsed: return;
  }
}

void Explainer::CalendarDays(const Rule& rule, Day first, Day last, Duration time_of_day) const {
  if (rule.number > kCalendarDaysTold) {
    return Add(Kind::kDayCounted, calendar_.At(last, time_of_day),
               fmt::format("{} after {}", TextOfCount(rule.number, "calendar day"), TextOfDayOfWeek(first)),
               rule.number);
  }
  for (int64_t number = 1; number <= rule.number; ++number) {
    const Day day = first + number;
    Add(Kind::kDayCounted, calendar_.At(day, time_of_day), fmt::format("day {} of {}", number, rule.number), number);
  }
}

void Explainer::WorkingDays(const Rule& rule, Day first, Day last, Duration time_of_day) const {
  const CalendarIndex& index = calendar_.index();
  int64_t number = 0;
  for (Day day = first + 1; day <= last; ++day) {
    const Instant at = calendar_.At(day, time_of_day);
    if (index.IsWorkingDay(index.IndexOf(day))) {
      ++number;
      Add(Kind::kDayCounted, at, fmt::format("working day {} of {}", number, rule.number), number);
    } else {
      Add(Kind::kDaySkipped, at, fmt::format("not counted: {}", DayOffText(day)), number);
    }
  }
}

void Explainer::Hours(const Rule& rule, Instant from, Instant to) const {
  if (rule.count == Count::kWorkingHours) return OpeningHours(from, to);
  Add(Kind::kAdded, to, fmt::format("{} later: {}", TextOfLength(rule.length), WhenText(to)), 0, rule.length);
}

void Explainer::OpeningHours(Instant from, Instant to) const {
  if (from == to) return;
  Duration counted{0};
  // One millisecond back, so that time that ends at midnight is told on the day that it was counted on.
  const Day last = calendar_.LocalDay(to - Duration{1});
  for (Day day = calendar_.LocalDay(from); day <= last; ++day) {
    const Instant begins = std::max(from, calendar_.At(day, Duration{0}));
    const Instant ends = std::min(to, calendar_.At(day + 1, Duration{0}));
    const size_t at = calendar_.index().IndexOf(day);
    if (!calendar_.index().IsWorkingDay(at)) {
      Add(Kind::kDaySkipped, begins, fmt::format("not counted: {}", DayOffText(day)));
      continue;
    }
    const auto length = OpeningTimeBetween(calendar_, begins, ends);
    if (!length || length->count() == 0) continue;
    counted += *length;
    const Instant closes = InstantFromUnixMillis(calendar_.index().LastIntervalOf(at).closes_at);
    // Told with its own day's name: a closing at 24:00 is the next day on the clock's face.
    Add(Kind::kHoursCounted, std::min(ends, closes),
        fmt::format("{} of opening time, {} so far", TextOfLength(*length), TextOfLength(counted)), 0, *length);
    explanation_.back().day = TextOfDayOfWeek(day);
  }
}

void Explainer::Rolled(Day from, Day to, Duration time_of_day) const {
  Add(Kind::kRolled, calendar_.At(to, time_of_day),
      fmt::format("{} is a day off ({}): moved to {}", TextOfDayOfWeek(from), DayOffText(from), TextOfDayOfWeek(to)));
}

void Explainer::Ends(sla::Ends ends, Instant at) const {
  std::string_view how;
  switch (ends) {
    case sla::Ends::kSameTime: how = "at the same time of day"; break;
    case sla::Ends::kClosing: how = "at closing"; break;
    case sla::Ends::kEndOfDay: how = "with the day"; break;
  }
  Add(Kind::kEnds, at, fmt::format("ends {}: {}", how, WhenText(at)));
}

void Explainer::Paused(Instant at, std::optional<Duration> remaining, bool late) const {
  if (late) return Add(Kind::kPaused, at, "paused after the deadline: changes nothing");
  if (!remaining) return Add(Kind::kPaused, at, fmt::format("paused {}", WhenText(at)));
  Add(Kind::kPaused, at, fmt::format("paused {}: {} left", WhenText(at), TextOfLength(*remaining)), 0, *remaining);
}

void Explainer::Resumed(Instant at, const Rule& rule, bool late) const {
  std::string_view how;
  switch (rule.count) {
    case Count::kWorkingDays:
    case Count::kWorkingHours: how = "the same opening time remains"; break;
    case Count::kCalendarDays:
    case Count::kElapsed: how = "the same time remains"; break;
    case Count::kCalendarMonths: how = "the paused days are added"; break;
    case Count::kFixedDate: how = "the date stays"; break;
  }
  if (late) how = "nothing remained, the deadline stays";
  Add(Kind::kResumed, at, fmt::format("resumed {}: {}", WhenText(at), how));
}

void Explainer::Extended(Instant from, const Rule& by) const {
  Add(Kind::kExtended, from, fmt::format("extended from {} by: {}", WhenText(from), Describe(by)));
}

void Explainer::Replanned(Instant at, bool moved) const {
  Add(Kind::kReplanned, at,
      moved ? fmt::format("the calendar changed: due not before {}", WhenText(at))
            : "the calendar changed: the deadline computed from it holds");
}

void Explainer::Due(Instant at, bool paused) const {
  Add(Kind::kDue, at, fmt::format("due {}{}", WhenText(at), paused ? ", paused" : ""));
}

}  // namespace rasti::sla
