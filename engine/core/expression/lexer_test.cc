#include "engine/core/expression/lexer.h"

#include <gtest/gtest.h>

namespace rasti::core::expression {
namespace {

std::vector<TokenKind> Kinds(std::string_view source) {
  const auto tokens = Tokenize(source);
  std::vector<TokenKind> kinds;
  if (!tokens) {
    ADD_FAILURE() << source << ": " << tokens.error().ToString();
    return kinds;
  }
  for (const Token& token : *tokens) kinds.push_back(token.kind);
  EXPECT_EQ(kinds.back(), TokenKind::kEnd);
  kinds.pop_back();
  return kinds;
}

std::string StringOf(std::string_view source) {
  const auto tokens = Tokenize(source);
  if (!tokens) return "error: " + tokens.error().ToString();
  EXPECT_EQ(tokens->size(), 2U) << source;
  EXPECT_EQ(tokens->front().kind, TokenKind::kString) << source;
  return tokens->front().string;
}

CompileError ErrorOf(std::string_view source) {
  const auto tokens = Tokenize(source);
  if (tokens) {
    ADD_FAILURE() << source << " has tokens";
    return {};
  }
  return tokens.error();
}

TEST(LexerTest, TakesTheLongestPunctuation) {
  using enum TokenKind;
  EXPECT_EQ(Kinds("<= < == != ! >= > && ||"),
            (std::vector<TokenKind>{kLessEqual, kLess, kEqual, kNotEqual, kNot, kGreaterEqual, kGreater, kAnd, kOr}));
  EXPECT_EQ(Kinds("a.b[0]?c:d,(-e)%f*g/h+i"), (std::vector<TokenKind>{kIdentifier,  kDot,        kIdentifier,
                                                                      kLeftBracket, kInt,        kRightBracket,
                                                                      kQuestion,    kIdentifier, kColon,
                                                                      kIdentifier,  kComma,      kLeftParenthesis,
                                                                      kMinus,       kIdentifier, kRightParenthesis,
                                                                      kPercent,     kIdentifier, kStar,
                                                                      kIdentifier,  kSlash,      kIdentifier,
                                                                      kPlus,        kIdentifier}));
}

TEST(LexerTest, TellsWordsFromLiterals) {
  using enum TokenKind;
  EXPECT_EQ(Kinds("true false null in inside rb _x1"),
            (std::vector<TokenKind>{kTrue, kFalse, kNull, kIn, kIdentifier, kIdentifier, kIdentifier}));
}

TEST(LexerTest, ReadsNumbers) {
  const auto tokens = Tokenize("0 42 0x1F 9223372036854775808 1.5 .5 2e3 1E-2 1.25e+2");
  ASSERT_TRUE(tokens.has_value()) << tokens.error().ToString();
  ASSERT_EQ(tokens->size(), 10U);
  EXPECT_EQ((*tokens)[0].magnitude, 0U);
  EXPECT_EQ((*tokens)[1].magnitude, 42U);
  EXPECT_EQ((*tokens)[2].magnitude, 31U);
  EXPECT_EQ((*tokens)[3].magnitude, uint64_t{1} << 63);
  EXPECT_EQ((*tokens)[4].number, 1.5);
  EXPECT_EQ((*tokens)[5].number, 0.5);
  EXPECT_EQ((*tokens)[6].number, 2000.0);
  EXPECT_EQ((*tokens)[7].number, 0.01);
  EXPECT_EQ((*tokens)[8].number, 125.0);
}

TEST(LexerTest, ReadsStringsAndEscapes) {
  EXPECT_EQ(StringOf("''"), "");
  EXPECT_EQ(StringOf(R"('""')"), "\"\"");
  EXPECT_EQ(StringOf("'''x''x'''"), "x''x");
  EXPECT_EQ(StringOf("\"\"\"two\nlines\"\"\""), "two\nlines");
  EXPECT_EQ(StringOf(R"('\a\b\f\n\r\t\v\\\?\"\'\`')"), "\a\b\f\n\r\t\v\\?\"'`");
  EXPECT_EQ(StringOf(R"('\u00e9')"), "\u00e9");
  EXPECT_EQ(StringOf(R"('\U0001F600')"), "\U0001F600");
  EXPECT_EQ(StringOf(R"('\ud83d\ude00')"), "\U0001F600");
  EXPECT_EQ(StringOf(R"("\303\277")"), "\u00c3\u00bf") << "octal escapes are code points, not bytes";
  EXPECT_EQ(StringOf(R"("\xFF\X41")"), "\u00ffA");
  EXPECT_EQ(StringOf(R"(r'\d+\')"), R"(\d+\)");
  EXPECT_EQ(StringOf("R\"\"\"a\\n\"b\"\"\""), "a\\n\"b");
  EXPECT_EQ(StringOf("'Ferizaj \u00eb'"), "Ferizaj \u00eb");
  EXPECT_EQ(StringOf(R"('\000')"), std::string(1, '\0'));
}

TEST(LexerTest, SkipsCommentsAndCountsPlaces) {
  const auto tokens = Tokenize("a // b && c\n  '\u00eb\u00eb' d");
  ASSERT_TRUE(tokens.has_value());
  ASSERT_EQ(tokens->size(), 4U);
  EXPECT_EQ((*tokens)[1].position, (Position{2, 3}));
  EXPECT_EQ((*tokens)[2].position, (Position{2, 8})) << "columns are code points";
}

TEST(LexerTest, SaysWhatIsWrong) {
  struct Case {
    std::string_view source;
    int line, column;
    std::string_view part;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"a = b", 1, 3, "'=='"},
           {"a & b", 1, 3, "'&&'"},
           {"a | b", 1, 3, "'||'"},
           {"{'a': 1}", 1, 1, "maps"},
           {"1u", 1, 1, "unsigned"},
           {"1 + 2x", 1, 5, "followed by 'x'"},
           {"1e", 1, 1, "exponent"},
           {"1e999", 1, 1, "range of double"},
           {"9223372036854775809", 1, 1, "range of int"},
           {"99999999999999999999999", 1, 1, "range of int"},
           {"'abc", 1, 1, "no closing '"},
           {"'abc\n'", 1, 1, "no closing '"},
           {"'''abc''", 1, 1, "no closing '''"},
           {"b'a'", 1, 1, "bytes"},
           {"rb'a'", 1, 1, "bytes"},
           {R"('ab\q')", 1, 4, "unknown escape '\\q'"},
           {R"('\8')", 1, 2, "unknown escape"},
           {R"('\u12')", 1, 2, "4 hexadecimal"},
           {R"('\x1')", 1, 2, "2 hexadecimal"},
           {R"('\12')", 1, 2, "3 octal"},
           {R"('\ud800')", 1, 2, "no Unicode character"},
           {R"('\U00110000')", 1, 2, "no Unicode character"},
           {R"('\)", 1, 2, "unknown escape"},
           {"a\n  # b", 2, 3, "the character '#'"},
           {"a \u20ac", 1, 3, "the character '\u20ac'"},
           {"a \x01", 1, 3, "U+0001"},
           {"a \xff", 1, 1, "byte 3 of the source is not UTF-8"},
           {"a \xed\xa0\x80", 1, 1, "not UTF-8"},
       }) {
    const CompileError error = ErrorOf(c.source);
    EXPECT_EQ(error.line, c.line) << c.source << " " << error.ToString();
    EXPECT_EQ(error.column, c.column) << c.source << " " << error.ToString();
    EXPECT_NE(error.message.find(c.part), std::string::npos) << c.source << " " << error.ToString();
  }
}

}  // namespace
}  // namespace rasti::core::expression
