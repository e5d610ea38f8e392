#include "engine/codec/definition_yaml.h"

#include <set>

#include "engine/codec/yaml/definition_reader.h"
#include "engine/codec/yaml/yaml_path.h"

namespace rasti::codec {

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
