#include <fmt/format.h>

#include <optional>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/checks.h"
#include "engine/core/expression/operators.h"

namespace rasti::core::expression {
namespace {

using Op = Node::Op;

// The type that values of both have, or nothing. What is dyn makes the other dyn.
std::optional<Type> CommonType(const Type& a, const Type& b) {
  if (a == b) return a;
  if (a.Is(Kind::kDyn) || b.Is(Kind::kDyn)) return Type::Dyn();
  if (!a.Is(Kind::kList) || !b.Is(Kind::kList)) return std::nullopt;
  auto element = CommonType(a.element(), b.element());
  if (!element) return std::nullopt;
  return Type::List(*std::move(element));
}

bool IsOrdered(const Type& type) { return !type.Is(Kind::kNull) && !type.Is(Kind::kList) && !type.Is(Kind::kObject); }

tl::unexpected<CompileError> Unlike(const Syntax& syntax, const Type& a, const Type& b) {
  std::string hint;
  if (a.Is(Kind::kNull) || b.Is(Kind::kNull)) {
    hint = "; it is never null, has(...) tells whether a member is there";
  } else if (a.Is(Kind::kTimestamp) || b.Is(Kind::kTimestamp)) {
    hint = "; write timestamp('2026-01-31T00:00:00Z')";
  } else if (a.Is(Kind::kDuration) || b.Is(Kind::kDuration)) {
    hint = "; write duration('48h')";
  }
  return FailCompile(syntax.position, fmt::format("'{}' compared with '{}'{}", a.ToString(), b.ToString(), hint));
}

Checked CheckEquality(const Syntax& syntax, std::vector<Node> parts) {
  if (!Comparable(parts[0].type, parts[1].type)) return Unlike(syntax, parts[0].type, parts[1].type);
  for (const Node& part : parts) {
    if (part.type.HoldsPersonal()) {
      return FailCompile(part.position,
                         ReadsPersonal(fmt::format("{} holds it, and comparing would read it", NameOf(part))));
    }
  }
  return MakeNode(Op::kEquality, syntax, Type::Bool(), std::move(parts));
}

Checked CheckCompare(const Syntax& syntax, std::vector<Node> parts) {
  if (!Comparable(parts[0].type, parts[1].type)) return Unlike(syntax, parts[0].type, parts[1].type);
  for (const Node& part : parts) {
    if (!IsOrdered(part.type)) {
      return FailCompile(syntax.position,
                         fmt::format("values of '{}' have no order; == and != compare them", part.type.ToString()));
    }
  }
  return MakeNode(Op::kCompare, syntax, Type::Bool(), std::move(parts));
}

Checked CheckIn(const Syntax& syntax, std::vector<Node> parts) {
  const Type& list = parts[1].type;
  if (!list.Is(Kind::kList) && !list.Is(Kind::kDyn)) {
    return FailCompile(parts[1].position, fmt::format("'in' looks in a list, this is '{}'{}", list.ToString(),
                                                      list.Is(Kind::kString) ? "; contains() looks in a string" : ""));
  }
  if (list.Is(Kind::kList) && !Comparable(parts[0].type, list.element())) {
    return Unlike(syntax, parts[0].type, list.element());
  }
  for (const Node& part : parts) {
    if (part.type.HoldsPersonal()) {
      return FailCompile(part.position,
                         ReadsPersonal(fmt::format("{} holds it, and 'in' would read it", NameOf(part))));
    }
  }
  return MakeNode(Op::kIn, syntax, Type::Bool(), std::move(parts));
}

Checked CheckArithmetic(const Syntax& syntax, std::vector<Node> parts) {
  const Type& left = parts[0].type;
  const Type& right = parts[1].type;
  auto type = ArithmeticType(syntax.op, left.kind(), right.kind());
  if (!type) {
    return FailCompile(syntax.position,
                       fmt::format("'{}' {} '{}': {}", left.ToString(), OperatorText(syntax.op), right.ToString(),
                                   ArithmeticHint(syntax.op, left.kind(), right.kind())));
  }
  if (left.Is(Kind::kList) || right.Is(Kind::kList)) {
    RASTI_TRY(type, Unify(parts[0], parts[1], "+ joins lists of one type"));
    if (type->Is(Kind::kDyn)) type = Type::List(Type::Dyn());
  }
  return MakeNode(Op::kArithmetic, syntax, *std::move(type), std::move(parts));
}

}  // namespace

// Personal members would be out of sight behind dyn, so that nothing that holds them may become dyn.
tl::expected<Type, CompileError> Unify(const Node& a, const Node& b, std::string_view rule) {
  auto type = CommonType(a.type, b.type);
  if (!type) {
    return FailCompile(b.position, fmt::format("{}: '{}' and '{}'", rule, a.type.ToString(), b.type.ToString()));
  }
  for (const Node* node : {&a, &b}) {
    if (node->type.HoldsPersonal() && node->type != *type) {
      return FailCompile(node->position, ReadsPersonal("this value holds it, and its type would be lost"));
    }
  }
  return *std::move(type);
}

Checked CheckBinary(const Syntax& syntax, std::vector<Node> parts) {
  switch (syntax.op) {
    case Operator::kEqual:
    case Operator::kNotEqual: return CheckEquality(syntax, std::move(parts));
    case Operator::kIn: return CheckIn(syntax, std::move(parts));
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual: return CheckCompare(syntax, std::move(parts));
    case Operator::kAdd:
    case Operator::kSubtract:
    case Operator::kMultiply:
    case Operator::kDivide:
    case Operator::kRemainder: return CheckArithmetic(syntax, std::move(parts));
  }
  return FailCompile(syntax.position, "an unknown operator");
}

}  // namespace rasti::core::expression
