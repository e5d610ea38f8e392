// Clock: wall time for the runtime. Core never sees it: time is data there.
#pragma once

#include "engine/base/time.h"

namespace rasti::ports {

class Clock {
 public:
  virtual ~Clock() = default;
  /// Thread-safe.
  virtual Instant Now() const = 0;
};

/// The system's clock.
class SystemClock : public Clock {
 public:
  Instant Now() const override { return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now()); }
};

}  // namespace rasti::ports
