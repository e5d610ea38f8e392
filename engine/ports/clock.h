// Clock: wall time for the runtime. Core never sees it: time is data there.
#pragma once

#include <chrono>

#include "engine/base/time.h"

namespace rasti::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Thread-safe.
  virtual Instant Now() const = 0;
  /// For how long things take: it never jumps. Thread-safe.
  virtual std::chrono::steady_clock::time_point Steady() const { return std::chrono::steady_clock::now(); }
};

/// The system's clock.
class SystemClock : public Clock {
 public:
  Instant Now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

}  // namespace rasti::ports
