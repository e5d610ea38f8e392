#include "engine/core/expression/evaluator.h"

#include <fmt/format.h>

#include <optional>
#include <utility>
#include <vector>

#include "engine/core/expression/limits.h"
#include "engine/core/expression/operators.h"
#include "engine/core/expression/program.h"

namespace rasti::core::expression {
namespace {

using Op = Node::Op;

// What going through a value costs, in steps.
int64_t CostOf(const Value& value) {
  switch (value.kind()) {
    case Kind::kString: return static_cast<int64_t>(value.AsString().size() / kBytesPerStep);
    case Kind::kList: {
      int64_t cost = 1;
      for (const Value& element : value.AsList()) cost += 1 + CostOf(element);
      return cost;
    }
    case Kind::kObject: {
      int64_t cost = 1;
      for (const auto& [name, member] : value.AsObject()) cost += 1 + CostOf(member);
      return cost;
    }
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kDouble:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kDyn: break;
  }
  return 0;
}

// The value as one of that type: an int where a double is wanted is converted. Elements and members are not looked at.
Result<Value> Conform(Value value, const Type& type, std::string_view what) {
  if (type.Is(Kind::kDyn) || value.Is(type.kind())) return value;
  // JSON writes 3.0 as 3.
  if (type.Is(Kind::kDouble) && value.Is(Kind::kInt)) return Value(static_cast<double>(value.AsInt()));
  if (value.Is(Kind::kNull)) return Fail(Error::Invalid(fmt::format("{} is absent", what)));
  return Fail(Error::Invalid(
      fmt::format("{} is '{}' where '{}' is promised", what, KindName(value.kind()), KindName(type.kind()))));
}

Result<Value> ConformDeeply(Value value, const Type& type) {
  RASTI_TRY(Value outer, Conform(std::move(value), type, "the result"));
  if (!type.Is(Kind::kList) || type.element().Is(Kind::kDyn)) return outer;
  Value::List elements;
  for (const Value& element : outer.AsList()) {
    RASTI_TRY(Value inner, ConformDeeply(element, type.element()));
    elements.push_back(std::move(inner));
  }
  return Value::OfList(std::move(elements));
}

class Evaluator {
 public:
  Evaluator(const Expression::Program& program, const Activation& activation)
      : program_(program), activation_(activation), fetched_(program.variables.size()), locals_(program.locals) {}

  Result<Value> Evaluate(const Node& node) {
    RASTI_CHECKED(Spend(node, 1));
    switch (node.op) {
      case Op::kConstant: return node.constant;
      case Op::kVariable: return Fetch(node);
      case Op::kLocal: return locals_[node.slot];
      case Op::kSelect: return Select(node);
      case Op::kHas: return Has(node);
      case Op::kIndex: return Index(node);
      case Op::kCall: return Call(node);
      case Op::kMatches: return Matches(node);
      case Op::kNot: return Not(node);
      case Op::kNegate: return NegateOf(node);
      case Op::kArithmetic: return ArithmeticOf(node);
      case Op::kCompare: return CompareOf(node);
      case Op::kEquality: return Equality(node);
      case Op::kIn: return In(node);
      case Op::kAnd: return Logic(node, false);
      case Op::kOr: return Logic(node, true);
      case Op::kConditional: return Conditional(node);
      case Op::kList: return List(node);
      case Op::kAll: return Quantify(node, false);
      case Op::kExists: return Quantify(node, true);
      case Op::kExistsOne: return ExistsOne(node);
    }
    return Fail(Error::Internal("an unknown node"));
  }

 private:
  // Once used up, the budget stays used up, so that no || hides it.
  Status Spend(const Node& node, int64_t steps) {
    steps_ -= steps;
    if (steps_ >= 0) return {};
    steps_ = -1;
    return Place(node, Fail(ErrorCode::kOutOfRange, fmt::format("evaluating takes more than {} steps", kStepsMax)));
  }
  bool Exhausted() const { return steps_ < 0; }

  static tl::unexpected<Error> Place(const Node& node, tl::unexpected<Error> failure) {
    return Fail(failure.value().At(node.position.ToString()));
  }
  template <class T>
  static Result<T> Place(const Node& node, Result<T> result) {
    if (result) return result;
    return Fail(result.error().At(node.position.ToString()));
  }

  // What the value is called is put together only where it is amiss.
  static Result<Value> Conformed(const Node& node, Value value, const Type& type) {
    if (type.Is(Kind::kDyn) || value.Is(type.kind())) return value;
    const bool element = node.op == Op::kAll || node.op == Op::kExists || node.op == Op::kExistsOne;
    return Place(node, Conform(std::move(value), type, element ? "an element" : NameOf(node)));
  }

  Result<Value> Fetch(const Node& node) {
    std::optional<Value>& value = fetched_[node.slot];
    if (!value) {
      RASTI_TRY(value, Conformed(node, activation_.Lookup(program_.variables[node.slot].index), node.type));
    }
    return *value;
  }

