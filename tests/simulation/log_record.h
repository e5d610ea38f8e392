// What a simulated run knows of a log: everything that was written to it, by whom, and what became of it.
//
// Transactions end later than their records are written; who looks on sees those that are committed, up to the first
// that is still open.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/event_log.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/sim_time.h"

namespace rasti::simulation {

enum class TransactionState : uint8_t { kOpen, kCommitted, kAborted };

struct Transaction {
  int node = 0;
  Instant began;
  Instant decided_at;  // the node's clock when the input was read that it decides
  Instant ended;       // true time
  TransactionState state = TransactionState::kOpen;
  std::vector<ports::ResultOut> results;
  std::vector<ports::OutboxOut> outbox;
  std::vector<ports::DeadLetterOut> dead_letters;
  std::map<core::PartitionId, ports::InputPositions> next;  // once they were sent
  std::set<core::PartitionId> written;                      // partitions of events
  std::set<core::PartitionId> follow_ups;                   // partitions of follow-ups
};

struct EventRecord {
  size_t transaction = 0;
  ports::StoredEvent event;
};
struct CommandRecord {
  int64_t position = 0;
  Instant taken_at;
  /// What tells whether it came before a timer: `taken_at`, or the latest that a clock showed which went back since.
  Instant compared_at;
  Instant readable_at;
  std::string key;
  std::string value;
};
struct FollowUpRecord {
  size_t transaction = 0;
  CommandRecord record;
};
struct ResultRecord {
  size_t transaction = 0;
  ports::ResultOut result;
};

struct Topics {  // of one partition
  std::vector<CommandRecord> commands;
  std::vector<FollowUpRecord> follow_ups;
  ports::InputPositions end;
  std::vector<EventRecord> events;
  ports::InputPositions committed;
  Instant unreadable_until{};  // what comes in before
};

class LogRecord {
 public:
  /// Time and faults outlive the record.
  LogRecord(int partitions, const SimTime& time, Faults& faults)
      : topics_(static_cast<size_t>(partitions)), time_(time), faults_(faults) {}

  int partitions() const { return static_cast<int>(topics_.size()); }
  const SimTime& time() const { return time_; }
  Faults& faults() const { return faults_; }
  const Topics& topics(core::PartitionId partition) const { return topics_.at(static_cast<size_t>(partition.value)); }
  const Transaction& transaction(size_t index) const { return transactions_.at(index); }
  bool IsCommitted(size_t transaction) const {
    return transactions_.at(transaction).state == TransactionState::kCommitted;
  }
  const std::vector<ResultRecord>& results() const { return results_; }    // committed ones, in order
  const std::vector<ports::OutboxOut>& outbox() const { return outbox_; }  // the same
  const std::vector<ports::DefinitionRecord>& definitions() const { return definitions_; }
  const std::vector<ports::DeadLetterRecord>& dead_letters() const { return dead_letters_; }
  const std::vector<std::string>& violations() const { return violations_; }  // of the port's contract
  void Violation(std::string what) { violations_.push_back(std::move(what)); }
  /// True when committed positions cover all input, and nothing is open.
  bool IsAllDecided() const;
  /// Committed events from `from` on, up to the first that is open.
  std::vector<ports::StoredEvent> Stable(core::PartitionId partition, core::Sequence from, size_t most) const;

 protected:
  Topics& At(core::PartitionId partition) { return topics_.at(static_cast<size_t>(partition.value)); }
  bool IsOpen(size_t transaction) const { return transactions_.at(transaction).state == TransactionState::kOpen; }

  std::vector<Topics> topics_;
  std::vector<Transaction> transactions_;
  std::vector<ResultRecord> results_;
  std::vector<ports::OutboxOut> outbox_;
  std::vector<ports::DefinitionRecord> definitions_;
  std::vector<ports::DeadLetterRecord> dead_letters_;

 private:
  const SimTime& time_;
  Faults& faults_;
  std::vector<std::string> violations_;
};

}  // namespace rasti::simulation
