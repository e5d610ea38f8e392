#include "tools/rasti/package_folders.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <map>
#include <optional>

#include "engine/codec/staffing.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr int kDepthMost = 8;

std::vector<fs::path> FoldersIn(const fs::path& folder) {
  std::vector<fs::path> folders;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error)) {
    if (entry.is_directory(error) && !entry.path().filename().string().starts_with('.')) folders.push_back(entry);
  }
  std::ranges::sort(folders);
  return folders;
}

// "path:3:4: error: text" back into its parts, where a reader of packages gave them so.
codec::Issue IssueOf(const Error& error, const fs::path& folder) {
  codec::Issue issue{folder.string(), 1, 1, error.message};
  const std::string& text = error.message;
  for (size_t at = text.find(':'); at != std::string::npos; at = text.find(':', at + 1)) {
    int line = 0;
    int column = 0;
    int used = 0;
    // NOLINTNEXTLINE(cert-err34-c): counted by %n
    if (std::sscanf(text.c_str() + at, ":%d:%d: error: %n", &line, &column, &used) == 2 && used > 0) {
      return {text.substr(0, at), line, column, text.substr(at + static_cast<size_t>(used))};
    }
  }
  return issue;
}

class Scanner {
 public:
  explicit Scanner(PackageScan& scan) : scan_(scan) {}

  // True when there was a package, whole or faulty.
  Result<bool> Visit(const fs::path& folder, int depth) {
    if (depth > kDepthMost) return false;
    auto package = codec::ReadPackageDirectory(folder.string());
    if (package) {
      scan_.packages.push_back({folder.string(), *std::move(package)});
      // A tenant's overrides lie below it.
      if (scan_.packages.back().files.kind != codec::PackageKind::kTenant) return true;
    } else if (package.error().code == ErrorCode::kInvalidArgument) {
      scan_.issues.push_back(IssueOf(package.error(), folder));
      return true;
    } else if (package.error().code != ErrorCode::kNotFound) {
      return Fail(package.error());
    }
    bool found = package.has_value();
    for (const fs::path& below : FoldersIn(folder)) {
      RASTI_TRY(const bool here, Visit(below, depth + 1));
      found = found || here;
    }
    return found;
  }

 private:
  PackageScan& scan_;
};

// Workflows and tenants as they will be: those that were found in place of the published ones.
class Around {
 public:
  Around(const std::vector<FoundPackage>& found, const std::vector<codec::PublishedPackage>& published) {
    for (const codec::PublishedPackage& package : published) Take(package.files);
    for (const FoundPackage& package : found) Take(package.files);
  }

  const core::Definition* Workflow(const std::string& name) { return Get<core::Definition>(workflows_, name); }
  const core::Tenant* Tenant(const std::string& name) { return Get<core::Tenant>(tenants_, name); }

 private:
  struct Known {
    const codec::PackageFiles* files = nullptr;
    std::optional<codec::LoadedPackage> loaded;
    bool tried = false;
  };
  using Names = std::map<std::string, Known>;

  void Take(const codec::PackageFiles& files) {
    if (files.kind == codec::PackageKind::kWorkflow) workflows_[files.name].files = &files;
    if (files.kind == codec::PackageKind::kTenant) tenants_[files.name].files = &files;
  }
  // nullptr where there is none, or a faulty one, which is told of elsewhere.
  template <class T>
  static const T* Get(Names& names, const std::string& name) {
    const auto found = names.find(name);
    if (found == names.end()) return nullptr;
    Known& known = found->second;
    if (!known.tried) {
      known.tried = true;
      if (auto loaded = codec::LoadPackage(*known.files)) known.loaded = *std::move(loaded);
    }
    return known.loaded ? &std::get<T>(*known.loaded) : nullptr;
  }

  Names workflows_;
  Names tenants_;
};

