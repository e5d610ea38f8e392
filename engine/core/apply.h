// Apply: the case after an event. Pure and total; it needs no configuration, because events carry resolved facts.
#pragma once

#include <optional>
#include <string>

#include "engine/core/case_state.h"
#include "engine/core/event.h"

namespace rasti::core {

/// Changes `state` by the event. REQUIRES: the event is the case's next one (revision = state.revision + 1, same case);
/// a violation stops the process, because it means that the log was not read in order. An event that names a clock
/// which was never started changes nothing of it.
void Apply(CaseState& state, const Event& event);

/// Whether a re-planning gives the clock another deadline, or moves its warnings and levels alone. `clock`: before it.
bool MovesDeadline(const ClockReplanned& event, const ClockState& clock);

/// Why the event cannot be the next one of this case (its case, its revision, a clock that was never started), or
/// nothing. For readers of a log that they do not trust, before Apply.
std::optional<std::string> WhyNotNext(const CaseState& state, const Event& event);

}  // namespace rasti::core
