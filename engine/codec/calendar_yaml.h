// calendar.yaml, with holidays in a CSV file beside it -> sla::CalendarSpec.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/issue.h"
#include "engine/sla/calendar.h"

namespace rasti::codec {

/// What the files of a calendar say, and where.
struct CalendarSource {
  sla::CalendarSpec spec;
  std::string holidays;                                // the file of that key; empty: there is none
  std::map<sla::Day, sla::ExceptionalDay> table_days;  // all that the file names, also where calendar.yaml differs
};

/// `files` holds the package's files by name: "calendar.yaml" and the CSV files that it names. Issues of all of them
/// are appended. Nothing where there are errors.
///
/// Several rows of one date are one day off: their names are joined. `name_en` stands for `name` where there is none.
std::optional<CalendarSource> ReadCalendarSource(const std::map<std::string, std::string>& files,
                                                 std::vector<Issue>& issues);
std::optional<sla::CalendarSpec> ReadCalendar(const std::map<std::string, std::string>& files,
                                              std::vector<Issue>& issues);

/// "08:00-16:00"; closing at 24:00 is possible. Errors: kInvalidArgument.
Result<sla::OpeningHours> ParseOpeningHours(std::string_view text);

}  // namespace rasti::codec
