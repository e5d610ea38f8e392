// calendar.yaml, with holidays in a CSV file beside it -> sla::CalendarSpec.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"
#include "engine/sla/calendar.h"

namespace rasti::codec {

/// `files` holds the package's files by name: "calendar.yaml" and the CSV files that it names. Issues of all of them
/// are appended. Nothing where there are errors.
///
/// Several rows of one date are one day off: their names are joined. `name_en` stands for `name` where there is none.
std::optional<sla::CalendarSpec> ReadCalendar(const std::map<std::string, std::string>& files,
                                              std::vector<Issue>& issues);

}  // namespace rasti::codec
