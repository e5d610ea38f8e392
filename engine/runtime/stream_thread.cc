#include "engine/runtime/stream_thread.h"

#include <utility>

namespace rasti::runtime {

StreamThread::StreamThread(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
                           const ports::Clock& clock, StreamOptions options, StreamHooks hooks)
    : loop_(log, configuration, submitters, clock, options, std::move(hooks)) {}

StreamThread::~StreamThread() { static_cast<void>(Stop()); }

Status StreamThread::Start() {
  // A log that does not answer for the moment is waited for, as it is later on.
  if (Status opened = loop_.OpenStream(); !opened && !PassesByItself(opened.error())) return opened;
  {
    const std::lock_guard lock(mutex_);
    running_ = true;
  }
  thread_ = std::thread([this] { Run(); });
  return {};
}

void StreamThread::RequestStop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_.store(true);
  }
  changed_.notify_all();
  loop_.Wake();
}

Status StreamThread::Stop() {
  RequestStop();
  if (thread_.joinable()) thread_.join();
  return status();
}

Status StreamThread::status() const {
  const std::lock_guard lock(mutex_);
  return died_of_;
}

PartitionCounters StreamThread::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

bool StreamThread::WaitUntilIdle(std::chrono::milliseconds timeout) {
  int64_t asked = 0;
  {
    const std::lock_guard lock(mutex_);
    asked = ++idle_asked_;
  }
  loop_.Wake();
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return !running_ || idle_answered_ >= asked; }) && running_;
}

void StreamThread::Run() {
  Status result = RunUntilStopped();
  if (const Status closed = loop_.Close(); !closed && result) result = closed;
  const std::lock_guard lock(mutex_);
  running_ = false;
  died_of_ = result;
  changed_.notify_all();
}

Status StreamThread::RunUntilStopped() {
  while (!stopping_.load()) {
    RASTI_TRY(const Duration wait, loop_.Step());
    if (wait > Duration{0}) {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, wait, [&] { return stopping_.load(); });
    } else {
      RASTI_CHECKED(Publish());
    }
  }
  return {};
}

Status StreamThread::Publish() {
  timer_count_.store(loop_.timer_count());
  int64_t asked = 0;
  {
    const std::lock_guard lock(mutex_);
    counters_ = loop_.counters();
    asked = idle_asked_;
    if (asked == idle_answered_) return {};
  }
  const auto idle = loop_.IsIdle();
  // A log that is away: the next turn meets it too.
  if (!idle) return PassesByItself(idle.error()) ? Status() : Fail(idle.error());
  if (!*idle) return {};
  const std::lock_guard lock(mutex_);
  idle_answered_ = asked;
  changed_.notify_all();
  return {};
}

}  // namespace rasti::runtime
