// Apply: the case after an event. Pure and total; it needs no configuration, because events carry resolved facts.
#pragma once

#include "engine/core/case_state.h"
#include "engine/core/event.h"

namespace rasti::core {

/// Changes `state` by the event. REQUIRES: the event is the case's next one (revision = state.revision + 1, same case);
/// a violation stops the process, because it means that the log was not read in order.
void Apply(CaseState& state, const Event& event);

}  // namespace rasti::core
