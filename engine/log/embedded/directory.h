// The directory of an embedded log: who holds it, and which format it is in.
//
//   LOG/FORMAT   text: what this is and the version of its format
//   LOG/LOCK     locked (flock) by the one writer, or by any number of readers; the writer's process id
//   LOG/db/      RocksDB
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::log::embedded {

inline constexpr int kFormatVersion = 1;

std::string DatabaseOf(const std::string& directory);

/// What FORMAT holds in a log of this version.
std::string CurrentFormat();
/// Makes FORMAT, with what it is to hold, and LOCK, durably. Errors: kIo, kNoSpace, kPermission.
Status WriteFormat(const std::string& directory, std::string_view format);
/// Whether this version reads a log whose FORMAT, at `path`, holds that. Errors: kCorruption, kUnsupportedVersion.
Status CheckFormat(std::string_view format, const std::string& path);
/// What FORMAT holds. Errors: kNotFound (no log there), kIo, kPermission; those of CheckFormat.
Result<std::string> ReadFormat(const std::string& directory);
/// Makes what is in the directory (names, not contents) durable.
Status SyncDirectory(const std::string& directory);

}  // namespace rasti::log::embedded
