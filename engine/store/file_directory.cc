#include "engine/store/file_directory.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "engine/base/check.h"
#include "engine/base/file.h"
#include "engine/base/system_error.h"

namespace rasti::store {

Result<std::optional<std::string>> FileDirectory::Read(const std::string& path) const {
  auto content = ReadFile(root_ + "/" + path);
  if (content) return *std::move(content);
  if (content.error().code == ErrorCode::kNotFound) return std::nullopt;
  return Fail(std::move(content).error());
}

Status FileDirectory::MakeParent(const std::string& place) const {
  for (size_t end = root_.size(); end != std::string::npos; end = place.find('/', end + 1)) {
    const std::string directory = place.substr(0, end);
    if (mkdir(directory.c_str(), mode_) != 0 && errno != EEXIST) {
      return Fail(SystemError("make", directory, errno));
    }
  }
  return {};
}

Status FileDirectory::Write(const std::string& path, std::string_view content) {
  RASTI_CHECK(!path.empty() && path.front() != '/' && path.find("..") == std::string::npos, "a path within the store");
  const std::string place = root_ + "/" + path;
  const unsigned mode = mode_ & 0666U;
  auto written = ReplaceFile(place, content, mode);
  if (written || written.error().code != ErrorCode::kNotFound) return written;
  RASTI_CHECKED(MakeParent(place));
  return ReplaceFile(place, content, mode);
}

Status FileDirectory::Remove(const std::string& path) {
  const std::string place = root_ + "/" + path;
  if (unlink(place.c_str()) != 0 && errno != ENOENT) return Fail(SystemError("remove", place, errno));
  return {};
}

Status FileDirectory::RemoveFolder(const std::string& folder) {
  const std::string place = root_ + "/" + folder;
  std::error_code error;
  std::filesystem::remove_all(place, error);
  if (error) return Fail(SystemError("remove", place, error.value()));
  return {};
}

Status FileDirectory::Sync() {
  auto synced = SyncFileSystem(root_);
  if (!synced && synced.error().code == ErrorCode::kNotFound) return {};  // nothing was written
  return synced;
}

}  // namespace rasti::store
