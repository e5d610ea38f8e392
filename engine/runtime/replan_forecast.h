// What a change of configuration will do to a case's deadlines, before it is in force: decided by the same pure
// functions as the engine's sweep, of which nothing is kept.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/core/case_state.h"
#include "engine/runtime/configuration.h"

namespace rasti::runtime {

/// A deadline that a re-planning moves, or whose warnings and levels it moves: then it is due after as before.
struct DeadlineMove {
  core::ClockId clock;
  Instant due_before;
  Instant due_after;
  Instant computed;  // earlier than due_after where the deadline is held up: nothing breaches in the past
  bool operator==(const DeadlineMove&) const = default;
};

struct ReplanForecast {
  std::vector<DeadlineMove> moves;  // in the order of the definition's clocks
  /// Why the case cannot be planned anew; its deadlines then stay as they are.
  std::optional<std::string> kept;
};

/// Lets time pass for the case up to `at` as it would under `before` if nobody did anything (its timers fire, what
/// comes into force earlier is planned for), then plans it anew under `after`, which holds from `at` on. What people do
/// until then is not known. `now`: until when the case as it is already knows what happened. Pure.
ReplanForecast ForecastReplan(const Configuration& before, const Configuration& after, const core::CaseState& state,
                              Instant now, Instant at);

}  // namespace rasti::runtime
