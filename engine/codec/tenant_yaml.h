// tenant.yaml -> core::Tenant: a municipality or an institution with its directory.
#pragma once

#include <optional>
#include <string_view>

#include "engine/codec/issue.h"
#include "engine/core/tenant.h"

namespace rasti::codec {

/// The tenant, or nothing where there are errors. Warnings: a queue that nobody active works in.
std::optional<core::Tenant> ReadTenant(std::string_view yaml, Issues& issues);

}  // namespace rasti::codec
