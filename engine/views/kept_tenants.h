// Whose cases views keep: those of all tenants, or of chosen ones, which the views themselves say.
//
// Views of chosen tenants take in every event, as sequences are dense, and make rows of those tenants' cases only.
// Threading: one thread at a time for each reader.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "engine/base/result.h"
#include "engine/core/ids.h"
#include "engine/ports/view_store.h"

namespace rasti::views {

using TenantSet = std::set<core::TenantId>;

// ---- meta: "kept" -> tenants; no row: all ----
std::string KeptTenantsKey();
std::string EncodeKeptTenants(const TenantSet& tenants);

/// Empty: of all. Errors: kCorruption; those of the store.
Result<TenantSet> KeptTenants(const ports::ViewReader& reader);
/// Errors: kNotFound where a tenant is named whose cases are not kept (says whose are); those of KeptTenants.
Status CheckKept(const ports::ViewReader& reader, const std::optional<core::TenantId>& tenant);
/// What to add to an answer that there is no such thing: "; here are the cases of peje and prizren only". Empty where
/// those of all are kept. Errors: as above.
Result<std::string> KeptOnly(const ports::ViewReader& reader);

}  // namespace rasti::views
