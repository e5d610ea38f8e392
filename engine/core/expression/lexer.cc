#include "engine/core/expression/lexer.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/names.h"
#include "engine/core/expression/string_literal.h"

namespace rasti::core::expression {
namespace {

constexpr uint64_t kMagnitudeMax = uint64_t{1} << 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsHexDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsWordCharacter(char c) { return IsDigit(c) || IsIdentifier(std::string_view(&c, 1)); }

struct Punctuation {
  std::string_view text;
  TokenKind kind;
};
// What is longer comes first.
constexpr std::array<Punctuation, 22> kPunctuation = {{
    {"==", TokenKind::kEqual},
    {"!=", TokenKind::kNotEqual},
    {"<=", TokenKind::kLessEqual},
    {">=", TokenKind::kGreaterEqual},
    {"&&", TokenKind::kAnd},
    {"||", TokenKind::kOr},
    {"(", TokenKind::kLeftParenthesis},
    {")", TokenKind::kRightParenthesis},
    {"[", TokenKind::kLeftBracket},
    {"]", TokenKind::kRightBracket},
    {".", TokenKind::kDot},
    {",", TokenKind::kComma},
    {"?", TokenKind::kQuestion},
    {":", TokenKind::kColon},
    {"!", TokenKind::kNot},
    {"+", TokenKind::kPlus},
    {"-", TokenKind::kMinus},
    {"*", TokenKind::kStar},
    {"/", TokenKind::kSlash},
    {"%", TokenKind::kPercent},
    {"<", TokenKind::kLess},
    {">", TokenKind::kGreater},
}};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : rest_(source) {}

  tl::expected<std::vector<Token>, CompileError> Run() {
    std::vector<Token> tokens;
    while (true) {
      SkipBlanks();
      if (rest_.empty()) break;
      RASTI_TRY(Token token, Next());
      tokens.push_back(std::move(token));
    }
    tokens.push_back({.position = position_});
    return tokens;
  }

 private:
  void SkipBlanks() {
    while (!rest_.empty()) {
      if (rest_.starts_with("//")) {
        Advance(std::min(rest_.find_first_of("\r\n"), rest_.size()));
      } else if (std::string_view(" \t\r\n\f").find(rest_.front()) != std::string_view::npos) {
        Advance(1);
      } else {
        return;
      }
    }
  }

  /// REQUIRES: the bytes are whole code points.
  void Advance(size_t bytes) {
    for (const char c : rest_.substr(0, bytes)) {
      if (c == '\n') {
        ++position_.line;
        position_.column = 1;
      } else if ((static_cast<uint8_t>(c) & 0xC0) != 0x80) {
        ++position_.column;
      }
    }
    rest_.remove_prefix(bytes);
  }

  Token Take(TokenKind kind, size_t bytes) {
    Token token{.kind = kind, .position = position_, .text = rest_.substr(0, bytes)};
    Advance(bytes);
    return token;
  }

  tl::expected<Token, CompileError> Next() {
    const char c = rest_.front();
    if (IsDigit(c) || (c == '.' && rest_.size() > 1 && IsDigit(rest_[1]))) return Number();
    if (BeginsStringLiteral(rest_)) return String();
    if (IsWordCharacter(c)) return Word();
    for (const Punctuation& punctuation : kPunctuation) {
      if (rest_.starts_with(punctuation.text)) {
        return Take(punctuation.kind, punctuation.text.size());
      }
    }
    return FailCompile(position_, ExplainStrange());
  }

  Token Word() {
    size_t length = 1;
    while (length < rest_.size() && IsWordCharacter(rest_[length])) ++length;
    const std::string_view word = rest_.substr(0, length);
    const TokenKind kind = word == "true"    ? TokenKind::kTrue
                           : word == "false" ? TokenKind::kFalse
                           : word == "null"  ? TokenKind::kNull
                           : word == "in"    ? TokenKind::kIn
                                             : TokenKind::kIdentifier;
    return Take(kind, length);
  }

  tl::expected<Token, CompileError> String() {
    RASTI_TRY(StringLiteral literal, ReadStringLiteral(rest_, position_));
    Token token = Take(TokenKind::kString, literal.source_bytes);
    token.string = std::move(literal.value);
    return token;
  }

