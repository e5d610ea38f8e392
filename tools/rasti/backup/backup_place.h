// A directory of backups of one data directory.
//
//   DIR/rasti-backups.json       what this is
//   DIR/LOCK                     held by the one who writes; by any number of readers
//   DIR/log/                     the logs, sharing their files (engine/log/embedded_backups.h)
//   DIR/backups/<id>/files/      configuration, registry, keys
//   DIR/backups/<id>/backup.json what it holds; it comes last and goes first, so that a backup with one is whole
//
// It holds personal data and keys: others may not read it (0700). Threading: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/directory_lock.h"
#include "engine/log/embedded_backups.h"
#include "tools/rasti/backup/manifest.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

using BackupId = log::EmbeddedBackups::Id;

struct BackupEntry {
  BackupId id = 0;
  BackupManifest manifest;
  uint64_t bytes = 0;  // of all its files
  int files = 0;
};

struct BackupListing {
  std::vector<BackupEntry> whole;    // ascending
  std::vector<std::string> damaged;  // which, and what is wrong
  int unfinished = 0;                // being made at this moment, or cut short
};

/// Neither of the directory of backups and the data directory may lie in the other: it would be a backup of itself, or
/// one that a deleted directory takes along. Errors: kInvalidArgument.
Status CheckApart(const std::string& backups, const std::string& data);

class BackupPlace {
 public:
  enum class Access {
    kLook,   // without a lock: for a list
    kRead,   // nothing is deleted meanwhile
    kWrite,  // made where there is none
  };
  /// Errors: kNotFound (no backups there), kAlreadyExists (something else lies there), kPermission (others may read
  /// it), kInUse (names the holder), kUnsupportedVersion, kIo.
  static Result<BackupPlace> Open(const std::string& directory, Access access);

  const std::string& directory() const { return directory_; }
  /// Errors: kUnsupportedVersion (a newer rasti made one), kIo.
  Result<BackupListing> List() const;
  /// The one with that id, or the latest. Errors: kNotFound; kCorruption (it is there, and is not whole).
  Result<BackupEntry> Find(std::optional<BackupId> id) const;

  struct Added {
    BackupEntry entry;
    uint64_t new_bytes = 0;  // that were not there yet
    int new_files = 0;
  };
  /// Backs up a copy of a log (LogCopy) with the small files of its data directory. First clears what others that were
  /// cut short left behind. Errors: kInvalidArgument (the backups here are of another log), kCorruption (one that is
  /// here is damaged, or the copy is), kNoSpace, kIo.
  Result<Added> Add(const std::string& log_copy, const DataPaths& paths, const DataMeta& meta, Instant now);
  /// Deletes all but the latest ones; answers which. Errors: kIo.
  Result<std::vector<BackupId>> Keep(size_t most);
  /// Compares every file with its checksum; `thorough`: reads every event and follows the chains too.
  /// Errors: kCorruption (names the file or the event), kIo.
  Status Verify(const BackupEntry& entry, bool thorough) const;

  /// Makes the log of a backup at `directory`, and puts the small files below `files_to`.
  Status RestoreLog(const BackupEntry& entry, const std::string& directory) const;
  Status RestoreFiles(const BackupEntry& entry, const std::string& files_to) const;
  /// Of a small file, for who looks before restoring. Errors: kNotFound, kIo.
  Result<std::string> ReadDataFile(const BackupEntry& entry, const std::string& path) const;

 private:
  BackupPlace(std::string directory, DirectoryLock lock, std::unique_ptr<log::EmbeddedBackups> logs)
      : directory_(std::move(directory)), lock_(std::move(lock)), logs_(std::move(logs)) {}
  std::string Folder(BackupId id) const;
  std::string FilesOf(BackupId id) const { return Folder(id) + "/files"; }
  Status CheckContinues(const BackupListing& listing, ports::EventLog& log) const;
  /// What lies beside the log, and then backup.json.
  Status Finish(BackupId id, const DataPaths& paths, BackupManifest& manifest) const;
  Status ClearUnfinished(const BackupListing& listing);
  Status Delete(BackupId id);

  std::string directory_;
  DirectoryLock lock_;
  std::unique_ptr<log::EmbeddedBackups> logs_;
};

}  // namespace rasti::cli
