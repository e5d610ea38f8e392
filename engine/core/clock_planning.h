// From a clock's definition and its course to the instants of its deadline, warnings and escalation levels.
#pragma once

#include "engine/base/result.h"
#include "engine/core/case_state.h"
#include "engine/core/definition.h"
#include "engine/sla/calendar.h"

namespace rasti::core {

/// The plan of a clock that starts: warnings that would lie at or before its start are left out.
/// Errors: kOutOfRange beyond the calendar's coverage.
Result<ClockPlan> PlanStart(const sla::Calendar& calendar, const Clock& clock, const sla::Course& course);

/// The plan of a clock whose course changed at `now`: what was already warned of stays warned of, what is still to come
/// moves with the deadline, and nothing is planned before `now`.
Result<ClockPlan> PlanChange(const sla::Calendar& calendar, const Clock& clock, const ClockState& before,
                             const sla::Course& course, Instant now);

/// The plan of a running clock whose deadline stays while the calendar changes: warnings and levels that are still to
/// come lie where this calendar has them, none before `now`. What was to come by `now` stays as it is. Who is asked at
/// which level is not looked at again.
/// Errors: as above.
Result<ClockPlan> PlanTimers(const sla::Calendar& calendar, const Clock& clock, const ClockState& before, Instant now);

/// The rule of a deadline that came with the case: the time from start to due_at, whatever the calendar.
/// REQUIRES: start <= due_at.
sla::Rule GivenRule(Instant start, Instant due_at);

}  // namespace rasti::core
