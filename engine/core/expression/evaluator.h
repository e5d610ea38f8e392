// Walks a checked tree over the values of an activation.
#pragma once

#include "engine/base/result.h"
#include "engine/core/expression/expression.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

/// What Expression::Evaluate does. Recursion is bounded by the tree's depth, work by kStepsMax.
Result<Value> Run(const Expression::Program& program, const Activation& activation);

}  // namespace rasti::core::expression
