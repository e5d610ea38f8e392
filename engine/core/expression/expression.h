// Guards and computed values of workflow definitions, written in a subset of CEL, the Common Expression Language
// (github.com/google/cel-spec): compiled and type-checked when a definition is loaded, evaluated when it decides.
//
// Evaluation is pure: the same expression over the same values gives the same result on every machine; there is no
// clock, no machine's time zone and no randomness in it. README.md beside this file tells the subset and where it is
// stricter than CEL. An Expression is immutable, cheap to copy and thread-safe.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/expression/compile_error.h"
#include "engine/core/expression/environment.h"
#include "engine/core/expression/limits.h"
#include "engine/core/expression/type.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

/// The values of an environment's variables during one evaluation.
class Activation {
 public:
  virtual ~Activation() = default;

  /// The value of the variable with that index in the environment the expression was compiled with. Asked for at most
  /// once an evaluation, and only if evaluating needs it.
  virtual Value Lookup(size_t variable_index) const = 0;
  /// False where that variable is an object that certainly lacks the member: it is then not asked for as a whole.
  virtual bool MayHave(size_t /*variable_index*/, std::string_view /*member*/) const { return true; }
};

/// An activation over values that are at hand, in the environment's order.
class ValueActivation final : public Activation {
 public:
  explicit ValueActivation(std::vector<Value> values) : values_(std::move(values)) {}
  Value Lookup(size_t variable_index) const override {
    return variable_index < values_.size() ? values_[variable_index] : Value();
  }

 private:
  std::vector<Value> values_;
};

class Expression {
 public:
  /// The value, of the type wanted when compiled.
  /// Errors, each beginning with line:column of the sub-expression: kInvalidArgument (an absent member was read, a
  /// value of another type than was declared, text that is no number, ...), kOutOfRange (overflow, division by zero,
  /// an index outside its list, more than kStepsMax steps).
  Result<Value> Evaluate(const Activation& activation) const;
  /// The same for an expression that was compiled with Type::Bool(); kInvalidArgument for a value that is no bool.
  Result<bool> EvaluateBool(const Activation& activation) const;

  /// Whether the expression names that top-level variable of its environment.
  bool Mentions(std::string_view variable) const;
  const std::string& source() const;
  /// As the checker inferred it; kDyn where only evaluating tells.
  const Type& type() const;

  struct Program;  // the checked tree; expression.cc knows what is in it
  explicit Expression(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

 private:
  std::shared_ptr<const Program> program_;
};

/// Compiles an expression over the environment's variables whose value is of type `wanted` (Type::Dyn(): any).
/// The error names the first fault, its place and what would be right. Reading a personal member is an error.
tl::expected<Expression, CompileError> Compile(std::string_view source, const Environment& environment,
                                               const Type& wanted);

}  // namespace rasti::core::expression
