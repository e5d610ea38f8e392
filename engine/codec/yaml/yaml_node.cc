#include "engine/codec/yaml/yaml_node.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "engine/core/expression/names.h"

namespace rasti::codec {
namespace {

using core::expression::CountCodePoints;
using core::expression::Utf8SequenceLength;

// Lines of a text, to turn the parser's columns, which count bytes, into those that people and editors count.
class Lines {
 public:
  explicit Lines(std::string_view text) : text_(text) {
    starts_.push_back(0);
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '\n') starts_.push_back(i + 1);
    }
  }

  Mark At(const YAML::Mark& mark) const {
    if (mark.is_null()) return {};
    const auto line = static_cast<size_t>(std::max(0, mark.line));
    if (line >= starts_.size()) return {static_cast<int>(starts_.size()), 1};
    const std::string_view rest = text_.substr(starts_[line]);
    const std::string_view before = rest.substr(0, static_cast<size_t>(std::max(0, mark.column)));
    return {mark.line + 1, static_cast<int>(CountCodePoints(before)) + 1};
  }

 private:
  std::string_view text_;
  std::vector<size_t> starts_;
};

// What stops parsing: an issue was added already.
struct Stop {};

class TreeBuilder final : public YAML::EventHandler {
 public:
  TreeBuilder(const Lines& lines, Issues& issues) : lines_(lines), issues_(issues) {}

  YamlNode Take() && { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Open(YamlNode::Kind::kNull, mark, "", anchor);
    Close();
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Refuse(mark, "aliases (*name) are not allowed: write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode& node = Open(YamlNode::Kind::kScalar, mark, tag, anchor);
    node.text = value;
    node.quoted = tag == "!";
    if (!node.quoted && (value == "null" || value == "~" || value == "Null" || value == "NULL")) {
      node.kind = YamlNode::Kind::kNull;
    }
    Close();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { Close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    Open(YamlNode::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { Close(); }

 private:
  // A collection that is being read. `key` waits for its value.
  struct Frame {
    YamlNode node;
    std::optional<YamlEntry> key;
    std::set<std::string> keys;
  };

  [[noreturn]] void Refuse(const YAML::Mark& mark, std::string message) {
    issues_.Error(lines_.At(mark), std::move(message));
    throw Stop{};
  }

  YamlNode& Open(YamlNode::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) Refuse(mark, "anchors (&name) are not allowed: write the value out where it is needed");
    if (!tag.empty() && tag != "?" && tag != "!") Refuse(mark, fmt::format("tags ({}) are not allowed", tag));
    if (static_cast<int>(open_.size()) >= kYamlDepthMost) {
      Refuse(mark, fmt::format("nested deeper than {} levels", kYamlDepthMost));
    }
    if (++nodes_ > kYamlNodesMost) Refuse(mark, fmt::format("more than {} values", kYamlNodesMost));
    Frame& frame = open_.emplace_back();
    frame.node.kind = kind;
    frame.node.mark = lines_.At(mark);
    return frame.node;
  }

  void Close() {
    YamlNode node = std::move(open_.back().node);
    open_.pop_back();
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& parent = open_.back();
    if (parent.node.IsList()) {
      parent.node.items.push_back(std::move(node));
    } else if (!parent.key) {
      TakeKey(parent, std::move(node));
    } else {
      parent.key->value = std::move(node);
      if (parent.keys.insert(parent.key->key).second) {
        parent.node.entries.push_back(std::move(*parent.key));
      } else {
        const YamlEntry* first = parent.node.Find(parent.key->key);
        issues_.Error(parent.key->mark, fmt::format("the key '{}' stands twice, first in line {}", parent.key->key,
                                                    first == nullptr ? 0 : first->mark.line));
      }
      parent.key.reset();
    }
  }

  void TakeKey(Frame& parent, YamlNode node) {
    if (!node.IsScalar()) {
      issues_.Error(node.mark, "a key is a text");
      throw Stop{};
    }
    if (node.text == "<<" && !node.quoted) {
      issues_.Error(node.mark, "merge keys (<<) are not allowed: write the keys out");
      throw Stop{};
    }
    parent.key = YamlEntry{std::move(node.text), node.mark, {}};
  }

  const Lines& lines_;
  Issues& issues_;
  std::vector<Frame> open_;
  YamlNode root_;
  size_t nodes_ = 0;
};

// A byte that no text file holds, or that the parser would take for another encoding.
bool CheckEncoding(std::string_view bytes, Issues& issues) {
  Mark at;
  while (!bytes.empty()) {
    const size_t length = Utf8SequenceLength(bytes);
    const auto byte = static_cast<uint8_t>(bytes.front());
    if (length == 0 || (byte < 0x20 && byte != '\n' && byte != '\r' && byte != '\t') || byte == 0x7F) {
      issues.Error(at, length == 0 ? "no UTF-8: save the file in this encoding" : "a control character");
      return false;
    }
    if (byte == '\n') {
      at = {at.line + 1, 1};
    } else {
      ++at.column;
    }
    bytes.remove_prefix(length);
  }
  return true;
}

}  // namespace

const YamlEntry* YamlNode::Find(std::string_view key) const {
  const auto found = std::ranges::find(entries, key, &YamlEntry::key);
  return found == entries.end() ? nullptr : &*found;
}

std::string_view KindName(YamlNode::Kind kind) {
  switch (kind) {
    case YamlNode::Kind::kNull: return "nothing";
    case YamlNode::Kind::kScalar: return "a single value";
    case YamlNode::Kind::kList: return "a list";
    case YamlNode::Kind::kMap: return "keys with values";
  }
  return "";
}

std::optional<YamlNode> ParseYaml(std::string_view bytes, Issues& issues) {
  if (bytes.size() > kYamlBytesMost) {
    issues.Error({}, fmt::format("larger than {} bytes", kYamlBytesMost));
    return std::nullopt;
  }
  if (!CheckEncoding(bytes, issues)) return std::nullopt;
  const Lines lines(bytes);
  try {
    std::istringstream in{std::string(bytes)};
    YAML::Parser parser(in);
    TreeBuilder builder(lines, issues);
    if (!parser.HandleNextDocument(builder)) {
      issues.Error({}, "the file is empty");
      return std::nullopt;
    }
    YamlNode root = std::move(builder).Take();
    TreeBuilder second(lines, issues);
    if (parser.HandleNextDocument(second)) {
      issues.Error({}, "a second document (---) in one file: use a file for each");
      return std::nullopt;
    }
    return root;
  } catch (const Stop&) {
  } catch (const YAML::Exception& error) {
    issues.Error(lines.At(error.mark), fmt::format("no YAML: {}", error.msg));
  }
  return std::nullopt;
}

}  // namespace rasti::codec
