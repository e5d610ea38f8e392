#include "engine/core/expression/parser.h"

#include <gtest/gtest.h>

#include <string>

#include "engine/core/expression/limits.h"

namespace rasti::core::expression {
namespace {

// The tree in brackets, so that precedence can be seen.
std::string Shape(const Syntax& syntax) {
  using Form = Syntax::Form;
  std::string parts;
  for (const Syntax& part : syntax.parts) parts += " " + Shape(part);
  switch (syntax.form) {
    case Form::kLiteral: return syntax.literal.ToString();
    case Form::kName: return syntax.name;
    case Form::kSelect: return "(." + syntax.name + parts + ")";
    case Form::kIndex: return "([]" + parts + ")";
    case Form::kCall: return (syntax.is_method ? "(." : "(") + syntax.name + "()" + parts + ")";
    case Form::kNot: return "(!" + parts + ")";
    case Form::kNegate: return "(neg" + parts + ")";
    case Form::kBinary: return "(" + std::string(OperatorText(syntax.op)) + parts + ")";
    case Form::kAnd: return "(&&" + parts + ")";
    case Form::kOr: return "(||" + parts + ")";
    case Form::kConditional: return "(?" + parts + ")";
    case Form::kList: return "(list" + parts + ")";
  }
  return "";
}

std::string ShapeOf(std::string_view source) {
  const auto syntax = Parse(source);
  return syntax ? Shape(*syntax) : "error: " + syntax.error().ToString();
}

TEST(ParserTest, BindsAsTheGrammarSays) {
  EXPECT_EQ(ShapeOf("1 + 2 * 3 - 4"), "(- (+ 1 (* 2 3)) 4)");
  EXPECT_EQ(ShapeOf("(1 + 2) * 3"), "(* (+ 1 2) 3)");
  EXPECT_EQ(ShapeOf("a / b % c"), "(% (/ a b) c)");
  EXPECT_EQ(ShapeOf("a + 1 < b == c"), "(== (< (+ a 1) b) c)");
  EXPECT_EQ(ShapeOf("a || b && c || d"), "(|| a (&& b c) d)");
  EXPECT_EQ(ShapeOf("a && b && c"), "(&& a b c)");
  EXPECT_EQ(ShapeOf("a ? b : c ? d : e"), "(? a b (? c d e))");
  EXPECT_EQ(ShapeOf("a ? b || c : d"), "(? a (|| b c) d)");
  EXPECT_EQ(ShapeOf("!a.b && c"), "(&& (! (.b a)) c)");
  EXPECT_EQ(ShapeOf("-a.b * c"), "(* (neg (.b a)) c)");
  EXPECT_EQ(ShapeOf("x in [1, 2]"), "(in x (list 1 2))");
  EXPECT_EQ(ShapeOf("a.b[0].c(d, e).f"), "(.f (.c() ([] (.b a) 0) d e))");
  EXPECT_EQ(ShapeOf("size(a) > 1"), "(> (size() a) 1)");
  EXPECT_EQ(ShapeOf("[]"), "(list)");
  EXPECT_EQ(ShapeOf("[1,]"), "(list 1)");
  EXPECT_EQ(ShapeOf("a.loop"), "(.loop a)") << "a member may bear a reserved word";
}

TEST(ParserTest, GivesTheMinusToItsNumber) {
  EXPECT_EQ(ShapeOf("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(ShapeOf("-1.5"), "-1.5");
  EXPECT_EQ(ShapeOf("1 - -1"), "(- 1 -1)");
  EXPECT_EQ(ShapeOf("1-1"), "(- 1 1)");
  EXPECT_EQ(ShapeOf("--1"), "(neg (neg 1))");
  EXPECT_EQ(ShapeOf("!!!a"), "(! a)");
  EXPECT_NE(ShapeOf("9223372036854775808").find("range of int"), std::string::npos);
}

TEST(ParserTest, SaysWhatItExpected) {
  struct Case {
    std::string_view source;
    std::string_view error;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"", "1:1: the expression is empty"},
           {" // only this", "the expression is empty"},
           {"1 +", "1:4: expected a value, found the end"},
           {"(1", "1:3: expected ')'"},
           {"[1", "1:3: expected ','"},
           {"a[1", "1:4: expected ']'"},
           {"f(1,)", "1:5: expected an argument"},
           {"a b", "1:3: expected an operator, found 'b'"},
           {"a ? b", "1:6: expected ':'"},
           {"a.1", "1:2: expected an operator, found '.1'"},
           {"a.", "1:3: expected a member's name"},
           {"a.in", "1:3: expected a member's name"},
           {"while + 1", "1:1: 'while' is a reserved word"},
           {"a ==\n== b", "2:1: expected a value, found '=='"},
           {"! -1", "1:3: expected a value, found '-'"},
           {")", "1:1: expected a value, found ')'"},
       }) {
    EXPECT_NE(ShapeOf(c.source).find(c.error), std::string::npos) << c.source << " " << ShapeOf(c.source);
  }
}

std::string Repeat(std::string_view text, size_t count) {
  std::string repeated;
  for (size_t i = 0; i < count; ++i) repeated += text;
  return repeated;
}

TEST(ParserTest, BoundsDepthAndSize) {
  for (const std::string& source :
       {Repeat("(", 8000) + "1" + Repeat(")", 8000), Repeat("[", 16000), Repeat("f(", 8000), Repeat("a[", 8000),
        "1" + Repeat("+1", 8000), "a" + Repeat(".a", 8000), Repeat("a?b:", 4000) + "c", "a" + Repeat(".f()", 4000),
        Repeat("!(", 8000), Repeat("-(", 8000), Repeat("(1+", 5000), "a" + Repeat("[0]", 5000), Repeat("a?(", 5000),
        Repeat("a&&(b||", 2000)}) {
    const auto syntax = Parse(source);
    ASSERT_FALSE(syntax.has_value()) << source.substr(0, 10);
    EXPECT_NE(syntax.error().message.find("deep"), std::string::npos) << syntax.error().ToString();
  }
  EXPECT_NE(ShapeOf(std::string(kSourceBytesMax + 1, ' ')).find("more than 16384"), std::string::npos);
}

TEST(ParserTest, TakesWhatTheSpecificationRequires) {
  for (const std::string& source :
       {Repeat("(", 32) + "1" + Repeat(")", 32), Repeat("[", 32) + Repeat("]", 32), "a" + Repeat("||a", 2000),
        "a" + Repeat("&&a", 2000), "a" + Repeat("==a", 32), "1" + Repeat("+1", 32), "a" + Repeat(".a", 32),
        "a" + Repeat("[0]", 32), "f(1" + Repeat(",1", 2000) + ")", "[1" + Repeat(",1", 2000) + "]",
        Repeat("!", 5000) + "a", Repeat("-", 5000) + "a", Repeat("a?b:", 32) + "c"}) {
    EXPECT_TRUE(Parse(source).has_value()) << ShapeOf(source);
  }
}

}  // namespace
}  // namespace rasti::core::expression
