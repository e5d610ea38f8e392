// From source text to tokens, after the lexical grammar of CEL (doc/langdef.md of google/cel-spec).
//
// Pure; thread-safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/core/expression/compile_error.h"

namespace rasti::core::expression {

enum class TokenKind {
  kEnd,
  kIdentifier,  // reserved words included; a member may bear one
  kInt,
  kDouble,
  kString,
  kTrue,
  kFalse,
  kNull,
  kIn,
  kLeftParenthesis,
  kRightParenthesis,
  kLeftBracket,
  kRightBracket,
  kDot,
  kComma,
  kQuestion,
  kColon,
  kNot,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
  kEqual,
  kNotEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kAnd,
  kOr,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Position position = {};
  std::string_view text = {};  // as written; views the source
  std::string string = {};     // of kString: what the literal stands for
  uint64_t magnitude = 0;      // of kInt: up to 2^63, which only a minus sign makes an int
  double number = 0;           // of kDouble
};

/// All tokens, kEnd last. Errors: a character or literal that CEL does not have, or that this subset leaves out.
/// REQUIRES: source outlives the tokens.
tl::expected<std::vector<Token>, CompileError> Tokenize(std::string_view source);

}  // namespace rasti::core::expression
