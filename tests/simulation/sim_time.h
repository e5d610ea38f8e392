// Simulated time: one true time for all, and the clock of each node, which may be off.
#pragma once

#include "engine/ports/clock.h"

namespace rasti::simulation {

/// True time: the brokers' and the clients'. It only goes forward.
class SimTime {
 public:
  explicit SimTime(Instant start) : now_(start) {}
  Instant now() const { return now_; }
  void Advance(Duration by) { now_ += by; }

 private:
  Instant now_;
};

/// A node's clock: off by `skew`, which jumps. Steady() goes on as true time does.
class SimClock final : public ports::Clock {
 public:
  /// The time outlives the clock.
  explicit SimClock(const SimTime& time) : time_(time) {}

  Instant Now() const override { return time_.now() + skew_; }
  std::chrono::steady_clock::time_point Steady() const override {
    return std::chrono::steady_clock::time_point(time_.now().time_since_epoch());
  }
  Duration skew() const { return skew_; }
  void SetSkew(Duration skew) { skew_ = skew; }

 private:
  const SimTime& time_;
  Duration skew_{0};
};

}  // namespace rasti::simulation
