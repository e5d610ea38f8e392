// What must hold of every decision, whoever made it and of what.
//
// Pure functions that stop the process where something does not; thread-safe.
#pragma once

#include "engine/core/decide.h"

namespace rasti::fuzz {

bool SameDecision(const core::Decision& a, const core::Decision& b);

/// Its events follow the case's, can be written and read, and fold to its state; what it sends can be written and read;
/// the store keeps its state. REQUIRES: the decision was made of the case as it was `before`.
void CheckDecision(const core::CaseState& before, const core::Decision& decision);

}  // namespace rasti::fuzz
