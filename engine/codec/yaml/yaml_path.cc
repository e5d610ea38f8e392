#include "engine/codec/yaml/yaml_path.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string>

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

// The deepest part of the path that is there: of a map's entry its key or its value.
Mark Place(const YamlNode& root, std::string_view path, bool of_key) {
  const YamlNode* at = &root;
  Mark place = root.mark;
  while (const auto step = TakeStep(path)) {
    if (step->index) {
      if (!at->IsList() || *step->index >= at->items.size()) break;
      at = &at->items[*step->index];
      place = at->mark;
    } else {
      const YamlEntry* entry = at->Find(step->name);
      if (entry == nullptr) break;
      at = &entry->value;
      place = of_key ? entry->mark : at->mark;
    }
  }
  return place;
}

}  // namespace

Mark PlaceOf(const YamlNode& root, std::string_view path) { return Place(root, path, false); }
Mark PlaceOfKey(const YamlNode& root, std::string_view path) { return Place(root, path, true); }

}  // namespace rasti::codec
