#include "engine/core/expression/operators.h"

#include <fmt/format.h>

#include <array>
#include <limits>
#include <utility>

namespace rasti::core::expression {
namespace {

struct ArithmeticRule {
  Operator op;
  Kind left;
  Kind right;
  Kind result;
};
constexpr std::array<ArithmeticRule, 17> kRules = {{
    {Operator::kAdd, Kind::kInt, Kind::kInt, Kind::kInt},
    {Operator::kAdd, Kind::kDouble, Kind::kDouble, Kind::kDouble},
    {Operator::kAdd, Kind::kString, Kind::kString, Kind::kString},
    {Operator::kAdd, Kind::kList, Kind::kList, Kind::kList},
    {Operator::kAdd, Kind::kTimestamp, Kind::kDuration, Kind::kTimestamp},
    {Operator::kAdd, Kind::kDuration, Kind::kTimestamp, Kind::kTimestamp},
    {Operator::kAdd, Kind::kDuration, Kind::kDuration, Kind::kDuration},
    {Operator::kSubtract, Kind::kInt, Kind::kInt, Kind::kInt},
    {Operator::kSubtract, Kind::kDouble, Kind::kDouble, Kind::kDouble},
    {Operator::kSubtract, Kind::kTimestamp, Kind::kTimestamp, Kind::kDuration},
    {Operator::kSubtract, Kind::kTimestamp, Kind::kDuration, Kind::kTimestamp},
    {Operator::kSubtract, Kind::kDuration, Kind::kDuration, Kind::kDuration},
    {Operator::kMultiply, Kind::kInt, Kind::kInt, Kind::kInt},
    {Operator::kMultiply, Kind::kDouble, Kind::kDouble, Kind::kDouble},
    {Operator::kDivide, Kind::kInt, Kind::kInt, Kind::kInt},
    {Operator::kDivide, Kind::kDouble, Kind::kDouble, Kind::kDouble},
    {Operator::kRemainder, Kind::kInt, Kind::kInt, Kind::kInt},
}};

Type TypeOf(Kind kind) {
  switch (kind) {
    case Kind::kNull: return Type::Null();
    case Kind::kBool: return Type::Bool();
    case Kind::kInt: return Type::Int();
    case Kind::kDouble: return Type::Double();
    case Kind::kString: return Type::String();
    case Kind::kTimestamp: return Type::Timestamp();
    case Kind::kDuration: return Type::Duration();
    case Kind::kList: return Type::List(Type::Dyn());
    case Kind::kObject:
    case Kind::kDyn: break;
  }
  return Type::Dyn();
}

tl::unexpected<Error> Overflow(std::string_view kind, Operator op) {
  return Fail(ErrorCode::kOutOfRange, fmt::format("the {} result of {} overflows", kind, OperatorText(op)));
}

Result<Value> IntArithmetic(Operator op, int64_t a, int64_t b) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  int64_t result = 0;
  bool overflow = false;
  if (op == Operator::kAdd) {
    overflow = __builtin_add_overflow(a, b, &result);
  } else if (op == Operator::kSubtract) {
    overflow = __builtin_sub_overflow(a, b, &result);
  } else if (op == Operator::kMultiply) {
    overflow = __builtin_mul_overflow(a, b, &result);
  } else {
    if (b == 0) {
      return Fail(ErrorCode::kOutOfRange,
                  op == Operator::kDivide ? "division by zero" : "remainder of division by zero");
    }
    // The one quotient that does not fit; its remainder is counted as overflow too, as in CEL.
    overflow = a == kLeast && b == -1;
    if (!overflow) result = op == Operator::kDivide ? a / b : a % b;
  }
  if (overflow) return Overflow("int", op);
  return Value(result);
}

double DoubleArithmetic(Operator op, double a, double b) {
  if (op == Operator::kAdd) return a + b;
  if (op == Operator::kSubtract) return a - b;
  return op == Operator::kMultiply ? a * b : a / b;
}

Result<Value> DurationArithmetic(Operator op, Duration a, Duration b) {
  auto result = IntArithmetic(op, a.count(), b.count());
  if (!result) return Overflow("duration", op);
  return Value(Duration{result->AsInt()});
}

Result<Value> Shift(Operator op, Instant a, Duration b) {
  if (op == Operator::kSubtract) {
    if (b == Duration::min()) return Overflow("timestamp", op);
    b = -b;
  }
  const auto moved = CheckedAdd(a, b);
  if (!moved) return Fail(ErrorCode::kOutOfRange, "the timestamp leaves the years 0001 to 9999");
  return Value(*moved);
}

Value Concatenate(const Value& left, const Value& right) {
  if (left.Is(Kind::kString)) return Value(left.AsString() + right.AsString());
  Value::List list = left.AsList();
  list.insert(list.end(), right.AsList().begin(), right.AsList().end());
  return Value::OfList(std::move(list));
}

}  // namespace

