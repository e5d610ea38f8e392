// Drives the engine's partitions step by step in one thread, on the log in memory: what a stream thread does, with
// every step in the test's hands. Commits may be made to fail and the process to crash in between.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/runtime/partition.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/sample_definition.h"

namespace rasti::test {

class PartitionDriver final : private ports::AssignmentListener {
 public:
  explicit PartitionDriver(int partitions);
  ~PartitionDriver() override;

  ManualClock& clock() { return clock_; }
  MemoryEventLog& log() { return log_; }
  const SampleWorld& world() const { return world_; }
  int partition_count() const { return log_.partition_count(); }

  /// Hands a command in; its result is found under its index, once it is decided.
  size_t Submit(const core::Command& command);
  /// A record as anybody may write one.
  size_t SubmitRecord(std::string key, std::string value);
  /// The command signed as the driver's submitter does.
  static std::string Sign(const core::Command& command);
  /// What dead letters are sealed to.
  const privacy::PrivateKey& dead_letter_key() const { return dead_letter_key_; }
  /// The result of a submission, or nothing while it is not decided.
  const std::optional<codec::CommandResult>& result(size_t index) const { return results_[index]; }

  /// One transaction: reads input, decides it, fires what is due and commits. Answers whether there was anything to do.
  bool Round(size_t batch_most, size_t timers_most);
  /// Rounds until nothing is left to do.
  void Settle();
  /// The process dies and comes back: commands not decided are kept by the log, stores go back to their last flush.
  void Crash();
  void Checkpoint(bool durable);
  /// Begins a checkpoint where none is under way, and writes so many cases of it; flushes after an even number.
  void CheckpointPiece(size_t cases_most);
  /// From now on decisions are made with the second calendar, and cases may move to the second version.
  void UseSecondConfiguration();

  /// The version of the workflow that the case runs on.
  const core::Definition& DefinitionOf(const core::CaseState& state) const;

  /// How often a store was recovered that lay in the middle of a checkpoint.
  int recoveries_from_the_middle() const { return recoveries_from_the_middle_; }

  core::CaseState StateOf(const core::CaseId& id);
  runtime::Partition& partition(core::PartitionId id) { return *partitions_.at(id); }

 private:
  Status OnAssigned(const std::vector<core::PartitionId>& partitions) override;
  void OnRevoked(const std::vector<core::PartitionId>& partitions) override;
  void OnLost(const std::vector<core::PartitionId>& partitions) override;
  void Open();

  SampleWorld world_;
  ManualClock clock_;
  MemoryEventLog log_;
  const privacy::PrivateKey dead_letter_key_ = privacy::PrivateKey::Generate();
  runtime::Submitters submitters_;
  std::shared_ptr<const runtime::Configuration> configuration_;
  std::map<core::PartitionId, std::shared_ptr<MemoryViewStore>> stores_;
  std::map<core::PartitionId, std::unique_ptr<runtime::Partition>> partitions_;
  std::unique_ptr<ports::LogStream> stream_;
  std::vector<std::optional<codec::CommandResult>> results_;
  int recoveries_from_the_middle_ = 0;
};

}  // namespace rasti::test
