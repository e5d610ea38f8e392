#include "engine/runtime/engine.h"

#include <algorithm>

namespace rasti::runtime {

Engine::Engine(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
               const ports::Clock& clock, EngineOptions options, const StreamHooks& hooks) {
  const int threads = std::clamp(options.stream_threads, 1, std::max(log.partition_count(), 1));
  options.stream.cached_cases_most =
      std::max<size_t>(options.stream.cached_cases_most / static_cast<size_t>(threads), 1);
  for (int i = 0; i < threads; ++i) {
    threads_.push_back(std::make_unique<StreamThread>(log, configuration, submitters, clock, options.stream, hooks));
  }
}

Engine::~Engine() { static_cast<void>(Stop()); }

Status Engine::Start() {
  for (const auto& thread : threads_) RASTI_CHECKED(thread->Start());
  return {};
}

Status Engine::Stop() {
  // Together: what one gives up is not to be taken by another that is about to end.
  for (const auto& thread : threads_) thread->RequestStop();
  Status first;
  for (const auto& thread : threads_) {
    if (Status stopped = thread->Stop(); !stopped && first) first = std::move(stopped);
  }
  return first;
}

Status Engine::status() const {
  for (const auto& thread : threads_) RASTI_CHECKED(thread->status());
  return {};
}

bool Engine::WaitUntilIdle(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const auto left = [&] {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()),
                    std::chrono::milliseconds{0});
  };
  // Follow-ups travel from thread to thread: all are idle only once a second pass finds nothing new.
  int64_t events = -1;
  for (;;) {
    for (const auto& thread : threads_) {
      if (!thread->WaitUntilIdle(left())) return false;
    }
    const int64_t now = counters().events;
    if (now == events) return true;
    events = now;
  }
}

PartitionCounters Engine::counters() const {
  PartitionCounters sum;
  for (const auto& thread : threads_) {
    sum += thread->counters();
  }
  return sum;
}

size_t Engine::timer_count() const {
  size_t sum = 0;
  for (const auto& thread : threads_) sum += thread->timer_count();
  return sum;
}

}  // namespace rasti::runtime
