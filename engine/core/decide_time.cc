// What time does to a case: timers, and planning anew when the calendar changed.
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/core/decide.h"
#include "engine/core/decision_builder.h"

namespace rasti::core {
namespace {

// "nobody holds the case" belongs into the reason: such cases are what escalation must not skip.
std::string EscalationReason(const CaseState& state, const ClockState& clock) {
  return fmt::format("deadline '{}' of {} passed{}", clock.id.str(), FormatInstant(clock.plan.due_at),
                     state.assignment.IsNobody()           ? "; nobody holds the case"
                     : state.assignment.person.has_value() ? ""
                                                           : "; no person holds the case");
}

void EmitTimer(DecisionBuilder& builder, const Timer& timer) {
  const CaseState& state = builder.state();
  switch (timer.kind) {
    case TimerKind::kWarning: {
      const ClockState& clock = state.clocks[timer.index];
      builder.Emit(DeadlineWarned{clock.id, timer.due, clock.plan.due_at});
      return;
    }
    case TimerKind::kBreach: {
      const ClockState& clock = state.clocks[timer.index];
      builder.Emit(DeadlineBreached{clock.id, clock.plan.due_at});
      return;
    }
    case TimerKind::kEscalation: {
      const ClockState& clock = state.clocks[timer.index];
      const PendingEscalation level = clock.plan.escalations.front();
      builder.Emit(
          CaseEscalated{clock.id, level.level, level.to, timer.due, clock.plan.due_at, EscalationReason(state, clock)});
      return;
    }
    case TimerKind::kFollowUpTimeout: {
      const PendingFollowUp pending = state.follow_ups[timer.index];
      builder.Emit(FollowUpTimedOut{pending.id, pending.to, pending.times_out_at});
      return;
    }
  }
}

// A paused clock is planned anew when it runs again.
bool IsPlannedAnew(const ClockState& clock) { return clock.status == ClockStatus::kRunning; }

// A date that passed stays the one that passed, and one that came with the case is its own.
bool HasFixedDeadline(const ClockState& clock) { return clock.breached || clock.given; }

}  // namespace

DecideResult FireTimer(const Config& config, const CaseState& state, Instant recorded_at) {
  const auto timer = NextTimer(state);
  RASTI_CHECK(timer.has_value(), "a timer is fired only where one is due");
  const Instant occurred_at = std::max(timer->due, state.last_occurred_at);
  DecisionBuilder builder(config, state, SystemContext(config, state, occurred_at, recorded_at, CommandId("timer")));
  EmitTimer(builder, *timer);
  if (auto verdict = builder.RunAutomaticActions(); !verdict) {
    // A definition that cannot go on by itself must not keep time from passing: the fact alone is recorded.
    DecisionBuilder bare(config, state, SystemContext(config, state, occurred_at, recorded_at, CommandId("timer")));
    EmitTimer(bare, *timer);
    return std::move(bare).Finish();
  }
  return std::move(builder).Finish();
}

bool NeedsReplan(const Config& config, const CaseState& state) {
  const bool same = state.calendar == config.versions.calendar && state.tzdata == config.versions.tzdata;
  return state.Exists() && !same && std::ranges::any_of(state.clocks, IsPlannedAnew);
}

DecideResult Replan(const Config& config, const CaseState& state, Instant occurred_at, Instant recorded_at) {
  const Instant now = state.IsLive() ? std::max(occurred_at, state.last_occurred_at) : state.last_occurred_at;
  DecisionBuilder builder(config, state, SystemContext(config, state, now, recorded_at, CommandId("replan")));
  const std::string reason =
      fmt::format("calendar {}, {}", config.versions.calendar.str(), config.versions.tzdata.str());
  for (const Clock& clock : config.definition->clocks) {
    const ClockState* running = builder.state().FindClock(clock.id);
    if (running == nullptr || !IsPlannedAnew(*running)) continue;
    const bool is_fixed = HasFixedDeadline(*running);
    if (!is_fixed) {
      auto verdict = builder.ReplanClock(clock, running->course.rule, reason);
      if (!verdict) return tl::unexpected(std::move(verdict).error());
    }
    // A deadline that stays has warnings before it and levels after it that count working days too. Where the calendar
    // does not reach back to it, they stay as well, and nothing keeps the other clocks from moving.
    auto verdict = builder.ReplanTimers(clock, reason);
    if (!verdict && !is_fixed) return tl::unexpected(std::move(verdict).error());
  }
  return std::move(builder).Finish({}, /*may_be_empty=*/true);
}

}  // namespace rasti::core
