#include "engine/log/embedded/directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rasti::log::embedded {
namespace {

constexpr std::string_view kFormatPrefix = "rasti embedded log, format ";

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ErrorCode::kNoSpace;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::kPermission;
    case ENOENT: return ErrorCode::kNotFound;
    default: return ErrorCode::kIo;
  }
}

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

std::string HolderOf(int file) {
  std::array<char, 32> text{};
  const auto size = ::pread(file, text.data(), text.size(), 0);
  int64_t pid = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, pid);
  return pid > 0 ? fmt::format("process {}", pid) : "another process that reads it";
}

}  // namespace

std::string DatabaseOf(const std::string& directory) { return directory + "/db"; }

Error SystemError(const std::string& what, const std::string& path, int error) {
  return Error{CodeOf(error),
               fmt::format("cannot {} {}: {}", what, path, std::strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

Status SyncDirectory(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return Fail(SystemError("open", directory, errno));
  const bool ok = ::fsync(file) == 0;
  const int error = errno;
  ::close(file);
  if (!ok) return Fail(SystemError("sync", directory, error));
  return {};
}

Status WriteFormat(const std::string& directory) {
  RASTI_CHECKED(WriteDurably(directory + "/LOCK", ""));
  RASTI_CHECKED(WriteDurably(directory + "/FORMAT", fmt::format("{}{}\n", kFormatPrefix, kFormatVersion)));
  return SyncDirectory(directory);
}

Status CheckFormat(const std::string& directory) {
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

  const std::string line = text.str();
  int version = 0;
  if (line.starts_with(kFormatPrefix)) {
    std::from_chars(line.data() + kFormatPrefix.size(), line.data() + line.size(), version);
  }
  if (line != fmt::format("{}{}\n", kFormatPrefix, version) || version < 1) {
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

Result<DirectoryLock> DirectoryLock::Take(const std::string& directory, Mode mode) {
  const std::string path = directory + "/LOCK";
  const bool writer = mode == Mode::kWriter;
  // A reader may have no right to write here, and an flock does not need one.
  const int file =
      writer ? ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return Fail(SystemError("open", path, errno));
  DirectoryLock lock(file);
  if (::flock(file, (writer ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return Fail(SystemError("lock", path, errno));
    return Fail(ErrorCode::kInUse, fmt::format("{}: held by {}", directory, HolderOf(file)));
  }
  if (writer) {
    const std::string pid = fmt::format("{}\n", ::getpid());
    const bool ok = ::ftruncate(file, 0) == 0 && ::pwrite(file, pid.data(), pid.size(), 0) >= 0;
    if (!ok) return Fail(SystemError("write", path, errno));
    lock.named_ = true;
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (file_ < 0) return;
  // A process id left behind would be taken for the holder's when readers hold it. Only a hint: it may fail.
  if (named_) {
    [[maybe_unused]] const int result = ::ftruncate(file_, 0);
  }
  ::close(file_);
}

}  // namespace rasti::log::embedded
