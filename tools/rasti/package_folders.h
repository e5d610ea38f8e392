// Packages in folders: found, checked against each other and what is published, made ready to be published.
#pragma once

#include <string>
#include <vector>

#include "engine/codec/package.h"
#include "engine/codec/package_codec.h"
#include "tools/rasti/output.h"

namespace rasti::cli {

struct FoundPackage {
  std::string folder;
  codec::PackageFiles files;
};

struct PackageScan {
  std::vector<FoundPackage> packages;
  /// What is wrong or odd, each with the path of its file as the person who asked would open it.
  std::vector<codec::Issue> issues;
  bool HasErrors() const { return codec::HasErrors(issues); }
};

/// All packages in and under the folders, with everything that is wrong with them; names are looked up among these
/// packages and the published ones. Errors: kNotFound (a folder that is not there or holds no package), kPermission.
Result<PackageScan> ScanPackages(const std::vector<std::string>& folders,
                                 const std::vector<codec::PublishedPackage>& published);

/// Prints issues: lines for people ("file:line:column: error: ..."), an array for scripts.
void PrintIssues(const std::vector<codec::Issue>& issues, const Output& out);
nlohmann::ordered_json IssuesJson(const std::vector<codec::Issue>& issues);
/// The failure that stands for issues which were printed, "in the packages" or wherever.
Failure IssuesFailure(const std::vector<codec::Issue>& issues, std::string_view where = "in the packages");

/// Who publishes on this machine: there is no directory of people before the first package.
inline constexpr const char* kLocalPublisher = "local";

std::vector<codec::PublishedPackage> ToPublish(const PackageScan& scan, Instant effective_from, Instant now);

}  // namespace rasti::cli
