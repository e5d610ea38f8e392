// Where and why an expression does not compile.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>

namespace rasti::core::expression {

/// A place in a source, from 1; the column counts code points.
struct Position {
  int line = 1;
  int column = 1;

  /// "3:14".
  std::string ToString() const { return std::to_string(line) + ":" + std::to_string(column); }
  bool operator==(const Position&) const = default;
};

struct CompileError {
  int line = 1;
  int column = 1;  // in code points, from 1
  std::string message;

  /// "3:14: unknown ...".
  std::string ToString() const { return Position{line, column}.ToString() + ": " + message; }
  bool operator==(const CompileError&) const = default;
};

inline tl::unexpected<CompileError> FailCompile(Position position, std::string message) {
  return tl::unexpected(CompileError{position.line, position.column, std::move(message)});
}

}  // namespace rasti::core::expression