  size_t CountWhile(size_t from, bool (*accepts)(char)) const {
    size_t end = from;
    while (end < rest_.size() && accepts(rest_[end])) ++end;
    return end - from;
  }

  tl::expected<Token, CompileError> Number() {
    if ((rest_.starts_with("0x") || rest_.starts_with("0X")) && CountWhile(2, IsHexDigit) > 0) {
      return Int(2, 2 + CountWhile(2, IsHexDigit), 16);
    }
    size_t length = CountWhile(0, IsDigit);
    bool whole = true;
    if (length + 1 < rest_.size() && rest_[length] == '.' && IsDigit(rest_[length + 1])) {
      whole = false;
      length += 1 + CountWhile(length + 1, IsDigit);
    }
    if (length < rest_.size() && (rest_[length] == 'e' || rest_[length] == 'E')) {
      const bool sign = length + 1 < rest_.size() && (rest_[length + 1] == '+' || rest_[length + 1] == '-');
      const size_t digits = length + 1 + (sign ? 1 : 0);
      if (CountWhile(digits, IsDigit) == 0) return FailCompile(position_, "the number's exponent has no digits");
      whole = false;
      length = digits + CountWhile(digits, IsDigit);
    }
    return whole ? Int(0, length, 10) : Double(length);
  }

  tl::expected<Token, CompileError> Int(size_t prefix, size_t length, int base) {
    RASTI_CHECKED(EndsHere(length));
    uint64_t magnitude = 0;
    const char* end = rest_.data() + length;
    const auto [stop, error] = std::from_chars(rest_.data() + prefix, end, magnitude, base);
    if (error != std::errc() || stop != end || magnitude > kMagnitudeMax) {
      return FailCompile(position_, fmt::format("{} is beyond the range of int (64 bits); with a decimal point it is a "
                                                "double",
                                                rest_.substr(0, length)));
    }
    Token token = Take(TokenKind::kInt, length);
    token.magnitude = magnitude;
    return token;
  }

  tl::expected<Token, CompileError> Double(size_t length) {
    RASTI_CHECKED(EndsHere(length));
    double number = 0;
    const char* end = rest_.data() + length;
    const auto [stop, error] = std::from_chars(rest_.data(), end, number);
    if (error != std::errc() || stop != end) {
      return FailCompile(position_, fmt::format("{} is beyond the range of double", rest_.substr(0, length)));
    }
    Token token = Take(TokenKind::kDouble, length);
    token.number = number;
    return token;
  }

  tl::expected<void, CompileError> EndsHere(size_t length) const {
    if (length >= rest_.size() || !IsWordCharacter(rest_[length])) return {};
    if (rest_[length] == 'u' || rest_[length] == 'U') {
      return FailCompile(position_, "unsigned numbers are not part of this subset of CEL; leave out the 'u'");
    }
    return FailCompile(position_, fmt::format("a number is followed by '{}'; put an operator or a space between",
                                              rest_.substr(length, 1)));
  }

  std::string ExplainStrange() const {
    switch (rest_.front()) {
      case '=': return "'=' is no operator; '==' compares";
      case '&': return "'&' is no operator; '&&' is the logical and";
      case '|': return "'|' is no operator; '||' is the logical or";
      case '{':
      case '}': return "maps and messages in {} are not part of this subset of CEL; lists in [] are";
      default: break;
    }
    const auto byte = static_cast<uint8_t>(rest_.front());
    if (byte < 0x20 || byte == 0x7F) return fmt::format("a control character (U+{:04X}) outside a string", byte);
    return fmt::format("the character '{}' outside a string", rest_.substr(0, Utf8SequenceLength(rest_)));
  }

  std::string_view rest_;
  Position position_;
};

}  // namespace

tl::expected<std::vector<Token>, CompileError> Tokenize(std::string_view source) {
  for (std::string_view rest = source; !rest.empty();) {
    const size_t length = Utf8SequenceLength(rest);
    if (length == 0) {
      return FailCompile({}, fmt::format("byte {} of the source is not UTF-8", source.size() - rest.size() + 1));
    }
    rest.remove_prefix(length);
  }
  return Lexer(source).Run();
}

}  // namespace rasti::core::expression
