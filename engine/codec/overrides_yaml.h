// overrides.yaml -> core::Overrides: what one tenant does otherwise than a workflow says. The language of the file is
// told in workflows/README.md. Pure; thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "engine/codec/issue.h"
#include "engine/core/overrides.h"
#include "engine/core/tenant.h"

namespace rasti::codec {

/// The overrides, or nothing where there are errors: whatever is neither deadline nor category nor text is one. What
/// they name is not looked up: for that the workflow is needed.
std::optional<core::Overrides> ReadOverrides(std::string_view yaml, Issues& issues);

/// Adds what keeps the overrides from fitting the workflow, and the tenant where it is known. REQUIRES: ReadOverrides
/// gave `overrides` for this file.
void CheckFit(std::string_view yaml, const core::Overrides& overrides, const core::Definition& base,
              const core::Tenant* tenant, Issues& issues);

}  // namespace rasti::codec
