// RocksDB's statuses as this project's errors.
#pragma once

#include <rocksdb/status.h>

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::store {

/// `place` is the store's directory; RocksDB's message names the file where it knows it.
inline Error ToError(const rocksdb::Status& status, std::string_view place) {
  const std::string text = status.ToString();
  const std::string message = std::string(place) + ": " + text;
  // RocksDB knows ENOSPC only; a quota and a file size limit are the same to whoever must act on them.
  if (status.IsNoSpace() || text.find("File too large") != std::string::npos ||
      text.find("quota exceeded") != std::string::npos) {
    return {ErrorCode::kNoSpace, message};
  }
  if (status.IsCorruption() || status.IsInvalidArgument()) {
    // Options that do not fit what is stored count as damage too: the way out is the same.
    return Error::Corruption(message + "; the store holds nothing of its own: delete the directory and rebuild it");
  }
  if (text.find("lock ") != std::string::npos || text.find("LOCK") != std::string::npos) {
    return {ErrorCode::kInUse, message};
  }
  if (status.IsNotFound()) return Error::NotFound(message);
  return Error::Io(message);
}

inline Status ToStatus(const rocksdb::Status& status, std::string_view place) {
  if (status.ok()) return {};
  return Fail(ToError(status, place));
}

}  // namespace rasti::store
