#include "engine/log/embedded/rocks_error.h"

#include <array>
#include <cstdarg>
#include <cstdio>

namespace rasti::log::embedded {
namespace {

constexpr size_t kMessagesMost = 64;

// RocksDB knows ENOSPC only; a quota and a file size limit are the same to whoever must act on them.
bool IsNoSpace(const rocksdb::Status& status) {
  if (status.IsNoSpace()) return true;
  const std::string text = status.ToString();
  return text.find("File too large") != std::string::npos || text.find("quota exceeded") != std::string::npos;
}

ErrorCode CodeOf(const rocksdb::Status& status) {
  if (IsNoSpace(status)) return ErrorCode::kNoSpace;
  if (status.IsCorruption()) return ErrorCode::kCorruption;
  if (status.IsNotFound()) return ErrorCode::kNotFound;
  if (status.IsIOError() || status.IsPathNotFound()) return ErrorCode::kIo;
  if (status.IsBusy() || status.IsTryAgain() || status.IsShutdownInProgress()) return ErrorCode::kUnavailable;
  // A status that says that the caller is at fault: this folder is the only caller.
  return ErrorCode::kInternal;
}

// A sorted file that is missing is looked for under its name of long ago, too, and that is what RocksDB then names.
std::string TextOf(const rocksdb::Status& status) {
  constexpr std::string_view kLongAgo = ".ldb";
  std::string text = status.ToString();
  for (size_t at = text.find(kLongAgo); at != std::string::npos; at = text.find(kLongAgo, at)) {
    text.replace(at, kLongAgo.size(), ".sst");
  }
  return text;
}

}  // namespace

Error ToError(const rocksdb::Status& status, std::string_view place) {
  return Error{CodeOf(status), std::string(place) + ": " + TextOf(status)};
}

void WarningLogger::Logv(const char* format, va_list arguments) {
  std::array<char, 512> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  const std::lock_guard lock(mutex_);
  if (messages_.size() >= kMessagesMost) messages_.erase(messages_.begin());
  messages_.emplace_back(text.data());
}

std::vector<std::string> WarningLogger::Take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(messages_, {});
}

}  // namespace rasti::log::embedded
