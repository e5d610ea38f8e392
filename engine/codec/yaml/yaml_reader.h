// Reads typed values out of a YAML tree. Every fault is added to the issues with its place and what would be right, and
// reading goes on, so that one run reports all of them.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/time.h"
#include "engine/codec/issue.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/sla/calendar.h"

namespace rasti::codec {

/// The names of an enumeration, in the order in which messages list them.
template <class E>
using YamlNames = std::initializer_list<std::pair<std::string_view, E>>;

class YamlReader {
 public:
  explicit YamlReader(Issues& issues) : issues_(issues) {}

  Issues& issues() { return issues_; }

  /// A single value as text, not empty.
  std::optional<std::string> Text(const YamlNode& node, std::string_view what);
  std::optional<bool> Bool(const YamlNode& node, std::string_view what);
  std::optional<int64_t> Integer(const YamlNode& node, std::string_view what);
  /// ISO 8601, as in PT48H.
  std::optional<Duration> Length(const YamlNode& node, std::string_view what);
  /// A date, as in 2026-11-21.
  std::optional<sla::Day> Date(const YamlNode& node, std::string_view what);

  template <class E>
  std::optional<E> Choice(const YamlNode& node, std::string_view what, const YamlNames<E>& names) {
    const auto text = Text(node, what);
    if (!text) return std::nullopt;
    std::vector<std::string_view> known;
    for (const auto& [name, value] : names) {
      if (name == *text) return value;
      known.push_back(name);
    }
    WrongName(node.mark, what, *text, known);
    return std::nullopt;
  }

  /// Calls `read(item)` for each element.
  template <class Read>
  void List(const YamlNode& node, std::string_view what, const Read& read) {
    if (!node.IsList()) return WrongKind(node, what, "a list");
    for (const YamlNode& item : node.items) read(item);
  }
  std::vector<std::string> Texts(const YamlNode& node, std::string_view what);
  /// The same, as identifiers of one kind.
  template <class Id>
  std::vector<Id> Ids(const YamlNode& node, std::string_view what) {
    std::vector<Id> ids;
    for (std::string& text : Texts(node, what)) ids.emplace_back(std::move(text));
    return ids;
  }

  void WrongKind(const YamlNode& node, std::string_view what, std::string_view wanted);
  void WrongName(Mark at, std::string_view what, std::string_view name, const std::vector<std::string_view>& known);

 private:
  Issues& issues_;
};

/// The keys of one map. Whatever key was not asked for when Finish is called is an unknown key.
class YamlMap {
 public:
  /// `what` names the map in messages: "a clock". Adds an issue where the node is no map.
  YamlMap(const YamlNode& node, std::string_view what, YamlReader& reader);

  /// The value, or null; a key without value counts as absent.
  const YamlNode* Optional(std::string_view key);
  /// The same; an absent key is an issue.
  const YamlNode* Required(std::string_view key);
  /// Reports unknown keys. False where the node was no map.
  bool Finish();

  bool IsMap() const { return node_.IsMap(); }
  Mark mark() const { return node_.mark; }

 private:
  const YamlNode& node_;
  std::string_view what_;
  YamlReader& reader_;
  std::vector<std::string_view> asked_;
};

}  // namespace rasti::codec
