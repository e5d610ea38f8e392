// One partition of the engine: decides its commands and timers on scratch, writes them to the log in one transaction,
// and installs the scratch once that is committed.
//
//   Handle / FireTimers  ->  staged events, results, outbox, follow-ups; cases changed on scratch
//   WriteTo(stream)      ->  appended to the open transaction
//   Install | Drop       ->  after the commit | after an abort
//
// Owned by one stream thread; not thread-safe.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/cloud_event.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/core/decide.h"
#include "engine/ports/clock.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/case_store.h"
#include "engine/runtime/configuration.h"
#include "engine/runtime/counters.h"
#include "engine/runtime/submitters.h"

namespace rasti::runtime {

class Partition {
 public:
  /// Nothing is owned but the store. All of it outlives the partition. `partitions`: how many the log has; 0: where a
  /// record lies is not looked at. `event_headers`: events get the headers of CloudEvents.
  Partition(core::PartitionId id, std::unique_ptr<CaseStore> cases, const Submitters& submitters,
            const ports::Clock& clock, bool event_headers = false, int partitions = 0);

  core::PartitionId id() const { return id_; }
  CaseStore& cases() { return *cases_; }
  /// The partition is of no use afterwards.
  std::unique_ptr<CaseStore> TakeCases() { return std::move(cases_); }
  const CaseStore& cases() const { return *cases_; }
  /// What it did since it was assigned.
  const PartitionCounters& counters() const { return counters_; }

  /// The configuration to decide with from now on; it outlives its use because it is shared.
  void Use(std::shared_ptr<const Configuration> configuration);
  /// What an open case needs and the configuration does not have, as after packages were published into another topic;
  /// empty where nothing is missing. Nothing more is taken or fired from then on, because nothing may be decided with
  /// another version; what was staged before stays good.
  const std::string& missing() const { return missing_; }
  /// Looks again; true when it is there by now.
  Result<bool> IsThereNow();
  /// Decides one record and stages what comes of it. Errors are those of the store: the process stops.
  Status Handle(const ports::InputRecord& record);
  /// Fires wall-time timers that are due before `before`, earliest first, and plans anew what has to be planned first;
  /// at most `most` of both together, and answers how many.
  /// REQUIRES: input taken in before `before` was handled.
  Result<size_t> FireTimers(Instant before, size_t most);
  /// Plans cases anew after a calendar came into force: looks at `most` cases a call; true when it has come to the end.
  /// REQUIRES: input taken in before `before` was handled; a checkpoint since the last change.
  Result<bool> Sweep(Instant before, size_t most);

  /// Where the inputs stand with everything that was handled.
  const ports::InputPositions& next_input() const { return next_input_; }
  void StartAt(const ports::InputPositions& input) { next_input_ = committed_input_ = input; }
  /// True when a transaction is needed.
  bool HasWork() const { return next_input_ != committed_input_ || !events_.empty(); }
  Status WriteTo(ports::LogStream& stream);
  void Install();
  void Drop();

 private:
  struct Scratch {
    CaseRef before;  // as installed
    CaseRef now;
  };
  struct StagedCommand {
    core::CaseId case_id;
    core::CommandId command;
    CommandOutcome outcome;
  };
  using Outcome = tl::expected<CommandOutcome, core::Rejection>;

  Result<CaseRef> Find(const core::CaseId& id);
  Result<std::optional<CommandOutcome>> FindCommand(const CaseRecord& record, const core::CommandId& command);
  Result<Outcome> Run(const core::Command& command, std::string signed_command, Instant taken_at);
  /// The decision's events stamped, encoded and staged; or the rejection that it is too large.
  tl::expected<CommandOutcome, core::Rejection> Stage(core::Decision decision, const CaseRef& before,
                                                      std::string signed_command);
  /// Fires the case's own timers due before `before`, whatever the budget. Answers the case as it is then.
  /// `recorded_at` is that of the decision they go before: recorded time never goes back within a partition.
  Result<CaseRef> FireOwnTimers(CaseRef record, Instant before, Instant recorded_at);
  Result<CaseRef> ReplanIfNeeded(CaseRef record, Instant occurred_at, Instant recorded_at);
  /// Fires the case's next timer. REQUIRES: it has one.
  Status FireOne(const CaseRef& record, Instant recorded_at);
  void Clear();
  /// Notes what the case needs, and why it is not to be had.
  void Miss(const core::CaseState& state, const core::Rejection& why);
  Status HandleFollowUp(const ports::InputRecord& record);
  void StageResult(const ports::InputRecord& record, const core::Command& command, const Outcome& outcome);
  /// Sets the record aside, and says so to whoever waits for its result.
  void StageDeadLetter(const ports::InputRecord& record, const Refusal& refusal);
  Instant RecordedAt();

  core::PartitionId id_;
  std::unique_ptr<CaseStore> cases_;
  const Submitters& submitters_;
  const ports::Clock& clock_;
  const bool event_headers_;
  const int partitions_;
  std::shared_ptr<const Configuration> configuration_;
  codec::EventEncoder encoder_;
  codec::CloudEventWriter cloud_events_;
  PartitionCounters counters_;
  PartitionCounters staged_counters_;
  std::string missing_;
  core::CaseId missing_to_;  // the case that needs it

  // The transaction in the making.
  PartitionPosition position_;  // with what is staged
  ports::InputPositions next_input_;
  ports::InputPositions committed_input_;
  absl::flat_hash_map<core::CaseId, Scratch> scratch_;
  absl::btree_set<std::pair<Instant, core::CaseId>> scratch_timers_;
  std::vector<StagedCommand> commands_;
  std::vector<ports::EventOut> events_;
  std::vector<ports::ResultOut> results_;
  std::vector<ports::OutboxOut> outbox_;
  std::vector<ports::FollowUpOut> follow_ups_;
  std::vector<ports::DeadLetterOut> dead_letters_;
  std::optional<core::CaseId> sweep_after_;
};

}  // namespace rasti::runtime
