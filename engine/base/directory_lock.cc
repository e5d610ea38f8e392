#include "engine/base/directory_lock.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>

#include "engine/base/system_error.h"

namespace rasti {
namespace {

std::string HolderOf(int file) {
  std::array<char, 32> text{};
  const auto size = ::pread(file, text.data(), text.size(), 0);
  int64_t pid = 0;
  if (size > 0) std::from_chars(text.data(), text.data() + size, pid);
  return pid > 0 ? fmt::format("process {}", pid) : "another process that reads it";
}

// Whether the path still leads to the open file: who held the lock may have deleted the file before letting it go, and
// another process may have made it anew and hold that one.
bool IsStillAt(int file, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(file, &held) == 0 && ::stat(path.c_str(), &named) == 0 && held.st_dev == named.st_dev &&
         held.st_ino == named.st_ino;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::Take(const std::string& directory, Mode mode) {
  const std::string path = directory + "/LOCK";
  const bool writer = mode == Mode::kWriter;
  for (;;) {
    // A reader may have no right to write here, and an flock does not need one.
    const int file =
        writer ? ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return Fail(SystemError("open", path, errno));
    DirectoryLock lock(file);
    if (::flock(file, (writer ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return Fail(SystemError("lock", path, errno));
      return Fail(ErrorCode::kInUse, fmt::format("{}: held by {}", directory, HolderOf(file)));
    }
    if (!IsStillAt(file, path)) continue;
    if (writer) {
      const std::string pid = fmt::format("{}\n", ::getpid());
      const bool ok = ::ftruncate(file, 0) == 0 && ::pwrite(file, pid.data(), pid.size(), 0) >= 0;
      if (!ok) return Fail(SystemError("write", path, errno));
      lock.named_ = true;
    }
    return lock;
  }
}

DirectoryLock::~DirectoryLock() {
  if (file_ < 0) return;
  // A process id left behind would be taken for the holder's when readers hold it. Only a hint: it may fail.
  if (named_) {
    [[maybe_unused]] const int result = ::ftruncate(file_, 0);
  }
  ::close(file_);
}

}  // namespace rasti
