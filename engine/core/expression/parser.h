// From source text to a syntax tree, after the grammar of CEL (doc/langdef.md of google/cel-spec).
//
// Pure; thread-safe. Recursion is bounded by kDepthMax.
#pragma once

#include <string_view>
#include <tl/expected.hpp>

#include "engine/core/expression/compile_error.h"
#include "engine/core/expression/syntax.h"

namespace rasti::core::expression {

/// Errors: what Tokenize reports, text that is no expression, more than kSourceBytesMax, deeper than kDepthMax.
tl::expected<Syntax, CompileError> Parse(std::string_view source);

}  // namespace rasti::core::expression
