// A Kafka cluster in a few hundred lines, in one thread and under simulated time: topics whose records belong to
// transactions, read_committed up to the first open one; a consumer group, eager or cooperative, that puts out members
// that are silent; producers that are fenced by their epoch; transactions that end by themselves when they take too
// long.
//
// What a stream of it answers is what engine/log/kafka answers; see sim_stream.h. Positions have gaps, where
// transactions end and where they were aborted.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/ports/event_log.h"
#include "tests/simulation/faults.h"
#include "tests/simulation/sim_time.h"

namespace rasti::simulation {

struct SimLogOptions {
  int partitions = 3;
  bool eager = false;  // every rebalance takes everything from everybody first
  Duration session_timeout{10'000};
  Duration transaction_timeout{10'000};
  Mutation mutation = Mutation::kNone;
};

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

/// A member of the consumer group, as the brokers know it: it outlives its process until they notice.
struct Member {
  int node = 0;
  std::set<core::PartitionId> target;  // what it is to own
  bool rejoining = false;              // eager: it is to give everything up first
  bool put_out = false;
};

class SimLog {
 public:
  using Interrupt = std::function<void(int node, std::string_view call)>;
  using Told = std::function<void(const ports::ResultOut& result)>;

  /// All referred to outlives the log. `interrupt` is called at each call of a node: it may let others go on, or throw
  /// ProcessDied. `told` is called for each result that is committed.
  SimLog(SimLogOptions options, const SimTime& time, Faults& faults, Interrupt interrupt, Told told);

  // ---- what happens to the cluster ----
  /// Hands a command in. Errors: kUnavailable.
  Status Submit(std::string key, std::string value);
  /// The members' time-outs and the transactions'.
  void Tick();
  void Rebalance();
  /// A process that stands still or died since then; nothing when it runs again.
  void SetSilent(int node, std::optional<Instant> since);
  void GoAway(Instant until) { away_until_ = until; }
  bool IsAway() const { return time_.now() < away_until_; }

  // ---- for who looks on ----
  const SimLogOptions& options() const { return options_; }
  const Topics& topics(core::PartitionId partition) const { return topics_.at(static_cast<size_t>(partition.value)); }
  const Transaction& transaction(size_t index) const { return transactions_.at(index); }
  bool IsCommitted(size_t transaction) const {
    return transactions_.at(transaction).state == TransactionState::kCommitted;
  }
  const std::vector<ResultRecord>& results() const { return results_; }    // committed ones, in order
  const std::vector<ports::OutboxOut>& outbox() const { return outbox_; }  // the same
  const std::vector<ports::DeadLetterRecord>& dead_letters() const { return dead_letters_; }
  const std::vector<std::string>& violations() const { return violations_; }  // of the port's contract
  /// True when committed positions cover all input, and nothing is open.
  bool IsAllDecided() const;
  /// True when every partition has an owner, and nobody is to give one up.
  bool IsSharedOut() const;
  /// How many members were put out while they believed to own partitions.
  int zombies() const { return zombies_; }

  // ---- for streams and readers ----
  /// At the beginning of each call of a node: others may go on, the process may die. Errors: kUnavailable.
  Status Arrive(int node, std::string_view call);
  Faults& faults() { return faults_; }
  const SimTime& time() const { return time_; }
  void Violation(std::string what) { violations_.push_back(std::move(what)); }
  /// Committed events from `from` on, up to the first that is open.
  std::vector<ports::StoredEvent> Stable(core::PartitionId partition, core::Sequence from, size_t most) const;
  core::Sequence EndSequence(core::PartitionId partition);
  int64_t Publish(std::string key, std::string value);
  const std::vector<ports::DefinitionRecord>& definitions() const { return definitions_; }

  /// The end of both inputs that can be read by now.
  ports::InputPositions ReadableEnd(core::PartitionId partition) const;
  /// The node's producer begins anew: what it had left open is undone. Answers its epoch.
  int InitProducer(int node);
  bool IsFenced(int node, int epoch) const { return epochs_.at(node) != epoch; }
  /// A member comes back under the name of its node at once, and keeps what was meant for it.
  std::shared_ptr<Member> Join(int node);
  void Leave(const std::shared_ptr<Member>& member);
  const Member* owner(core::PartitionId partition) const {
    return owners_.at(static_cast<size_t>(partition.value)).get();
  }
  void Take(core::PartitionId partition, std::shared_ptr<Member> member);
  void GiveUp(core::PartitionId partition, const Member& member);
  /// True when nobody is still to give something up, and nothing is open that an earlier owner began.
  bool MayTake(core::PartitionId partition) const;

  int64_t Keep(ports::DeadLetterOut letter);
  size_t Begin(int node, Instant decided_at);
  Transaction& open_transaction(size_t index) { return transactions_.at(index); }
  void Append(size_t transaction, ports::EventOut event);
  void Append(size_t transaction, ports::FollowUpOut follow_up);
  void End(size_t transaction, bool commit);
  bool Mutates(Mutation mutation, int percent) {
    return options_.mutation == mutation && faults_.on() && faults_.random().Percent(static_cast<uint64_t>(percent));
  }

 private:
  Topics& At(core::PartitionId partition) { return topics_.at(static_cast<size_t>(partition.value)); }
  /// Takes away what the member owns; it is told when it asks.
  void PutOut(const std::shared_ptr<Member>& member);
  void Free(const Member& member);
  void AbortOpen(int node);
  bool IsOpen(size_t transaction) const { return transactions_.at(transaction).state == TransactionState::kOpen; }
  void Install(Transaction& transaction, size_t index);
  /// When what comes in now can be read.
  Instant ReadableAt(Topics& topics);
  void LeaveEventsBehind(size_t transaction);
  void RepeatEvents(size_t transaction);

  const SimLogOptions options_;
  const SimTime& time_;
  Faults& faults_;
  const Interrupt interrupt_;
  const Told told_;
  std::vector<Topics> topics_;
  std::vector<std::shared_ptr<Member>> owners_;   // by partition
  std::vector<std::shared_ptr<Member>> members_;  // of the group
  std::vector<Transaction> transactions_;
  std::map<int, int> epochs_;      // of the producers, by node
  std::map<int, Instant> silent_;  // nodes
  std::vector<ResultRecord> results_;
  std::vector<ports::OutboxOut> outbox_;
  std::vector<ports::DeadLetterRecord> dead_letters_;
  std::vector<ports::DefinitionRecord> definitions_;
  std::vector<std::string> violations_;
  Instant away_until_ = kEarliestInstant;
  int zombies_ = 0;
};

}  // namespace rasti::simulation
