// A YAML document as a tree in which every key and value knows its place.
//
// Made for files from outside: size and depth are bounded; anchors, aliases, tags, merge keys and a second document are
// refused (they let a small file stand for a huge one, or for something else than what is read); so are duplicate keys.
// A tree is a plain value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/codec/issue.h"

namespace rasti::codec {

inline constexpr size_t kYamlBytesMost = size_t{4} << 20;
inline constexpr int kYamlDepthMost = 40;
inline constexpr size_t kYamlNodesMost = 500'000;

struct YamlEntry;

struct YamlNode {
  enum class Kind : uint8_t { kNull, kScalar, kList, kMap };

  Kind kind = Kind::kNull;
  Mark mark;
  std::string text;                // kScalar
  bool quoted = false;             // kScalar: in quotes, or a block (|, >)
  std::vector<YamlNode> items;     // kList
  std::vector<YamlEntry> entries;  // kMap, in the order of the file

  bool IsNull() const { return kind == Kind::kNull; }
  bool IsScalar() const { return kind == Kind::kScalar; }
  bool IsList() const { return kind == Kind::kList; }
  bool IsMap() const { return kind == Kind::kMap; }
  /// The entry of that key, or null; also where this is no map.
  const YamlEntry* Find(std::string_view key) const;
};

struct YamlEntry {
  std::string key;
  Mark mark;  // of the key
  YamlNode value;
};

/// "a text", "a list", ...: what a node is, in messages.
std::string_view KindName(YamlNode::Kind kind);

/// The tree, or nothing where there is an error that leaves none. Issues are added for all that is found.
std::optional<YamlNode> ParseYaml(std::string_view bytes, Issues& issues);

/// Where a place within a scalar's value stands in the file. `line` and `column` count in the value, from 1, in code
/// points. REQUIRES: `bytes` is what `scalar` was parsed from.
Mark PlaceInScalar(std::string_view bytes, const YamlNode& scalar, int line, int column);

}  // namespace rasti::codec
