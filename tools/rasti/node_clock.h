// The clock of a data directory: the machine's, or a virtual one that stands still until it is moved forward.
//
// A log's clock is virtual only if it was created so (`rasti init --virtual-time`): for demonstrations and tests that
// live through a year in a second.
#pragma once

#include <atomic>
#include <string>

#include "engine/base/result.h"
#include "engine/ports/clock.h"

namespace rasti::cli {

/// Threading: Now from any thread; Advance from one.
class NodeClock final : public ports::Clock {
 public:
  /// The machine's clock.
  NodeClock() = default;
  /// A virtual one that stands at `now` and is kept in a file.
  NodeClock(Instant now, std::string file) : virtual_(true), now_(now), file_(std::move(file)) {}

  bool is_virtual() const { return virtual_; }
  Instant Now() const override { return virtual_ ? now_.load() : system_.Now(); }
  /// Moves a virtual clock forward, durably before anybody sees it, so that a restart never lies before what was
  /// recorded. Errors: kInvalidArgument (the machine's clock; backwards), those of the file.
  Status Advance(Instant to);

 private:
  const bool virtual_ = false;
  std::atomic<Instant> now_{Instant{}};
  const std::string file_;
  ports::SystemClock system_;
};

}  // namespace rasti::cli
