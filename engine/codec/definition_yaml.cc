#include "engine/codec/definition_yaml.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "engine/codec/yaml/definition_reader.h"

namespace rasti::codec {
namespace {

// One step of a path such as clocks[0].due_by_category["Street Light"].
struct Step {
  std::string name;
  std::optional<size_t> index;
};

std::optional<Step> TakeStep(std::string_view& path) {
  if (path.starts_with('.')) path.remove_prefix(1);
  if (path.empty()) return std::nullopt;
  Step step;
  if (path.starts_with("[\"")) {
    const size_t end = path.find("\"]");
    if (end == std::string_view::npos) return std::nullopt;
    step.name = path.substr(2, end - 2);
    path.remove_prefix(end + 2);
  } else if (path.starts_with('[')) {
    const size_t end = std::min(path.find(']'), path.size() - 1);
    size_t index = 0;
    std::from_chars(path.data() + 1, path.data() + end, index);
    step.index = index;
    path.remove_prefix(end + 1);
  } else {
    const size_t end = std::min(path.find_first_of(".["), path.size());
    step.name = path.substr(0, end);
    path.remove_prefix(end);
  }
  return step;
}

// The place of a path, or of the deepest part of it that is there.
Mark PlaceOf(const YamlNode& root, std::string_view path) {
  const YamlNode* at = &root;
  while (const auto step = TakeStep(path)) {
    if (step->index) {
      if (!at->IsList() || *step->index >= at->items.size()) break;
      at = &at->items[*step->index];
    } else {
      const YamlEntry* entry = at->Find(step->name);
      if (entry == nullptr) break;
      at = &entry->value;
    }
  }
  return at->mark;
}

}  // namespace

std::optional<core::Definition> ReadDefinition(std::string_view yaml, Issues& issues) {
  const auto root = ParseYaml(yaml, issues);
  if (!root) return std::nullopt;

  Issues reading(issues.file());
  core::Definition definition = DefinitionReader(yaml, reading).Read(*root);
  const bool is_whole = !reading.HasErrors();
  // What could not be read would be found missing once more by the checks: said once is enough.
  std::set<Mark> reported;
  for (const Issue& issue : std::move(reading).Take()) {
    reported.insert({issue.line, issue.column});
    issues.Error({issue.line, issue.column}, issue.message);
  }
  if (!root->IsMap()) return std::nullopt;
  for (const core::DefinitionIssue& fault : core::CheckDefinition(definition)) {
    const Mark place = PlaceOf(*root, fault.path);
    if (!reported.contains(place)) issues.Error(place, fault.path + ": " + fault.message);
  }
  if (!is_whole || issues.HasErrors()) return std::nullopt;
  return definition;
}

}  // namespace rasti::codec
