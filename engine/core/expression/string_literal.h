// String literals: quotes, triple quotes, raw strings and escapes.
//
// Pure; thread-safe.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "engine/core/expression/compile_error.h"

namespace rasti::core::expression {

struct StringLiteral {
  size_t source_bytes = 0;  // from its prefix to its closing quote
  std::string value;
};

/// Whether text begins with a quote, or with a prefix (r, b in either case) and a quote.
bool BeginsStringLiteral(std::string_view text);

/// Reads the literal that text begins with. REQUIRES: BeginsStringLiteral(text), UTF-8.
/// Errors: no closing quote, an escape that CEL does not have, a bytes literal.
tl::expected<StringLiteral, CompileError> ReadStringLiteral(std::string_view text, Position position);

}  // namespace rasti::core::expression
