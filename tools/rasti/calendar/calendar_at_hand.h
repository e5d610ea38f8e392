// A calendar as it was published: its versions, what they say, and how that is told. Threading: thread-safe.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "engine/codec/calendar_yaml.h"
#include "engine/codec/package_codec.h"
#include "tools/rasti/failure.h"
#include "tools/rasti/session.h"

namespace rasti::cli {

/// All versions of one calendar, in the order in which they come into force.
struct CalendarAtHand {
  std::string name;
  std::vector<codec::PublishedPackage> versions;  // at least one
  Instant now;

  /// The version in force, or nullptr.
  const codec::PublishedPackage* InForceAt(Instant at) const;
  /// Nullptr where there is none.
  const codec::PublishedPackage* Find(std::string_view version) const;
  /// The first that comes into force after it, or nullptr.
  const codec::PublishedPackage* NextAfter(Instant at) const;
};

/// Failures: not_found, with what was probably meant.
Outcome<CalendarAtHand> FindCalendar(Session& session, const std::string& name);
/// All of them, by name.
std::vector<CalendarAtHand> AllCalendars(const std::vector<codec::PublishedPackage>& packages, Instant now);
/// Failures: corruption (what was published could be read then).
Outcome<codec::CalendarSource> SourceOf(const codec::PublishedPackage& package);

/// A date that an option names, as in 2027-03-20. Failures: exit 2, naming the option.
Outcome<sla::Day> GivenDay(const std::string& option, const std::string& text);

/// "closed", "08:00-12:00, 13:00-16:00".
std::string HoursText(const sla::DayHours& hours);
nlohmann::ordered_json HoursJson(const sla::DayHours& hours);
/// What the calendar says of a day, whether or not it differs from its weekday.
const sla::DayHours& HoursOn(const sla::CalendarSpec& spec, sla::Day day);
const sla::DayHours& WeekHoursOn(const sla::CalendarSpec& spec, sla::Day day);
/// "Eid al-Fitr (estimated)", "Europe Day (observed, moved from a day off); Decision 03/12".
std::string EntryText(const sla::ExceptionalDay& entry);
/// {"date", "weekday", "open", "name", ..., "source"}. `entry`: nullptr on an ordinary day.
nlohmann::ordered_json DayJson(const codec::CalendarSource& source, sla::Day day);

}  // namespace rasti::cli
