#include "engine/codec/import_mapping.h"

#include <cctz/time_zone.h>
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_reader.h"

namespace rasti::codec {
namespace {

constexpr size_t kValuesMost = 10'000;
constexpr int64_t kDigitsMost = 18;

// Whether times of this format say which day and minute it was: what is written by it is read back the same.
bool HoldsATime(const std::string& format) {
  const auto utc = cctz::utc_time_zone();
  const auto sample = cctz::convert(cctz::civil_second(2015, 11, 21, 17, 42), utc);
  cctz::time_point<cctz::seconds> back;
  return cctz::parse(format, cctz::format(format, sample, utc), utc, &back) && back == sample;
}

std::string PointerOf(std::string_view name) {
  std::string path = "/" + std::string(name);
  std::ranges::replace(path, '.', '/');
  return path;
}

class MappingReader {
 public:
  explicit MappingReader(Issues& issues) : issues_(issues), reader_(issues) {}

  ImportMapping Read(const YamlNode& root) {
    YamlMap map(root, "a mapping", reader_);
    mapping_.source = RequiredName(map, "import");
    if (!mapping_.source.text.empty() && !IsPackageName(mapping_.source.text)) {
      issues_.Error(mapping_.source.mark, "import names the legacy system: lower-case letters, digits and '-'");
    }
    mapping_.workflow = RequiredName(map, "workflow");
    mapping_.tenant = RequiredName(map, "tenant");
    mapping_.zone = OptionalName(map, "zone");
    if (const YamlNode* formats = map.Required("time_formats")) ReadFormats(*formats);
    if (const YamlNode* importer = map.Optional("importer")) ReadImporter(*importer);
    if (const YamlNode* encoding = map.Optional("encoding")) {
      mapping_.encoding = reader_
                              .Choice<TableEncoding>(*encoding, "encoding",
                                                     {{"utf-8", TableEncoding::kUtf8},
                                                      {"latin1", TableEncoding::kLatin1},
                                                      {"windows-1250", TableEncoding::kWindows1250},
                                                      {"windows-1251", TableEncoding::kWindows1251},
                                                      {"windows-1252", TableEncoding::kWindows1252}})
                              .value_or(TableEncoding::kUtf8);
    }
    if (const YamlNode* delimiter = map.Optional("delimiter")) ReadDelimiter(*delimiter);
    if (const YamlNode* decimal = map.Optional("decimal")) {
      mapping_.decimal = reader_.Choice<char>(*decimal, "decimal", {{".", '.'}, {",", ','}}).value_or('.');
    }
    const YamlNode* rows = map.Optional("rows");
    if (rows != nullptr && reader_.Choice<bool>(*rows, "rows", {{"cases", false}, {"events", true}}).value_or(false)) {
      ReadEvents(map);
    } else {
      mapping_.key = RequiredName(map, "key");
      mapping_.opened = RequiredName(map, "opened");
    }
    mapping_.received = OptionalName(map, "received");
    if (const YamlNode* title = map.Required("title")) mapping_.title = ReadValue(*title, "title", false);
    if (const YamlNode* category = map.Required("category")) {
      mapping_.category = ReadValue(*category, "category", false);
    }
    if (const YamlNode* channel = map.Required("channel")) mapping_.channel = ReadValue(*channel, "channel", false);
    if (const YamlNode* assign = map.Optional("assign")) ReadAssign(*assign);
    mapping_.subject = OptionalName(map, "subject");
    if (const YamlNode* form = map.Optional("form")) mapping_.form = ReadFields(*form, "form");
    // To be written down either way: which deadlines hold must not depend on a line that was forgotten.
    if (const YamlNode* deadlines = map.Required("deadlines")) ReadDeadlines(*deadlines);
    if (const YamlNode* actions = map.Optional("actions")) ReadActions(*actions);
    map.Finish();
    return std::move(mapping_);
  }

 private:
  MappedName Name(const YamlNode& node, std::string_view what) {
    return {reader_.Text(node, what).value_or(""), node.mark};
  }
  MappedName RequiredName(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.Required(key);
    return node == nullptr ? MappedName{} : Name(*node, key);
  }
  std::optional<MappedName> OptionalName(YamlMap& map, std::string_view key) {
    const YamlNode* node = map.Optional(key);
    return node == nullptr ? std::nullopt : std::optional(Name(*node, key));
  }

