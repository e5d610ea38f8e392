#include "engine/core/expression/evaluator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <set>

#include "engine/core/expression/conversions.h"
#include "engine/core/expression/expression.h"
#include "engine/core/expression/limits.h"

namespace rasti::core::expression {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr int64_t kMin = std::numeric_limits<int64_t>::min();

const Type kForm = Type::Object({{"category", Type::String()},
                                 {"amount", Type::Double()},
                                 {"count", Type::Int()},
                                 {"note", Type::String(), false, /*optional=*/true},
                                 {"place", Type::Object({{"street", Type::String(), false, true}}), false, true},
                                 {"tags", Type::List(Type::String())},
                                 {"extra", Type::Dyn(), false, true}});

const Environment kEnvironment = {{"form", kForm},
                                  {"now", Type::Timestamp()},
                                  {"numbers", Type::List(Type::Int())},
                                  {"any", Type::Dyn()},
                                  {"measures", Type::List(Type::Double())}};

std::vector<Value> TestValues() {
  return {Value::OfObject({{"category", "waste"},
                           {"amount", 3},
                           {"count", 7},
                           {"note", nullptr},
                           {"tags", Value::OfList({"a", "b"})},
                           {"extra", Value::OfObject({{"deep", Value::OfList({1, "x"})}})}}),
          Value(*ParseInstant("2026-11-21T06:14:31.250Z")), Value::OfList({1, 2, 3}), Value("text"),
          Value::OfList({1, 2.5})};
}

Result<Value> Evaluate(std::string_view source, std::vector<Value> values = TestValues()) {
  const auto expression = Compile(source, kEnvironment, Type::Dyn());
  if (!expression) return Fail(ErrorCode::kInternal, "does not compile: " + expression.error().ToString());
  return expression->Evaluate(ValueActivation(std::move(values)));
}

void ExpectValue(std::string_view source, const Value& expected) {
  const auto value = Evaluate(source);
  ASSERT_TRUE(value.has_value()) << source << "\n  " << value.error().message;
  EXPECT_EQ(value->kind(), expected.kind()) << source;
  EXPECT_EQ(*value, expected) << source;
}

void ExpectError(std::string_view source, ErrorCode code, std::string_view part) {
  const auto value = Evaluate(source);
  ASSERT_FALSE(value.has_value()) << source << " is " << value->ToString();
  EXPECT_EQ(value.error().code, code) << source << "\n  " << value.error().message;
  EXPECT_NE(value.error().message.find(part), std::string::npos) << source << "\n  " << value.error().message;
}

TEST(EvaluatorTest, ComputesInts) {
  ExpectValue("1 + 2 * 3", 7);
  ExpectValue("7 / 2", 3);
  ExpectValue("-7 / 2", -3);
  ExpectValue("-7 % 2", -1);
  ExpectValue("7 % -2", 1);
  ExpectValue("--7", 7);
  ExpectValue("-numbers[1]", -2);
  ExpectValue("9223372036854775806 + 1", kMax);
  ExpectValue("-9223372036854775807 - 1", kMin);
  ExpectValue("0x10 + 0", 16);
}

TEST(EvaluatorTest, FailsWhereIntsOverflow) {
  constexpr auto kRange = ErrorCode::kOutOfRange;
  ExpectError("9223372036854775807 + 1", kRange, "1:21: the int result of + overflows");
  ExpectError("-9223372036854775808 - 1", kRange, "overflows");
  ExpectError("5000000000 * 5000000000", kRange, "overflows");
  ExpectError("-(-9223372036854775808)", kRange, "overflows");
  ExpectError("-9223372036854775808 / -1", kRange, "overflows");
  ExpectError("-9223372036854775808 % -1", kRange, "overflows");
  ExpectError("1 / 0", kRange, "1:3: division by zero");
  ExpectError("1 +\n 1 % 0", kRange, "2:4: remainder of division by zero");
}

TEST(EvaluatorTest, ComputesDoubles) {
  ExpectValue("1.5 + 2.0", 3.5);
  ExpectValue("form.amount / 2.0", 1.5);
  ExpectValue("1.0 / 0.0", std::numeric_limits<double>::infinity());
  ExpectValue("0.0 / 0.0 == 0.0 / 0.0", false);
  ExpectValue("0.0 / 0.0 != 0.0 / 0.0", true);
  ExpectValue("0.0 / 0.0 < 1.0 || 0.0 / 0.0 >= 1.0", false);
  ExpectValue("-0.0 == 0.0", true);
}

TEST(EvaluatorTest, ComparesIntsWithDoublesExactly) {
  ExpectValue("1 == 1.0", true);
  ExpectValue("1 < 1.5", true);
  ExpectValue("-1 > -1.5", true);
  ExpectValue("9007199254740993 == 9007199254740992.0", false);
  ExpectValue("9007199254740993 > 9007199254740992.0", true);
  ExpectValue("9223372036854775807 < 9223372036854775808.0", true);
  ExpectValue("-9223372036854775808 == -9223372036854775808.0", true);
  ExpectValue("9223372036854775807 < 1e300", true);
  ExpectValue("1 <= 0.0 / 0.0", false);
  ExpectValue("2 in [1.0, 2.0]", true);
}

TEST(EvaluatorTest, ComparesOtherTypes) {
  ExpectValue("'a' < 'b' && 'Z' < 'a' && 'a' < 'aa'", true);
  ExpectValue("'z' < '\\u00eb' && '\\uffff' < '\\U00010000'", true);
  ExpectValue("false < true", true);
  ExpectValue("null == null", true);
  ExpectValue("any == null", false);
  ExpectValue("any == 1", false);
  ExpectValue("any == 'text'", true);
  ExpectValue("[1, 2] == [1.0, 2.0]", true);
  ExpectValue("[1, 2] == [1]", false);
  ExpectValue("form.extra == form.extra", true);
  ExpectError("any < 1", ErrorCode::kInvalidArgument, "1:5: 'string' and 'int' have no order");
}

TEST(EvaluatorTest, KnowsStrings) {
  ExpectValue("'a' + 'b'", "ab");
  ExpectValue("size('\\u00e9\\U0001F600x')", 3);
  ExpectValue("'Prishtin\u00eb'.size()", 9);
  ExpectValue("'' == ''", true);
  ExpectValue("form.category.startsWith('wa') && form.category.endsWith('te') && form.category.contains('ast')", true);
  ExpectValue("form.category.startsWith('')", true);
  ExpectValue("''.contains('')", true);
  ExpectValue("'waste'.contains('x')", false);
  ExpectValue("'abc123'.matches('[0-9]+')", true);
  ExpectValue("'abc123'.matches(r'^\\d+$')", false);
  ExpectValue("matches('\u00eb', '^.$')", true);
  ExpectValue("any.matches(form.tags[0])", false);
  ExpectValue("'text'.matches(any)", true);
}

TEST(EvaluatorTest, KnowsLists) {
  ExpectValue("[1, 2] + numbers", Value::OfList({1, 2, 1, 2, 3}));
  ExpectValue("size(numbers) + [].size()", 3);
  ExpectValue("numbers[2]", 3);
  ExpectValue("2 in numbers", true);
  ExpectValue("4 in numbers", false);
  ExpectValue("1 in []", false);
  ExpectValue("measures[0]", 1.0);
  ExpectValue("measures[0] + 0.5", 1.5);
  ExpectError("numbers[3]", ErrorCode::kOutOfRange, "1:8: index 3 of a list of 3");
  ExpectError("numbers[-1]", ErrorCode::kOutOfRange, "index -1");
}

TEST(EvaluatorTest, ShortCircuitsWithErrorsOnEitherSide) {
  ExpectValue("false && 1 / 0 == 1", false);
  ExpectValue("1 / 0 == 1 && false", false);
  ExpectValue("true || 1 / 0 == 1", true);
  ExpectValue("1 / 0 == 1 || true", true);
  ExpectValue("1 / 0 == 1 || false || true || 2 / 0 == 1", true);
  ExpectError("1 / 0 == 1 && true", ErrorCode::kOutOfRange, "1:3: division");
  ExpectError("true && 1 / 0 == 1", ErrorCode::kOutOfRange, "1:11: division");
  ExpectError("false || 1 / 0 == 1", ErrorCode::kOutOfRange, "division");
  ExpectError("1 / 0 == 1 || 1 % 0 == 1", ErrorCode::kOutOfRange, "1:3: division");
  ExpectValue("any && false", false);
  ExpectValue("true || any", true);
  ExpectError("any && true", ErrorCode::kInvalidArgument, "1:1: 'any' is 'string' where 'bool' is wanted");
  ExpectValue("true ? 1 : 1 / 0", 1);
  ExpectValue("false ? 1 / 0 : 2", 2);
  ExpectError("1 / 0 == 1 ? 1 : 2", ErrorCode::kOutOfRange, "division");
}

TEST(EvaluatorTest, KnowsMacros) {
  ExpectValue("numbers.all(n, n > 0)", true);
  ExpectValue("numbers.all(n, n > 1)", false);
  ExpectValue("numbers.exists(n, n > 2)", true);
  ExpectValue("numbers.exists(n, n > 3)", false);
  ExpectValue("numbers.exists_one(n, n > 2)", true);
  ExpectValue("numbers.exists_one(n, n > 1)", false);
  ExpectValue("[].all(n, false) && ![].exists(n, true) && ![].exists_one(n, true)", true);
  ExpectValue("numbers.all(n, numbers.exists(m, numbers.exists_one(k, k + m == n * 2)))", true);
  ExpectValue("[[1], [2, 3]].exists(l, l.all(n, n > 1))", true);
  ExpectValue("numbers.exists(n, numbers.all(n, n < 4) && n == 3)", true);
  ExpectValue("measures.all(m, m + 0.5 > 1.0)", true);
  ExpectValue("numbers.all(n, 1 / (n - 2) < 1)", false);
  ExpectError("numbers.all(n, 1 / (n - 2) < 2)", ErrorCode::kOutOfRange, "division");
  ExpectValue("numbers.exists(n, 1 / (n - 1) == 1)", true);
  ExpectError("numbers.exists_one(n, 1 / (n - 1) == 1)", ErrorCode::kOutOfRange, "division");
  ExpectError("any.all(x, true)", ErrorCode::kInvalidArgument, "'any' is 'string' where a list is wanted");
}

TEST(EvaluatorTest, KnowsMembersAndTheirAbsence) {
  constexpr auto kInvalid = ErrorCode::kInvalidArgument;
  ExpectValue("form.category == 'waste' && form.count == 7", true);
  ExpectValue("form.amount", 3.0);
  ExpectValue("has(form.category)", true);
  ExpectValue("has(form.note)", false);
  ExpectValue("has(form.place)", false);
  ExpectValue("has(form.place.street)", false);
  ExpectValue("has(form.extra.deep)", true);
  ExpectValue("has(form.extra.shallow)", false);
  ExpectValue("has(form.note) && form.note == 'x'", false);
  ExpectValue("form.extra.deep[1] == 'x'", true);
  ExpectError("form.note == 'x'", kInvalid, "1:6: 'form.note' is absent; has()");
  ExpectError("form.place.street == 'x'", kInvalid, "'form.place' is absent");
  ExpectError("form.extra.shallow == 1", kInvalid, "'form.extra.shallow' is absent");
  ExpectError("any.x == 1", kInvalid, "'any' is 'string' and has no members");
  ExpectError("has(any.x)", kInvalid, "'any' is 'string' and has no members");
}

TEST(EvaluatorTest, FailsWhereValuesAreNotAsDeclared) {
  std::vector<Value> values = TestValues();
  values[0] = Value::OfObject({{"category", 5}, {"count", 1.5}, {"tags", Value::OfList({1})}});
  values[1] = Value();
  for (const auto& [source, part] : std::initializer_list<std::pair<const char*, const char*>>{
           {"form.category == 'a'", "1:6: 'form.category' is 'int' where 'string' is promised"},
           {"form.count + 1", "'form.count' is 'double' where 'int' is promised"},
           {"form.tags[0] == 'a'", "'form.tags[...]' is 'int' where 'string' is promised"},
           {"form.tags.exists(t, t == 'a')", "an element is 'int' where 'string' is promised"},
           {"now > timestamp('2026-01-01T00:00:00Z')", "1:1: 'now' is absent"},
       }) {
    const auto value = Evaluate(source, values);
    ASSERT_FALSE(value.has_value()) << source;
    EXPECT_NE(value.error().message.find(part), std::string::npos) << source << "\n  " << value.error().message;
  }
  EXPECT_FALSE(Evaluate("form.count == 1", {}).has_value());
}

TEST(EvaluatorTest, Converts) {
  ExpectValue("int('-12') + int(2.9) + int(-2.9) + int(3)", -9);
  ExpectValue("int(timestamp('1970-01-01T00:00:01.999Z'))", 1);
  ExpectValue("int(timestamp('1969-12-31T23:59:59.999Z'))", -1);
  ExpectValue("double('1.5') + double(2)", 3.5);
  ExpectValue("string(12) + string(1.5) + string(true) + string('x')", "121.5truex");
  ExpectValue("string(0.1) + string(duration('90500ms')) + string(duration('-1ms'))", "0.190.5s-0.001s");
  ExpectValue("string(now)", "2026-11-21T06:14:31.250Z");
  ExpectValue("timestamp('2026-11-21T07:14:31.250+01:00') == now", true);
  ExpectValue("timestamp(0) == timestamp('1970-01-01T00:00:00Z')", true);
  ExpectError("int(any)", ErrorCode::kInvalidArgument, "1:1: 'text' is no int");
  ExpectError("double(any)", ErrorCode::kInvalidArgument, "is no double");
  ExpectError("timestamp(any)", ErrorCode::kInvalidArgument, "1:1: ");
  ExpectError("duration(any)", ErrorCode::kInvalidArgument, "'text' is no duration");
  ExpectError("int(1e300 * double(numbers[0]))", ErrorCode::kOutOfRange, "beyond the range of int");
  ExpectError("int(0.0 / 0.0)", ErrorCode::kOutOfRange, "beyond the range of int");
  ExpectError("size(any.x)", ErrorCode::kInvalidArgument, "no members");
  ExpectError("any.getHours()", ErrorCode::kInvalidArgument, "1:5: string.getHours() does not exist");
}

TEST(EvaluatorTest, ReadsDurations) {
  for (const auto& [text, millis] :
       std::initializer_list<std::pair<const char*, int64_t>>{{"0", 0},
                                                              {"1h30m", 5'400'000},
                                                              {"10s", 10'000},
                                                              {"250ms", 250},
                                                              {"-1.5h", -5'400'000},
                                                              {"+1m", 60'000},
                                                              {"1000us", 1},
                                                              {"1000\u00b5s", 1},
                                                              {"3000000ns", 3},
                                                              {".5s", 500},
                                                              {"1h1m1s1ms", 3'661'001},
                                                              {"48h", 172'800'000},
                                                              {"100000h", 360'000'000'000}}) {
    const auto duration = DurationFromString(text);
    ASSERT_TRUE(duration.has_value()) << text << " " << duration.error().message;
    EXPECT_EQ(duration->count(), millis) << text;
  }
  for (const char* text : {"", "-", "1", "h", "1d", "1h ", "1 h", "1.5", "1us", "1.0001s", ".s", "P1D",
                           "9999999999999999999s", "99999999999999999h", "--1s", "0.0000000001s"}) {
    EXPECT_FALSE(DurationFromString(text).has_value()) << text;
  }
}

TEST(EvaluatorTest, ComputesTimes) {
  ExpectValue(
      "now + duration('1h') > now && now - duration('1h') < now && duration('1h') + now == now + duration('60m')",
      true);
  ExpectValue("now - timestamp('2026-11-21T06:14:30Z')", Duration{1250});
  ExpectValue("duration('1h') - duration('90m') + duration('1m')", Duration{-29 * 60'000});
  ExpectValue("duration('1h') < duration('61m')", true);
  ExpectError("timestamp('9999-12-31T23:59:59Z') + duration('1s')", ErrorCode::kOutOfRange, "0001 to 9999");
  ExpectError("timestamp('0001-01-01T00:00:00Z') - duration('1ms')", ErrorCode::kOutOfRange, "0001 to 9999");
  ExpectError("duration('2500000000000h') + duration('2500000000000h')", ErrorCode::kOutOfRange, "duration result");
}

TEST(EvaluatorTest, TakesTimesApart) {
  ExpectValue("now.getFullYear()", 2026);
  ExpectValue("now.getMonth()", 10);
  ExpectValue("now.getDate()", 21);
  ExpectValue("now.getDayOfMonth()", 20);
  ExpectValue("now.getDayOfWeek()", 6);
  ExpectValue("timestamp('2026-11-22T00:00:00Z').getDayOfWeek()", 0);
  ExpectValue("timestamp('2024-12-31T23:59:59Z').getDayOfYear()", 365);
  ExpectValue("[now.getHours(), now.getMinutes(), now.getSeconds(), now.getMilliseconds()]",
              Value::OfList({6, 14, 31, 250}));
  ExpectValue("timestamp('1969-12-31T23:59:59.999Z').getMilliseconds()", 999);
  ExpectValue("[duration('90m').getHours(), duration('90m').getMinutes(), duration('90m').getSeconds()]",
              Value::OfList({1, 90, 5400}));
  ExpectValue("duration('1.25s').getMilliseconds()", 250);
}

TEST(EvaluatorTest, BoundsItsSteps) {
  std::vector<Value> values = TestValues();
  values[2] = Value::OfList(Value::List(1000, Value(1)));
  const char* loops = "numbers.all(a, numbers.all(b, numbers.all(c, a + b + c > 0)))";
  auto value = Evaluate(loops, values);
  ASSERT_FALSE(value.has_value());
  EXPECT_EQ(value.error().code, ErrorCode::kOutOfRange);
  EXPECT_NE(value.error().message.find("more than 100000 steps"), std::string::npos) << value.error().message;
  EXPECT_FALSE(Evaluate(std::string(loops) + " || true", values).has_value()) << "no operand hides it";
  EXPECT_FALSE(Evaluate("numbers.exists(x, " + std::string(loops) + " || x > 0)", values).has_value());
  EXPECT_TRUE(Evaluate("numbers.all(a, a > 0)", values).has_value());
  // Text counts too: otherwise a row of joins would take memory without end.
  values[3] = Value(std::string(1 << 20, 'x'));
  std::string joins = "string(any)";
  for (int i = 0; i < 10; ++i) joins += " + string(any)";
  EXPECT_FALSE(Evaluate("size(" + joins + ")", values).has_value());
  EXPECT_TRUE(Evaluate("any.contains('y')", values).has_value());
}

TEST(EvaluatorTest, ChecksItsResult) {
  const auto compile = [](std::string_view source, const Type& wanted) {
    return *Compile(source, kEnvironment, wanted);
  };
  const ValueActivation activation(TestValues());
  EXPECT_EQ(compile("any == 'text'", Type::Bool()).EvaluateBool(activation), true);
  const auto no_bool = compile("any", Type::Bool()).EvaluateBool(activation);
  ASSERT_FALSE(no_bool.has_value());
  EXPECT_EQ(no_bool.error().message, "1:1: the result is 'string' where 'bool' is promised");
  EXPECT_FALSE(compile("1", Type::Dyn()).EvaluateBool(activation).has_value());
  EXPECT_FALSE(compile("[any]", Type::List(Type::Int())).Evaluate(activation).has_value());
  EXPECT_EQ(compile("measures", Type::List(Type::Double())).Evaluate(activation)->AsList()[0].kind(), Kind::kDouble);
}

class CountingActivation final : public Activation {
 public:
  Value Lookup(size_t variable_index) const override {
    asked.insert(variable_index);
    return TestValues().at(variable_index);
  }
  mutable std::multiset<size_t> asked;
};

TEST(EvaluatorTest, FetchesVariablesOnceAndOnlyIfNeeded) {
  const auto expression =
      Compile("numbers.size() > 5 && form.count > 1 || numbers[0] == 1", kEnvironment, Type::Bool());
  ASSERT_TRUE(expression.has_value());
  const CountingActivation activation;
  EXPECT_EQ(expression->EvaluateBool(activation), true);
  EXPECT_EQ(activation.asked, (std::multiset<size_t>{2}));
}

TEST(ValueTest, ComparesObjectsWhateverTheirOrder) {
  const Value a = Value::OfObject({{"x", 1}, {"y", 2.0}, {"z", nullptr}});
  EXPECT_EQ(a, Value::OfObject({{"y", 2}, {"x", 1}}));
  EXPECT_NE(a, Value::OfObject({{"y", 2}, {"x", 1}, {"w", 1}}));
  EXPECT_NE(a, Value::OfObject({{"y", 2}}));
  EXPECT_EQ(a.ToString(), "{x: 1, y: 2.0, z: null}");
  EXPECT_NE(Value(1), Value("1"));
  EXPECT_EQ(Value("it's").ToString(), R"('it\'s')");
  EXPECT_EQ(Value("a\nb\rc\x7f").ToString(), R"('a\nb\u000dc\u007f')");
  EXPECT_EQ(Value::OrNull(std::optional<int>()), Value());
}

}  // namespace
}  // namespace rasti::core::expression
