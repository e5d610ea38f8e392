// A syntax tree as source text, and whether two trees are the same. Pure; thread-safe.
#pragma once

#include <string>

#include "engine/core/expression/syntax.h"

namespace rasti::fuzz {

/// With brackets around everything that is neither a value nor a name, so that parsing it needs no rule of precedence.
std::string PrintExpression(const core::expression::Syntax& syntax);

/// Whatever their positions.
bool SameSyntax(const core::expression::Syntax& a, const core::expression::Syntax& b);

}  // namespace rasti::fuzz
