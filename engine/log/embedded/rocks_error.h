// RocksDB's statuses as this project's errors, and its own messages on the way out.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/status.h>

#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"

namespace rasti::log::embedded {

inline std::string_view View(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }
inline rocksdb::Slice ToSlice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }

/// `place` is the file or directory at hand; RocksDB's message often names the file itself.
Error ToError(const rocksdb::Status& status, std::string_view place);
inline Status ToStatus(const rocksdb::Status& status, std::string_view place) {
  if (status.ok()) return {};
  return Fail(ToError(status, place));
}

/// Keeps RocksDB's warnings and errors instead of the LOG files that it would write. Thread-safe.
class WarningLogger : public rocksdb::Logger {
 public:
  WarningLogger() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override;
  /// What came since the last call; the oldest beyond a bound are dropped.
  std::vector<std::string> Take();

 private:
  std::mutex mutex_;
  std::vector<std::string> messages_;
};

}  // namespace rasti::log::embedded
