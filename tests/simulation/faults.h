// What may go wrong in a simulated run, how often, and what did.
#pragma once

#include <array>
#include <deque>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/time.h"
#include "tests/simulation/random.h"
#include "tests/simulation/sim_time.h"

namespace rasti::simulation {

enum class Fault : uint8_t {
  kCrash,         // a process dies, also in the middle of a call
  kPause,         // a process stands still in the middle of a call while the others go on, as with SIGSTOP
  kAbort,         // a commit is refused
  kUnknown,       // a commit's outcome is not told
  kAway,          // the log is away for a while
  kUnreadable,    // what the log took in and dated cannot be read for seconds
  kRebalance,     // the partitions are shared out anew
  kClockJump,     // by less than a minute, forward or back
  kClockLeap,     // by more: the node is to stop
  kStoreDeleted,  // of a node that is down
  kSlow,          // a node that gets little done
  kMissedAnswer,  // a client that does not hear its answer and asks again
  kDuplicate,     // a client that hands in again what was answered
  kPublished,     // another version of calendar and workflow
  kDiskFull,      // for a while
  kCount,
};

/// A broken log or store, to see that the checks notice. Nothing of it is a fault that Kafka or a disk may have.
enum class Mutation : uint8_t {
  kNone,
  kCommitTwice,      // the events of a transaction are there twice
  kPositionsLost,    // a commit forgets the positions
  kNoFencing,        // one that was put out may commit all the same
  kCommitTorn,       // a transaction that is aborted leaves its events behind
  kCommitLost,       // a commit that was confirmed wrote nothing
  kEndTooEarly,      // whoever takes over is not shown the events of the last transaction
  kInputLost,        // a record is never delivered
  kInputReordered,   // records of one partition change places
  kBarrierTooEarly,  // a mark stands behind what was already read
  kMarkReadable,     // a mark stands before what cannot be read yet
  kFollowUpTwice,    // a follow-up is written twice
  kStoreTorn,        // a crash keeps some tables of a store and takes others back to the last flush
};

/// Thrown through the engine where its process dies; nothing of the process is used afterwards.
struct ProcessDied {
  int node = 0;
};

/// Decides where faults strike and remembers where they did. One per run; one thread.
class Faults {
 public:
  Faults(Random& random, const SimTime& time) : random_(random), time_(time) {
    // Each run has some kinds of faults and not others, so that rare ones are not drowned by frequent ones.
    for (auto& rate : rates_) rate = random_.Percent(55) ? static_cast<int>(1 + random_.Below(4)) : 0;
  }

  Random& random() { return random_; }
  void Stop() { on_ = false; }
  bool on() const { return on_; }
  bool Has(Fault fault) const { return Rate(fault) > 0; }
  /// True where the fault strikes now: with a chance of 1 to 4 times `permille`, in the runs that have it.
  bool Strikes(Fault fault, int permille) {
    return on_ && random_.Permille(static_cast<uint64_t>(permille) * static_cast<uint64_t>(Rate(fault)));
  }

  void Note(std::string what) {
    trace_.push_back(FormatInstant(time_.now()) + "  " + std::move(what));
    if (trace_.size() > kTraceMost) trace_.pop_front();
    ++noted_;
  }
  const std::deque<std::string>& trace() const { return trace_; }
  size_t noted() const { return noted_; }

 private:
  static constexpr size_t kTraceMost = 40;
  int Rate(Fault fault) const { return rates_.at(static_cast<size_t>(fault)); }

  Random& random_;
  const SimTime& time_;
  std::array<int, static_cast<size_t>(Fault::kCount)> rates_{};
  bool on_ = true;
  std::deque<std::string> trace_;
  size_t noted_ = 0;
};

}  // namespace rasti::simulation
