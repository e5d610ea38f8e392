#include "engine/codec/yaml/rule_yaml.h"

#include <algorithm>

namespace rasti::codec {
namespace {

using sla::Count;

constexpr size_t kNameBytesMost = 64;

bool IsDigitOrLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool CountsTime(Count count) { return count == Count::kWorkingHours || count == Count::kElapsed; }

// What is counted, in the one key that fits the unit.
bool ReadAmount(YamlMap& map, Count count, std::string_view name, sla::Rule& rule, YamlReader& reader) {
  const YamlNode* number = map.Optional("number");
  const YamlNode* length = map.Optional("length");
  const YamlNode* date = map.Optional("date");
  const auto misplaced = [&](const YamlNode* node, std::string_view key, std::string_view right) {
    if (node != nullptr) reader.issues().Error(node->mark, fmt::format("{} takes {}, not '{}'", name, right, key));
    return node != nullptr;
  };
  const auto missing = [&](std::string_view right) {
    reader.issues().Error(map.mark(), fmt::format("{} takes {}", name, right));
    return false;
  };
  if (count == Count::kFixedDate) {
    constexpr std::string_view kRight = "'date', as in date: 2027-03-31";
    bool right = !misplaced(number, "number", kRight);
    right &= !misplaced(length, "length", kRight);
    if (date == nullptr) return missing(kRight);
    rule.date = reader.Date(*date, "date");
    return right && rule.date.has_value();
  }
  if (CountsTime(count)) {
    constexpr std::string_view kRight = "'length', as in length: PT48H";
    bool right = !misplaced(number, "number", kRight);
    right &= !misplaced(date, "date", kRight);
    if (length == nullptr) return missing(kRight);
    const auto read = reader.Length(*length, "length");
    rule.length = read.value_or(Duration{0});
    return right && read.has_value();
  }
  constexpr std::string_view kRight = "'number', as in number: 10";
  bool right = !misplaced(length, "length", kRight);
  right &= !misplaced(date, "date", kRight);
  if (number == nullptr) return missing(kRight);
  const auto read = reader.Integer(*number, "number");
  rule.number = read.value_or(0);
  return right && read.has_value();
}

}  // namespace

core::Texts ReadTexts(const YamlNode& node, std::string_view what, YamlReader& reader) {
  core::Texts texts;
  YamlMap map(node, what, reader);
  const auto read = [&](std::string_view language, std::string& text) {
    if (const YamlNode* value = map.Optional(language)) {
      text = reader.Text(*value, fmt::format("{} in {}", what, language)).value_or("");
    }
  };
  read("sq", texts.sq);
  read("sr-Latn", texts.sr_latn);
  read("en", texts.en);
  std::string all;
  read("all", all);
  if (!all.empty()) {
    if (node.entries.size() > 1) reader.issues().Error(node.mark, "'all' stands for every language: it stands alone");
    texts = {all, all, all};
  }
  map.Finish();
  return texts;
}

std::optional<sla::Rule> ReadRule(const YamlNode& node, std::string_view what, YamlReader& reader) {
  YamlMap map(node, what, reader);
  if (!map.IsMap()) return std::nullopt;
  const YamlNode* count_node = map.Required("count");
  const auto count = count_node == nullptr ? std::nullopt
                                           : reader.Choice<Count>(*count_node, "count",
                                                                  {{"working_days", Count::kWorkingDays},
                                                                   {"working_hours", Count::kWorkingHours},
                                                                   {"calendar_days", Count::kCalendarDays},
                                                                   {"calendar_months", Count::kCalendarMonths},
                                                                   {"elapsed", Count::kElapsed},
                                                                   {"fixed_date", Count::kFixedDate}});
  sla::Rule rule = sla::DefaultRule(count.value_or(Count::kWorkingDays));
  bool right = count.has_value();
  // Asked for even without a count, so that its keys are not called unknown.
  if (count) {
    right &= ReadAmount(map, *count, count_node->text, rule, reader);
  } else {
    for (const char* key : {"number", "length", "date"}) map.Optional(key);
  }
  const auto choose = [&]<class E>(std::string_view key, E& member, const YamlNames<E>& names) {
    const YamlNode* value = map.Optional(key);
    if (value == nullptr) return;
    const auto chosen = reader.Choice<E>(*value, key, names);
    right &= chosen.has_value();
    member = chosen.value_or(member);
  };
  choose("start", rule.start,
         YamlNames<sla::Start>{{"day_zero", sla::Start::kDayZero},
                               {"instant", sla::Start::kInstant},
                               {"next_opening", sla::Start::kNextOpening}});
  choose(
      "ends", rule.ends,
      YamlNames<sla::Ends>{
          {"same_time", sla::Ends::kSameTime}, {"closing", sla::Ends::kClosing}, {"end_of_day", sla::Ends::kEndOfDay}});
  choose("roll", rule.roll,
         YamlNames<sla::Roll>{{"none", sla::Roll::kNone}, {"next_working_day", sla::Roll::kNextWorkingDay}});
  choose("month_end", rule.month_end,
         YamlNames<sla::MonthEnd>{{"clamp", sla::MonthEnd::kClamp}, {"keep", sla::MonthEnd::kKeep}});
  map.Finish();
  return right ? std::optional(rule) : std::nullopt;
}

std::optional<sla::Offset> ReadOffset(const YamlNode& node, std::string_view what, YamlReader& reader) {
  YamlMap map(node, what, reader);
  if (!map.IsMap()) return std::nullopt;
  std::optional<sla::Offset> offset;
  int given = 0;
  for (const auto& [key, count] : {std::pair{"working_days", Count::kWorkingDays},
                                   {"calendar_days", Count::kCalendarDays},
                                   {"working_hours", Count::kWorkingHours},
                                   {"elapsed", Count::kElapsed}}) {
    const YamlNode* value = map.Optional(key);
    if (value == nullptr) continue;
    ++given;
    if (CountsTime(count)) {
      if (const auto length = reader.Length(*value, key)) offset = {.count = count, .length = *length};
    } else if (const auto number = reader.Integer(*value, key)) {
      offset = {.count = count, .number = *number};
    }
  }
  const bool known = map.Finish() && given == static_cast<int>(node.entries.size());
  if (given != 1 && known) {
    reader.issues().Error(node.mark,
                          fmt::format("{} takes one of working_days, calendar_days, working_hours and elapsed, "
                                      "as in {{working_days: 2}}",
                                      what));
    return std::nullopt;
  }
  return offset;
}

std::string ReadVersion(const YamlNode& node, YamlReader& reader) {
  std::string version = reader.Text(node, "version").value_or("");
  if (!version.empty() && !IsPackageVersion(version)) {
    reader.issues().Error(
        node.mark,
        fmt::format("version must be letters, digits, '.', '_' and '-', at most {}: as in \"1\"", kNameBytesMost));
  }
  return version;
}

bool IsPackageName(std::string_view text) {
  return !text.empty() && text.size() <= kNameBytesMost && IsDigitOrLetter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return IsDigitOrLetter(c) || c == '-'; });
}

bool IsPackageVersion(std::string_view text) {
  const auto is_right = [](char c) {
    return IsDigitOrLetter(c) || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kNameBytesMost && text.front() != '.' && std::ranges::all_of(text, is_right);
}

}  // namespace rasti::codec
