#include <fmt/format.h>

#include "engine/core/clock_planning.h"
#include "engine/core/decision_builder.h"

namespace rasti::core {

Verdict DecideExtend(DecisionBuilder& builder, const ExtendClock& extend) {
  const Clock* clock = builder.definition().FindClock(extend.clock);
  if (clock == nullptr) {
    return Reject(RejectionCode::kUnknownClock, "clock",
                  fmt::format("{} has no clock '{}'", builder.definition().version.str(), extend.clock.str()));
  }
  const ClockState* running = builder.state().FindClock(extend.clock);
  if (running == nullptr || running->status != ClockStatus::kRunning) {
    return Reject(RejectionCode::kClockNotRunning, "clock",
                  fmt::format("the clock '{}' is not running", extend.clock.str()));
  }
  if (running->breached || running->plan.due_at < builder.now()) {
    return Reject(RejectionCode::kExtensionNotAllowed, "clock",
                  fmt::format("the deadline {} has passed: what is late cannot be extended",
                              FormatInstant(running->plan.due_at)));
  }
  if (running->extensions >= clock->extension.most) {
    return Reject(RejectionCode::kExtensionNotAllowed, "clock",
                  fmt::format("the clock '{}' may be extended {} times and was extended {} times", extend.clock.str(),
                              clock->extension.most, running->extensions));
  }
  const auto& bases = clock->extension.legal_bases;
  if (extend.legal_basis.empty() || (!bases.empty() && std::ranges::find(bases, extend.legal_basis) == bases.end())) {
    return Reject(RejectionCode::kLegalBasisUnknown, "legal_basis",
                  fmt::format("an extension needs its legal basis{}",
                              bases.empty() ? std::string() : fmt::format(", one of: {}", fmt::join(bases, "; "))));
  }
  sla::Course course = running->course;
  course.steps.emplace_back(sla::Extended{clock->extension.by});
  auto plan = PlanChange(*builder.config().calendar, *clock, *running, course, builder.now());
  if (!plan) return RejectPlan(*clock, plan.error());
  builder.Emit(ClockExtended{extend.clock, clock->extension.by, extend.legal_basis, extend.reason, *std::move(plan)});
  return {};
}

namespace {

// The clock that a command names must be one of the definition.
Verdict CheckClock(const DecisionBuilder& builder, const std::optional<ClockId>& clock) {
  if (!clock || builder.definition().FindClock(*clock) != nullptr) return {};
  return Reject(RejectionCode::kUnknownClock, "clock",
                fmt::format("{} has no clock '{}'", builder.definition().version.str(), clock->str()));
}

}  // namespace

Verdict DecidePause(DecisionBuilder& builder, const PauseClocks& pause) {
  if (auto verdict = CheckClock(builder, pause.clock); !verdict) return verdict;
  int paused = 0;
  int were_paused = 0;
  for (const Clock& clock : builder.definition().clocks) {
    if (pause.clock && *pause.clock != clock.id) continue;
    const ClockState* running = builder.state().FindClock(clock.id);
    if (running != nullptr && running->status == ClockStatus::kPaused) ++were_paused;
    if (running == nullptr || running->status != ClockStatus::kRunning || running->breached) continue;
    builder.Emit(ClockPaused{clock.id, pause.reason, true});
    ++paused;
  }
  if (paused > 0) return {};
  if (were_paused > 0)
    return Reject(RejectionCode::kClockNotRunning, "clock", "what could be paused is paused already");
  return Reject(RejectionCode::kClockNotRunning, "clock",
                "no clock that could be paused is running: a late one runs on");
}

Verdict DecideResume(DecisionBuilder& builder, const ResumeClocks& resume) {
  if (auto verdict = CheckClock(builder, resume.clock); !verdict) return verdict;
  int resumed = 0;
  for (const Clock& clock : builder.definition().clocks) {
    if (resume.clock && *resume.clock != clock.id) continue;
    const ClockState* paused = builder.state().FindClock(clock.id);
    if (paused == nullptr || paused->status != ClockStatus::kPaused) continue;
    if (auto verdict = builder.ResumeClock(clock, resume.reason); !verdict) return verdict;
    ++resumed;
  }
  if (resumed > 0) return {};
  return Reject(RejectionCode::kClockNotPaused, "clock", "no clock is paused");
}

}  // namespace rasti::core
