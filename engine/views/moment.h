// Which part of a history counts: "as of".
#pragma once

#include <optional>

#include "engine/base/time.h"

namespace rasti::views {

/// Both set: the shorter prefix. None: now, as far as the views are.
struct Moment {
  std::optional<Instant> at;        // what had occurred by then: the prefix with occurred_at <= at
  std::optional<Instant> known_at;  // what the log held by then: the prefix with recorded_at <= known_at

  bool operator==(const Moment&) const = default;
  bool IsNow() const { return !at && !known_at; }
  bool Covers(Instant occurred_at, Instant recorded_at) const {
    return (!at || occurred_at <= *at) && (!known_at || recorded_at <= *known_at);
  }
  /// The instant that counts as now for who looks from there. REQUIRES: not IsNow().
  Instant Now() const { return at ? *at : *known_at; }
};

}  // namespace rasti::views
