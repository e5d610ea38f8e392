// What holds of every expression: nothing crashes, well-typed expressions give values of their type, integers are
// exact,
// && and || do not depend on the order of their operands.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/expression/expression.h"

namespace rasti::core::expression {
namespace {

__extension__ using Wide = __int128;

const Environment kEnvironment = {{"form", Type::Object({{"count", Type::Int()},
                                                         {"amount", Type::Double()},
                                                         {"text", Type::String(), false, /*optional=*/true},
                                                         {"tags", Type::List(Type::String())},
                                                         {"extra", Type::Dyn(), false, /*optional=*/true}})},
                                  {"now", Type::Timestamp()},
                                  {"numbers", Type::List(Type::Int())},
                                  {"flag", Type::Bool()}};

const std::vector<std::string> kInts = {
    "0",         "1", "-1", "2", "7", "-13", "4611686018427387904", "9223372036854775807", "-9223372036854775808",
    "3037000500"};

// Spends a list of random numbers on choices, so that a failing case shrinks to a short list.
class Choices {
 public:
  explicit Choices(std::vector<uint32_t> numbers) : numbers_(std::move(numbers)) {}
  size_t Next(size_t count) { return at_ < numbers_.size() ? numbers_[at_++] % count : 0; }
  const std::string& Of(const std::vector<std::string>& texts) { return texts[Next(texts.size())]; }

 private:
  std::vector<uint32_t> numbers_;
  size_t at_ = 0;
};

// Writes expressions of a wanted type.
class Writer {
 public:
  explicit Writer(Choices* choices) : choices_(*choices) {}

  std::string Bool(int depth) {
    if (depth == 0) return choices_.Of({"true", "false", "flag", "has(form.text)", "has(form.extra)"});
    const int d = depth - 1;
    switch (choices_.Next(12)) {
      case 0: return Join(Bool(d), " && ", Bool(d));
      case 1: return Join(Bool(d), " || ", Bool(d));
      case 2: return "!(" + Bool(d) + ")";
      case 3: return Join(Int(d), Relation(), Int(d));
      case 4: return Join(Double(d), Relation(), Int(d));
      case 5: return Join(String(d), Relation(), String(d));
      case 6: return Join(Instant(d), Relation(), Instant(d));
      case 7: return Join(Int(d), " in ", List(d));
      case 8: return "(" + String(d) + ")" + choices_.Of({".contains(", ".startsWith(", ".matches("}) + String(d) + ")";
      case 9: return Macro(d);
      case 10: return "(form.extra == " + Int(d) + ")";
      default: return Join(List(d), choices_.Of({" == ", " != "}), List(d));
    }
  }

  std::string Int(int depth) {
    if (depth == 0) return bound_ > 0 && choices_.Next(2) == 0 ? "x" : choices_.Of(kInts);
    const int d = depth - 1;
    switch (choices_.Next(8)) {
      case 0: return "form.count";
      case 1: return "size(" + String(d) + ")";
      case 2: return "(" + List(d) + ")[" + Int(d) + "]";
      case 3: return "int(" + Double(d) + ")";
      case 4: return "(" + Instant(d) + ")" + choices_.Of({".getMonth()", ".getDayOfYear()", ".getHours()"});
      case 5: return "(" + Bool(d) + " ? " + Int(d) + " : " + Int(d) + ")";
      case 6: return "-(" + Int(d) + ")";
      default: return Join(Int(d), choices_.Of({" + ", " - ", " * ", " / ", " % "}), Int(d));
    }
  }

  std::string Double(int depth) {
    if (depth == 0) return choices_.Of({"0.0", "1.5", "-2e300", "1e-300", "form.amount", "9223372036854775808.0"});
    const int d = depth - 1;
    if (choices_.Next(3) == 0) return "double(" + Int(d) + ")";
    return Join(Double(d), choices_.Of({" + ", " - ", " * ", " / "}), Double(d));
  }

  std::string String(int depth) {
    if (depth == 0) return choices_.Of({"''", "'a'", "'\\u00eb('", "form.text", "form.tags[0]", "r'[a-z]+'"});
    const int d = depth - 1;
    if (choices_.Next(3) == 0) return "string(" + Int(d) + ")";
    return Join(String(d), " + ", String(d));
  }

  std::string Instant(int depth) {
    if (depth == 0) return choices_.Of({"now", "timestamp('0001-01-01T00:00:00Z')", "timestamp(0)"});
    return Join(Instant(depth - 1), choices_.Of({" + ", " - "}), Span(depth - 1));
  }

