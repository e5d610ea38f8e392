#include "engine/views/standing.h"

#include <algorithm>

namespace rasti::views {

std::string_view StandingName(Standing standing) {
  switch (standing) {
    case Standing::kNoDeadline: return "no_deadline";
    case Standing::kClosedOnTime: return "closed_on_time";
    case Standing::kClosedLate: return "closed_late";
    case Standing::kOpenInTime: return "open_in_time";
    case Standing::kOpenOverdue: return "open_overdue";
  }
  return "";
}

Standing StandingOf(const core::ClockState& clock, Instant at) {
  switch (clock.status) {
    case core::ClockStatus::kRunning: return clock.plan.due_at < at ? Standing::kOpenOverdue : Standing::kOpenInTime;
    case core::ClockStatus::kPaused: return clock.breached ? Standing::kOpenOverdue : Standing::kOpenInTime;
    case core::ClockStatus::kMet: return clock.MetOnTime() ? Standing::kClosedOnTime : Standing::kClosedLate;
    case core::ClockStatus::kCancelled: return clock.breached ? Standing::kClosedLate : Standing::kClosedOnTime;
  }
  return Standing::kNoDeadline;
}

Standing StandingOf(const core::CaseState& state, const std::optional<core::ClockId>& clock, Instant at) {
  Standing standing = Standing::kNoDeadline;
  for (const core::ClockState& one : state.clocks) {
    if (!clock || *clock == one.id) standing = std::max(standing, StandingOf(one, at));
  }
  return standing;
}

}  // namespace rasti::views
