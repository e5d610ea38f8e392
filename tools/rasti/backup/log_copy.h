// The log of a data directory as it was at one moment, set aside by hard links so that it can be read at leisure while
// the log itself goes on: DATA/backup.making/log.
//
// Whoever makes one holds DATA/backup.making/LOCK, so that there is one at a time; what a process that was killed left
// there is cleared by the next. Threading: one thread.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "engine/base/directory_lock.h"
#include "engine/base/result.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

class LogCopy {
 public:
  /// By the service where one listens, otherwise by opening the log; waits for a directory that another command holds.
  /// Errors: kInUse (another backup is under way; or a process that does not answer), kInvalidArgument (brokers keep
  /// the log), kPermission (root, in the directory of another user), kNoSpace, kIo, kUnavailable; those of opening the
  /// log.
  static Result<LogCopy> Make(const DataPaths& paths, const DataMeta& meta, std::chrono::milliseconds patience);

  LogCopy(LogCopy&& other) noexcept : place_(std::exchange(other.place_, {})), lock_(std::move(other.lock_)) {}
  LogCopy& operator=(LogCopy&&) = delete;
  ~LogCopy();

  /// To be opened with EmbeddedLogOptions::is_copy.
  std::string path() const { return place_ + "/log"; }

 private:
  LogCopy(std::string place, DirectoryLock lock) : place_(std::move(place)), lock_(std::move(lock)) {}

  std::string place_;  // empty: moved from
  DirectoryLock lock_;
};

}  // namespace rasti::cli
