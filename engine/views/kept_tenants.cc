#include "engine/views/kept_tenants.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "engine/views/bytes.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

std::string OnlyOf(const TenantSet& tenants) {
  std::vector<std::string_view> names;
  for (const core::TenantId& tenant : tenants) names.push_back(tenant.view());
  return fmt::format("here are the cases of {} only", fmt::join(names, ", "));
}

}  // namespace

std::string KeptTenantsKey() { return "kept"; }

std::string EncodeKeptTenants(const TenantSet& tenants) {
  std::string value;
  for (const core::TenantId& tenant : tenants) AppendSortable(value, tenant.view());
  return value;
}

Result<TenantSet> KeptTenants(const ports::ViewReader& reader) {
  RASTI_TRY(const auto row, reader.Get(kMeta, KeptTenantsKey()));
  TenantSet tenants;
  if (!row) return tenants;
  ByteReader bytes(*row);
  while (bytes.ok() && !bytes.AtEnd()) tenants.emplace(bytes.SortableText());
  if (!bytes.ok()) {
    return Fail(Error::Corruption("views, table meta: a row is broken; delete the views, they are rebuilt"));
  }
  return tenants;
}

Status CheckKept(const ports::ViewReader& reader, const std::optional<core::TenantId>& tenant) {
  if (!tenant) return {};
  RASTI_TRY(const TenantSet kept, KeptTenants(reader));
  if (kept.empty() || kept.contains(*tenant)) return {};
  return Fail(Error::NotFound(fmt::format("no cases of '{}': {}", tenant->str(), OnlyOf(kept))));
}

Result<std::string> KeptOnly(const ports::ViewReader& reader) {
  RASTI_TRY(const TenantSet kept, KeptTenants(reader));
  return kept.empty() ? std::string() : "; " + OnlyOf(kept);
}

}  // namespace rasti::views
