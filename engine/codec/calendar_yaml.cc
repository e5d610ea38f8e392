#include "engine/codec/calendar_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/codec/csv_table.h"
#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_reader.h"

namespace rasti::codec {
namespace {

constexpr std::array<const char*, 7> kWeekdays = {"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};
// Columns of a holidays file that say nothing to the engine: names for portals.
constexpr std::array<std::string_view, 3> kInformative = {"name_en", "name_sq", "name_sr_latn"};

void Append(Issues issues, std::vector<Issue>& all) {
  for (Issue& issue : std::move(issues).Take()) all.push_back(std::move(issue));
}

// "08:30" -> 510.
std::optional<int> MinuteOfDay(std::string_view text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9' ? text[i] - '0' : 100; };
  if (text.size() != 5 || text[2] != ':') return std::nullopt;
  const int hour = digit(0) * 10 + digit(1);
  const int minute = digit(3) * 10 + digit(4);
  if (hour > 24 || minute > 59 || (hour == 24 && minute > 0)) return std::nullopt;
  return hour * 60 + minute;
}

class CalendarReader {
 public:
  CalendarReader(const std::map<std::string, std::string>& files, std::vector<Issue>& issues)
      : files_(files), all_(issues), issues_("calendar.yaml"), reader_(issues_) {}

  std::optional<CalendarSource> Read(const YamlNode& root) {
    YamlMap map(root, "a calendar", reader_);
    if (const YamlNode* name = map.Required("calendar")) {
      spec_.name = reader_.Text(*name, "calendar").value_or("");
      if (!IsPackageName(spec_.name)) issues_.Error(name->mark, "calendar must be lower-case letters, digits and '-'");
    }
    if (const YamlNode* version = map.Required("version")) ReadVersion(*version, reader_);
    if (const YamlNode* zone = map.Required("zone")) spec_.zone_name = reader_.Text(*zone, "zone").value_or("");
    if (const YamlNode* covers = map.Required("covers")) ReadCoverage(*covers);
    if (const YamlNode* week = map.Required("week")) ReadWeek(*week);
    if (const YamlNode* days = map.Optional("days")) {
      reader_.List(*days, "days", [&](const YamlNode& day) { ReadDay(day); });
    }
    if (const YamlNode* holidays = map.Optional("holidays")) ReadHolidays(*holidays);
    map.Finish();
    if (!issues_.HasErrors()) {
      // What is left is for the calendar itself to say; the zone does not matter to it.
      if (const auto calendar = sla::Calendar::Create(spec_, cctz::utc_time_zone()); !calendar) {
        issues_.Error(root.mark, calendar.error().message);
      }
    }
    Append(std::move(issues_), all_);
    if (HasErrors(all_)) return std::nullopt;
    return CalendarSource{std::move(spec_), std::move(holidays_), std::move(table_days_)};
  }

 private:
  void ReadCoverage(const YamlNode& node) {
    YamlMap map(node, "the coverage", reader_);
    const YamlNode* from = map.Required("from");
    const YamlNode* to = map.Required("to");
    map.Finish();
    if (from == nullptr || to == nullptr) return;
    const auto first = reader_.Date(*from, "from");
    const auto last = reader_.Date(*to, "to");
    if (!first || !last) return;
    if (*last < *first) return issues_.Error(to->mark, "the coverage ends before it starts");
    spec_.covers_from = *first;
    spec_.covers_to = *last;
    covers_ = true;
  }

  sla::DayHours ReadHours(const YamlNode& node) {
    sla::DayHours hours;
    reader_.List(node, "opening hours", [&](const YamlNode& item) {
      const auto text = reader_.Text(item, "opening hours");
      if (!text) return;
      const auto open = ParseOpeningHours(*text);
      if (!open) return issues_.Error(item.mark, open.error().message);
      if (!hours.empty() && open->opens_at <= hours.back().closes_at) {
        return issues_.Error(item.mark, fmt::format("'{}' begins before the hours before it are over", *text));
      }
      hours.push_back(*open);
    });
    return hours;
  }

  void ReadWeek(const YamlNode& node) {
    YamlMap map(node, "the week", reader_);
    for (size_t i = 0; i < kWeekdays.size(); ++i) {
      if (const YamlNode* hours = map.Optional(kWeekdays[i])) spec_.week[i] = ReadHours(*hours);
    }
    map.Finish();
  }

  void CheckCovered(sla::Day day, Mark mark, Issues& issues) const {
    if (!covers_ || (spec_.covers_from <= day && day <= spec_.covers_to)) return;
    issues.Error(mark, "the day lies outside of what the calendar covers");
  }

  void ReadDay(const YamlNode& node) {
    YamlMap map(node, "a day", reader_);
    const YamlNode* date = map.Required("date");
    const YamlNode* name = map.Required("name");
    sla::ExceptionalDay entry;
    if (name != nullptr) entry.name = reader_.Text(*name, "name").value_or("");
    if (const YamlNode* hours = map.Optional("hours")) entry.hours = ReadHours(*hours);
    if (const YamlNode* estimated = map.Optional("estimated")) {
      entry.estimated = reader_.Bool(*estimated, "estimated").value_or(false);
    }
    if (const YamlNode* basis = map.Optional("legal_basis")) {
      entry.legal_basis = reader_.Text(*basis, "legal_basis").value_or("");
    }
    map.Finish();
    const auto day = date == nullptr ? std::nullopt : reader_.Date(*date, "date");
    if (!day) return;
    CheckCovered(*day, date->mark, issues_);
    if (!spec_.exceptional_days.emplace(*day, std::move(entry)).second) {
      issues_.Error(date->mark, fmt::format("{} stands twice", date->text));
    }
  }

  void ReadHolidays(const YamlNode& node) {
    const auto name = reader_.Text(node, "holidays");
    if (!name) return;
    const auto file = files_.find(*name);
    if (file == files_.end()) {
      return issues_.Error(node.mark, fmt::format("there is no file '{}' beside calendar.yaml", *name));
    }
    Issues issues(*name);
    if (const auto table = ParseCsv(file->second, issues)) ReadTable(*table, issues);
    Append(std::move(issues), all_);
    holidays_ = *name;
    // calendar.yaml has the last word on a day that both name: an ad-hoc decision corrects the table.
    for (const auto& [day, entry] : table_days_) spec_.exceptional_days.try_emplace(day, entry);
  }

  void ReadTable(const CsvTable& table, Issues& issues) {
    const auto date = table.FindColumn("date");
    const auto name = table.FindColumn("name") ? table.FindColumn("name") : table.FindColumn("name_en");
    const auto estimated = table.FindColumn("estimated");
    const auto moved = table.FindColumn("moved");
    if (!date || !name) return issues.Error({}, "the columns 'date' and 'name' (or 'name_en') are needed");
    for (const CsvField& column : table.header) {
      const bool known = column.text == "date" || column.text == "name" || column.text == "estimated" ||
                         column.text == "moved" || std::ranges::find(kInformative, column.text) != kInformative.end();
      if (known) continue;
      issues.Error(column.mark, fmt::format("no column '{}'; the columns are 'date', 'name', 'estimated', 'name_en', "
                                            "'name_sq', 'name_sr_latn' and 'moved'",
                                            column.text));
    }
    YamlReader csv(issues);
    for (const auto& row : table.rows) {
      // A field is a plain value like one of YAML.
      const YamlNode field{YamlNode::Kind::kScalar, row[*date].mark, row[*date].text, false, {}, {}};
      const auto day = csv.Date(field, "date");
      if (!day) continue;
      CheckCovered(*day, field.mark, issues);
      if (row[*name].text.empty()) issues.Error(row[*name].mark, "the name is empty");
      if (estimated && row[*estimated].text != "0" && row[*estimated].text != "1") {
        issues.Error(row[*estimated].mark, "estimated must be 0 or 1");
      }
      AddHoliday(*day, row[*name].text, estimated && row[*estimated].text == "1", moved && row[*moved].text == "1");
    }
  }

  void AddHoliday(sla::Day day, const std::string& name, bool estimated, bool moved) {
    auto [found, is_new] = table_days_.try_emplace(day);
    sla::ExceptionalDay& entry = found->second;
    if (is_new) {
      entry.name = name;
      entry.moved = moved;
      entry.from_table = true;
    } else if (entry.name.find(name) == std::string::npos) {
      entry.name += " / " + name;
    }
    entry.estimated |= estimated;
    entry.moved &= moved;
  }

  const std::map<std::string, std::string>& files_;
  std::vector<Issue>& all_;
  Issues issues_;
  YamlReader reader_;
  sla::CalendarSpec spec_;
  std::string holidays_;
  std::map<sla::Day, sla::ExceptionalDay> table_days_;
  bool covers_ = false;
};

}  // namespace

Result<sla::OpeningHours> ParseOpeningHours(std::string_view text) {
  const size_t dash = text.find('-');
  const auto opens = MinuteOfDay(text.substr(0, dash));
  const auto closes = dash == std::string_view::npos ? std::nullopt : MinuteOfDay(text.substr(dash + 1));
  if (!opens || !closes) {
    return Fail(Error::Invalid(fmt::format("'{}' is no opening hours, as in \"08:00-16:00\"", text)));
  }
  if (*closes <= *opens) return Fail(Error::Invalid(fmt::format("'{}' closes before it opens", text)));
  return sla::OpeningHours{*opens, *closes};
}

std::optional<CalendarSource> ReadCalendarSource(const std::map<std::string, std::string>& files,
                                                 std::vector<Issue>& issues) {
  const auto yaml = files.find("calendar.yaml");
  Issues parsing("calendar.yaml");
  if (yaml == files.end()) parsing.Error({}, "there is no calendar.yaml");
  const auto root = yaml == files.end() ? std::nullopt : ParseYaml(yaml->second, parsing);
  const bool is_sound = !parsing.HasErrors();
  Append(std::move(parsing), issues);
  if (!root || !is_sound) return std::nullopt;
  return CalendarReader(files, issues).Read(*root);
}

std::optional<sla::CalendarSpec> ReadCalendar(const std::map<std::string, std::string>& files,
                                              std::vector<Issue>& issues) {
  auto source = ReadCalendarSource(files, issues);
  if (!source) return std::nullopt;
  return std::move(source->spec);
}

}  // namespace rasti::codec
