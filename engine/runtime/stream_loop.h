// The loop of a stream thread: owns partitions, and does everything that changes their cases, one transaction after
// another.
//
//   loop: read input -> decide commands -> fire due timers, within a budget -> one transaction -> install
//
// Timers of a partition fire only once its input was read up to a mark that the log dated after they fell due, so that
// an outage never turns a timely command late. A follow-up waits in the same way for the commands that are older than
// it: deciding it first would date them after it. A node whose clock jumps by more than a minute stops deciding; one
// that has not seen the end of the definitions for 4 s pauses.
//
// Where the log is unavailable for a while, or gave the partitions to somebody else, the stream is opened again, with
// back-off and without end; one that is put out three times within a minute ends: another node has its name.
//
// The loop has no thread and waits nowhere but in Poll, so that a test can turn it step by step; StreamThread turns it
// in a thread of its own. Threading: one thread, where nothing else is said.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/ports/clock.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/configuration_source.h"
#include "engine/runtime/partition.h"
#include "engine/runtime/timer_budget.h"

namespace rasti::runtime {

struct StreamOptions {
  size_t batch_most = 1024;                 // records of input in one transaction
  Duration timers_time{10};                 // how long a transaction full of timers should take
  size_t cached_cases_most = 100'000;       // clean cases in memory, over all partitions of the thread
  size_t checkpoint_cases = 10'000;         // what changed of a partition after which its store is written,
  size_t checkpoint_piece = 250;            // so many of them with a transaction
  size_t replay_checkpoint_cases = 20'000;  // the same while a store catches up and nobody waits for it
  size_t catch_up_at_once = 20'000;         // events that a store may lack and be caught up before anything else;
  size_t catch_up_piece = 4'096;            // beyond them, so many are replayed between two polls
  Duration checkpoint_every{10'000};        // and at the latest after this time
  Duration flush_every{60'000};             // how often a checkpoint also goes to disk
  Duration idle_wait{200};                  // how long to wait for input when nothing is due
  Duration clock_jump_most{60'000};
  Duration reopen_first{100};   // the wait before a stream that failed is opened again; doubled each time,
  Duration reopen_most{5'000};  // up to this
};

/// What the loop's owner provides.
struct StreamHooks {
  /// Opens (or makes) the state store of a partition.
  std::function<Result<std::unique_ptr<ports::ViewStore>>(core::PartitionId)> open_store;
  /// A store that a standby kept, open, or nullptr; and back when the partition is given up, once for each time that it
  /// was asked for. Either may be absent.
  std::function<std::unique_ptr<CaseStore>(core::PartitionId)> take_cases;
  std::function<void(core::PartitionId, std::unique_ptr<CaseStore>)> give_cases;
  /// Deletes the state store of a partition that cannot be used any more: it is rebuilt from the log.
  std::function<Status(core::PartitionId)> drop_store;
  /// Told after each commit: the partition's next sequence.
  std::function<void(core::PartitionId, core::Sequence)> on_commit;
  /// Told while a store catches up with the log: (partition, next sequence, end).
  std::function<void(core::PartitionId, core::Sequence, core::Sequence)> on_recovery;
  /// Told that a partition is this loop's, before its store is opened; that it decides: how many events its store had
  /// lacked, and how long opening and catching up took; and that it is gone, given up in good order or lost.
  std::function<void(core::PartitionId)> on_assigned;
  std::function<void(core::PartitionId, int64_t events, Duration took)> on_recovered;
  std::function<void(core::PartitionId, bool lost)> on_released;
  /// Told that a partition stands still, because a case needs a version that was never published here, and that it goes
  /// on; the others go on meanwhile.
  std::function<void(core::PartitionId, const std::string& why)> on_halted;
  std::function<void(core::PartitionId)> on_resumed;
  /// Told how a transaction ended.
  std::function<void(bool committed)> on_transaction;
  /// Told that the stream failed and is opened again after so long.
  std::function<void(const Error&, Duration)> on_trouble;
};

/// True for what a log's being away, or another owner's taking over, explains.
bool PassesByItself(const Error& error);

class StreamLoop final : private ports::AssignmentListener {
 public:
  /// Everything referred to outlives the loop.
  StreamLoop(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
             const ports::Clock& clock, StreamOptions options, StreamHooks hooks);
  StreamLoop(const StreamLoop&) = delete;
  StreamLoop& operator=(const StreamLoop&) = delete;

  Status OpenStream();
  /// One turn: opens the stream where it failed before, waits for input, decides it, fires what is due and commits.
  /// Answers how long to wait before the next turn: not at all, or after a failure that passes by itself.
  /// Errors: what the loop dies of; Close is to follow.
  Result<Duration> Step();
  /// Gives the partitions back in good order and closes the stream, where one is open.
  Status Close();
  /// Ends a Step that waits for input. Thread-safe.
  void Wake();

  /// True when every owned partition that does not stand still has decided all its input and fired every timer that is
  /// due.
  Result<bool> IsIdle();
  /// What was done since the start, by partitions that are gone too.
  PartitionCounters counters() const;
  size_t timer_count() const;

 private:
  // What must have been read before timers may fire.
  struct Barrier {
    Instant asked_at;
    ports::InputMark mark;
    std::optional<Instant> passed;  // remembered: the stream may forget its mark
  };
  struct Owned {
    std::unique_ptr<Partition> partition;
    std::optional<Barrier> barrier;
    std::vector<ports::InputRecord> held_back;  // follow-ups, polled and not decided
    Instant commands_to = Instant::min();       // what was dated before it is decided
    Instant barrier_from = Instant::min();      // by this node's clock; where the log's is behind it
    std::optional<int64_t> sweeping_to;         // the epoch of calendars that all cases are being planned for
    std::optional<Barrier> sweep_barrier;
    bool swept = false;                                   // to the end, with the transaction that is under way
    std::chrono::steady_clock::time_point checkpoint_at;  // when the store is to be written next
    std::chrono::steady_clock::time_point flush_at;       // and also to disk
    core::Sequence flushed;                               // the next sequence when it last was
    core::Sequence flushed_next;                          // the same, when the one that is pending began
    bool flush_pending = false;                           // once the checkpoint that is under way has ended
  };

  // Owned, and its store lacks events yet: it is paused, and takes no part in the turns.
  struct CatchingUp {
    Owned owned;
    std::unique_ptr<ports::EventReader> reader;
    core::Sequence begun;
    core::Sequence end;
    std::chrono::steady_clock::time_point assigned_at;
  };

  Status OnAssigned(const std::vector<core::PartitionId>& partitions) override;
  void OnRevoked(const std::vector<core::PartitionId>& partitions) override;
  void OnLost(const std::vector<core::PartitionId>& partitions) override;

  Status Round();
  /// After an error of the log that passes by itself: closes the stream, and answers how long to wait before it is
  /// opened again. Errors: those that do not.
  Result<Duration> Recover(const Error& error);
  /// False where the configuration may have changed without this node's knowing: nothing is decided then.
  Result<bool> RefreshConfiguration();
  /// That a standby kept, or from disk. Once for each time that the partition is given back.
  Result<std::unique_ptr<CaseStore>> OpenCases(core::PartitionId id, size_t cached_cases);
  Result<std::unique_ptr<CaseStore>> OpenStoreOf(core::PartitionId id, size_t cached_cases);
  Status TakeOver(core::PartitionId id);
  Result<CatchingUp> Admit(core::PartitionId id);
  /// Replays so many events, or to the end.
  Status CatchUp(CatchingUp& partition, size_t events_most);
  /// A piece of one store that lacks events: the group sees this member poll, and other partitions are decided.
  Status CatchUpSome();
  /// Its store lacks nothing: it takes part.
  Status Begin(core::PartitionId id, CatchingUp partition);
  /// Takes partitions that miss a version out of turn, and those that have it by now back in.
  Status HaltWhatMisses();
  Status ResumeHalted();
  /// The owned partition, whether or not it stands still; or nullptr.
  Owned* FindOwned(core::PartitionId id);
  /// Forgets a partition, which need not be owned any more.
  void Release(core::PartitionId id, bool lost);
  /// Decides a command; holds a follow-up back where an older command may be still to come.
  Status Handle(Owned& owned, const ports::InputRecord& record);
  /// Decides what was held back and is not younger than the commands that are decided, as far as it goes into the
  /// turn's transaction.
  Status HandleHeldBack(Owned& owned);
  void ForgetTurn(Owned& owned);
  /// Fires what is due, over all partitions within the budget; answers how many.
  Result<size_t> FireDueTimers();
  /// An instant, where the partition has timers due and all its input from before that instant is decided.
  Result<std::optional<Instant>> MayFireTimers(Owned& owned);
  Status SweepIfNeeded(Owned& owned);
  bool IsSweepDue(const Owned& owned) const;
  /// Sets the barrier where there is none yet; once the partition's input was read up to it, the instant before which
  /// there is no more to come.
  Result<std::optional<Instant>> PassedBarrier(const Partition& partition, std::optional<Barrier>& barrier);
  void UseCurrentConfiguration();
  /// True where a transaction was committed; false where there was nothing to, or it is decided again.
  /// All the time since it was called last was spent on this.
  void Spent(int64_t StreamTimes::*on) {
    const auto now = clock_.Steady();
    times_.*on += std::chrono::duration_cast<std::chrono::microseconds>(now - times_up_to_).count();
    times_up_to_ = now;
  }
  Result<bool> Commit();
  /// What was decided is not to be: it is decided afresh.
  Status DropAndRewind(const std::map<core::PartitionId, ports::InputPositions>& decided);
  Status CheckpointIfDue();
  Status ContinueCheckpoint(Owned& owned);
  Status CheckClock();
  Duration NextWait() const;

  ports::EventLog& log_;
  ConfigurationSource& configuration_;
  const Submitters& submitters_;
  const ports::Clock& clock_;
  const StreamOptions options_;
  const StreamHooks hooks_;

  mutable std::mutex mutex_;
  std::shared_ptr<ports::LogStream> stream_;  // null while it is to be opened again; set under mutex_, for Wake
  std::map<core::PartitionId, Owned> owned_;
  std::map<core::PartitionId, Owned> halted_;  // owned too, but out of turn
  std::map<core::PartitionId, CatchingUp> catching_up_;
  codec::EventDecoder decoder_;
  PartitionCounters released_;  // of partitions that are gone
  StreamTimes times_;
  std::chrono::steady_clock::time_point times_up_to_ = clock_.Steady();  // what was before is in them
  std::shared_ptr<const Configuration> in_use_;
  bool may_decide_ = false;    // in the last turn
  bool work_pending_ = false;  // timers, follow-ups or a sweep that the last turn left
  size_t held_back_left_ = 0;  // follow-ups that the turn may still decide
  std::optional<std::chrono::steady_clock::time_point> told_of_definitions_at_;
  TimerBudget timer_budget_;
  std::pair<Instant, std::chrono::steady_clock::time_point> last_clock_;
  Duration reopen_wait_{0};
  std::vector<std::chrono::steady_clock::time_point> fenced_at_;
};

}  // namespace rasti::runtime