std::optional<Type> ArithmeticType(Operator op, Kind left, Kind right) {
  std::optional<Kind> result;
  for (const ArithmeticRule& rule : kRules) {
    const bool takes =
        rule.op == op && (left == Kind::kDyn || left == rule.left) && (right == Kind::kDyn || right == rule.right);
    if (takes) result = result && *result != rule.result ? Kind::kDyn : rule.result;
  }
  if (!result) return std::nullopt;
  return TypeOf(*result);
}

std::string ArithmeticHint(Operator op, Kind left, Kind right) {
  const auto number = [](Kind kind) { return kind == Kind::kInt || kind == Kind::kDouble; };
  if (number(left) && number(right) && left != right && op != Operator::kRemainder) {
    return "convert one of them with int() or double(), or write the number with a decimal point";
  }
  switch (op) {
    case Operator::kAdd: return "+ takes two of int, double, string, list or duration, or a timestamp and a duration";
    case Operator::kSubtract: return "- takes two of int, double, timestamp or duration, or a timestamp and a duration";
    case Operator::kRemainder: return "% takes two of int";
    case Operator::kMultiply:
    case Operator::kDivide:
    case Operator::kEqual:
    case Operator::kNotEqual:
    case Operator::kLess:
    case Operator::kLessEqual:
    case Operator::kGreater:
    case Operator::kGreaterEqual:
    case Operator::kIn: break;
  }
  return fmt::format("{} takes two of int or double", OperatorText(op));
}

Result<Value> Arithmetic(Operator op, const Value& left, const Value& right) {
  // kDyn is no value's kind, so that what ArithmeticType accepts here is one rule.
  if (!ArithmeticType(op, left.kind(), right.kind())) {
    return Fail(Error::Invalid(fmt::format("'{}' {} '{}': {}", KindName(left.kind()), OperatorText(op),
                                           KindName(right.kind()), ArithmeticHint(op, left.kind(), right.kind()))));
  }
  if (left.Is(Kind::kInt)) return IntArithmetic(op, left.AsInt(), right.AsInt());
  if (left.Is(Kind::kDouble)) return Value(DoubleArithmetic(op, left.AsDouble(), right.AsDouble()));
  if (left.Is(Kind::kString) || left.Is(Kind::kList)) return Concatenate(left, right);
  if (left.Is(Kind::kDuration) && right.Is(Kind::kDuration)) {
    return DurationArithmetic(op, left.AsDuration(), right.AsDuration());
  }
  if (left.Is(Kind::kDuration)) return Shift(op, right.AsTimestamp(), left.AsDuration());
  if (right.Is(Kind::kDuration)) return Shift(op, left.AsTimestamp(), right.AsDuration());
  return DurationArithmetic(op, left.AsTimestamp().time_since_epoch(), right.AsTimestamp().time_since_epoch());
}

Result<Value> Negate(const Value& operand) {
  if (operand.Is(Kind::kDouble)) return Value(-operand.AsDouble());
  if (!operand.Is(Kind::kInt)) {
    return Fail(Error::Invalid(fmt::format("- before '{}': it takes int or double", KindName(operand.kind()))));
  }
  return IntArithmetic(Operator::kSubtract, 0, operand.AsInt());
}

Result<bool> Compare(Operator op, const Value& left, const Value& right) {
  const auto order = Order(left, right);
  if (!order) {
    return Fail(Error::Invalid(fmt::format("'{}' and '{}' have no order that {} could tell", KindName(left.kind()),
                                           KindName(right.kind()), OperatorText(op))));
  }
  if (op == Operator::kLess) return *order < 0;
  if (op == Operator::kLessEqual) return *order <= 0;
  return op == Operator::kGreater ? *order > 0 : *order >= 0;
}

}  // namespace rasti::core::expression
