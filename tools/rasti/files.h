// Small files, read and written as a whole; randomness. Errors name the path and what the system said.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/base/uuid.h"

namespace rasti::cli {

/// Errors: kNotFound, kPermission, kIo, kOutOfRange (more than `most` bytes).
Result<std::string> ReadFile(const std::string& path, size_t most = size_t{16} << 20);
/// Replaces the file in one step, durably: after a crash it has the old content or the new one.
/// Errors: kNoSpace, kPermission, kIo.
Status WriteFileDurably(const std::string& path, std::string_view content, unsigned mode = 0644);
/// Makes the content of a file durable.
Status SyncFile(const std::string& path);
/// Makes the names in a directory durable.
Status SyncDirectory(const std::string& path);

/// What `--form`, `--text` and the like name: "@file" is the file's content, "-" stdin's, anything else itself.
Result<std::string> TextOrFile(const std::string& argument);

/// From the system's generator.
std::string RandomBytes(size_t count);
/// Version 4.
Uuid RandomUuid();
/// Version 7 of that instant, for new cases of a log whose clock may be virtual.
Uuid NewCaseUuid(Instant now);

}  // namespace rasti::cli
