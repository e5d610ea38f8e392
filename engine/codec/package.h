// A package of configuration: a workflow, a calendar, a tenant, what a tenant does otherwise than a workflow says, or
// time-zone data. Read from a folder once, carried as
// bytes (a record of `rasti.definitions`), loaded by every node.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/issue.h"
#include "engine/core/definition.h"
#include "engine/core/ids.h"
#include "engine/core/overrides.h"
#include "engine/core/tenant.h"
#include "engine/sla/calendar.h"

namespace rasti::codec {

enum class PackageKind : uint8_t { kWorkflow, kCalendar, kTenant, kTzData, kOverrides };
inline constexpr int kPackageKindCount = 5;
/// "workflow", "calendar", "tenant", "tzdata", "overrides".
std::string_view PackageKindName(PackageKind kind);
Result<PackageKind> ParsePackageKind(std::string_view name);

/// A package as bytes: only the files that its loader reads, by their path within the folder ("Europe/Belgrade").
struct PackageFiles {
  PackageKind kind = PackageKind::kWorkflow;
  std::string name;     // "issue-report"; of time-zone data "tzdata"; of overrides "issue-report+ferizaj"
  std::string version;  // "3"; of time-zone data its folder's name: "2025b"
  std::map<std::string, std::string> files;

  core::VersionedName id() const { return core::MakeVersionedName(name, version); }
  bool operator==(const PackageFiles&) const = default;
};

/// Reads the package that a folder is. The kind follows from the file that is there: workflow.yaml, calendar.yaml,
/// tenant.yaml, overrides.yaml; a folder of TZif files is time-zone data. Nothing but name and version is looked at.
/// Errors: kNotFound (no such folder, or no package), kInvalidArgument (no name or version; several kinds in one
/// folder; too large), kIo.
Result<PackageFiles> ReadPackageDirectory(const std::string& path);

/// The same for every package in or under a folder (a folder of tenants, all of workflows/), in the order of their
/// paths. Folders that are no package are looked into, and those of tenants for their overrides; hidden ones left out.
Result<std::vector<PackageFiles>> ReadPackages(const std::string& path);

/// Zone files (TZif) by name.
struct TzData {
  std::string version;
  std::map<std::string, std::string> zones;
  bool operator==(const TzData&) const = default;
};

using LoadedPackage = std::variant<core::Definition, sla::CalendarSpec, core::Tenant, TzData, core::Overrides>;

/// What else is installed, to check names across packages. An empty set: nothing is known, so nothing is checked.
struct LoadContext {
  std::set<std::string> tenants;
  std::set<std::string> calendars;
  std::set<std::string> zones;
  std::set<std::string> workflows;
};

/// The package, ready for use, or everything that is wrong with it. Warnings alone do not keep it from being loaded;
/// LintPackage shows them.
tl::expected<LoadedPackage, std::vector<Issue>> LoadPackage(const PackageFiles& files, const LoadContext& context = {});
/// All issues, warnings too. Empty: the package is in order.
std::vector<Issue> LintPackage(const PackageFiles& files, const LoadContext& context = {});

/// All that keeps overrides from fitting a version of their workflow, and the tenant where it is known. REQUIRES: the
/// package is one of overrides, in order by itself.
std::vector<Issue> LintFit(const PackageFiles& overrides, const core::Definition& base, const core::Tenant* tenant);

/// What a list of packages knows of tenants, calendars, zones and workflows.
LoadContext ContextOf(const std::vector<PackageFiles>& packages);

}  // namespace rasti::codec
