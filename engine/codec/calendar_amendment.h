// A new version of a calendar's package, made of the one that holds: an ad hoc day off, a date that was fixed late.
// What was published is never edited.
#pragma once

#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/codec/package.h"
#include "engine/sla/calendar.h"

namespace rasti::codec {

struct CalendarAmendment {
  std::string version;  // of the new package
  /// Each of them as it is to be from now on, whatever the base says of it; where it stood does not matter here.
  std::map<sla::Day, sla::ExceptionalDay> days;
};

/// The base with these days under `days` of its calendar.yaml, where they have the last word; all its other files as
/// they are. Comments of calendar.yaml stay with the base. The same amendment of the same base gives the same bytes.
/// Errors: kInvalidArgument: the base is no calendar, or what would come out is none, one line an issue (a day beyond
/// the coverage, hours that overlap, a version that is none).
Result<PackageFiles> AmendCalendar(const PackageFiles& base, const CalendarAmendment& amendment);

}  // namespace rasti::codec
