// YAML as it comes from outside, before anybody asks what it says. A tree that was read is written in one plain form
// and read again to the same tree; every place that it names lies in the file. The smallest of the files, that of the
// submitters, is read here too.
#include <fmt/format.h>

#include <string>

#include "engine/codec/submitters_yaml.h"
#include "engine/codec/yaml/yaml_node.h"
#include "engine/core/expression/names.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/text_file.h"

namespace rasti::fuzz {
namespace {

using codec::YamlNode;

std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\x{:02x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "\"";
}

// On one line, with everything in quotes.
std::string Written(const YamlNode& node) {
  std::string text;
  switch (node.kind) {
    case YamlNode::Kind::kNull: return "~";
    case YamlNode::Kind::kScalar: return Quoted(node.text);
    case YamlNode::Kind::kList:
      for (const YamlNode& item : node.items) text += (text.empty() ? "" : ", ") + Written(item);
      return "[" + text + "]";
    case YamlNode::Kind::kMap:
      for (const codec::YamlEntry& entry : node.entries) {
        text += (text.empty() ? "? " : ", ? ") + Quoted(entry.key) + " : " + Written(entry.value);
      }
      return "{" + text + "}";
  }
  return "";
}

bool SameTree(const YamlNode& a, const YamlNode& b) {
  if (a.kind != b.kind || a.text != b.text || a.items.size() != b.items.size() ||
      a.entries.size() != b.entries.size()) {
    return false;
  }
  for (size_t i = 0; i < a.items.size(); ++i) {
    if (!SameTree(a.items[i], b.items[i])) return false;
  }
  for (size_t i = 0; i < a.entries.size(); ++i) {
    if (a.entries[i].key != b.entries[i].key || !SameTree(a.entries[i].value, b.entries[i].value)) return false;
  }
  return true;
}

void CheckPlaces(const YamlNode& node, std::string_view yaml, const LinesOf& lines) {
  RASTI_CHECK(lines.Has(node.mark), "a value has its place in the file");
  if (node.IsScalar()) {
    const codec::Mark end{1 << 20, 1};
    RASTI_CHECK(lines.Has(PlaceInScalar(yaml, node, 1, 1)), "a text begins in the file");
    RASTI_CHECK(lines.Has(PlaceInScalar(yaml, node, end.line, end.column)), "a text ends in the file");
  }
  for (const YamlNode& item : node.items) CheckPlaces(item, yaml, lines);
  for (const codec::YamlEntry& entry : node.entries) {
    RASTI_CHECK(lines.Has(entry.mark), "a key has its place in the file");
    RASTI_CHECK(node.Find(entry.key) == &entry, "a key stands once");
    CheckPlaces(entry.value, yaml, lines);
  }
}

void CheckSubmitters(std::string_view yaml, const LinesOf& lines) {
  codec::Issues issues("submitters.yaml");
  const auto submitters = codec::ReadSubmitters(yaml, issues);
  const bool faulty = issues.HasErrors();
  RASTI_CHECK(submitters.has_value() != faulty, "there are submitters, or errors");
  CheckIssues(std::move(issues), lines);
  if (!submitters) return;
  for (const codec::SubmitterEntry& entry : *submitters) {
    RASTI_CHECK(!entry.id.empty() && !entry.keys.empty(), "a submitter has a name and a key");
    for (const codec::SubmitterKey& key : entry.keys) {
      RASTI_CHECK(!key.id.empty() && !key.file.empty(), "a key has a name and a file");
    }
  }
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  const std::string_view yaml = AsText(data, size);
  const LinesOf lines(yaml);
  codec::Issues issues("x.yaml");
  const auto root = codec::ParseYaml(yaml, issues);
  const bool faulty = issues.HasErrors();
  RASTI_CHECK(root.has_value() || faulty, "what gives no tree has an error");
  CheckIssues(std::move(issues), lines);
  if (root && !faulty) {
    CheckPlaces(*root, yaml, lines);
    const std::string written = Written(*root);
    codec::Issues none("written.yaml");
    const auto again = codec::ParseYaml(written, none);
    RASTI_CHECK(again.has_value() && !none.HasErrors(), "what was written can be read");
    RASTI_CHECK(SameTree(*root, *again), "it is the same tree");
  }
  CheckSubmitters(yaml, lines);
  return 0;
}
