#include "engine/log/embedded/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "engine/base/system_error.h"

namespace rasti::log::embedded {
namespace {

constexpr std::string_view kFormatPrefix = "rasti embedded log, format ";

Status WriteDurably(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (file < 0) return Fail(SystemError("make", path, errno));
  const auto written = ::write(file, text.data(), text.size());
  const bool ok = written == static_cast<ssize_t>(text.size()) && ::fsync(file) == 0;
  const int error = written >= 0 && written < static_cast<ssize_t>(text.size()) ? ENOSPC : errno;
  ::close(file);
  if (!ok) return Fail(SystemError("write", path, error));
  return {};
}

}  // namespace

std::string DatabaseOf(const std::string& directory) { return directory + "/db"; }

Status SyncDirectory(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Fail(SystemError("open", directory, errno));
  const bool ok = ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (!ok) return Fail(SystemError("sync", directory, error));
  return {};
}

std::string CurrentFormat() { return fmt::format("{}{}\n", kFormatPrefix, kFormatVersion); }

Status WriteFormat(const std::string& directory, std::string_view format) {
  RASTI_CHECKED(WriteDurably(directory + "/LOCK", ""));
  RASTI_CHECKED(WriteDurably(directory + "/FORMAT", format));
  return SyncDirectory(directory);
}

Status CheckFormat(std::string_view format, const std::string& path) {
  int version = 0;
  if (format.starts_with(kFormatPrefix)) {
    std::from_chars(format.data() + kFormatPrefix.size(), format.data() + format.size(), version);
  }
  if (format != fmt::format("{}{}\n", kFormatPrefix, version) || version < 1) {
    return Fail(Error::Corruption(fmt::format("{}: not \"{}{}\"", path, kFormatPrefix, kFormatVersion)));
  }
  if (version > kFormatVersion) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{}: the log is in format {}, this program reads up to {}; nothing was changed; use the "
                            "version of rasti that wrote it, or a newer one",
                            path, version, kFormatVersion));
  }
  return {};
}

Result<std::string> ReadFormat(const std::string& directory) {
  const std::string path = directory + "/FORMAT";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    if (std::filesystem::exists(DatabaseOf(directory), ignored)) {
      return Fail(Error::Corruption(path + ": missing, though there is a database beside it; restore the file"));
    }
    return Fail(Error::NotFound(directory + ": no log here; make one with `rasti init`"));
  }
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  if (!file) return Fail(SystemError("read", path, errno));
  RASTI_CHECKED(CheckFormat(text.str(), path));
  return text.str();
}

}  // namespace rasti::log::embedded
