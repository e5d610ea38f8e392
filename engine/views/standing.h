// How a case stands with its deadlines. On time is occurred_at <= due_at. Pure functions; thread-safe.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/time.h"
#include "engine/core/case_state.h"
#include "engine/core/ids.h"

namespace rasti::views {

/// In the order in which one standing prevails over another, when all clocks of a case are asked for.
enum class Standing : uint8_t { kNoDeadline, kClosedOnTime, kClosedLate, kOpenInTime, kOpenOverdue };

/// "no_deadline", "closed_on_time", ...
std::string_view StandingName(Standing standing);

/// At an instant that is not before the state's last event.
Standing StandingOf(const core::ClockState& clock, Instant at);
/// With one clock (none: with all of the case's).
Standing StandingOf(const core::CaseState& state, const std::optional<core::ClockId>& clock, Instant at);

}  // namespace rasti::views
