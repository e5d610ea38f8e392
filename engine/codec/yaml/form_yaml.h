// A form as it stands in YAML: a JSON Schema of draft-07, written as YAML.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

#include "engine/codec/yaml/yaml_reader.h"
#include "engine/core/form.h"

namespace rasti::codec {

/// The same value as JSON; plain scalars by YAML's core schema (true, 12, 1.5, text), quoted ones are texts.
nlohmann::json JsonFromYaml(const YamlNode& node);

/// Nothing where the schema has faults; each was added with its place.
std::optional<core::Form> ReadForm(const YamlNode& node, YamlReader& reader);

/// The deepest node that exists on the way of a JSON Pointer (RFC 6901).
const YamlNode& NodeAtPointer(const YamlNode& root, std::string_view pointer);

}  // namespace rasti::codec
