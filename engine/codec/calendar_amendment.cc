#include "engine/codec/calendar_amendment.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "engine/codec/calendar_yaml.h"
#include "engine/sla/text.h"

namespace rasti::codec {
namespace {

constexpr const char* kFile = "calendar.yaml";
constexpr std::array<const char*, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};

// A double-quoted scalar of YAML: JSON's strings are among them.
std::string Quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string HoursList(const sla::DayHours& hours) {
  std::vector<std::string> texts;
  for (const sla::OpeningHours& open : hours) texts.push_back(Quoted(sla::TextOf(open)));
  return fmt::format("[{}]", fmt::join(texts, ", "));
}

void WriteDay(sla::Day day, const sla::ExceptionalDay& entry, std::string& out) {
  out += fmt::format("  - date: {}\n    name: {}\n", sla::TextOf(day), Quoted(entry.name));
  if (!entry.hours.empty()) out += fmt::format("    hours: {}\n", HoursList(entry.hours));
  if (entry.estimated) out += "    estimated: true\n";
  if (!entry.legal_basis.empty()) out += fmt::format("    legal_basis: {}\n", Quoted(entry.legal_basis));
}

std::string Write(const CalendarSource& source, const std::string& version, const std::string& base_version) {
  const sla::CalendarSpec& spec = source.spec;
  std::string out = fmt::format("# {}@{} with days amended.\n", spec.name, base_version);
  out += fmt::format("calendar: {}\nversion: {}\nzone: {}\n", spec.name, Quoted(version), spec.zone_name);
  out +=
      fmt::format("covers: {{from: {}, to: {}}}\nweek:\n", sla::TextOf(spec.covers_from), sla::TextOf(spec.covers_to));
  for (size_t i = 0; i < kWeekdays.size(); ++i) {
    if (!spec.week[i].empty()) out += fmt::format("  {}: {}\n", kWeekdays[i], HoursList(spec.week[i]));
  }
  out += "days:\n";
  for (const auto& [day, entry] : spec.exceptional_days) {
    if (!entry.from_table) WriteDay(day, entry, out);
  }
  if (!source.holidays.empty()) out += fmt::format("holidays: {}\n", Quoted(source.holidays));
  return out;
}

Error ErrorOf(const core::VersionedName& package, const std::vector<Issue>& issues) {
  std::vector<std::string> lines;
  for (const Issue& issue : issues) {
    if (issue.severity == Severity::kError) lines.push_back(issue.ToString());
  }
  return Error::Invalid(fmt::format("{}: {}", package.str(), fmt::join(lines, "\n")));
}

}  // namespace

Result<PackageFiles> AmendCalendar(const PackageFiles& base, const CalendarAmendment& amendment) {
  if (base.kind != PackageKind::kCalendar) {
    return Fail(Error::Invalid(fmt::format("{}: a {}, no calendar", base.id().str(), PackageKindName(base.kind))));
  }
  std::vector<Issue> issues;
  auto source = ReadCalendarSource(base.files, issues);
  if (!source) return Fail(ErrorOf(base.id(), issues));
  for (const auto& [day, entry] : amendment.days) {
    sla::ExceptionalDay& changed = source->spec.exceptional_days[day];
    changed = entry;
    changed.from_table = false;
  }
  PackageFiles amended = base;
  amended.version = amendment.version;
  amended.files[kFile] = Write(*source, amendment.version, base.version);
  if (!ReadCalendarSource(amended.files, issues)) return Fail(ErrorOf(amended.id(), issues));
  return amended;
}

}  // namespace rasti::codec
