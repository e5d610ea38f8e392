// Wakes a stream's Poll. Raised by submitters and other streams, waited for by the stream's own thread.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>

namespace rasti::log::embedded {

class StreamSignal {
 public:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Cheap when raised already: a submitter pays for the wake-up only once per Poll.
  void Raise() {
    if (raised_.exchange(true)) return;
    const std::lock_guard lock(mutex_);
    raised_changed_.notify_one();
  }
  /// To be called before looking for work, so that work which comes after the look raises it again.
  void Clear() { raised_.store(false); }
  /// False when the deadline passed first.
  bool Wait(Deadline deadline) {
    std::unique_lock lock(mutex_);
    return raised_changed_.wait_until(lock, deadline, [&] { return raised_.load(); });
  }

 private:
  std::atomic<bool> raised_ = false;
  std::mutex mutex_;
  std::condition_variable raised_changed_;
};

}  // namespace rasti::log::embedded
