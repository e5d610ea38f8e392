#include <fmt/format.h>

#include "engine/sla/deadline.h"
#include "engine/sla/text.h"

namespace rasti::sla {
namespace {

std::string CountText(const Rule& rule) {
  switch (rule.count) {
    case Count::kWorkingDays: return TextOfCount(rule.number, "working day");
    case Count::kWorkingHours: return TextOfLength(rule.length) + " of opening time";
    case Count::kCalendarDays: return TextOfCount(rule.number, "calendar day");
    case Count::kCalendarMonths: return TextOfCount(rule.number, "month");
    case Count::kElapsed: return TextOfLength(rule.length) + ", day and night";
    case Count::kFixedDate: return rule.date ? "on " + TextOf(*rule.date) : "on a date that is missing";
  }
  return "";
}

std::string_view StartText(const Rule& rule) {
  switch (rule.start) {
    case Start::kDayZero: return ", from the next day";
    case Start::kInstant: return ", from the event";
    case Start::kNextOpening: return ", from the next opening";
  }
  return "";
}

std::string_view EndsText(Ends ends) {
  switch (ends) {
    case Ends::kSameTime: return ", to the same time";
    case Ends::kClosing: return ", to closing";
    case Ends::kEndOfDay: return ", to the end of the day";
  }
  return "";
}

}  // namespace

Rule DefaultRule(Count count) {
  Rule rule{.count = count};
  switch (count) {
    case Count::kWorkingDays:
      rule.start = Start::kDayZero;
      rule.ends = Ends::kClosing;
      rule.roll = Roll::kNone;
      break;
    case Count::kWorkingHours:
      rule.start = Start::kNextOpening;
      rule.ends = Ends::kSameTime;
      rule.roll = Roll::kNone;
      break;
    case Count::kElapsed:
      rule.start = Start::kInstant;
      rule.ends = Ends::kSameTime;
      rule.roll = Roll::kNone;
      break;
    case Count::kCalendarDays:
    case Count::kCalendarMonths:
    case Count::kFixedDate:
      rule.start = Start::kDayZero;
      rule.ends = Ends::kEndOfDay;
      rule.roll = Roll::kNextWorkingDay;
      break;
  }
  return rule;
}

std::string Describe(const Rule& rule) {
  std::string text = CountText(rule);
  if (rule.count != Count::kFixedDate) text += StartText(rule);
  if (rule.count == Count::kWorkingHours || rule.count == Count::kElapsed) return text;
  text += EndsText(rule.ends);
  if (rule.count == Count::kCalendarMonths && rule.month_end == MonthEnd::kKeep) text += ", month ends kept";
  // The last of a number of working days is never a day off.
  if (rule.roll == Roll::kNextWorkingDay && (rule.count != Count::kWorkingDays || rule.number == 0)) {
    text += ", moved off days off";
  }
  return text;
}

}  // namespace rasti::sla
