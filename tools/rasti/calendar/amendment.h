// What somebody wants changed of a calendar, as options say it, checked against the calendar. Pure; thread-safe.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "engine/codec/calendar_amendment.h"
#include "engine/codec/calendar_yaml.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

struct AmendmentWish {
  std::vector<std::string> add;
  std::vector<std::string> remove;
  std::vector<std::pair<std::string, std::string>> move;  // from, to
  std::string name;                                       // of what is added
  std::string legal_basis;
  std::vector<std::string> hours;  // in which it is open on the days that are added; none: closed
  bool estimated = false;
  bool past = false;  // days that are over may be changed
};

struct DayChange {
  sla::Day day;
  sla::DayHours hours_before;
  sla::DayHours hours_after;
  std::string name_before;  // of the day as it is; empty: it is as its weekday
  sla::ExceptionalDay after;
  bool MovesDeadlines() const { return hours_before != hours_after; }
};

struct Amendment {
  std::vector<DayChange> changes;     // by day; at least one
  std::vector<std::string> warnings;  // each names the option
  std::map<sla::Day, sla::ExceptionalDay> days() const;
};

/// Failures: exit 2, naming the option (no date, beyond the coverage, in the past, nothing to remove, no name, a day
/// twice); no_change where everything is like that already.
Outcome<Amendment> PlanAmendment(const AmendmentWish& wish, const sla::CalendarSpec& base, sla::Day today);

/// The version behind these: numbers are counted on. Failures: exit 2, naming the option, where `given` is there
/// already, or is empty and versions are no numbers.
Outcome<std::string> VersionAfter(const std::vector<std::string>& versions, const std::string& given);

}  // namespace rasti::cli
