// The parts of YAML files that several kinds of package share: texts, deadline rules, offsets, versions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/tenant.h"
#include "engine/sla/deadline.h"

namespace rasti::codec {

/// {sq: ..., sr-Latn: ..., en: ...}, or {all: ...} for a name that is the same in every language. What is missing is
/// left empty, for whoever checks the whole to report.
core::Texts ReadTexts(const YamlNode& node, std::string_view what, YamlReader& reader);

/// {count: working_days, number: 10, start: next_opening, ends: same_time, roll: none, month_end: clamp}; working_hours
/// and elapsed take `length` for `number`, fixed_date takes `date`. What is left out is that of sla::DefaultRule.
std::optional<sla::Rule> ReadRule(const YamlNode& node, std::string_view what, YamlReader& reader);

/// {working_days: 2}, {calendar_days: 3}, {working_hours: PT4H} or {elapsed: PT24H}.
std::optional<sla::Offset> ReadOffset(const YamlNode& node, std::string_view what, YamlReader& reader);

/// A package's version: "1", "2026-11". Letters, digits, '.', '_' and '-'.
std::string ReadVersion(const YamlNode& node, YamlReader& reader);
/// Whether `text` may be a package's name, and with it the name of a folder: lower-case letters, digits and '-'.
bool IsPackageName(std::string_view text);
/// Whether `text` may be a package's version.
bool IsPackageVersion(std::string_view text);

}  // namespace rasti::codec