void LintOverrides(const FoundPackage& package, Around& around, std::vector<codec::Issue>& issues) {
  const auto loaded = codec::LoadPackage(package.files);
  if (!loaded) return;
  const auto& overrides = std::get<core::Overrides>(*loaded);
  const core::Definition* base = around.Workflow(overrides.workflow.str());
  if (base == nullptr) return;
  std::ranges::move(codec::LintFit(package.files, *base, around.Tenant(overrides.tenant.str())),
                    std::back_inserter(issues));
}

}  // namespace

Result<PackageScan> ScanPackages(const std::vector<std::string>& folders,
                                 const std::vector<codec::PublishedPackage>& published) {
  PackageScan scan;
  for (const std::string& name : folders) {
    std::error_code error;
    const fs::path folder = fs::path(name).lexically_normal();
    const fs::file_status status = fs::status(folder, error);
    if (!fs::exists(status)) return Fail(Error::NotFound(fmt::format("{}: there is no such folder", name)));
    if (!fs::is_directory(status)) {
      return Fail(Error::Invalid(fmt::format("{}: a file; name the folder of the package", name)));
    }
    fs::directory_iterator readable(folder, error);
    if (error) return Fail(ErrorCode::kPermission, fmt::format("cannot read {}: {}", name, error.message()));
    RASTI_TRY(const bool found, Scanner(scan).Visit(folder.has_filename() ? folder : folder.parent_path(), 0));
    if (!found) {
      return Fail(Error::NotFound(
          fmt::format("{}: no package in or under this folder: there is no workflow.yaml, calendar.yaml, tenant.yaml, "
                      "overrides.yaml or zone file",
                      name)));
    }
  }
  std::vector<codec::PackageFiles> known;
  for (const codec::PublishedPackage& package : published) known.push_back(package.files);
  for (const FoundPackage& package : scan.packages) known.push_back(package.files);
  const codec::LoadContext context = codec::ContextOf(known);
  Around around(scan.packages, published);
  for (const FoundPackage& package : scan.packages) {
    std::vector<codec::Issue> found = codec::LintPackage(package.files, context);
    if (package.files.kind == codec::PackageKind::kOverrides) LintOverrides(package, around, found);
    for (codec::Issue& issue : found) {
      issue.file = (fs::path(package.folder) / issue.file).string();
      scan.issues.push_back(std::move(issue));
    }
  }
  for (codec::StaffingIssue& found : codec::CheckStaffing(known, published.size())) {
    found.issue.file = (fs::path(scan.packages[found.package - published.size()].folder) / found.issue.file).string();
    scan.issues.push_back(std::move(found.issue));
  }
  return scan;
}

void PrintIssues(const std::vector<codec::Issue>& issues, const Output& out) {
  for (const codec::Issue& issue : issues) {
    const bool error = issue.severity == codec::Severity::kError;
    out.Line(out.Paint(error ? Colour::kRed : Colour::kYellow, issue.ToString()));
  }
}

nlohmann::ordered_json IssuesJson(const std::vector<codec::Issue>& issues) {
  auto list = nlohmann::ordered_json::array();
  for (const codec::Issue& issue : issues) {
    list.push_back({{"file", issue.file},
                    {"line", issue.line},
                    {"column", issue.column},
                    {"severity", issue.severity == codec::Severity::kError ? "error" : "warning"},
                    {"message", issue.message}});
  }
  return list;
}

Failure IssuesFailure(const std::vector<codec::Issue>& issues, std::string_view where) {
  const auto errors = std::ranges::count(issues, codec::Severity::kError, &codec::Issue::severity);
  return Error::Invalid(fmt::format("{} error{} {}; nothing was changed", errors, errors == 1 ? "" : "s", where));
}

std::vector<codec::PublishedPackage> ToPublish(const PackageScan& scan, Instant effective_from, Instant now) {
  std::vector<codec::PublishedPackage> packages;
  for (const FoundPackage& package : scan.packages) {
    packages.push_back({package.files, effective_from, now, kLocalPublisher});
  }
  return packages;
}

}  // namespace rasti::cli
