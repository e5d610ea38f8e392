// Guards and other expressions. Any text is parsed; what parses is printed and parsed again to the same tree, and both
// texts compile alike, evaluate alike, and twice the same, within the bounds of limits.h.
#include <cmath>
#include <limits>
#include <string>

#include "engine/core/expression/expression.h"
#include "engine/core/expression/limits.h"
#include "engine/core/expression/names.h"
#include "engine/core/expression/parser.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/print_expression.h"

namespace rasti::fuzz {
namespace {

using namespace core::expression;  // NOLINT(google-build-using-namespace): it is what this file is about

const Environment& TestEnvironment() {
  static const Environment kEnvironment = {
      {"form", Type::Object({{"count", Type::Int()},
                             {"amount", Type::Double()},
                             {"text", Type::String(), false, /*optional=*/true},
                             {"name", Type::String(), /*personal=*/true},
                             {"tags", Type::List(Type::String())},
                             {"place", Type::Object({{"street", Type::String(), false, true}}), false, true},
                             {"extra", Type::Dyn(), false, /*optional=*/true}})},
      {"now", Type::Timestamp()},
      {"wait", Type::Duration()},
      {"numbers", Type::List(Type::Int())},
      {"any", Type::Dyn()},
      {"flag", Type::Bool()}};
  return kEnvironment;
}

std::vector<ValueActivation> TestActivations() {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const Value tags = Value::OfList({"waste", "\u00eb", ""});
  const Value deep = Value::OfObject({{"list", Value::OfList({1, 2.5, "x", nullptr, false})}, {"none", nullptr}});
  std::vector<ValueActivation> activations;
  activations.emplace_back(std::vector<Value>{
      Value::OfObject({{"count", 3}, {"amount", 2}, {"text", "Rruga B"}, {"tags", tags}, {"extra", deep}}),
      Value(*ParseInstant("2026-11-21T06:14:31.250Z")), Value(Duration{-1}), Value::OfList({1, -2, kMax}), Value(deep),
      Value(true)});
  // As no value should be: absent, of other types, at the edges.
  activations.emplace_back(std::vector<Value>{Value::OfObject({{"count", "x"}, {"tags", Value::OfList({1})}}),
                                              Value(kLatestInstant), Value(Duration::min()), Value::OfList({}),
                                              Value(std::numeric_limits<double>::quiet_NaN()), Value()});
  return activations;
}

bool SameValue(const Value& a, const Value& b) {
  // NaN is unequal to itself.
  return a.kind() == b.kind() && (a == b || a.ToString() == b.ToString());
}

// A value is shown as an expression would write it.
void CheckShown(const Value& value) {
  const bool written = value.Is(Kind::kNull) || value.Is(Kind::kBool) || value.Is(Kind::kInt) ||
                       (value.Is(Kind::kDouble) && std::isfinite(value.AsDouble())) ||
                       (value.Is(Kind::kString) && value.AsString().size() < kSourceBytesMax / 8) ||
                       value.Is(Kind::kTimestamp) ||
                       // The least duration has no counterpart above zero, which is what is read behind its sign.
                       (value.Is(Kind::kDuration) && value.AsDuration() != Duration::min());
  if (!written) return;
  const auto shown = Compile(value.ToString(), {}, Type::Dyn());
  RASTI_CHECK(shown.has_value(), "a value is shown as an expression");
  const auto read = shown->Evaluate(ValueActivation({}));
  RASTI_CHECK(read.has_value() && SameValue(*read, value), "the expression gives the value");
}

void CheckAlike(const Expression& one, const Expression& other) {
  RASTI_CHECK(one.type() == other.type(), "the same tree has the same type");
  for (const ValueActivation& activation : TestActivations()) {
    const auto first = one.Evaluate(activation);
    const auto second = one.Evaluate(activation);
    const auto third = other.Evaluate(activation);
    RASTI_CHECK(first.has_value() == second.has_value() && first.has_value() == third.has_value(),
                "an expression is evaluated alike each time");
    if (!first) {
      CheckError(first.error());
      RASTI_CHECK(first.error() == second.error() && first.error().code == third.error().code,
                  "an error is the same each time");
      continue;
    }
    RASTI_CHECK(SameValue(*first, *second) && SameValue(*first, *third), "a value is the same each time");
    RASTI_CHECK(one.type().Is(Kind::kDyn) || first->Is(one.type().kind()), "a value is of the type that was inferred");
    CheckShown(*first);
  }
}

void CheckPlace(const CompileError& error, std::string_view source) {
  RASTI_CHECK(!error.message.empty(), "an error says what is wrong");
  int lines = 1;
  for (const char c : source) lines += c == '\n' ? 1 : 0;
  RASTI_CHECK(error.line >= 1 && error.line <= lines && error.column >= 1 &&
                  static_cast<size_t>(error.column) <= CountCodePoints(source) + 1,
              "an error has its place in the source");
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;                    // NOLINT(google-build-using-namespace): no place for a function of C
  using namespace rasti::fuzz;              // NOLINT(google-build-using-namespace)
  using namespace rasti::core::expression;  // NOLINT(google-build-using-namespace)
  const std::string_view source = AsText(data, size);
  const auto compiled = Compile(source, TestEnvironment(), Type::Dyn());
  const auto syntax = Parse(source);
  if (!compiled) CheckPlace(compiled.error(), source);
  if (!syntax) {
    RASTI_CHECK(!compiled && compiled.error() == syntax.error(), "what cannot be parsed cannot be compiled");
    return 0;
  }
  RASTI_CHECK(syntax->depth <= kDepthMax, "the tree is not deeper than its bound");

  const std::string printed = PrintExpression(*syntax);
  // The printer's brackets make the text longer; around the outermost part they would be one more level.
  if (printed.size() > kSourceBytesMax || syntax->depth + 1 > kDepthMax) return 0;
  const auto parsed = Parse(printed);
  RASTI_CHECK(parsed.has_value(), "what was printed can be parsed");
  RASTI_CHECK(SameSyntax(*syntax, *parsed), "it is the same tree");
  const auto compiled_again = Compile(printed, TestEnvironment(), Type::Dyn());
  RASTI_CHECK(compiled.has_value() == compiled_again.has_value(), "the same tree compiles alike");
  if (!compiled) {
    RASTI_CHECK(compiled.error().message == compiled_again.error().message, "for the same reason");
    return 0;
  }
  CheckAlike(*compiled, *compiled_again);
  const auto as_bool = Compile(source, TestEnvironment(), Type::Bool());
  if (as_bool) {
    for (const ValueActivation& activation : TestActivations()) {
      if (const auto holds = as_bool->EvaluateBool(activation); !holds) CheckError(holds.error());
    }
  }
  return 0;
}
