// A data directory from a backup.
//
// It is made in DIR/restore.making and checked there; then its parts move into their places, rasti.json last, which is
// what makes a data directory one. So that a restore that was cut short leaves nothing that could be taken for one, and
// a directory that is a mount point of its own can be restored into. Whoever holds DIR/restore.making/LOCK may change
// what lies in DIR, nobody else: halfway through, a restore under way looks like one that was cut short.
#pragma once

#include <functional>
#include <string>

#include "tools/rasti/backup/backup_place.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

/// Restores a backup into a directory that is empty, does not exist, or was left by a restore that was cut short. Every
/// record and the chains are checked before it counts. Where the directory was there, its owner gets the files.
/// Errors: kAlreadyExists (something lies there), kCorruption (the backup is not what was written; nothing was made),
/// kUnsupportedVersion (made by a newer rasti), kInUse (another restore into it is under way), kNoSpace, kIo.
Status RestoreBackup(const BackupPlace& place, const BackupEntry& entry, const DataPaths& paths,
                     const std::function<void(const std::string&)>& progress);

}  // namespace rasti::cli
