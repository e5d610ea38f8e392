// The directory of an embedded log: who holds it, and which format it is in.
//
//   LOG/FORMAT   text: what this is and the version of its format
//   LOG/LOCK     locked (flock) by the one writer, or by any number of readers; the writer's process id
//   LOG/db/      RocksDB
#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"

namespace rasti::log::embedded {

inline constexpr int kFormatVersion = 1;

std::string DatabaseOf(const std::string& directory);

/// Makes FORMAT and LOCK, durably. Errors: kIo, kNoSpace, kPermission.
Status WriteFormat(const std::string& directory);
/// Errors: kNotFound (no log there), kCorruption, kUnsupportedVersion, kIo, kPermission.
Status CheckFormat(const std::string& directory);
/// Makes what is in the directory (names, not contents) durable.
Status SyncDirectory(const std::string& directory);
/// The error of errno, with what was tried and the path in front.
Error SystemError(const std::string& what, const std::string& path, int error);

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

}  // namespace rasti::log::embedded
