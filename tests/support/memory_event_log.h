// An EventLog in memory for tests, as faithful as the directory and Kafka are where they agree: partitions are shared
// among the open streams and move in good order, transactions are all or nothing, positions have gaps, follow-ups are
// placed by their key, results reach their submitters only after the commit.
//
// A test may make commits fail, take partitions away and crash the process; see below.
// Threading: as ports/event_log.h says.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/command_channel.h"
#include "engine/ports/event_log.h"

namespace rasti::test {

struct MemoryLogOptions {
  int partitions = 4;
  /// After each commit the next input of its partitions skips a position, as transaction markers make it do on Kafka.
  bool position_gaps = true;
  size_t queue_most = 65'536;  // commands waiting before Submit answers kUnavailable
};

class MemoryEventLog : public ports::EventLog, public ports::CommandChannel {
 public:
  /// The clock stamps what is taken in; it outlives the log.
  MemoryEventLog(MemoryLogOptions options, const ports::Clock& clock);
  /// Answers what waits with kUnavailable. REQUIRES: streams and readers are gone.
  ~MemoryEventLog() override;

  int partition_count() const override { return options_.partitions; }
  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override;
  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override;
  Result<core::Sequence> EndSequence(core::PartitionId partition) override;
  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override;
  Result<int64_t> Publish(std::string key, std::string value) override;
  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override;
  Status WriteCheckpoint(core::PartitionId partition, std::string note) override;
  Result<std::optional<std::string>> LastCheckpoint(core::PartitionId partition) override;
  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override;
  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override;
  Status Submit(std::string key, std::string signed_command, ports::ResultCallback done) override;

  // ---- for tests ----
  /// The next Commit fails. With `written`, everything was written all the same and only the answer was lost.
  void FailNextCommit(Error error, bool written = false);
  /// The next OpenStream fails.
  void FailNextOpen(Error error);
  /// Every stream loses what it owns to nobody: its open transaction is fenced, Poll tells OnLost and then assigns
  /// anew.
  void LoseAssignments();
  /// Streams forget the marks that were set.
  void ForgetMarks();
  /// While it does, no mark is passed: as where a partition's leader is away.
  void HoldMarks(bool hold);
  /// The process dies: streams get kFenced from now on, open transactions vanish, and so do the commands that were not
  /// decided unless they are kept (as Kafka does). Whoever waits for them is told kUnavailable.
  void Crash(bool keep_commands);
  /// Appends committed events behind the last ones as they are, checking nothing. Sequences count from EndSequence.
  void AppendRaw(core::PartitionId partition, std::vector<ports::StoredEvent> events);
  /// Changes one byte of a stored event's value.
  void FlipByte(core::PartitionId partition, core::Sequence sequence, size_t offset);

  std::vector<ports::StoredEvent> events(core::PartitionId partition) const;
  std::vector<ports::OutboxOut> outbox() const;
  std::vector<ports::ResultOut> results() const;  // in order of their commit
  /// Input that no committed position covers yet.
  size_t pending_commands() const;
  size_t pending_follow_ups() const;

 private:
  class Stream;
  class Reader;
  friend class Stream;
  friend class Reader;

  struct Waiting {
    std::string key;
    std::string value;
    Instant taken_at;
    ports::ResultCallback done;  // commands of this process only
  };
  struct Partition {
    core::PartitionId id;
    std::map<int64_t, Waiting> commands;  // by position, as long as they are not committed
    std::map<int64_t, Waiting> follow_ups;
    ports::InputPositions end;
    bool gap_in_commands = false;  // the next one skips a position
    bool gap_in_follow_ups = false;
    ports::InputPositions committed;
    std::vector<ports::StoredEvent> events;
    Stream* owner = nullptr;
  };
  struct Transaction {
    std::vector<ports::EventOut> events;
    std::vector<ports::ResultOut> results;
    std::vector<ports::OutboxOut> outbox;
    std::vector<ports::FollowUpOut> follow_ups;
    std::vector<ports::DeadLetterOut> dead_letters;
  };
  using NextPositions = std::map<core::PartitionId, ports::InputPositions>;
  using Answers = std::vector<std::pair<ports::ResultCallback, Result<std::string>>>;

  // With mutex_ held, but for Answer:
  Status CheckPartition(core::PartitionId partition) const;
  Partition& At(core::PartitionId partition) { return partitions_.at(static_cast<size_t>(partition.value)); }
  const Partition& At(core::PartitionId partition) const {
    return partitions_.at(static_cast<size_t>(partition.value));
  }
  Status CheckTransaction(const Stream& stream, const Transaction& transaction, const NextPositions& next) const;
  int64_t Keep(ports::DeadLetterOut letter);
  Answers Install(Transaction transaction, const NextPositions& next);
  /// Says anew which stream is to own which partition.
  void Share();
  void Forget(Stream& stream);
  static void Answer(Answers answers);

  const MemoryLogOptions options_;
  const ports::Clock& clock_;

  mutable std::mutex mutex_;  // guards what follows, and the streams' own state
  std::condition_variable changed_;
  std::vector<Partition> partitions_;
  std::vector<Stream*> streams_;  // open ones
  std::vector<ports::OutboxOut> outbox_;
  std::vector<ports::ResultOut> results_;
  std::vector<ports::DefinitionRecord> definitions_;
  std::map<core::PartitionId, std::string> checkpoints_;
  std::vector<ports::DeadLetterRecord> dead_letters_;
  std::optional<std::pair<Error, bool>> next_commit_fails_;
  std::optional<Error> next_open_fails_;
  bool holds_marks_ = false;
};

}  // namespace rasti::test
