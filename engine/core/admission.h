// Checks that every command passes before anything is decided: tenant, existence, actor, role, freeze, time, revision.
// Used by decide.cc; not an interface of this folder.
#pragma once

#include "engine/core/decision_builder.h"

namespace rasti::core {

/// What Admit checks, and the instant that it gives.
tl::expected<Instant, Rejection> AdmitCommand(const Config& config, const CaseState& state, const Command& command,
                                              const DecisionTime& time);

}  // namespace rasti::core
