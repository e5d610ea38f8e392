// Backups of one embedded log: a directory that keeps any number of them, over RocksDB's BackupEngine.
//
// What several of them have in common is there once, so that another backup copies only what is new; each file has its
// size and a CRC32C. A backup that was cut short is never in the list.
//
//   DIR/meta/<id>, private/<id>/, shared_checksum/   as the BackupEngine has them
//
// Ownership: one process at a time writes there; the caller sees to it. Threading: one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/event_log.h"

namespace rasti::log {

class EmbeddedBackups {
 public:
  using Id = uint32_t;  // 1, 2, 3, ...; one that was deleted is not given again while a later one is there

  struct Backup {
    Id id = 0;
    uint64_t bytes = 0;  // of its files, shared ones too
    int files = 0;
  };
  struct Added {
    Backup backup;
    uint64_t new_bytes = 0;  // that were copied; the others were there
    int new_files = 0;
  };
  enum class Access { kRead, kWrite };

  /// kWrite makes the directory where there is none. Errors: kNotFound, kIo, kPermission.
  static Result<std::unique_ptr<EmbeddedBackups>> Open(const std::string& directory, Access access);
  virtual ~EmbeddedBackups() = default;

  /// Those whose files are all there; ascending. Their sizes are those that the files have now.
  virtual std::vector<Backup> List() = 0;
  /// Those of which files are missing.
  virtual std::vector<Id> Damaged() = 0;
  /// Backs up a log that EmbeddedEventLog::Checkpoint made. First drops what was left of one that was cut short. Reads
  /// what is new once more and compares the checksums in it, so that damage of the log is not taken for its backup.
  /// Errors: those of opening that log; kCorruption, kNoSpace, kIo: then it is not in the list.
  virtual Result<Added> Add(const std::string& log) = 0;
  /// Errors: kNotFound, kIo.
  virtual Status Delete(Id id) = 0;
  /// Reads every file and compares size and CRC32C. Errors: kNotFound, kCorruption (names the file), kIo.
  virtual Status CheckFiles(Id id) = 0;
  /// Reads every record where it lies, as EmbeddedEventLog::VerifyAll does, and hands the events out: partition after
  /// partition, each in order. Answers where the partitions end. Errors: as above; kUnsupportedVersion; what `event`
  /// returns.
  virtual Result<std::vector<core::Sequence>> Read(Id id,
                                                   const std::function<Status(const ports::StoredEvent&)>& event) = 0;
  /// Makes a log at `directory`, where nothing lies yet, with the files of a backup, each compared as CheckFiles does.
  /// Errors: as above; kUnsupportedVersion, kNoSpace. What an interrupted one left is no log yet.
  virtual Status Restore(Id id, const std::string& directory) = 0;
};

}  // namespace rasti::log
