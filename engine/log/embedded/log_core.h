// What the streams, readers and the log itself share. It outlives the log for as long as a stream or a reader is left;
// the database is closed with the log, and whoever comes later is told so.
//
// Threading: thread-safe.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

#include "engine/base/directory_lock.h"
#include "engine/log/embedded/assignment.h"
#include "engine/log/embedded/database.h"
#include "engine/log/embedded/directory.h"
#include "engine/log/embedded/event_tail.h"
#include "engine/log/embedded/input_queue.h"
#include "engine/ports/clock.h"

namespace rasti::log::embedded {

class LogCore {
 public:
  struct Partition {
    Partition(core::PartitionId id, const PartitionRow& row, std::map<int64_t, FollowUp> follow_ups,
              std::atomic<int64_t>& waiting_commands)
        : queue(id, row.committed, std::move(follow_ups), waiting_commands), tail(row.end_sequence) {}
    InputQueue queue;
    EventTail tail;
  };
  /// Holds the database open while it lives: short, never over a wait.
  class Use {
   public:
    Database& database() const { return *database_; }

   private:
    friend class LogCore;
    Use(std::shared_lock<std::shared_mutex> lock, Database& database) : lock_(std::move(lock)), database_(&database) {}
    std::shared_lock<std::shared_mutex> lock_;
    Database* database_;
  };

  static Result<std::shared_ptr<LogCore>> Open(const EmbeddedLogOptions& options, const ports::Clock& clock,
                                               std::vector<RecoveryNote>& notes);

  int partition_count() const { return static_cast<int>(partitions_.size()); }
  const EmbeddedLogOptions& options() const { return options_; }
  const ports::Clock& clock() const { return clock_; }
  Assignment& assignment() { return assignment_; }
  Partition& partition(core::PartitionId id) { return *partitions_[static_cast<size_t>(id.value)]; }
  /// Errors: kInvalidArgument.
  Status CheckPartition(core::PartitionId id) const;

  /// Errors: kUnavailable after Close.
  Result<Use> Acquire();
  /// One write, on disk when it returns. After a failed one every later one fails too, so that nothing can follow a
  /// write whose outcome is unknown. Errors: kNoSpace, kIo, kUnavailable, kInvalidArgument (read only).
  Status Write(const Use& use, rocksdb::WriteBatch& batch);

  int64_t AllocateOutbox(int64_t count);
  void FinishOutbox(int64_t first);
  int64_t OutboxEnd() const;

  int64_t AllocateDeadLetters(int64_t count);
  void FinishDeadLetters(int64_t first);
  int64_t DeadLettersEnd() const;

  int64_t waiting_commands() const { return waiting_commands_.load(std::memory_order_relaxed); }
  /// Answers everything that waits; flushes if `flush`; closes the database and gives the directory free. Idempotent.
  Status Close(bool flush);

 private:
  LogCore(EmbeddedLogOptions options, const ports::Clock& clock, DirectoryLock lock,
          std::unique_ptr<Database> database);
  Status Load();

  const EmbeddedLogOptions options_;
  const ports::Clock& clock_;
  std::atomic<int64_t> waiting_commands_ = 0;
  std::vector<std::unique_ptr<Partition>> partitions_;
  Assignment assignment_;

  mutable std::mutex outbox_mutex_;
  PositionAllocator outbox_positions_;
  mutable std::mutex dead_letters_mutex_;
  PositionAllocator dead_letter_positions_;

  std::mutex failure_mutex_;
  std::optional<Error> failure_;

  std::atomic<bool> closing_ = false;  // or a Close would wait for ever behind streams that never rest
  std::shared_mutex open_mutex_;       // shared: in use; exclusive: closing
  DirectoryLock lock_;
  std::unique_ptr<Database> database_;  // null once closed
};

}  // namespace rasti::log::embedded
