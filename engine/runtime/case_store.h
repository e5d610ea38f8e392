// The cases of one partition: hot ones in memory, the rest in a ViewStore; with the answers to their commands and an
// index of their timers. Everything in it is a fold of the partition's events and can be rebuilt from them.
//
// Changes stay in memory until a checkpoint writes them together with the sequence that they reflect, so that a case
// that changes often is written once. A checkpoint may be written piece by piece while cases go on changing: until its
// last piece the store holds some cases from ahead of its position, which a replay recognises by their revision.
// Owned by one stream thread; not thread-safe.
#pragma once

#include <absl/container/btree_set.h>
#include <absl/container/flat_hash_map.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/core/case_state.h"
#include "engine/core/event.h"
#include "engine/core/ids.h"
#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"
#include "engine/runtime/command_filter.h"

namespace rasti::runtime {

/// A case, the hash of its last event, and what tells most new commands from those that it accepted.
struct CaseRecord {
  core::CaseState state;
  Hash256 head{};
  CommandFilter commands{};
};
using CaseRef = std::shared_ptr<const CaseRecord>;

/// True for a command of a person, a system or another case: one whose repeat must find the first answer.
bool IsRemembered(const core::CommandId& command);

/// What an accepted command made: the answer to a repeat of it.
struct CommandOutcome {
  core::Revision first_revision;
  core::Revision last_revision;
  core::Sequence last_sequence;
  bool operator==(const CommandOutcome&) const = default;
};

/// Where a partition stands.
struct PartitionPosition {
  core::Sequence next_sequence;  // of the next event
  Instant last_recorded_at{};    // of the last event
  ports::InputPositions input;   // the `rasti-input` of the last event
  bool operator==(const PartitionPosition&) const = default;
};

class CaseStore {
 public:
  /// The tables that the store must have been opened with, in this order.
  static std::vector<std::string> Tables();

  /// Reads position and timers. A store of another format is refused: kUnsupportedVersion (delete it, it is rebuilt).
  /// `cached_cases_most` bounds the clean cases in memory.
  static Result<std::unique_ptr<CaseStore>> Open(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most);

  struct StoredPosition {
    PartitionPosition position;
    core::Sequence reaches;  // some cases may be as they were up to here: a checkpoint was under way
  };
  /// Where a store stands, of one that has the format of Open's, without reading the rest of it.
  static Result<StoredPosition> PositionIn(const ports::ViewReader& store);

  /// The case, or nullptr. Errors: kCorruption, kIo.
  Result<CaseRef> Find(const core::CaseId& id);
  /// The outcome of a command that this case accepted before; `record` is what Find gave.
  Result<std::optional<CommandOutcome>> FindCommand(const CaseRecord& record, const core::CommandId& command);

  /// Takes over a committed change of a case; `before` is what Find gave, nullptr for a new one.
  void Install(const CaseRef& before, CaseRef after);
  /// REQUIRES: the case was installed with what the command made of it.
  void InstallCommand(const core::CaseId& id, const core::CommandId& command, const CommandOutcome& outcome);
  /// Recovery: the case after an event that the log holds. Verifies that it is the partition's next sequence and the
  /// case's next revision, and that it carries the hash of the case's event before. Errors: kCorruption, naming them.
  Status Replay(const core::Event& event, const Hash256& hash, const ports::InputPositions& input);
  void SetPosition(const PartitionPosition& position) { position_ = position; }
  const PartitionPosition& position() const { return position_; }
  /// Up to which epoch of calendars (Configuration::CalendarEpochAt) all cases were planned anew; -1: nobody looked
  /// yet. Kept with the next checkpoint.
  int64_t swept_epoch() const { return swept_epoch_; }
  void SetSweptEpoch(int64_t epoch) { swept_epoch_ = epoch; }

  /// Bounds the clean cases in memory anew.
  void SetCachedCases(size_t most);

  /// The earliest wall-time timer, or nothing.
  std::optional<std::pair<Instant, core::CaseId>> EarliestTimer() const;
  /// All wall-time timers, earliest first. Valid until the next Install.
  const absl::btree_set<std::pair<Instant, core::CaseId>>& timers() const { return timers_; }
  /// Cases that changed since the last checkpoint began.
  size_t dirty_count() const { return dirty_.size(); }
  /// What the next checkpoint has to write, in cases: commands count for a part of one.
  size_t Backlog() const;

