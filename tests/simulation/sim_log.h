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

#include "tests/simulation/log_record.h"

namespace rasti::simulation {

struct SimLogOptions {
  int partitions = 3;
  bool eager = false;  // every rebalance takes everything from everybody first
  Duration session_timeout{10'000};
  Duration transaction_timeout{10'000};
  Mutation mutation = Mutation::kNone;
};

/// A member of the consumer group, as the brokers know it: it outlives its process until they notice.
struct Member {
  int node = 0;
  std::set<core::PartitionId> target;  // what it is to own
  bool rejoining = false;              // eager: it is to give everything up first
  bool put_out = false;
};

class SimLog final : public LogRecord {
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
  bool IsAway() const { return time().now() < away_until_; }

  // ---- for who looks on ----
  const SimLogOptions& options() const { return options_; }
  /// True when every partition has an owner, and nobody is to give one up.
  bool IsSharedOut() const;
  /// How many members were put out while they believed to own partitions.
  int zombies() const { return zombies_; }

  // ---- for streams and readers ----
  /// At the beginning of each call of a node: others may go on, the process may die. Errors: kUnavailable.
  Status Arrive(int node, std::string_view call);
  core::Sequence EndSequence(core::PartitionId partition);
  int64_t Publish(std::string key, std::string value);

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
    return options_.mutation == mutation && faults().on() && faults().random().Percent(static_cast<uint64_t>(percent));
  }

 private:
  /// Takes away what the member owns; it is told when it asks.
  void PutOut(const std::shared_ptr<Member>& member);
  void Free(const Member& member);
  void AbortOpen(int node);
  void Install(Transaction& transaction, size_t index);
  /// When what comes in now can be read.
  Instant ReadableAt(Topics& topics);
  void LeaveEventsBehind(size_t transaction);
  void RepeatEvents(size_t transaction);

  const SimLogOptions options_;
  const Interrupt interrupt_;
  const Told told_;
  std::vector<std::shared_ptr<Member>> owners_;   // by partition
  std::vector<std::shared_ptr<Member>> members_;  // of the group
  std::map<int, int> epochs_;                     // of the producers, by node
  std::map<int, Instant> silent_;                 // nodes
  Instant away_until_ = kEarliestInstant;
  int zombies_ = 0;
};

}  // namespace rasti::simulation
