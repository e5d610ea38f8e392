// workflow.yaml -> core::Definition. The language of the file is told in workflows/README.md.
#pragma once

#include <optional>
#include <string_view>

#include "engine/codec/issue.h"
#include "engine/core/definition.h"

namespace rasti::codec {

/// The definition, checked as a whole (core::CheckDefinition), or nothing where there are errors. All issues that are
/// found in one go are added, each with its place.
std::optional<core::Definition> ReadDefinition(std::string_view yaml, Issues& issues);

}  // namespace rasti::codec
