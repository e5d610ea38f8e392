// A simulated node: a disk with its state stores, a clock that may be off, and a process that turns a stream loop. The
// process dies and starts again; disk and clock stay.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "engine/runtime/stream_loop.h"
#include "tests/simulation/definitions.h"
#include "tests/simulation/sim_store.h"
#include "tests/simulation/sim_stream.h"

namespace rasti::simulation {

class Node {
 public:
  using Interrupt = SimLog::Interrupt;

  /// All referred to outlives the node.
  Node(int id, SimLog& log, const SimTime& time, const runtime::Submitters& submitters, Interrupt interrupt);

  int id() const { return id_; }
  bool IsUp() const { return loop_ != nullptr; }
  /// In the middle of a turn: it stands still while others go on.
  bool IsTurning() const { return turning_; }
  SimClock& clock() { return clock_; }

  void Start();
  /// One turn, where it is time for one. Answers what went wrong that should not have.
  std::optional<Error> Turn();
  /// The process dies, between two turns.
  void Kill();
  /// In good order.
  void Stop();
  Result<bool> IsIdle() { return loop_->IsIdle(); }
  /// REQUIRES: it is down.
  void DeleteStores();

  /// The state store of a partition as it is on the disk, or nullptr.
  std::shared_ptr<test::MemoryViewStore> Disk(core::PartitionId partition) const;
  int deaths() const { return deaths_; }

 private:
  void Died();
  runtime::StreamHooks Hooks();

  const int id_;
  SimLog& log_;
  const SimTime& time_;
  const runtime::Submitters& submitters_;
  const Interrupt interrupt_;
  SimClock clock_;
  NodeLog node_log_;
  std::map<core::PartitionId, std::shared_ptr<test::MemoryViewStore>> disks_;
  std::unique_ptr<NodeConfiguration> configuration_;
  std::unique_ptr<runtime::StreamLoop> loop_;
  Instant next_turn_ = kEarliestInstant;
  bool turning_ = false;
  int deaths_ = 0;
};

}  // namespace rasti::simulation
