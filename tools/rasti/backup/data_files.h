// The files of a data directory beside its log and what is computed from it: configuration, registry, keys.
//
// Everything that lies there counts, whatever its name, except what is known to be computed or of a moment: what a
// later version adds is in a backup without anybody having to remember it.
#pragma once

#include <string>
#include <vector>

#include "tools/rasti/backup/manifest.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

/// Copies them below `to`, for their owner only; links to folders are followed (a registry that nodes share), so that a
/// backup holds what they hold. Errors: kNoSpace, kIo, kPermission.
Result<std::vector<BackupFile>> CopyDataFiles(const DataPaths& paths, const std::string& to);

/// Copies those of a backup from `from` below `to`, with their modes, and compares them on the way.
/// Errors: kCorruption naming the file; as above.
Status RestoreDataFiles(const std::vector<BackupFile>& files, const std::string& from, const std::string& to);

/// Compares them where they lie. Errors: kCorruption, kIo.
Status CheckDataFiles(const std::vector<BackupFile>& files, const std::string& in);

}  // namespace rasti::cli
