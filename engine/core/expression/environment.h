// What an expression may mention: the names and types of its top-level variables.
//
// Built by whoever compiles (one for each kind of place that holds expressions), then only read. Copyable; thread-safe
// once built.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core/expression/type.h"

namespace rasti::core::expression {

class Environment {
 public:
  struct Variable {
    std::string name;
    Type type;
  };

  Environment() = default;
  /// The variables in order: the first has index 0.
  Environment(std::initializer_list<Variable> variables);

  /// Adds a variable and returns its index, which is what Activation::Lookup is asked for.
  /// REQUIRES: a CEL identifier, neither a reserved word nor declared before.
  size_t Declare(std::string name, Type type);

  /// The index of that variable, or nothing.
  std::optional<size_t> Find(std::string_view name) const;
  const std::vector<Variable>& variables() const { return variables_; }

 private:
  std::vector<Variable> variables_;
};

}  // namespace rasti::core::expression