  Result<bool> Bool(const Node& node) {
    RASTI_TRY(const Value value, Evaluate(node));
    if (value.Is(Kind::kBool)) return value.AsBool();
    return Place(
        node,
        Fail(Error::Invalid(fmt::format("{} is '{}' where 'bool' is wanted", NameOf(node), KindName(value.kind())))));
  }

  Result<Value> ListOf(const Node& node) {
    RASTI_TRY(Value value, Evaluate(node));
    if (value.Is(Kind::kList)) return value;
    return Place(
        node,
        Fail(Error::Invalid(fmt::format("{} is '{}' where a list is wanted", NameOf(node), KindName(value.kind())))));
  }

  // The member that a kSelect or kHas names; nothing where it is absent.
  Result<std::optional<Value>> MemberOf(const Node& node, const Value& object) {
    if (!object.Is(Kind::kObject)) {
      return Place(node,
                   Fail(Error::Invalid(fmt::format("{} is '{}' and has no members such as '{}'",
                                                   NameOf(node.parts.front()), KindName(object.kind()), node.name))));
    }
    const Value* member = object.FindMember(node.name);
    if (member == nullptr) return std::optional<Value>();
    if (node.op == Op::kHas) return std::optional<Value>(*member);
    RASTI_TRY(Value value, Conformed(node, *member, node.type));
    return std::optional<Value>(std::move(value));
  }

  // Known without putting the object together.
  bool Lacks(const Node& node) const {
    const Node& object = node.parts.front();
    return object.op == Op::kVariable && !fetched_[object.slot] &&
           !activation_.MayHave(program_.variables[object.slot].index, node.name);
  }

  Result<Value> Select(const Node& node) {
    if (!Lacks(node)) {
      RASTI_TRY(const Value object, Evaluate(node.parts.front()));
      RASTI_TRY(std::optional<Value> member, MemberOf(node, object));
      if (member) return *std::move(member);
    }
    return Place(node,
                 Fail(Error::Invalid(fmt::format("{} is absent; has() tells whether it is there", NameOf(node)))));
  }

  // A row of selections as far as it goes: has(a.b.c) is false where b is absent, as of CEL's messages.
  Result<std::optional<Value>> Reach(const Node& node) {
    if (node.op != Op::kSelect && node.op != Op::kHas) {
      RASTI_TRY(Value value, Evaluate(node));
      return std::optional<Value>(std::move(value));
    }
    RASTI_CHECKED(Spend(node, 1));
    if (Lacks(node)) return std::optional<Value>();
    RASTI_TRY(const std::optional<Value> object, Reach(node.parts.front()));
    if (!object) return std::optional<Value>();
    return MemberOf(node, *object);
  }

  Result<Value> Has(const Node& node) {
    RASTI_TRY(const std::optional<Value> member, Reach(node));
    return Value(member.has_value());
  }

  Result<Value> Index(const Node& node) {
    RASTI_TRY(const Value list, ListOf(node.parts[0]));
    RASTI_TRY(const Value index, Evaluate(node.parts[1]));
    if (!index.Is(Kind::kInt)) {
      return Place(node, Fail(Error::Invalid(fmt::format("an index is 'int', this is '{}'", KindName(index.kind())))));
    }
    const size_t size = list.AsList().size();
    if (index.AsInt() < 0 || static_cast<uint64_t>(index.AsInt()) >= size) {
      return Place(node, Fail(ErrorCode::kOutOfRange, fmt::format("index {} of a list of {}", index.AsInt(), size)));
    }
    return Conformed(node, list.AsList()[static_cast<size_t>(index.AsInt())], node.type);
  }

  Result<std::vector<Value>> Parts(const Node& node) {
    std::vector<Value> values;
    values.reserve(node.parts.size());
    for (const Node& part : node.parts) {
      RASTI_TRY(Value value, Evaluate(part));
      values.push_back(std::move(value));
    }
    return values;
  }

  Result<Value> Call(const Node& node) {
    RASTI_TRY(const std::vector<Value> arguments, Parts(node));
    std::vector<Kind> kinds;
    int64_t cost = 0;
    for (const Value& argument : arguments) {
      kinds.push_back(argument.kind());
      if (argument.Is(Kind::kString)) cost += CostOf(argument);
    }
    const Overload* overload = SelectOverload(node.overloads, node.is_method, kinds);
    if (overload == nullptr) {
      return Place(
          node, Fail(Error::Invalid(fmt::format("{} does not exist", DescribeCall(node.name, node.is_method, kinds)))));
    }
    RASTI_CHECKED(Spend(node, cost + overload->steps));
    return Place(node, overload->apply(arguments));
  }

  Result<Value> Matches(const Node& node) {
    RASTI_TRY(const Value text, Evaluate(node.parts.front()));
    if (!text.Is(Kind::kString)) {
      return Place(node,
                   Fail(Error::Invalid(fmt::format("matches() takes 'string', this is '{}'", KindName(text.kind())))));
    }
    RASTI_CHECKED(Spend(node, CostOf(text)));
    return Value(RE2::PartialMatch(text.AsString(), *node.pattern));
  }

