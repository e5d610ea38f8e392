// The thread that keeps a projection up with the log: reads the committed events of all partitions, hands them on in
// batches, flushes now and then, and tells how far it is. While nobody waits for it, it lets events gather: many at
// once write a row that they share once, and cost less each.
//
// Ownership: log and projection outlive it; nobody else drives the projection meanwhile.
// Threading: all functions from any thread. An error of the projection or of the log stops the thread and is kept; what
// was projected until then stays readable. Where either is kUnavailable, it is tried again: the log is away, or the
// projection lacks something that is not there yet; meanwhile that partition lags.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/result_codec.h"
#include "engine/ports/event_log.h"
#include "engine/ports/projection.h"

namespace rasti::runtime {

struct ProjectionOptions {
  size_t batch_most = 4096;         // events handed on at once: the more, the fewer rows are written twice
  Duration idle_wait{10};           // how long it waits for Notify before it looks by itself
  Duration gather{100};             // between two looks at the log, while nobody waits and no batch was full
  Duration try_again{500};          // after a projection that was kUnavailable
  int64_t flush_events = 500'000;   // flushed, in the background, after so many events
  Duration flush_interval{60'000};  // and after this time, if there were any
  std::function<void(const Error&)> on_error{};  // called once, by the thread, when it stops by itself; must not block
};

/// How far the projection is in a partition.
struct PartitionLag {
  core::PartitionId partition;
  core::Sequence applied;  // the next event to be projected
  core::Sequence end;      // the next event to be committed
  int64_t events() const { return end.value - applied.value; }
};

class ProjectionThread {
 public:
  /// Starts behind what the projection took in before. Errors: kCorruption when it is ahead of the log (views of
  /// another log: delete them, they are rebuilt); those of the log and the projection.
  static Result<std::unique_ptr<ProjectionThread>> Start(ports::EventLog& log, ports::Projection& projection,
                                                         ProjectionOptions options = {});
  /// Stops.
  ~ProjectionThread();
  ProjectionThread(const ProjectionThread&) = delete;
  ProjectionThread& operator=(const ProjectionThread&) = delete;

  /// Something was committed: look now.
  void Notify();
  /// Waits until readers see the token's event. Errors: kTimedOut; kInvalidArgument for a partition that the log does
  /// not have; kUnavailable after Stop; the error that stopped the thread.
  Status WaitFor(const codec::Token& token, Duration timeout);
  /// The same for everything committed before the call.
  Status WaitForEnd(Duration timeout);
  /// Errors: those of the log.
  Result<std::vector<PartitionLag>> Lag() const;
  /// What stopped the thread, if anything did.
  std::optional<Error> error() const;

  /// Ends the thread behind the batch in hand and flushes. May be called again. Errors: the one that stopped the
  /// thread, or that of the last flush.
  Status Stop();

 private:
  struct Partition {
    core::PartitionId id;
    core::Sequence next;
    std::unique_ptr<ports::EventReader> reader;
    std::chrono::steady_clock::time_point not_before{};  // what it lacked is looked for again
  };

  ProjectionThread(ports::EventLog& log, ports::Projection& projection, ProjectionOptions options,
                   std::vector<Partition> partitions);

  void Run();
  Status RunUntilStopped();
  /// Answers how many events it took in.
  Result<size_t> ProjectSome(Partition& partition);
  Status FlushWhenDue();
  bool stopping() const;
  void WaitForWork();
  /// Lets time pass since `began`, unless somebody waits.
  void Gather(std::chrono::steady_clock::time_point began);
  Status WaitUntilApplied(const std::vector<std::pair<core::PartitionId, core::Sequence>>& wanted, Duration timeout);

  ports::EventLog& log_;
  ports::Projection& projection_;
  const ProjectionOptions options_;

  // The thread's own.
  std::vector<Partition> partitions_;
  int64_t unflushed_ = 0;
  std::chrono::steady_clock::time_point flushed_at_ = std::chrono::steady_clock::now();

  mutable std::mutex mutex_;  // guards what follows
  std::condition_variable work_;
  std::condition_variable progress_;
  bool notified_ = false;
  int waiting_ = 0;  // who is in WaitUntilApplied
  bool stopping_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
  std::vector<core::Sequence> applied_;  // by partition

  std::mutex join_mutex_;
  std::thread thread_;
};

}  // namespace rasti::runtime
