// The RocksDB below an embedded log: opened with what the log demands, its column families by name.
//
// What makes it fast: keys grow with time, so that a level's files never overlap the next one's and compaction moves
// files instead of rewriting them; commits of several threads share one fsync (RocksDB's group commit).
#pragma once

#include <rocksdb/db.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/embedded/rocks_error.h"
#include "engine/log/embedded/rows.h"
#include "engine/log/embedded_event_log.h"

namespace rasti::log::embedded {

/// The column families, in the order in which they are made. Never reordered: the order is their number on disk.
enum class Family { kDefault, kEvents, kFollowUps, kOutbox, kDefinitions, kPositions, kMeta, kDeadLetters };
inline constexpr size_t kFamilies = 8;

class Database {
 public:
  /// Makes an empty one. Errors: kIo, kNoSpace.
  static Status Create(const std::string& path, int partitions);
  /// Mends a torn tail (not if read only) and says so in `notes`. Errors: as EmbeddedEventLog::Open.
  static Result<std::unique_ptr<Database>> Open(const EmbeddedLogOptions& options, std::vector<RecoveryNote>& notes);
  ~Database();

  rocksdb::DB& db() { return *db_; }
  rocksdb::ColumnFamilyHandle* family(Family family) const { return handles_[static_cast<size_t>(family)]; }
  const std::string& path() const { return path_; }
  int partition_count() const { return partition_count_; }
  WarningLogger& warnings() { return *warnings_; }

  /// The row of a partition; zeros where nothing was committed yet. Errors: kCorruption, kIo.
  Result<PartitionRow> ReadPartitionRow(core::PartitionId partition);
  /// One behind the last event that is there. Errors: kCorruption, kIo.
  Result<int64_t> EventsEnd(core::PartitionId partition);
  /// For people: "partition 0 sequence 41, partition 3 sequence 7".
  std::string LastGood();
  /// A kCorruption that does not say yet how far the log is good says so; anything else stays as it is.
  Error WithLastGood(Error error);
  /// Writes everything down to sorted files, so that no write-ahead log is left to replay.
  Status Flush();
  /// Makes a database at `path`, where nothing lies yet, with everything that was written until now.
  Status Checkpoint(const std::string& path);

  /// One in a backup, where it lies, for reading; `env` knows where its files are, and outlives it.
  static Result<std::unique_ptr<Database>> OpenInBackup(const std::string& path, rocksdb::Env& env);
  /// Gives a database that was just restored the write-ahead log that it begins with. REQUIRES: its files are those
  /// that were backed up.
  static Status FinishRestored(const std::string& path);

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}
  enum class Reading { kStrict, kTolerant };  // tolerant: up to where a log file is damaged
  Status OpenForWriting(const EmbeddedLogOptions& options);
  Status OpenForReading(const EmbeddedLogOptions& options, Reading reading);
  Status ReadMeta();
  Status CheckEnds();

  std::string path_;
  std::shared_ptr<WarningLogger> warnings_ = std::make_shared<WarningLogger>();
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> opened_;
  std::array<rocksdb::ColumnFamilyHandle*, kFamilies> handles_{};  // some of them may be one, see OpenForReading
  int partition_count_ = 0;
};

}  // namespace rasti::log::embedded
