// The rules once more, slowly: day by day and minute by minute from a calendar's spec alone, without its tables. And
// random calendars, rules and starts on whole minutes to compare by.
#pragma once

#include <rapidcheck.h>

#include <set>

#include "engine/sla/calendars_for_test.h"
#include "engine/sla/deadline.h"

namespace rasti::sla::reference {

inline constexpr Duration kMinute = std::chrono::minutes(1);

inline Instant At(const Calendar& calendar, Day day, int64_t minutes) {
  const auto found = cctz::convert(cctz::civil_second(day) + minutes * 60, calendar.zone());
  return InstantFromUnixMillis(found.time_since_epoch().count() * 1000);
}
inline cctz::civil_second LocalOf(const Calendar& calendar, Instant at) { return cctz::convert(at, calendar.zone()); }
inline Day DayOf(const Calendar& calendar, Instant at) { return Day(LocalOf(calendar, at)); }

inline const DayHours& HoursOf(const Calendar& calendar, Day day) {
  const auto& spec = calendar.spec();
  if (const auto found = spec.exceptional_days.find(day); found != spec.exceptional_days.end())
    return found->second.hours;
  return spec.week[static_cast<size_t>(cctz::get_weekday(day))];
}
inline bool Works(const Calendar& calendar, Day day) { return !HoursOf(calendar, day).empty(); }

inline bool IsOpen(const Calendar& calendar, Instant at) {
  const Day day = DayOf(calendar, at);
  for (const OpeningHours& hours : HoursOf(calendar, day)) {
    if (At(calendar, day, hours.opens_at) <= at && at < At(calendar, day, hours.closes_at)) return true;
  }
  return false;
}

inline Duration OpeningBetween(const Calendar& calendar, Instant a, Instant b) {
  Duration sum{0};
  for (; a < b; a += kMinute) sum += IsOpen(calendar, a) ? kMinute : Duration{0};
  return sum;
}
inline Instant AddOpening(const Calendar& calendar, Instant at, Duration length) {
  for (; length.count() > 0; at += kMinute) length -= IsOpen(calendar, at) ? kMinute : Duration{0};
  return at;
}

inline Day NextWorkingDay(const Calendar& calendar, Day day) {
  do ++day;
  while (!Works(calendar, day));
  return day;
}

inline bool IsLastOfMonth(Day day) { return (day + 1).day() == 1; }

inline Day AddMonths(Day day, int64_t number, MonthEnd month_end) {
  int64_t year = day.year();
  int month = day.month();
  for (int64_t i = 0; i < number; ++i) {
    if (++month == 13) {
      month = 1;
      ++year;
    }
  }
  Day result(year, month, 1);
  while (!IsLastOfMonth(result) && (result.day() < day.day() || (month_end == MonthEnd::kKeep && IsLastOfMonth(day)))) {
    ++result;
  }
  return result;
}

inline Instant Apply(const Calendar& calendar, const Rule& rule, Instant from) {
  const bool hours = rule.count == Count::kWorkingHours || rule.count == Count::kElapsed;
  Instant start = from;
  if (rule.start == Start::kNextOpening) {
    while (!IsOpen(calendar, start)) start += kMinute;
  }
  if (rule.start == Start::kDayZero && hours) start = At(calendar, DayOf(calendar, from) + 1, 0);
  if (rule.count == Count::kElapsed) return start + rule.length;
  if (rule.count == Count::kWorkingHours) return AddOpening(calendar, start, rule.length);

  const cctz::civil_second local = LocalOf(calendar, start);
  Day day(local);
  if (rule.count == Count::kWorkingDays) {
    for (int64_t i = 0; i < rule.number; ++i) day = NextWorkingDay(calendar, day);
  } else if (rule.count == Count::kCalendarDays) {
    for (int64_t i = 0; i < rule.number; ++i) ++day;
  } else if (rule.count == Count::kCalendarMonths) {
    day = AddMonths(day, rule.number, rule.month_end);
  } else {
    day = *rule.date;
  }
  if (rule.roll == Roll::kNextWorkingDay && !Works(calendar, day)) day = NextWorkingDay(calendar, day);

  Instant end = At(calendar, day + 1, 0) - Duration{1};
  if (rule.ends == Ends::kSameTime) end = At(calendar, day, local.hour() * 60 + local.minute());
  if (rule.ends == Ends::kClosing && Works(calendar, day) && HoursOf(calendar, day).back().closes_at < 24 * 60) {
    end = At(calendar, day, HoursOf(calendar, day).back().closes_at);
  }
  return rule.count == Count::kFixedDate ? end : std::max(end, start);
}

// ---- what to compare by ----

inline DayHours ArbitraryHours(bool open) {
  if (!open) return {};
  // Cuts of the day in quarters of an hour, so that some touch midnight and some the hours that summer time moves.
  const auto cut = rc::gen::weightedElement<int>(
      {{1, 0}, {1, 2}, {1, 8}, {1, 10}, {1, 11}, {4, 32}, {4, 34}, {3, 48}, {3, 52}, {4, 64}, {2, 68}, {1, 96}});
  std::set<int> chosen;
  for (int i = 0; i < 4; ++i) chosen.insert(*cut);
  std::vector<int> cuts(chosen.begin(), chosen.end());
  cuts.resize(cuts.size() / 2 * 2);
  if (cuts.empty()) cuts = {32, 64};
  DayHours hours;
  for (size_t i = 0; i < cuts.size(); i += 2) hours.push_back({cuts[i] * 15, cuts[i + 1] * 15});
  return hours;
}

/// Covers 2026 to 2028; the starts below leave a year on each side.
inline Calendar ArbitraryCalendar() {
  CalendarSpec spec{
      .name = "arbitrary",
      .zone_name = *rc::gen::element<std::string>("Europe/Belgrade", "America/New_York", "UTC"),
  };
  const int always = *rc::gen::inRange(0, 7);
  for (int i = 0; i < 7; ++i) {
    spec.week[static_cast<size_t>(i)] = ArbitraryHours(i == always || *rc::gen::inRange(0, 7) < 4);
  }
  spec.covers_from = Day(2026, 1, 1);
  spec.covers_to = Day(2028, 12, 31);
  const int exceptions = *rc::gen::inRange(0, 60);
  for (int i = 0; i < exceptions; ++i) {
    const Day day = spec.covers_from + *rc::gen::inRange(0, 3 * 365);
    spec.exceptional_days[day] = {.hours = ArbitraryHours(*rc::gen::inRange(0, 4) == 0), .name = "exception"};
  }
  return CalendarForTest(spec);
}

/// A whole minute of 2027, often close to a change of summer time or to the end of a month.
inline Instant ArbitraryInstant(const Calendar& calendar) {
  const Day day = *rc::gen::weightedOneOf<Day>({
      {3, rc::gen::map(rc::gen::inRange(0, 365), [](int n) { return Day(2027, 1, 1) + n; })},
      {2, rc::gen::map(rc::gen::element(Day(2027, 3, 28), Day(2027, 10, 31), Day(2027, 3, 14), Day(2027, 11, 7)),
                       [](Day d) { return d; })},
      {1, rc::gen::map(rc::gen::inRange(1, 13), [](int month) { return Day(2027, month + 1, 1) - 1; })},
  });
  const int near = *rc::gen::inRange(-3, 3);
  return At(calendar, day + near, 0) + *rc::gen::inRange(0, 24 * 60) * kMinute;
}

inline Rule ArbitraryRule() {
  Rule rule;
  rule.count = *rc::gen::element(Count::kWorkingDays, Count::kWorkingHours, Count::kCalendarDays,
                                 Count::kCalendarMonths, Count::kElapsed, Count::kFixedDate);
  rule.start = *rc::gen::element(Start::kDayZero, Start::kInstant, Start::kNextOpening);
  rule.ends = *rc::gen::element(Ends::kSameTime, Ends::kClosing, Ends::kEndOfDay);
  rule.roll = *rc::gen::element(Roll::kNone, Roll::kNextWorkingDay);
  rule.month_end = *rc::gen::element(MonthEnd::kClamp, MonthEnd::kKeep);
  switch (rule.count) {
    case Count::kWorkingDays: rule.number = *rc::gen::inRange(0, 15); break;
    case Count::kCalendarDays: rule.number = *rc::gen::inRange(0, 40); break;
    case Count::kCalendarMonths: rule.number = *rc::gen::inRange(0, 5); break;
    case Count::kWorkingHours: rule.length = *rc::gen::inRange(0, 30 * 60) * kMinute; break;
    case Count::kElapsed: rule.length = *rc::gen::inRange(0, 100 * 60) * kMinute; break;
    case Count::kFixedDate: rule.date = Day(2027, 1, 1) + *rc::gen::inRange(0, 500); break;
  }
  return rule;
}

}  // namespace rasti::sla::reference
