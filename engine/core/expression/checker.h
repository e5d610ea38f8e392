// From the syntax tree to the checked tree: looks names up, finds overloads, infers types, keeps personal data unread.
//
// Pure; thread-safe.
#pragma once

#include <tl/expected.hpp>

#include "engine/core/expression/environment.h"
#include "engine/core/expression/program.h"
#include "engine/core/expression/syntax.h"
#include "engine/core/expression/type.h"

namespace rasti::core::expression {

/// Fills in everything of a program but its source. Errors: an unknown name, types that do not fit, a value that is not
/// `wanted`, a personal member that would be read, a constant argument that can't be converted.
tl::expected<Expression::Program, CompileError> Check(const Syntax& syntax, const Environment& environment,
                                                      const Type& wanted);

}  // namespace rasti::core::expression
