// A clock that a test moves. Thread-safe.
#pragma once

#include <atomic>

#include "engine/ports/clock.h"

namespace rasti::test {

class ManualClock : public ports::Clock {
 public:
  explicit ManualClock(Instant now) : now_(ToUnixMillis(now)) {}

  Instant Now() const override { return InstantFromUnixMillis(now_.load()); }
  void Set(Instant now) { now_.store(ToUnixMillis(now)); }
  void Advance(Duration by) { now_.fetch_add(by.count()); }

 private:
  std::atomic<int64_t> now_;
};

}  // namespace rasti::test
