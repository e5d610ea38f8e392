// Small files, read and written as a whole. Errors name the path and what the system said: kNotFound, kPermission,
// kNoSpace, kIo. Thread-safe, but one writer for each path.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti {

inline constexpr size_t kSmallFileMost = size_t{16} << 20;

/// Errors: also kOutOfRange (more than `most` bytes).
Result<std::string> ReadFile(const std::string& path, size_t most = kSmallFileMost);
/// What a descriptor gives until its end; `name` is for messages.
Result<std::string> ReadDescriptor(int descriptor, const std::string& name, size_t most = kSmallFileMost);
/// Replaces the file in one step: readers see the old content or the new one. What a crash of the machine leaves, only
/// a sync tells.
Status ReplaceFile(const std::string& path, std::string_view content, unsigned mode = 0644);
/// The same, durably: after a crash it has the old content or the new one.
Status WriteFileDurably(const std::string& path, std::string_view content, unsigned mode = 0644);
/// Makes the content of a file durable.
Status SyncFile(const std::string& path);
/// Makes the names in a directory durable.
Status SyncDirectory(const std::string& path);
/// Makes everything durable that was written to the file system in which the directory lies.
Status SyncFileSystem(const std::string& directory);

}  // namespace rasti