  void ReadDelimiter(const YamlNode& node) {
    // A name, and the character itself, which an editor may not show.
    mapping_.delimiter =
        node.IsScalar() && node.text == "\t"
            ? '\t'
            : reader_.Choice<char>(node, "delimiter", {{",", ','}, {";", ';'}, {"|", '|'}, {"tab", '\t'}});
  }

  void ReadEvents(YamlMap& map) {
    EventRows events;
    mapping_.key = RequiredName(map, "case");
    mapping_.opened = OptionalName(map, "opened").value_or(MappedName());
    events.activity = RequiredName(map, "activity");
    events.time = RequiredName(map, "time");
    events.resource = OptionalName(map, "resource");
    events.event = OptionalName(map, "event");
    if (const YamlNode* activities = map.Optional("activities")) ReadActivities(*activities, events);
    const YamlNode* other = map.Required("other");
    if (other != nullptr) events.other_is_note = IsNote(*other, "other");
    if (const YamlNode* note = map.Optional("note")) events.note = ReadActivity(*note, "note");
    if (const YamlNode* faulty = map.Optional("faulty_rows")) {
      events.faulty_rows =
          reader_
              .Choice<FaultyRows>(*faulty, "faulty_rows",
                                  {{"leave_out", FaultyRows::kLeaveOut}, {"hold_case", FaultyRows::kHoldCase}})
              .value_or(FaultyRows::kLeaveOut);
    }
    const bool notes = events.other_is_note || std::ranges::any_of(events.activities, [](const auto& one) {
                         return one.second.action.text.empty() || one.second.else_note;
                       });
    if (notes && !events.note) {
      issues_.Error(map.mark(), "activities become notes: say by which action, as in 'note: record_activity'");
    }
    mapping_.events = std::move(events);
  }

  bool IsNote(const YamlNode& node, std::string_view what) {
    return reader_.Choice<bool>(node, what, {{"note", true}, {"reject", false}}).value_or(false);
  }

  void ReadActivities(const YamlNode& node, EventRows& events) {
    if (!node.IsMap()) return reader_.WrongKind(node, "activities", "activities with what they become");
    if (node.entries.size() > kValuesMost) {
      return issues_.Error(node.mark, fmt::format("at most {} activities", kValuesMost));
    }
    for (const YamlEntry& entry : node.entries) {
      const bool note = entry.value.IsScalar() && entry.value.text == "note";
      events.activities[entry.key] = note ? MappedActivity() : ReadActivity(entry.value, entry.key);
    }
  }

  // An action's name, or {action: ..., fields: {...}, otherwise: note}.
  MappedActivity ReadActivity(const YamlNode& node, std::string_view what) {
    MappedActivity activity;
    if (node.IsScalar()) {
      activity.action = Name(node, what);
      return activity;
    }
    YamlMap map(node, what, reader_);
    activity.action = RequiredName(map, "action");
    if (const YamlNode* fields = map.Optional("fields")) activity.fields = ReadFields(*fields, "fields");
    if (const YamlNode* otherwise = map.Optional("otherwise")) activity.else_note = IsNote(*otherwise, "otherwise");
    map.Finish();
    return activity;
  }

  void ReadFormats(const YamlNode& node) {
    reader_.List(node, "time_formats", [&](const YamlNode& item) {
      const auto format = reader_.Text(item, "a time format");
      if (!format) return;
      if (!HoldsATime(*format)) {
        issues_.Error(item.mark, fmt::format("'{}' does not hold date and time of day, as \"%m/%d/%Y %I:%M:%S %p\" "
                                             "and \"%Y-%m-%d %H:%M\" do",
                                             *format));
      }
      mapping_.time_formats.push_back(*format);
    });
    if (node.IsList() && node.items.empty()) issues_.Error(node.mark, "time_formats needs at least one format");
  }

  void ReadImporter(const YamlNode& node) {
    YamlMap map(node, "importer", reader_);
    mapping_.role = OptionalName(map, "role");
    mapping_.person = OptionalName(map, "person");
    map.Finish();
  }

  void ReadAssign(const YamlNode& node) {
    YamlMap map(node, "assign", reader_);
    if (const YamlNode* queue = map.Optional("queue")) mapping_.queue = ReadValue(*queue, "queue", false);
    if (const YamlNode* person = map.Optional("person")) mapping_.assignee = ReadValue(*person, "person", false);
    map.Finish();
  }

