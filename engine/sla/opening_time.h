// Opening time: questions of when the counters are open, answered from a calendar's tables.
#pragma once

#include "engine/sla/calendar.h"

namespace rasti::sla {

/// `from` when the counters are open then, else their next opening. Errors: kOutOfRange when `from` or the opening
/// lies outside the coverage.
Result<Instant> NextOpening(const Calendar& calendar, Instant from);

/// The last instant from which `length` of opening time passes until `until`; at zero `until` itself. It is an opening
/// rather than the closing before it, so that a warning comes when somebody is there. Errors as AddOpeningTime.
Result<Instant> SubtractOpeningTime(const Calendar& calendar, Instant until, Duration length);

}  // namespace rasti::sla
