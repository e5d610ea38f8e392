#include "engine/core/clock_planning.h"

#include <algorithm>

namespace rasti::core {
namespace {

Result<std::vector<PendingWarning>> Warnings(const sla::Calendar& calendar, const Clock& clock, Instant due_at) {
  std::vector<PendingWarning> warnings;
  warnings.reserve(clock.warnings.size());
  for (const sla::Offset& before : clock.warnings) {
    RASTI_TRY(const Instant at, sla::SubtractOffset(calendar, due_at, before));
    warnings.push_back({at});
  }
  std::ranges::sort(warnings, {}, &PendingWarning::at);
  return warnings;
}

Result<std::vector<PendingEscalation>> Escalations(const sla::Calendar& calendar, const Clock& clock, Instant due_at) {
  std::vector<PendingEscalation> levels;
  levels.reserve(clock.escalations.size());
  for (const EscalationLevel& level : clock.escalations) {
    RASTI_TRY(const Instant at, sla::AddOffset(calendar, due_at, level.after));
    levels.push_back({level.level, std::max(at, due_at), level.to});
  }
  std::ranges::stable_sort(levels, {}, &PendingEscalation::at);
  return levels;
}

}  // namespace

Result<ClockPlan> PlanStart(const sla::Calendar& calendar, const Clock& clock, const sla::Course& course) {
  RASTI_TRY(const sla::Deadline deadline, sla::ComputeDeadline(calendar, course));
  ClockPlan plan{deadline.due_at, deadline.computed, {}, {}};
  RASTI_TRY(plan.warnings, Warnings(calendar, clock, plan.due_at));
  std::erase_if(plan.warnings, [&](const PendingWarning& warning) { return warning.at <= course.start; });
  RASTI_TRY(plan.escalations, Escalations(calendar, clock, plan.due_at));
  return plan;
}

Result<ClockPlan> PlanChange(const sla::Calendar& calendar, const Clock& clock, const ClockState& before,
                             const sla::Course& course, Instant now) {
  RASTI_TRY(const sla::Deadline deadline, sla::ComputeDeadline(calendar, course));
  ClockPlan plan{deadline.due_at, deadline.computed, {}, {}};
  RASTI_TRY(plan.warnings, Warnings(calendar, clock, plan.due_at));
  // Warnings fire in order, so that the pending ones are the last of the list. One whose instant has passed by the new
  // plan is given at once if it was pending; one that was given is given again if the deadline moved behind it.
  const size_t given = plan.warnings.size() - std::min(before.plan.warnings.size(), plan.warnings.size());
  std::vector<PendingWarning> kept;
  for (size_t i = 0; i < plan.warnings.size(); ++i) {
    const Instant at = plan.warnings[i].at;
    if (at > now || i >= given) kept.push_back({std::max(at, now)});
  }
  plan.warnings = std::move(kept);
  RASTI_TRY(plan.escalations, Escalations(calendar, clock, plan.due_at));
  return plan;
}

Result<ClockPlan> PlanTimers(const sla::Calendar& calendar, const Clock& clock, const ClockState& before, Instant now) {
  ClockPlan plan = before.plan;
  // What has passed is not looked for again: the calendar may not go back so far.
  const bool any_to_come = std::ranges::any_of(plan.warnings, [now](const auto& warning) { return warning.at > now; });
  std::vector<PendingWarning> warnings;
  if (any_to_come) {
    RASTI_TRY(warnings, Warnings(calendar, clock, plan.due_at));
  }
  // The pending ones are the last of the list, here too. A definition that has fewer came by a migration.
  if (plan.warnings.size() <= warnings.size()) {
    auto again = warnings.end() - std::ssize(plan.warnings);
    for (PendingWarning& warning : plan.warnings) {
      if (warning.at > now) warning.at = std::max(again->at, now);
      ++again;
    }
  }
  for (PendingEscalation& level : plan.escalations) {
    const auto known = std::ranges::find(clock.escalations, level.level, &EscalationLevel::level);
    if (known == clock.escalations.end() || level.at <= now) continue;
    RASTI_TRY(const Instant at, sla::AddOffset(calendar, plan.due_at, known->after));
    level.at = std::max({at, plan.due_at, now});
  }
  std::ranges::stable_sort(plan.escalations, {}, &PendingEscalation::at);
  return plan;
}

sla::Rule GivenRule(Instant start, Instant due_at) {
  sla::Rule rule = sla::DefaultRule(sla::Count::kElapsed);
  rule.length = due_at - start;
  return rule;
}

}  // namespace rasti::core
