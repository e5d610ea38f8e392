#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/codec/package.h"
#include "engine/codec/yaml/rule_yaml.h"
#include "engine/codec/yaml/yaml_node.h"

namespace rasti::codec {
namespace {

namespace fs = std::filesystem;

constexpr size_t kFileBytesMost = size_t{8} << 20;
constexpr size_t kPackageBytesMost = size_t{16} << 20;
constexpr int kFolderDepthMost = 8;

struct MainFile {
  const char* file;
  const char* name_key;
  PackageKind kind;
};
constexpr std::array<MainFile, 4> kMainFiles = {{{"workflow.yaml", "workflow", PackageKind::kWorkflow},
                                                 {"calendar.yaml", "calendar", PackageKind::kCalendar},
                                                 {"tenant.yaml", "tenant", PackageKind::kTenant},
                                                 {"overrides.yaml", "overrides", PackageKind::kOverrides}}};

Result<std::string> ReadFile(const fs::path& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return Fail(Error::Io(fmt::format("{}: {}", path.string(), error.message())));
  if (size > kFileBytesMost) {
    return Fail(Error::Invalid(fmt::format("{}: larger than {} bytes", path.string(), kFileBytesMost)));
  }
  std::ifstream in(path, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  if (!in.good() && !in.eof()) return Fail(Error::Io(fmt::format("{}: can't be read", path.string())));
  return bytes;
}

bool IsHidden(const fs::path& path) { return path.filename().string().starts_with('.'); }

// The entries of a folder, in order. Symbolic links are left out: a package is what lies in its folder.
Result<std::vector<fs::path>> EntriesOf(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> entries;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (!IsHidden(it->path()) && !it->is_symlink()) entries.push_back(it->path());
  }
  if (error) return Fail(Error::Io(fmt::format("{}: {}", folder.string(), error.message())));
  std::ranges::sort(entries);
  return entries;
}

// "workflow.yaml:3:11: error: ...", as everything else that is wrong with a package is told.
tl::unexpected<Error> FailAt(const std::string& file, const Mark& mark, std::string message) {
  return Fail(Error::Invalid(Issue{file, mark.line, mark.column, std::move(message)}.ToString()));
}

Result<const YamlNode*> TopLevelValue(const YamlNode& root, std::string_view key, const std::string& place) {
  const YamlEntry* entry = root.Find(key);
  if (entry == nullptr) return FailAt(place, root.mark, fmt::format("the key '{}' is missing", key));
  if (!entry->value.IsScalar()) return FailAt(place, entry->value.mark, fmt::format("{} is to be one value", key));
  return &entry->value;
}

Result<PackageFiles> ReadByMainFile(const fs::path& folder, const MainFile& main) {
  const std::string place = (folder / main.file).string();
  PackageFiles package;
  package.kind = main.kind;
  RASTI_TRY(std::string yaml, ReadFile(folder / main.file));
  Issues issues(place);
  const auto root = ParseYaml(yaml, issues);
  if (!root) {
    const auto found = std::move(issues).Take();
    return Fail(Error::Invalid(found.empty() ? place + ": no YAML" : found.front().ToString()));
  }
  RASTI_TRY(const YamlNode* name, TopLevelValue(*root, main.name_key, place));
  RASTI_TRY(const YamlNode* version, TopLevelValue(*root, "version", place));
  if (!IsPackageName(name->text)) {
    return FailAt(place, name->mark, fmt::format("'{}' is no name: lower-case letters, digits and '-'", name->text));
  }
  if (!IsPackageVersion(version->text)) {
    return FailAt(place, version->mark, fmt::format("'{}' is no version, as in \"1\"", version->text));
  }
  package.name = name->text;
  package.version = version->text;
  if (main.kind == PackageKind::kOverrides) {
    RASTI_TRY(const YamlNode* tenant, TopLevelValue(*root, "tenant", place));
    if (!IsPackageName(tenant->text)) {
      return FailAt(place, tenant->mark, fmt::format("'{}' is no name of a tenant", tenant->text));
    }
    package.name = core::OverridesName(core::WorkflowId(package.name), core::TenantId(tenant->text));
  }
  package.files.emplace(main.file, std::move(yaml));
  if (main.kind == PackageKind::kCalendar) {
    RASTI_TRY(const auto entries, EntriesOf(folder));
    for (const fs::path& entry : entries) {
      if (entry.extension() != ".csv") continue;
      RASTI_TRY(std::string bytes, ReadFile(entry));
      package.files.emplace(entry.filename().string(), std::move(bytes));
    }
  }
  return package;
}

Status CollectZones(const fs::path& root, const fs::path& folder, int depth, std::map<std::string, std::string>* zones,
                    size_t* bytes_total) {
  if (depth > kFolderDepthMost) return Fail(Error::Invalid(fmt::format("{}: nested too deep", folder.string())));
  RASTI_TRY(const auto entries, EntriesOf(folder));
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry)) {
      RASTI_CHECKED(CollectZones(root, entry, depth + 1, zones, bytes_total));
      continue;
    }
    if (entry.has_extension()) continue;  // README.md and the like: no zone's name has a dot
    RASTI_TRY(std::string bytes, ReadFile(entry));
    *bytes_total += bytes.size();
    if (*bytes_total > kPackageBytesMost) {
      return Fail(Error::Invalid(fmt::format("{}: more than {} bytes", root.string(), kPackageBytesMost)));
    }
    zones->emplace(entry.lexically_relative(root).generic_string(), std::move(bytes));
  }
  return {};
}

