// The functions of the language: their overloads by the kinds of their arguments, and what they compute.
//
// Pure; thread-safe. Errors carry no place: whoever evaluates knows it.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/expression/type.h"
#include "engine/core/expression/value.h"

namespace rasti::core::expression {

struct Overload {
  enum class Style { kFunction, kMethod, kBoth };  // f(x), x.f(), either

  std::string_view name;
  Style style = Style::kFunction;
  std::vector<Kind> parameters;  // the receiver first
  Kind result = Kind::kDyn;
  Result<Value> (*apply)(std::span<const Value> arguments) = nullptr;
  int steps = 1;  // what applying it costs, besides the length of its strings
};

/// The overloads of that name; none if there is no such function.
std::span<const Overload> FindOverloads(std::string_view name);

/// The names of the functions that may be written f(x), or x.f(); macros included, in order.
std::vector<std::string_view> FunctionNames(bool is_method);

/// The overload that takes values of these kinds, or null. Where a kind is kDyn, the first that may take it.
const Overload* SelectOverload(std::span<const Overload> overloads, bool is_method, std::span<const Kind> kinds);

/// "startsWith(string, string)", or as a method "string.startsWith(string)".
std::string DescribeCall(std::string_view name, bool is_method, std::span<const Kind> kinds);

}  // namespace rasti::core::expression
