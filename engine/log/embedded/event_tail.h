// Where a partition's committed events end; readers wait here for more. Threading: thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>

namespace rasti::log::embedded {

class EventTail {
 public:
  explicit EventTail(int64_t end) : end_(end) {}

  int64_t End() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }
  void Advance(int64_t end) {
    const std::lock_guard lock(mutex_);
    end_ = end;
    changed_.notify_all();
  }
  /// Nobody waits from now on.
  void Close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// The end, once it is behind `from`, or when the deadline passed or the log closed.
  int64_t WaitBehind(int64_t from, std::chrono::steady_clock::time_point deadline) const {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, deadline, [&] { return closed_ || end_ > from; });
    return end_;
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int64_t end_;
  bool closed_ = false;
};

}  // namespace rasti::log::embedded
