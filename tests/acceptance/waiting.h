// Waits that a condition ends, or somebody else.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace rasti::test {

/// Thread-safe.
class Halt {
 public:
  void Set() {
    const std::lock_guard lock(mutex_);
    halted_ = true;
    changed_.notify_all();
  }
  /// True once it was set, after `most` at the latest.
  bool WaitFor(std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, most, [&] { return halted_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool halted_ = false;
};

/// Asks again and again until the condition holds; false where it does not in so long a time.
template <class Condition>
bool WaitUntil(Condition condition, std::chrono::milliseconds most,
               std::chrono::milliseconds between_looks = std::chrono::milliseconds(50)) {
  const auto give_up_at = std::chrono::steady_clock::now() + most;
  Halt never;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > give_up_at) return false;
    never.WaitFor(between_looks);
  }
  return true;
}

}  // namespace rasti::test