// Time-zone data shows by the first bytes of a file directly in the folder or one below: "UTC", "Europe/Belgrade".
Result<bool> HoldsZones(const fs::path& folder, bool look_below) {
  RASTI_TRY(const auto entries, EntriesOf(folder));
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry)) {
      if (!look_below) continue;
      // A folder of versions is no version itself.
      if (fs::exists(entry / "UTC") || fs::is_directory(entry / "Europe")) continue;
      RASTI_TRY(const bool below, HoldsZones(entry, false));
      if (below) return true;
      continue;
    }
    if (entry.has_extension()) continue;
    std::ifstream in(entry, std::ios::binary);
    std::array<char, 4> magic{};
    in.read(magic.data(), magic.size());
    if (in.gcount() == 4 && std::string_view(magic.data(), 4) == "TZif") return true;
  }
  return false;
}

Result<std::vector<const MainFile*>> MainFilesIn(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    return Fail(Error::NotFound(fmt::format("{}: there is no such folder", folder.string())));
  }
  std::vector<const MainFile*> found;
  for (const MainFile& main : kMainFiles) {
    if (fs::is_regular_file(folder / main.file, error)) found.push_back(&main);
  }
  return found;
}

fs::path Normalised(const std::string& path) {
  const fs::path normal = fs::path(path).lexically_normal();
  return normal.has_filename() ? normal : normal.parent_path();
}

Status Collect(const fs::path& folder, int depth, std::vector<PackageFiles>* packages) {
  if (depth > kFolderDepthMost) return {};
  auto package = ReadPackageDirectory(folder.string());
  if (package) {
    packages->push_back(*std::move(package));
    // A tenant's overrides lie below it.
    if (packages->back().kind != PackageKind::kTenant) return {};
  } else if (package.error().code != ErrorCode::kNotFound) {
    return Fail(package.error());
  }
  RASTI_TRY(const auto entries, EntriesOf(folder));
  for (const fs::path& entry : entries) {
    if (fs::is_directory(entry)) RASTI_CHECKED(Collect(entry, depth + 1, packages));
  }
  return {};
}

}  // namespace

Result<PackageFiles> ReadPackageDirectory(const std::string& path) {
  const fs::path folder = Normalised(path);
  RASTI_TRY(const auto main_files, MainFilesIn(folder));
  if (main_files.size() > 1) {
    return Fail(Error::Invalid(fmt::format("{}: holds {} and {}; a package is of one kind", folder.string(),
                                           main_files[0]->file, main_files[1]->file)));
  }
  if (main_files.size() == 1) return ReadByMainFile(folder, *main_files.front());
  RASTI_TRY(const bool holds_zones, HoldsZones(folder, true));
  if (!holds_zones) {
    return Fail(
        Error::NotFound(fmt::format("{}: no package: there is no workflow.yaml, calendar.yaml, tenant.yaml, "
                                    "overrides.yaml or TZif file",
                                    folder.string())));
  }
  PackageFiles package;
  package.kind = PackageKind::kTzData;
  package.name = "tzdata";
  package.version = folder.filename().string();
  if (!IsPackageVersion(package.version)) {
    return Fail(Error::Invalid(fmt::format("{}: the folder's name is the version, as in 2025b", folder.string())));
  }
  size_t bytes_total = 0;
  RASTI_CHECKED(CollectZones(folder, folder, 0, &package.files, &bytes_total));
  return package;
}

Result<std::vector<PackageFiles>> ReadPackages(const std::string& path) {
  std::vector<PackageFiles> packages;
  RASTI_CHECKED(Collect(Normalised(path), 0, &packages));
  if (packages.empty()) return Fail(Error::NotFound(fmt::format("{}: no package in or under this folder", path)));
  return packages;
}

}  // namespace rasti::codec
