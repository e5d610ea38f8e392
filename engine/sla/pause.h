// What a pause keeps, and what resuming makes of it.
#pragma once

#include <optional>

#include "engine/sla/deadline.h"
#include "engine/sla/explain.h"

namespace rasti::sla {

/// What is left of a deadline at an instant: opening time for working_*, time for calendar_days and elapsed, nothing
/// for units whose pause keeps no time. REQUIRES: at <= due. Errors: kOutOfRange.
Result<std::optional<Duration>> RemainingAt(const Calendar& calendar, const Rule& rule, Instant due, Instant at);

/// The stretch of a pause that has ended. REQUIRES: paused_at <= due, paused_at <= resumed_at.
struct EndedPause {
  Instant due;  // as it stood
  Instant paused_at;
  Instant resumed_at;
};
/// The deadline after a pause, by the rule that gave it: never before the old one, nor (fixed dates apart) before the
/// resumption. `explainer` may be null. Errors: kOutOfRange.
Result<Instant> DueAfterPause(const Calendar& calendar, const Rule& rule, const EndedPause& pause,
                              const Explainer* explainer);

}  // namespace rasti::sla
