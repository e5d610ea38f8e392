// Arithmetic of the language: which operators take which types, and what they give.
//
// Pure; thread-safe. Errors carry no place: whoever evaluates knows it.
#pragma once

#include <optional>
#include <string>

#include "engine/base/result.h"
#include "engine/core/expression/syntax.h"
#include "engine/core/expression/type.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

/// The type of `left op right` for an arithmetic operator, kDyn where only evaluating tells; nothing where the operator
/// does not take the two. Lists are not looked into: the result of + on two lists is kList of dyn.
std::optional<Type> ArithmeticType(Operator op, Kind left, Kind right);

/// What the operator takes, as a hint: "+ adds two of int, ...".
std::string ArithmeticHint(Operator op, Kind left, Kind right);

/// Errors: kOutOfRange (overflow, division by zero, a timestamp beyond the years 1 to 9999), kInvalidArgument (kinds
/// that the operator does not take).
Result<Value> Arithmetic(Operator op, const Value& left, const Value& right);
Result<Value> Negate(const Value& operand);

/// Errors: kInvalidArgument (kinds without an order between them).
Result<bool> Compare(Operator op, const Value& left, const Value& right);

}  // namespace rasti::core::expression
