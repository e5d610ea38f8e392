// The engine of one process: stream threads over one log. Wires nothing by itself: what it needs is handed in by the
// composition root (tools/). Thread-safe.
#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "engine/runtime/stream_thread.h"

namespace rasti::runtime {

struct EngineOptions {
  int stream_threads = 2;
  StreamOptions stream;
};

class Engine {
 public:
  /// Everything referred to outlives the engine. Hooks are called from the stream threads.
  Engine(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
         const ports::Clock& clock, EngineOptions options, const StreamHooks& hooks);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  Status Start();
  /// Commits what was decided, flushes stores, ends the threads. Answers the first error that a thread died of.
  Status Stop();
  /// The first error that a thread died of, or success while all run.
  Status status() const;
  /// True once every partition had, at a moment after this call, decided all its input and fired what was due; false
  /// after `timeout` or when a thread died.
  bool WaitUntilIdle(std::chrono::milliseconds timeout);
  PartitionCounters counters() const;
  size_t timer_count() const;

 private:
  std::vector<std::unique_ptr<StreamThread>> threads_;
};

}  // namespace rasti::runtime
