// A stream thread: turns a StreamLoop in a thread of its own until it is told to stop or the loop dies.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "engine/runtime/stream_loop.h"

namespace rasti::runtime {

class StreamThread final {
 public:
  /// Everything referred to outlives the thread.
  StreamThread(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
               const ports::Clock& clock, StreamOptions options, StreamHooks hooks);
  ~StreamThread();
  StreamThread(const StreamThread&) = delete;
  StreamThread& operator=(const StreamThread&) = delete;

  Status Start();
  /// Asks the loop to end, and does not wait for it. Thread-safe.
  void RequestStop();
  /// Ends the loop: what was decided is committed, stores are flushed. Answers the error the thread died of, if any.
  Status Stop();
  /// The error the thread died of, or success while it runs. Thread-safe.
  Status status() const;

  /// True when, at a moment after this call, every owned partition had decided all its input and fired every timer that
  /// was due; false after `timeout` or when the thread died. Thread-safe.
  bool WaitUntilIdle(std::chrono::milliseconds timeout);
  /// What was done since the start, by partitions that are gone too. Thread-safe.
  PartitionCounters counters() const;
  size_t timer_count() const { return timer_count_.load(); }

 private:
  void Run();
  Status RunUntilStopped();
  /// After a turn: what others may know of it.
  Status Publish();

  StreamLoop loop_;
  std::thread thread_;
  std::atomic<bool> stopping_ = false;
  std::atomic<size_t> timer_count_ = 0;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Status died_of_;              // guarded by mutex_
  bool running_ = false;        // guarded by mutex_
  int64_t idle_asked_ = 0;      // guarded by mutex_: how often somebody asked for idleness
  int64_t idle_answered_ = 0;   // guarded by mutex_: up to which of them it was reached
  PartitionCounters counters_;  // guarded by mutex_
};

}  // namespace rasti::runtime
