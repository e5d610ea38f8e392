// DATA/last-backup.json: when and where the last backup was made, for `rasti doctor`.
#pragma once

#include <string>

#include "engine/base/result.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

struct LastBackup {
  Instant made_at;
  std::string directory;
  uint32_t id = 0;
};

/// Errors: kNoSpace, kPermission, kIo.
Status WriteLastBackup(const DataPaths& paths, const LastBackup& backup);
/// Errors: kNotFound (none was made of this directory), kCorruption, kIo.
Result<LastBackup> ReadLastBackup(const DataPaths& paths);

}  // namespace rasti::cli
