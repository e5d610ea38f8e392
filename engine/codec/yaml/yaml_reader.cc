#include "engine/codec/yaml/yaml_reader.h"

#include <algorithm>
#include <charconv>

#include "engine/core/expression/names.h"

namespace rasti::codec {

using core::expression::DidYouMean;
using core::expression::JoinNames;

void YamlReader::WrongKind(const YamlNode& node, std::string_view what, std::string_view wanted) {
  issues_.Error(node.mark, fmt::format("{} is {}, but {} is wanted", what, KindName(node.kind), wanted));
}

void YamlReader::WrongName(Mark at, std::string_view what, std::string_view name,
                           const std::vector<std::string_view>& known) {
  std::string hint = DidYouMean(name, known);
  if (hint.empty()) hint = fmt::format("; it is one of {}", JoinNames(known));
  issues_.Error(at, fmt::format("{}: no '{}'{}", what, name, hint));
}

std::optional<std::string> YamlReader::Text(const YamlNode& node, std::string_view what) {
  if (!node.IsScalar()) {
    WrongKind(node, what, "a text");
    return std::nullopt;
  }
  if (node.text.empty()) {
    issues_.Error(node.mark, fmt::format("{} is empty", what));
    return std::nullopt;
  }
  return node.text;
}

std::optional<bool> YamlReader::Bool(const YamlNode& node, std::string_view what) {
  if (node.IsScalar() && !node.quoted && (node.text == "true" || node.text == "false")) return node.text == "true";
  issues_.Error(node.mark, fmt::format("{} must be true or false", what));
  return std::nullopt;
}

std::optional<int64_t> YamlReader::Integer(const YamlNode& node, std::string_view what) {
  int64_t number = 0;
  if (node.IsScalar() && !node.quoted) {
    const char* end = node.text.data() + node.text.size();
    const auto parsed = std::from_chars(node.text.data(), end, number);
    if (parsed.ec == std::errc() && parsed.ptr == end) return number;
  }
  issues_.Error(node.mark, fmt::format("{} must be a whole number", what));
  return std::nullopt;
}

std::optional<Duration> YamlReader::Length(const YamlNode& node, std::string_view what) {
  const auto length = node.IsScalar() ? ParseDuration(node.text) : Fail(Error::Invalid("no duration"));
  if (length) return *length;
  issues_.Error(node.mark, fmt::format("{} must be a length of time (ISO 8601), as in PT48H or P7D", what));
  return std::nullopt;
}

std::optional<sla::Day> YamlReader::Date(const YamlNode& node, std::string_view what) {
  if (node.IsScalar() && node.text.size() == 10) {
    if (const auto midnight = ParseInstant(node.text + "T00:00:00Z")) {
      const auto number = [&](size_t at, size_t length) { return std::stoi(node.text.substr(at, length)); };
      return sla::Day(number(0, 4), number(5, 2), number(8, 2));
    }
  }
  issues_.Error(node.mark, fmt::format("{} must be a date, as in 2026-11-21", what));
  return std::nullopt;
}

std::vector<std::string> YamlReader::Texts(const YamlNode& node, std::string_view what) {
  std::vector<std::string> texts;
  List(node, what, [&](const YamlNode& item) {
    // A placeholder keeps the positions of the others.
    texts.push_back(Text(item, fmt::format("an element of {}", what)).value_or(""));
  });
  return texts;
}

YamlMap::YamlMap(const YamlNode& node, std::string_view what, YamlReader& reader)
    : node_(node), what_(what), reader_(reader) {
  if (!node.IsMap()) reader.WrongKind(node, what, "keys with values");
}

const YamlNode* YamlMap::Optional(std::string_view key) {
  asked_.push_back(key);
  const YamlEntry* entry = node_.Find(key);
  return entry == nullptr || entry->value.IsNull() ? nullptr : &entry->value;
}

const YamlNode* YamlMap::Required(std::string_view key) {
  const YamlNode* value = Optional(key);
  if (value == nullptr && node_.IsMap()) {
    // A key that was misspelt is reported by Finish; both messages together say what to do.
    reader_.issues().Error(node_.mark, fmt::format("{} needs the key '{}'", what_, key));
  }
  return value;
}

bool YamlMap::Finish() {
  for (const YamlEntry& entry : node_.entries) {
    if (std::ranges::find(asked_, entry.key) != asked_.end()) continue;
    std::string hint = DidYouMean(entry.key, asked_);
    if (hint.empty()) hint = fmt::format("; its keys are {}", JoinNames(asked_));
    reader_.issues().Error(entry.mark, fmt::format("{} has no key '{}'{}", what_, entry.key, hint));
  }
  return node_.IsMap();
}

}  // namespace rasti::codec
