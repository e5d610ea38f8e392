// A warm standby: keeps the state stores of partitions that this node does not own up to date with the log, so that
// taking one over means to replay what was written a moment ago.
//
//   its thread:     reads committed events, replays them into the stores, writes checkpoints; rests in between
//   a stream loop:  Take on assignment: the store, open, with its timers and caches -> decides -> Give on release
//
// A store that it cannot keep (damaged, ahead of the log) is reported and left alone: whoever takes the partition over
// meets the same and says what is to be done.
//
// Ownership: log and hooks' owner outlive it. Threading: thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "engine/codec/event_codec.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/case_store.h"

namespace rasti::runtime {

struct StandbyOptions {
  size_t batch_most = 1024;           // events replayed at once: a new owner waits for no more than these
  size_t cached_cases_most = 0;       // clean cases in memory, over all partitions
  size_t checkpoint_cases = 5'000;    // what changed of a partition after which its store is written,
  Duration checkpoint_every{10'000};  // and at the latest after this time
  Duration flush_every{60'000};       // how often a checkpoint also goes to disk
  Duration idle_wait{20};             // how long it rests when nothing is there
  Duration retry_wait{1'000};         // before a store or a log that was not to be had is tried again
  double core_share_most = 0.5;       // of a core's time, on the average
};

struct StandbyHooks {
  /// As StreamHooks has them.
  std::function<Result<std::unique_ptr<ports::ViewStore>>(core::PartitionId)> open_store;
  std::function<Status(core::PartitionId)> drop_store;
  /// Told that a partition's store is not kept up to date, and why.
  std::function<void(core::PartitionId, const Error&)> on_trouble;
};

class Standby {
 public:
  Standby(ports::EventLog& log, StandbyOptions options, StandbyHooks hooks);
  /// Stops.
  ~Standby();
  Standby(const Standby&) = delete;
  Standby& operator=(const Standby&) = delete;

  void Start();
  /// Writes the stores and closes them; while the log is away as they are, after one question to it.
  void Stop();

  /// The partition has an owner on this node from now on. Answers its store, or nullptr where none is open.
  std::unique_ptr<CaseStore> Take(core::PartitionId partition);
  /// That owner has it no more; one that learns late that it lost it may say so after the next has taken it. `cases`:
  /// its store, open, or nullptr where it was closed.
  void Give(core::PartitionId partition, std::unique_ptr<CaseStore> cases);

  /// The next sequence of each store that it keeps.
  std::map<core::PartitionId, core::Sequence> positions() const;

 private:
  using Steady = std::chrono::steady_clock::time_point;
  struct Slot {
    core::PartitionId id;
    std::mutex mutex;       // guards what follows
    int owners = 0;         // that have it, or do not know yet that they lost it
    bool given_up = false;  // until the next owner
    Steady try_at{};        // not before
    std::unique_ptr<CaseStore> cases;
    std::unique_ptr<ports::EventReader> reader;
    Steady checkpoint_at{};
    Steady flush_at{};
    core::Sequence flushed;
    std::atomic<bool> wanted = false;    // by an owner that waits for the mutex
    std::atomic<int64_t> position = -1;  // of the store that is kept
  };

  void Run();
  /// Keeps one partition up for a moment; true when there was something to do.
  bool Turn(Slot& slot);
  Result<bool> TurnOf(Slot& slot);
  Status Open(Slot& slot);
  Status Replay(Slot& slot, const std::vector<ports::StoredEvent>& events);
  Status Checkpoint(Slot& slot, bool flush);
  Status CheckpointIfDue(Slot& slot);
  void Close(Slot& slot);
  void Rest(Duration wait);

  ports::EventLog& log_;
  const StandbyOptions options_;
  const StandbyHooks hooks_;
  std::vector<std::unique_ptr<Slot>> slots_;  // by partition
  codec::EventDecoder decoder_;               // the thread's own
  std::mutex mutex_;                          // guards stopping_
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace rasti::runtime
