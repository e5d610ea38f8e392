// The embedded log: a directory, one process, no broker. The default, and a complete one.
//
// Commands are not persisted first: they wait in memory, and what is acknowledged is what a transaction fsynced.
// Threading: thread-safe; see ports/event_log.h for streams and readers.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/clock.h"
#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rocksdb {
class Env;
}  // namespace rocksdb

namespace rasti::log {

struct EmbeddedLogOptions {
  std::string directory;       // of the log itself: DATA/log
  bool read_only = false;      // for auditors and `doctor`: nothing is written, not even repairs
  bool is_copy = false;        // made by Checkpoint, which leaves an empty write-ahead log out; read only
  size_t queue_most = 65'536;  // commands waiting before Submit answers kUnavailable
  size_t write_buffer_bytes = 32u << 20;
  size_t block_cache_bytes = 32u << 20;
  rocksdb::Env* env =
      nullptr;  // where its database's files lie, and outlives the log; null: in the machine's directories
};

/// What Open found and mended: shown by `doctor`, logged by `run`.
struct RecoveryNote {
  std::string file;
  std::string message;
};

class EmbeddedEventLog : public ports::EventLog, public ports::CommandChannel {
 public:
  /// Makes a new log. Errors: kAlreadyExists, kIo, kInvalidArgument (partitions outside 1..1024).
  static Status Create(const std::string& directory, int partitions);
  /// Errors: kNotFound (no log there), kInUse (another process holds it), kCorruption (names the file and the last good
  /// sequence), kUnsupportedVersion, kIo.
  static Result<std::unique_ptr<EmbeddedEventLog>> Open(const EmbeddedLogOptions& options, const ports::Clock& clock);

  virtual const std::vector<RecoveryNote>& recovery_notes() const = 0;
  /// Everything that waits is answered kUnavailable; then the directory is flushed and released.
  virtual Status Close() = 0;
  /// Reads every record and its CRC: for `doctor` and `replay --verify`. `progress` gets (done, total) records.
  virtual Status VerifyAll(const std::function<void(int64_t, int64_t)>& progress) = 0;
  /// What can be read of a log, file by file, for `doctor` where it cannot be opened or is damaged: each file that is
  /// not whole, and which sequences of each partition the whole ones hold, in words. Reads every file; changes nothing.
  /// Errors: kIo, kPermission: not even the names of the files can be read.
  static Result<std::vector<std::string>> Survey(const std::string& directory);
  /// Makes a log at `directory`, where nothing lies yet, that holds everything committed until now: by hard links where
  /// that is possible, while this one is written. What is committed meanwhile may be in it or not.
  /// Errors: kNoSpace, kIo, kUnavailable after Close.
  virtual Status Checkpoint(const std::string& directory) = 0;
  /// The outbox entries at or behind a position, for connectors: (position, key, value).
  struct OutboxRecord {
    int64_t position = 0;
    std::string key;
    std::string value;
  };
  virtual Result<std::vector<OutboxRecord>> ReadOutbox(int64_t from, size_t most) = 0;
  /// Drops the entries before a position that all connectors have passed. (The last entry of all stays.)
  virtual Status TrimOutbox(int64_t before) = 0;
  /// Drops dead letters and notes that were written before an instant: for a bounded time they are kept, not for ever.
  virtual Status TrimDeadLetters(Instant before) = 0;
};

}  // namespace rasti::log
