#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/checks.h"
#include "engine/core/expression/functions.h"
#include "engine/core/expression/pattern.h"

namespace rasti::core::expression {
namespace {

using Op = Node::Op;

// All overloads of a name give one type, whatever the arguments.
Type ResultType(std::span<const Overload> overloads, const Overload& overload, bool certain) {
  const bool one = certain || std::all_of(overloads.begin(), overloads.end(),
                                          [&](const Overload& other) { return other.result == overload.result; });
  switch (one ? overload.result : Kind::kDyn) {
    case Kind::kBool: return Type::Bool();
    case Kind::kInt: return Type::Int();
    case Kind::kDouble: return Type::Double();
    case Kind::kString: return Type::String();
    case Kind::kTimestamp: return Type::Timestamp();
    case Kind::kDuration: return Type::Duration();
    case Kind::kNull:
    case Kind::kList:
    case Kind::kObject:
    case Kind::kDyn: break;
  }
  return Type::Dyn();
}

tl::unexpected<CompileError> NoOverload(const Syntax& syntax, std::span<const Overload> overloads,
                                        std::span<const Kind> kinds) {
  if (syntax.is_method && syntax.name.starts_with("get") && kinds.size() == 2) {
    return FailCompile(syntax.position,
                       fmt::format("{}() takes no time zone here: expressions know UTC only", syntax.name));
  }
  std::string forms;
  for (const Overload& overload : overloads) {
    const bool as_method =
        overload.style == Overload::Style::kMethod || (overload.style == Overload::Style::kBoth && syntax.is_method);
    forms += (forms.empty() ? "" : ", ") + DescribeCall(overload.name, as_method, overload.parameters);
  }
  return FailCompile(syntax.position, fmt::format("{} does not exist; there is {}",
                                                  DescribeCall(syntax.name, syntax.is_method, kinds), forms));
}

Checked FixPattern(Node node) {
  auto pattern = CompilePattern(node.parts[1].constant.AsString());
  if (!pattern) return FailCompile(node.parts[1].position, pattern.error().message);
  node.op = Op::kMatches;
  node.pattern = *std::move(pattern);
  node.parts.pop_back();
  return node;
}

// timestamp('2026-02-30...') can never succeed: better known when the definition is loaded.
Checked FoldConstants(Node node, const Overload& overload, bool certain) {
  const auto constant = [](const Node& part) { return part.op == Op::kConstant; };
  if (!certain || !std::all_of(node.parts.begin(), node.parts.end(), constant)) return node;
  std::vector<Value> arguments;
  for (const Node& part : node.parts) arguments.push_back(part.constant);
  auto value = overload.apply(arguments);
  if (!value) return FailCompile(node.parts.front().position, value.error().message);
  node.op = Op::kConstant;
  node.constant = *std::move(value);
  node.parts.clear();
  return node;
}

}  // namespace

tl::expected<void, CompileError> CheckFunctionName(const Syntax& syntax) {
  if (!FindOverloads(syntax.name).empty()) return {};
  return FailCompile(syntax.position, UnknownName(syntax.is_method ? "method" : "function", syntax.name,
                                                  FunctionNames(syntax.is_method), "there are"));
}

Checked CheckFunction(const Syntax& syntax, std::vector<Node> parts) {
  const std::span<const Overload> overloads = FindOverloads(syntax.name);
  std::vector<Kind> kinds;
  for (const Node& part : parts) kinds.push_back(part.type.kind());
  const Overload* overload = SelectOverload(overloads, syntax.is_method, kinds);
  if (overload == nullptr) return NoOverload(syntax, overloads, kinds);
  const bool certain = std::find(kinds.begin(), kinds.end(), Kind::kDyn) == kinds.end();
  Node node = MakeNode(Op::kCall, syntax, ResultType(overloads, *overload, certain), std::move(parts));
  node.overloads = overloads;
  if (syntax.name == "matches" && node.parts[1].op == Op::kConstant) return FixPattern(std::move(node));
  return FoldConstants(std::move(node), *overload, certain);
}

}  // namespace rasti::core::expression