  std::string Span(int depth) {
    if (depth == 0) return choices_.Of({"duration('48h')", "duration('-1ms')", "duration('2000000000000h')"});
    const int d = depth - 1;
    return choices_.Next(2) == 0 ? Join(Span(d), " + ", Span(d)) : Join(Instant(d), " - ", Instant(d));
  }

  std::string List(int depth) {
    if (depth == 0) return choices_.Of({"numbers", "[]", "[1, 2]"});
    const int d = depth - 1;
    return choices_.Next(2) == 0 ? Join(List(d), " + ", List(d)) : "[" + Int(d) + ", " + Int(d) + "]";
  }

 private:
  static std::string Join(const std::string& a, const std::string& op, const std::string& b) {
    return "(" + a + op + b + ")";
  }
  std::string Relation() { return choices_.Of({" == ", " != ", " < ", " <= ", " > ", " >= "}); }
  std::string Macro(int depth) {
    const std::string list = List(depth);
    ++bound_;
    const std::string test = Bool(depth);
    --bound_;
    return "(" + list + ")" + choices_.Of({".all", ".exists", ".exists_one"}) + "(x, " + test + ")";
  }

  Choices& choices_;
  int bound_ = 0;
};

ValueActivation TestActivation() {
  return ValueActivation({Value::OfObject({{"count", 3}, {"amount", 1.5}, {"tags", Value::OfList({"waste"})}}),
                          Value(*ParseInstant("2026-11-21T06:14:31Z")), Value::OfList({1, -2, 3}), Value(true)});
}

std::vector<uint32_t> Numbers() {
  return *rc::gen::resize(200, rc::gen::container<std::vector<uint32_t>>(rc::gen::arbitrary<uint32_t>()));
}

TEST(ExpressionPropertyTest, WellTypedExpressionsCompileAndGiveTheirType) {
  EXPECT_TRUE(rc::check([] {
    Choices choices(Numbers());
    Writer writer(&choices);
    const int depth = static_cast<int>(1 + choices.Next(5));
    const bool wants_bool = choices.Next(2) == 0;
    const std::string source = wants_bool ? writer.Bool(depth) : writer.Int(depth);
    const Type wanted = wants_bool ? Type::Bool() : Type::Int();
    const auto expression = Compile(source, kEnvironment, wanted);
    if (!expression) {
      // Constants that can't be converted are refused when compiled.
      const std::string& why = expression.error().message;
      RC_PRE(why.find("beyond the range of int") == std::string::npos && why.find("RE2") == std::string::npos);
      RC_FAIL(source + "\n" + why);
    }
    const auto value = expression->Evaluate(TestActivation());
    if (value) RC_ASSERT(value->kind() == wanted.kind());
    if (!value) RC_ASSERT(value.error().message.find(':') != std::string::npos);
    const auto again = expression->Evaluate(TestActivation());
    RC_ASSERT(value.has_value() == again.has_value());
    if (value) RC_ASSERT(*value == *again);
  }));
}

struct Exact {
  std::string source;
  std::optional<int64_t> value;  // nothing: an error
};

// In 128 bits, where no operation on two int64 overflows.
std::optional<int64_t> Reference(char op, std::optional<int64_t> a, std::optional<int64_t> b) {
  if (!a || !b) return std::nullopt;
  const Wide x = *a;
  const Wide y = *b;
  if ((op == '/' || op == '%') && y == 0) return std::nullopt;
  // CEL counts the remainder of the quotient that does not fit as overflow too.
  const bool quotient = op == '/' || op == '%';
  const Wide checked = op == '+' ? x + y : op == '-' ? x - y : op == '*' ? x * y : x / y;
  if (checked < std::numeric_limits<int64_t>::min() || checked > std::numeric_limits<int64_t>::max()) {
    return std::nullopt;
  }
  return static_cast<int64_t>(quotient && op == '%' ? x % y : checked);
}

Exact WriteExact(Choices* choices, const std::vector<int64_t>& leaves, int depth) {
  if (depth == 0 || choices->Next(5) == 0) {
    const int64_t leaf = leaves[choices->Next(leaves.size())];
    return {std::to_string(leaf), leaf};
  }
  const Exact a = WriteExact(choices, leaves, depth - 1);
  const Exact b = WriteExact(choices, leaves, depth - 1);
  const char op = "+-*/%"[choices->Next(5)];
  return {fmt::format("({} {} {})", a.source, op, b.source), Reference(op, a.value, b.value)};
}

TEST(ExpressionPropertyTest, IntegersAreExactOrErrors) {
  EXPECT_TRUE(rc::check([] {
    std::vector<int64_t> leaves = *rc::gen::container<std::vector<int64_t>>(rc::gen::arbitrary<int64_t>());
    for (const int64_t edge : {int64_t{0}, int64_t{1}, int64_t{-1}, int64_t{2}, int64_t{3037000500},
                               std::numeric_limits<int64_t>::min(), std::numeric_limits<int64_t>::max()}) {
      leaves.push_back(edge);
    }
    Choices choices(Numbers());
    const Exact exact = WriteExact(&choices, leaves, 4);
    const auto expression = Compile(exact.source, kEnvironment, Type::Int());
    if (!expression) RC_FAIL(exact.source + "\n" + expression.error().ToString());
    const auto value = expression->Evaluate(TestActivation());
    RC_LOG() << exact.source << "\n";
    RC_ASSERT(value.has_value() == exact.value.has_value());
    if (value) RC_ASSERT(value->AsInt() == *exact.value);
    if (!value) RC_ASSERT(value.error().code == ErrorCode::kOutOfRange);
  }));
}

TEST(ExpressionPropertyTest, IntsAndDoublesAreOrderedExactly) {
  // long double has room for both where it has 64 bits of mantissa.
  static_assert(std::numeric_limits<long double>::digits >= 64);
  EXPECT_TRUE(rc::check([](int64_t a, int64_t near, double any, int step) {
    for (const double b :
         {any, static_cast<double>(a), static_cast<double>(near), static_cast<double>(a) + step * 0.5}) {
      const auto x = static_cast<long double>(a);
      const auto y = static_cast<long double>(b);
      RC_ASSERT(*Order(Value(a), Value(b)) == (x <=> y));
      RC_ASSERT(*Order(Value(b), Value(a)) == (y <=> x));
      RC_ASSERT((Value(a) == Value(b)) == (x == y));
    }
  }));
}

TEST(ExpressionPropertyTest, LogicDoesNotDependOnOrder) {
  EXPECT_TRUE(rc::check([](const std::vector<uint8_t>& picks, bool is_or) {
    RC_PRE(!picks.empty() && picks.size() < 8);
    std::vector<std::string> operands;
    for (const uint8_t pick : picks)
      operands.push_back(std::vector<std::string>{"flag", "!flag", "1 / 0 == 1"}[pick % 3]);
    std::sort(operands.begin(), operands.end());
    const auto evaluate = [&] {
      const auto expression =
          Compile(fmt::format("{}", fmt::join(operands, is_or ? " || " : " && ")), kEnvironment, Type::Bool());
      return expression.value().EvaluateBool(TestActivation());
    };
    const auto first = evaluate();
    for (int i = 0; i < 20 && std::next_permutation(operands.begin(), operands.end()); ++i) {
      const auto other = evaluate();
      RC_ASSERT(first.has_value() == other.has_value());
      if (first) RC_ASSERT(*first == *other);
    }
  }));
}

TEST(ExpressionPropertyTest, GarbageNeverCrashes) {
  EXPECT_TRUE(rc::check([](const std::string& garbage) { (void)Compile(garbage, kEnvironment, Type::Dyn()); }));
  const std::vector<std::string> tokens = {
      "form", ".",  "count", "(",   ")",  "[",  "]",  ",",      "?",   ":",    "!",    "-",    "+",
      "*",    "&&", "||",    "==",  "<",  "in", "1",  "1.5",    "'a'", "true", "null", "has",  "numbers",
      "all",  "x",  "size",  "now", "0x", "'",  "\\", "\"\"\"", "\n",  "//",   "r'",   "extra"};
  EXPECT_TRUE(rc::check([&tokens] {
    std::string source;
    for (const uint32_t number : Numbers()) source += tokens[number % tokens.size()] + (number % 7 == 0 ? " " : "");
    if (const auto expression = Compile(source, kEnvironment, Type::Dyn())) {
      (void)expression->Evaluate(TestActivation());
    }
  }));
}

TEST(ExpressionPropertyTest, DamagedExpressionsNeverCrash) {
  EXPECT_TRUE(rc::check([] {
    Choices choices(Numbers());
    std::string source = Writer(&choices).Bool(4);
    const int changes = *rc::gen::inRange(1, 4);
    for (int i = 0; i < changes; ++i) {
      const size_t at = *rc::gen::inRange<size_t>(0, source.size());
      const char byte = *rc::gen::arbitrary<char>();
      if (*rc::gen::arbitrary<bool>()) {
        source[at] = byte;
      } else {
        source.insert(at, 1, byte);
      }
    }
    const auto expression = Compile(source, kEnvironment, Type::Dyn());
    if (expression) (void)expression->Evaluate(TestActivation());
    if (!expression) RC_ASSERT(expression.error().line >= 1 && expression.error().column >= 1);
  }));
}

}  // namespace
}  // namespace rasti::core::expression
