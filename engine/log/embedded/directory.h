// The directory of an embedded log: who holds it, and which format it is in.
//
//   LOG/FORMAT   text: what this is and the version of its format
//   LOG/LOCK     locked (flock) by the one writer, or by any number of readers; the writer's process id
//   LOG/db/      RocksDB
#pragma once

#include <string>

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

}  // namespace rasti::log::embedded
