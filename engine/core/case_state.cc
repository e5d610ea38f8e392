#include "engine/core/case_state.h"

#include <algorithm>

namespace rasti::core {
namespace {

// The earlier of two timers; of equal instants the one that comes first in the order of kinds, then of indexes.
void KeepEarlier(std::optional<Timer>& best, const Timer& other) {
  if (!best || other.due < best->due || (other.due == best->due && other.kind < best->kind)) best = other;
}

}  // namespace

std::string_view CaseStatusName(CaseStatus status) {
  switch (status) {
    case CaseStatus::kOpen: return "open";
    case CaseStatus::kFrozen: return "frozen";
    case CaseStatus::kClosed: return "closed";
    case CaseStatus::kWithdrawn: return "withdrawn";
    case CaseStatus::kMerged: return "merged";
  }
  return "open";
}

std::string_view ClockStatusName(ClockStatus status) {
  switch (status) {
    case ClockStatus::kRunning: return "running";
    case ClockStatus::kPaused: return "paused";
    case ClockStatus::kMet: return "met";
    case ClockStatus::kCancelled: return "cancelled";
  }
  return "running";
}

ClockState* CaseState::FindClock(const ClockId& clock) {
  const auto found = std::ranges::find(clocks, clock, &ClockState::id);
  return found == clocks.end() ? nullptr : &*found;
}

const ClockState* CaseState::FindClock(const ClockId& clock) const {
  const auto found = std::ranges::find(clocks, clock, &ClockState::id);
  return found == clocks.end() ? nullptr : &*found;
}

std::optional<Timer> NextTimer(const CaseState& state) {
  std::optional<Timer> best;
  for (size_t i = 0; i < state.clocks.size(); ++i) {
    const ClockState& clock = state.clocks[i];
    if (clock.status != ClockStatus::kRunning) continue;
    if (!clock.breached) {
      if (!clock.plan.warnings.empty()) KeepEarlier(best, {clock.plan.warnings.front().at, TimerKind::kWarning, i});
      KeepEarlier(best, {clock.plan.due_at, TimerKind::kBreach, i});
    } else if (!clock.plan.escalations.empty()) {
      KeepEarlier(best, {clock.plan.escalations.front().at, TimerKind::kEscalation, i});
    }
  }
  for (size_t i = 0; i < state.follow_ups.size(); ++i) {
    KeepEarlier(best, {state.follow_ups[i].times_out_at, TimerKind::kFollowUpTimeout, i});
  }
  return best;
}

std::optional<Instant> NextWallTimer(const CaseState& state) {
  if (!state.IsLive()) return std::nullopt;
  const auto timer = NextTimer(state);
  if (!timer) return std::nullopt;
  return timer->due;
}

}  // namespace rasti::core
