#include <fmt/format.h>

#include <algorithm>

#include "engine/core/clock_planning.h"
#include "engine/core/decision_builder.h"
#include "engine/core/guards.h"

namespace rasti::core {
namespace {

const GivenDeadline* FindGiven(const std::vector<GivenDeadline>* given, const ClockId& clock) {
  if (given == nullptr) return nullptr;
  const auto found = std::ranges::find(*given, clock, &GivenDeadline::clock);
  return found == given->end() ? nullptr : &*found;
}

bool PausesIn(const Clock& clock, const StageId& stage) {
  return std::ranges::find(clock.pause_in, stage) != clock.pause_in.end();
}

}  // namespace

bool DecisionBuilder::Happening::Is(const ClockTrigger& trigger) const {
  if (trigger.submitted) return submitted;
  if (trigger.responded) return responded;
  if (trigger.closed) return closed;
  if (trigger.stage) return !stage.empty() && *trigger.stage == stage;
  if (trigger.action) return !action.empty() && *trigger.action == action;
  return false;
}

tl::unexpected<Rejection> RejectPlan(const Clock& clock, const Error& error) {
  return Reject(RejectionCode::kCalendarNotCovered, "clocks/" + clock.id.str(), error.message);
}

Verdict DecisionBuilder::RunClocks(const Happening& happening, const std::vector<GivenDeadline>* given) {
  for (const Clock& clock : definition().clocks) {
    const ClockState* running = state().FindClock(clock.id);
    if (running != nullptr && running->IsActive()) {
      const bool stops = std::ranges::any_of(clock.stop, [&](const auto& trigger) { return happening.Is(trigger); });
      if (stops) {
        // A clock that waits for somebody else is not late: what it is met against is the deadline it would have had.
        if (running->status == ClockStatus::kPaused) {
          if (auto verdict = ResumeClock(clock, "met"); !verdict) return verdict;
          running = state().FindClock(clock.id);
        }
        // What falls due within the decision itself (a date that passed during a pause, a receipt long ago) is a breach
        // all the same, and comes first.
        const Instant due_at = running->plan.due_at;
        if (due_at < now() && !running->breached) Emit(DeadlineBreached{clock.id, due_at});
        const bool on_time = now() <= due_at && !state().FindClock(clock.id)->breached;
        Emit(ClockMet{clock.id, due_at, on_time});
        continue;
      }
      if (happening.stage.empty()) continue;
      const bool pauses = PausesIn(clock, happening.stage);
      // A breach is a fact that no pause undoes, so a clock that is late stays so and its escalation goes on.
      if (pauses && running->status == ClockStatus::kRunning && !running->breached) {
        Emit(ClockPaused{clock.id, fmt::format("stage {}", happening.stage.str()), false});
      } else if (!pauses && running->status == ClockStatus::kPaused && !running->paused_by_hand) {
        if (auto verdict = ResumeClock(clock, fmt::format("stage {}", happening.stage.str())); !verdict) return verdict;
      }
      continue;
    }
    if (!happening.Is(clock.start)) continue;
    // received_at, where there is one, starts the clocks that start with the submission.
    const Instant start = clock.start.submitted ? state().received_at.value_or(now()) : now();
    if (auto verdict = StartClock(clock, start, given); !verdict) return verdict;
    const ClockState* started = state().FindClock(clock.id);
    if (started != nullptr && started->status == ClockStatus::kRunning && PausesIn(clock, state().stage)) {
      Emit(ClockPaused{clock.id, fmt::format("stage {}", state().stage.str()), false});
    }
  }
  return {};
}

Verdict DecisionBuilder::StartClock(const Clock& clock, Instant start, const std::vector<GivenDeadline>* given) {
  sla::Course course;
  course.start = start;
  const GivenDeadline* own = FindGiven(given, clock.id);
  if (own != nullptr) {
    if (!own->due_at) return {};
    if (*own->due_at < start) {
      return Reject(RejectionCode::kTimeInvalid, "given_deadlines/" + clock.id.str(),
                    fmt::format("the deadline {} lies before the case's start {}", FormatInstant(*own->due_at),
                                FormatInstant(start)));
    }
    course.rule = GivenRule(start, *own->due_at);
  } else {
    // With deadlines of its own, a case has no others.
    if (given != nullptr && !given->empty()) return {};
    const auto applies = AppliesTo(clock);
    if (!applies) return tl::unexpected(applies.error());
    if (!*applies) return {};
    course.rule = *clock.RuleFor(state().category);
  }
  auto plan = PlanStart(*config_.calendar, clock, course);
  if (!plan) return RejectPlan(clock, plan.error());
  Emit(ClockStarted{clock.id, course.rule, start, *std::move(plan), own != nullptr});
  return {};
}

tl::expected<bool, Rejection> DecisionBuilder::AppliesTo(const Clock& clock) const {
  if (clock.RuleFor(state().category) == nullptr) return false;
  if (!clock.when) return true;
  const GuardActivation activation(definition(), state(), context().actor, ActorHolds(), {}, now());
  const auto holds = clock.when->EvaluateBool(activation);
  if (!holds) return Reject(RejectionCode::kGuardError, "clocks/" + clock.id.str() + "/when", holds.error().message);
  return *holds;
}

Verdict DecisionBuilder::ResumeClock(const Clock& clock, const std::string& reason) {
  const ClockState& paused = *state().FindClock(clock.id);
  sla::Course course = paused.course;
  course.steps.emplace_back(sla::Resumed{now()});
  auto plan = PlanChange(*config_.calendar, clock, paused, course, now());
  if (!plan) return RejectPlan(clock, plan.error());
  Emit(ClockResumed{clock.id, *std::move(plan), reason});
  return {};
}

Verdict DecisionBuilder::ReplanClock(const Clock& clock, const sla::Rule& rule, const std::string& reason) {
  const ClockState& running = *state().FindClock(clock.id);
  sla::Course course = running.course;
  course.rule = rule;
  const auto unbounded = sla::ComputeDeadline(*config_.calendar, course);
  if (!unbounded) return RejectPlan(clock, unbounded.error());
  if (unbounded->computed == running.plan.computed_due_at && rule == running.course.rule) return {};

  course.steps.emplace_back(sla::Replanned{now()});
  auto plan = PlanChange(*config_.calendar, clock, running, course, now());
  if (!plan) return RejectPlan(clock, plan.error());
  Emit(ClockReplanned{clock.id, rule, *std::move(plan), reason});
  return {};
}

Verdict DecisionBuilder::ReplanTimers(const Clock& clock, const std::string& reason) {
  const ClockState& running = *state().FindClock(clock.id);
  auto plan = PlanTimers(*config_.calendar, clock, running, now());
  if (!plan) return RejectPlan(clock, plan.error());
  if (*plan == running.plan) return {};
  Emit(ClockReplanned{clock.id, running.course.rule, *std::move(plan), reason});
  return {};
}

}  // namespace rasti::core