  Result<Value> Not(const Node& node) {
    RASTI_TRY(const bool operand, Bool(node.parts.front()));
    return Value(!operand);
  }

  Result<Value> NegateOf(const Node& node) {
    RASTI_TRY(const Value operand, Evaluate(node.parts.front()));
    return Place(node, Negate(operand));
  }

  Result<Value> ArithmeticOf(const Node& node) {
    RASTI_TRY(const Value left, Evaluate(node.parts[0]));
    RASTI_TRY(const Value right, Evaluate(node.parts[1]));
    if (left.Is(Kind::kString) && right.Is(Kind::kString)) {
      RASTI_CHECKED(Spend(node, CostOf(left) + CostOf(right)));
    } else if (left.Is(Kind::kList) && right.Is(Kind::kList)) {
      RASTI_CHECKED(Spend(node, static_cast<int64_t>(left.AsList().size() + right.AsList().size())));
    }
    return Place(node, Arithmetic(node.binary, left, right));
  }

  Result<Value> CompareOf(const Node& node) {
    RASTI_TRY(const Value left, Evaluate(node.parts[0]));
    RASTI_TRY(const Value right, Evaluate(node.parts[1]));
    RASTI_CHECKED(Spend(node, CostOf(left)));
    RASTI_TRY(const bool holds, Place(node, Compare(node.binary, left, right)));
    return Value(holds);
  }

  Result<Value> Equality(const Node& node) {
    RASTI_TRY(const Value left, Evaluate(node.parts[0]));
    RASTI_TRY(const Value right, Evaluate(node.parts[1]));
    RASTI_CHECKED(Spend(node, CostOf(left) + CostOf(right)));
    return Value((left == right) == (node.binary == Operator::kEqual));
  }

  Result<Value> In(const Node& node) {
    RASTI_TRY(const Value wanted, Evaluate(node.parts[0]));
    RASTI_TRY(const Value list, ListOf(node.parts[1]));
    for (const Value& element : list.AsList()) {
      RASTI_CHECKED(Spend(node, 1 + CostOf(element)));
      if (element == wanted) return Value(true);
    }
    return Value(false);
  }

  // && and ||: an operand that decides the result decides it whatever errors the others have, on either side of it.
  Result<Value> Logic(const Node& node, bool decides) {
    std::optional<Error> failure;
    for (const Node& part : node.parts) {
      const Result<bool> operand = Bool(part);
      if (!operand && Exhausted()) return Fail(operand.error());
      if (operand && *operand == decides) return Value(decides);
      if (!operand && !failure) failure = operand.error();
    }
    if (failure) return Fail(*std::move(failure));
    return Value(!decides);
  }

  Result<Value> Conditional(const Node& node) {
    RASTI_TRY(const bool condition, Bool(node.parts[0]));
    return Evaluate(node.parts[condition ? 1 : 2]);
  }

  Result<Value> List(const Node& node) {
    RASTI_TRY(std::vector<Value> elements, Parts(node));
    return Value::OfList(std::move(elements));
  }

  Result<bool> Test(const Node& node, const Value& element, const Type& type) {
    RASTI_TRY(locals_[node.slot], Conformed(node, element, type));
    return Bool(node.parts[1]);
  }

  static Type ElementType(const Node& list) { return list.type.Is(Kind::kList) ? list.type.element() : Type::Dyn(); }

  // all() is a && over the elements, exists() a ||.
  Result<Value> Quantify(const Node& node, bool decides) {
    RASTI_TRY(const Value list, ListOf(node.parts[0]));
    const Type type = ElementType(node.parts[0]);
    std::optional<Error> failure;
    for (const Value& element : list.AsList()) {
      const Result<bool> holds = Test(node, element, type);
      if (!holds && Exhausted()) return Fail(holds.error());
      if (holds && *holds == decides) return Value(decides);
      if (!holds && !failure) failure = holds.error();
    }
    if (failure) return Fail(*std::move(failure));
    return Value(!decides);
  }

  Result<Value> ExistsOne(const Node& node) {
    RASTI_TRY(const Value list, ListOf(node.parts[0]));
    const Type type = ElementType(node.parts[0]);
    size_t count = 0;
    for (const Value& element : list.AsList()) {
      RASTI_TRY(const bool holds, Test(node, element, type));
      count += holds ? 1 : 0;
    }
    return Value(count == 1);
  }

  const Expression::Program& program_;
  const Activation& activation_;
  std::vector<std::optional<Value>> fetched_;
  std::vector<Value> locals_;
  int64_t steps_ = kStepsMax;
};

}  // namespace

Result<Value> Run(const Expression::Program& program, const Activation& activation) {
  RASTI_TRY(Value value, Evaluator(program, activation).Evaluate(program.root));
  auto result = ConformDeeply(std::move(value), program.wanted);
  if (!result) return Fail(result.error().At(program.root.position.ToString()));
  return result;
}

}  // namespace rasti::core::expression
