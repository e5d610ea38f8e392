// One process at a time writes in a directory: DIRECTORY/LOCK, locked (flock) by the one writer, or by any number of
// readers; the writer's process id stands in it.
#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"

namespace rasti {

/// Holds the lock while it lives. The kernel releases it when the process dies.
class DirectoryLock {
 public:
  enum class Mode { kWriter, kReader };
  /// Errors: kInUse with the holder's process id, kIo, kPermission.
  static Result<DirectoryLock> Take(const std::string& directory, Mode mode);

  DirectoryLock() = default;
  DirectoryLock(DirectoryLock&& other) noexcept { *this = std::move(other); }
  DirectoryLock& operator=(DirectoryLock&& other) noexcept {
    std::swap(file_, other.file_);
    std::swap(named_, other.named_);
    return *this;
  }
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_ = -1;
  bool named_ = false;  // this process id is in the file
};

}  // namespace rasti