  // A column's name, or {column: ..., values: {...}, default: ...}, or {value: ...}.
  MappedValue ReadValue(const YamlNode& node, std::string_view what, bool typed) {
    MappedValue value;
    value.mark = node.mark;
    if (node.IsScalar()) {
      value.column = Name(node, what);
      return value;
    }
    YamlMap map(node, what, reader_);
    value.column = OptionalName(map, "column");
    const auto fixed = OptionalName(map, "value");
    if (fixed) value.fixed = fixed->text;
    if (map.IsMap() && value.column.has_value() == fixed.has_value()) {
      issues_.Error(node.mark, fmt::format("{} needs either a 'column' or a 'value'", what));
    }
    if (const YamlNode* values = map.Optional("values")) ReadValues(*values, value);
    value.otherwise = OptionalName(map, "default");
    if (typed) {
      if (const YamlNode* type = map.Optional("type")) {
        value.type = reader_
                         .Choice<CellType>(*type, "type",
                                           {{"string", CellType::kText},
                                            {"integer", CellType::kInteger},
                                            {"number", CellType::kNumber},
                                            {"boolean", CellType::kBoolean},
                                            {"time", CellType::kTime}})
                         .value_or(CellType::kText);
      }
      if (const YamlNode* digits = map.Optional("digits")) ReadDigits(*digits, value);
    }
    map.Finish();
    return value;
  }

  void ReadValues(const YamlNode& node, MappedValue& value) {
    if (!node.IsMap()) return reader_.WrongKind(node, "values", "keys with values");
    if (node.entries.size() > kValuesMost) {
      return issues_.Error(node.mark, fmt::format("at most {} values", kValuesMost));
    }
    for (const YamlEntry& entry : node.entries) value.values[entry.key] = Name(entry.value, entry.key);
  }

  void ReadDigits(const YamlNode& node, MappedValue& value) {
    const auto digits = reader_.Integer(node, "digits");
    if (!digits) return;
    if (value.type != CellType::kText) issues_.Error(node.mark, "digits are for values of type string");
    if (*digits < 1 || *digits > kDigitsMost) {
      issues_.Error(node.mark, fmt::format("digits must be 1 to {}", kDigitsMost));
    } else {
      value.digits = static_cast<int>(*digits);
    }
  }

  std::vector<MappedField> ReadFields(const YamlNode& node, std::string_view what) {
    std::vector<MappedField> fields;
    if (!node.IsMap()) {
      reader_.WrongKind(node, what, "fields with their columns");
      return fields;
    }
    for (const YamlEntry& entry : node.entries) {
      fields.push_back({{entry.key, entry.mark}, PointerOf(entry.key), ReadValue(entry.value, entry.key, true)});
    }
    return fields;
  }

  void ReadDeadlines(const YamlNode& node) {
    if (node.IsScalar() && node.text == "rule") return;
    if (!node.IsList()) {
      return issues_.Error(node.mark,
                           "deadlines is either 'rule' (the workflow's own) or a list as in [{clock: resolve, "
                           "column: DUE}]");
    }
    if (node.items.empty())
      issues_.Error(node.mark, "deadlines names no clock; for those of the workflow write 'rule'");
    std::set<std::string> seen;
    reader_.List(node, "deadlines", [&](const YamlNode& item) {
      YamlMap map(item, "a deadline", reader_);
      MappedDeadline deadline{RequiredName(map, "clock"), RequiredName(map, "column")};
      map.Finish();
      if (!deadline.clock.text.empty() && !seen.insert(deadline.clock.text).second) {
        issues_.Error(deadline.clock.mark, fmt::format("the clock '{}' stands twice", deadline.clock.text));
      }
      mapping_.deadlines.push_back(std::move(deadline));
    });
  }

  void ReadActions(const YamlNode& node) {
    reader_.List(node, "actions", [&](const YamlNode& item) {
      YamlMap map(item, "an action", reader_);
      MappedAction action{RequiredName(map, "action"), RequiredName(map, "column"), {}};
      if (const YamlNode* fields = map.Optional("fields")) action.fields = ReadFields(*fields, "fields");
      map.Finish();
      mapping_.actions.push_back(std::move(action));
    });
  }

  Issues& issues_;
  YamlReader reader_;
  ImportMapping mapping_;
};

}  // namespace

std::optional<ImportMapping> ReadImportMapping(std::string_view yaml, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;
  ImportMapping mapping = MappingReader(issues).Read(*root);
  if (issues.HasErrors()) return std::nullopt;
  return mapping;
}

}  // namespace rasti::codec
