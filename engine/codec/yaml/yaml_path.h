// Places of paths such as clocks[0].due_by_category["Street Light"] in a YAML tree. Pure.
#pragma once

#include <string_view>

#include "engine/codec/yaml/yaml_node.h"

namespace rasti::codec {

/// The place of a path, or of the deepest part of it that is there.
Mark PlaceOf(const YamlNode& root, std::string_view path);
/// The same; of a map's entry the place of its key.
Mark PlaceOfKey(const YamlNode& root, std::string_view path);

}  // namespace rasti::codec
