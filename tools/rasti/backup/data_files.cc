#include "tools/rasti/backup/data_files.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "engine/base/file_hash.h"
#include "engine/base/system_error.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kDiffers = ": not what was written (size or SHA-256 differ)";
constexpr std::string_view kMaking = ".making";

// Beside what ends in ".making".
bool IsComputed(const std::string& name) {
  constexpr std::array<std::string_view, 8> kNames{
      "log", "state", "views", "audit", "LOCK", "rasti.sock", "last-backup.json", "lost+found"};
  return std::ranges::find(kNames, name) != kNames.end() || name.ends_with(kMaking);
}

Status Make(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error) return Fail(SystemError("make", directory.string(), error.value()));
  fs::permissions(directory, fs::perms::owner_all, error);
  if (error) return Fail(SystemError("change the rights of", directory.string(), error.value()));
  return {};
}

// With what it then has, whatever becomes of the original meanwhile.
Result<BackupFile> CopyFile(const std::string& from, const fs::path& to, unsigned mode) {
  RASTI_CHECKED(Make(to.parent_path()));
  std::error_code error;
  fs::copy_file(from, to, error);
  if (error) return Fail(SystemError("copy", from, error.value()));
  fs::permissions(to, static_cast<fs::perms>(mode), error);
  if (error) return Fail(SystemError("change the rights of", to.string(), error.value()));
  RASTI_CHECKED(SyncFile(to.string()));
  RASTI_CHECKED(SyncDirectory(to.parent_path().string()));
  RASTI_TRY(const Hash256 hash, Sha256OfFile(to.string()));
  return BackupFile{"", fs::file_size(to, error), ToHex(AsBytes(hash)), mode};
}

Result<BackupFile> TakeIn(const std::string& from, const std::string& path, const std::string& to) {
  struct stat about {};
  if (::stat(from.c_str(), &about) != 0) return Fail(SystemError("read", from, errno));
  RASTI_TRY(BackupFile file, CopyFile(from, fs::path(to) / path, 0600));
  file.path = path;
  file.mode = about.st_mode & 0777;
  return file;
}

Status CheckThere(const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return {};
  return Fail(Error::Corruption(path + ": it is missing"));
}

}  // namespace

Result<std::vector<BackupFile>> CopyDataFiles(const DataPaths& paths, const std::string& to) {
  std::vector<BackupFile> files;
  std::error_code error;
  RASTI_CHECKED(Make(to));
  for (const auto& entry : fs::directory_iterator(paths.root, error)) {
    const std::string name = entry.path().filename().string();
    if (IsComputed(name)) continue;
    // `submitters` may be a link to the folder that nodes share.
    if (entry.is_regular_file(error)) {
      RASTI_TRY(files.emplace_back(), TakeIn(entry.path().string(), name, to));
      continue;
    }
    if (!entry.is_directory(error)) continue;
    const std::string root = entry.path().string() + "/";
    for (auto below = fs::recursive_directory_iterator(root, error); below != fs::recursive_directory_iterator();
         below.increment(error)) {
      if (error) break;
      if (!below->is_regular_file(error) || below->path().string().ends_with(kMaking)) continue;
      const std::string path = name + "/" + below->path().string().substr(root.size());
      RASTI_TRY(files.emplace_back(), TakeIn(below->path().string(), path, to));
    }
  }
  if (error) return Fail(SystemError("list", paths.root, error.value()));
  std::ranges::sort(files, {}, &BackupFile::path);
  return files;
}

Status RestoreDataFiles(const std::vector<BackupFile>& files, const std::string& from, const std::string& to) {
  for (const BackupFile& file : files) {
    const std::string path = from + "/" + file.path;
    RASTI_CHECKED(CheckThere(path));
    RASTI_TRY(const BackupFile made, CopyFile(path, fs::path(to) / file.path, file.mode));
    if (made.size == file.size && made.sha256 == file.sha256) continue;
    return Fail(Error::Corruption(path + kDiffers));
  }
  return {};
}

Status CheckDataFiles(const std::vector<BackupFile>& files, const std::string& in) {
  for (const BackupFile& file : files) {
    const std::string path = in + "/" + file.path;
    RASTI_CHECKED(CheckThere(path));
    RASTI_TRY(const Hash256 hash, Sha256OfFile(path));
    std::error_code error;
    if (fs::file_size(path, error) == file.size && ToHex(AsBytes(hash)) == file.sha256) continue;
    return Fail(Error::Corruption(path + kDiffers));
  }
  return {};
}

}  // namespace rasti::cli