  /// Begins a checkpoint of everything that changed so far. REQUIRES: none is under way.
  void BeginCheckpoint();
  bool IsCheckpointing() const { return frozen_.has_value(); }
  /// Writes at most so many of its cases (at least one), or as many commands as cost the same; it has ended when
  /// IsCheckpointing() says so.
  Status ContinueCheckpoint(size_t cases_most);
  /// Writes everything that changed, with the position; with `durable` also to disk. Ends one that is under way.
  Status Checkpoint(bool durable);
  /// As opened, the store lies in the middle of a checkpoint: some of its cases are ahead of the position.
  bool IsAhead() const { return ahead_ > position_.next_sequence; }
  /// True where a checkpoint now would leave a command's events on both sides of it, of which the later ones could no
  /// longer tell where its answer begins: while replaying, after an event whose command may go on with `next`.
  bool WouldSplit(const core::Event& next) const;
  /// Calls for every case, in order of id, from `after` on (exclusive), at most `most`; answers the last id seen, or
  /// nothing at the end. REQUIRES: a checkpoint since the last change that the caller wants to see.
  Result<std::optional<core::CaseId>> ForEach(std::optional<core::CaseId> after, size_t most,
                                              const std::function<Status(const CaseRecord&)>& visit);
  ports::ViewStore& store() { return *store_; }

 private:
  struct CommandKey {
    core::CaseId case_id;
    core::CommandId command;
    auto operator<=>(const CommandKey&) const = default;
    template <class H>
    friend H AbslHashValue(H h, const CommandKey& key) {
      return H::combine(std::move(h), key.case_id, key.command);
    }
  };
  using Cache = absl::flat_hash_map<core::CaseId, std::shared_ptr<CaseRecord>>;

  using Commands = absl::flat_hash_map<CommandKey, CommandOutcome>;
  // Each changed case's timer as it stands in the store: what a checkpoint has to delete.
  using StoredTimers = absl::flat_hash_map<core::CaseId, std::optional<Instant>>;
  // What a checkpoint that is under way writes. In order of keys: a memtable takes a row near the one before it in half
  // the time that it needs for one anywhere.
  struct Frozen {
    Frozen(Cache changed, Commands accepted, StoredTimers timers, const PartitionPosition& at, int64_t epoch);
    bool done() const { return next_case == case_order.size() && next_command == command_order.size(); }

    // Whole until the last piece, for those who look something up meanwhile.
    const Cache cases;
    const Commands commands;
    const StoredTimers stored_timers;
    const PartitionPosition position;
    const int64_t swept_epoch;
    std::vector<std::pair<core::CaseId, const std::shared_ptr<CaseRecord>*>> case_order;
    std::vector<const Commands::value_type*> command_order;
    size_t next_case = 0;
    size_t next_command = 0;
  };
  // A row of the index of timers, to be written or deleted.
  struct TimerRow {
    Instant due;
    core::CaseId id;
    bool is_there = false;
    auto operator<=>(const TimerRow&) const = default;
  };

  CaseStore(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most);
  Status Load();
  void PutCase(ports::WriteBatch& batch, const CaseRecord& record, std::vector<TimerRow>& timers) const;
  void PutCommands(ports::WriteBatch& batch, size_t most);
  void PutEnd(ports::WriteBatch& batch) const;
  Result<std::shared_ptr<CaseRecord>> FindRecord(const core::CaseId& id);
  Status ReplayNew(const core::Event& event, const Hash256& hash, const std::shared_ptr<CaseRecord>& record,
                   bool is_new);
  void Remember(std::shared_ptr<CaseRecord> record);
  void MoveTimer(const core::CaseId& id, std::optional<Instant> from, std::optional<Instant> to);

  std::unique_ptr<ports::ViewStore> store_;
  size_t generation_most_;
  Cache dirty_;  // changed since the last checkpoint began
  Cache young_;  // clean: two generations approximate least-recently-used with one look-up
  Cache old_;
  Commands new_commands_;
  std::optional<CommandKey> last_replayed_;
  absl::btree_set<std::pair<Instant, core::CaseId>> timers_;
  StoredTimers stored_timers_;
  std::optional<Frozen> frozen_;
  PartitionPosition position_;
  core::Sequence ahead_;  // up to which sequence stored cases may be ahead of the stored position
  int64_t swept_epoch_ = -1;
};

}  // namespace rasti::runtime
