#include "engine/core/expression/parser.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <utility>

#include "engine/base/result.h"
#include "engine/core/expression/lexer.h"
#include "engine/core/expression/limits.h"
#include "engine/core/expression/names.h"

namespace rasti::core::expression {
namespace {

using Form = Syntax::Form;
using Parsed = tl::expected<Syntax, CompileError>;

struct BinaryRule {
  TokenKind token;
  Operator op;
  int rank;  // the higher, the tighter it binds
};
constexpr int kRelation = 1;
constexpr std::array<BinaryRule, 12> kBinaryRules = {{
    {TokenKind::kEqual, Operator::kEqual, kRelation},
    {TokenKind::kNotEqual, Operator::kNotEqual, kRelation},
    {TokenKind::kLess, Operator::kLess, kRelation},
    {TokenKind::kLessEqual, Operator::kLessEqual, kRelation},
    {TokenKind::kGreater, Operator::kGreater, kRelation},
    {TokenKind::kGreaterEqual, Operator::kGreaterEqual, kRelation},
    {TokenKind::kIn, Operator::kIn, kRelation},
    {TokenKind::kPlus, Operator::kAdd, 2},
    {TokenKind::kMinus, Operator::kSubtract, 2},
    {TokenKind::kStar, Operator::kMultiply, 3},
    {TokenKind::kSlash, Operator::kDivide, 3},
    {TokenKind::kPercent, Operator::kRemainder, 3},
}};

const BinaryRule* FindRule(TokenKind token) {
  const auto* rule = std::find_if(kBinaryRules.begin(), kBinaryRules.end(),
                                  [token](const BinaryRule& candidate) { return candidate.token == token; });
  return rule == kBinaryRules.end() ? nullptr : rule;
}

// One method a rule of the grammar; each leaves the token behind what it read.
class Parser {
 public:
  explicit Parser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  Parsed Run() {
    RASTI_TRY(Syntax syntax, ParseExpression());
    if (!At(TokenKind::kEnd)) return FailCompile(Here(), fmt::format("expected an operator, found {}", Shown()));
    return syntax;
  }

 private:
  const Token& Current() const { return tokens_[at_]; }
  bool At(TokenKind kind) const { return Current().kind == kind; }
  Position Here() const { return Current().position; }
  std::string Shown() const {
    return At(TokenKind::kEnd) ? "the end" : fmt::format("'{}'", Current().text.substr(0, 40));
  }

  Token Take() {
    Token token = std::move(tokens_[at_]);
    // The last token is kEnd and stays, so that looking on is always possible.
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool TakeIf(TokenKind kind) {
    if (!At(kind)) return false;
    Take();
    return true;
  }
  tl::expected<void, CompileError> Expect(TokenKind kind, std::string_view text, std::string_view purpose) {
    if (TakeIf(kind)) return {};
    return FailCompile(Here(), fmt::format("expected '{}' {}, found {}", text, purpose, Shown()));
  }

  static tl::unexpected<CompileError> TooDeep(Position position) {
    return FailCompile(position, fmt::format("nested more than {} deep; split the expression", kDepthMax));
  }

  static Parsed Join(Syntax syntax) {
    for (const Syntax& part : syntax.parts) syntax.depth = std::max(syntax.depth, part.depth + 1);
    if (syntax.depth > kDepthMax) return TooDeep(syntax.position);
    return syntax;
  }

  Parsed ParseExpression() {
    // Brackets leave no node behind, so that the depth of the tree alone would not bound the recursion.
    if (++open_ > kDepthMax) return TooDeep(Here());
    RASTI_TRY(Syntax condition, ParseLogic(TokenKind::kOr));
    if (At(TokenKind::kQuestion)) {
      Syntax conditional{.form = Form::kConditional, .position = Here()};
      Take();
      conditional.parts.push_back(std::move(condition));
      RASTI_TRY(Syntax chosen, ParseLogic(TokenKind::kOr));
      conditional.parts.push_back(std::move(chosen));
      RASTI_CHECKED(Expect(TokenKind::kColon, ":", "and what holds otherwise"));
      RASTI_TRY(Syntax otherwise, ParseExpression());
      conditional.parts.push_back(std::move(otherwise));
      --open_;
      return Join(std::move(conditional));
    }
    --open_;
    return condition;
  }

  // a || b || c is one node with three parts: a long row is not deep.
  Parsed ParseLogic(TokenKind token) {
    const bool is_or = token == TokenKind::kOr;
    const auto parse_part = [&] { return is_or ? ParseLogic(TokenKind::kAnd) : ParseBinary(kRelation); };
    RASTI_TRY(Syntax first, parse_part());
    if (!At(token)) return first;
    Syntax logic{.form = is_or ? Form::kOr : Form::kAnd, .position = Here()};
    logic.parts.push_back(std::move(first));
    while (TakeIf(token)) {
      RASTI_TRY(Syntax next, parse_part());
      logic.parts.push_back(std::move(next));
    }
    return Join(std::move(logic));
  }

  Parsed ParseBinary(int rank_min) {
    RASTI_TRY(Syntax left, ParseUnary());
    while (true) {
      const BinaryRule* rule = FindRule(Current().kind);
      if (rule == nullptr || rule->rank < rank_min) return left;
      Syntax binary{.form = Form::kBinary, .position = Here(), .op = rule->op};
      Take();
      RASTI_TRY(Syntax right, ParseBinary(rule->rank + 1));
      binary.parts.push_back(std::move(left));
      binary.parts.push_back(std::move(right));
      RASTI_TRY(left, Join(std::move(binary)));
    }
  }

  Parsed ParseUnary() {
    if (At(TokenKind::kNot)) return ParseRepeated(TokenKind::kNot, Form::kNot);
    if (At(TokenKind::kMinus)) return ParseRepeated(TokenKind::kMinus, Form::kNegate);
    return ParseMember(false);
  }

  // A row of equal signs: two of them cancel out, and a minus belongs to the number it stands before.
  Parsed ParseRepeated(TokenKind sign, Form form) {
    const Position position = Here();
    bool odd = false;
    while (TakeIf(sign)) odd = !odd;
    const bool number = At(TokenKind::kInt) || At(TokenKind::kDouble);
    if (form == Form::kNegate && odd && number) return ParseMember(true);
    RASTI_TRY(Syntax operand, ParseMember(false));
    if (!odd) {
      // !!x is x, but only of a bool; the checker sees to it.
      RASTI_TRY(operand, Join({.form = form, .position = position, .parts = Parts(std::move(operand))}));
    }
    return Join({.form = form, .position = position, .parts = Parts(std::move(operand))});
  }

  static std::vector<Syntax> Parts(Syntax part) {
    std::vector<Syntax> parts;
    parts.push_back(std::move(part));
    return parts;
  }

  Parsed ParseMember(bool negative) {
    RASTI_TRY(Syntax member, ParsePrimary(negative));
    while (true) {
      const Position position = Here();
      if (TakeIf(TokenKind::kDot)) {
        if (!At(TokenKind::kIdentifier)) {
          return FailCompile(Here(), fmt::format("expected a member's name after '.', found {}", Shown()));
        }
        const Token name = Take();
        Syntax next{.form = Form::kSelect, .position = name.position, .name = std::string(name.text)};
        next.parts = Parts(std::move(member));
        if (TakeIf(TokenKind::kLeftParenthesis)) {
          next.form = Form::kCall;
          next.is_method = true;
          RASTI_CHECKED(ParseRow(TokenKind::kRightParenthesis, ")", &next.parts));
        }
        RASTI_TRY(member, Join(std::move(next)));
      } else if (TakeIf(TokenKind::kLeftBracket)) {
        Syntax next{.form = Form::kIndex, .position = position, .parts = Parts(std::move(member))};
        RASTI_TRY(Syntax index, ParseExpression());
        next.parts.push_back(std::move(index));
        RASTI_CHECKED(Expect(TokenKind::kRightBracket, "]", "after the index"));
        RASTI_TRY(member, Join(std::move(next)));
      } else {
        return member;
      }
    }
  }

  // Expressions between commas up to the closing bracket; a list may end with a comma, as in CEL.
  tl::expected<void, CompileError> ParseRow(TokenKind close, std::string_view text, std::vector<Syntax>* parts) {
    while (!TakeIf(close)) {
      RASTI_TRY(Syntax part, ParseExpression());
      parts->push_back(std::move(part));
      if (TakeIf(close)) return {};
      RASTI_CHECKED(Expect(TokenKind::kComma, ",", fmt::format("or '{}'", text)));
      if (close == TokenKind::kRightParenthesis && At(close)) {
        return FailCompile(Here(), "expected an argument after ',', found ')'");
      }
    }
    return {};
  }

  Parsed ParsePrimary(bool negative) {
    const Position position = Here();
    if (At(TokenKind::kIdentifier)) return ParseName();
    if (At(TokenKind::kInt)) return ParseInt(negative);
    if (At(TokenKind::kDouble)) {
      const double number = Take().number;
      return Syntax{.position = position, .literal = Value(negative ? -number : number)};
    }
    if (At(TokenKind::kString)) return Syntax{.position = position, .literal = Value(Take().string)};
    if (TakeIf(TokenKind::kTrue)) return Syntax{.position = position, .literal = Value(true)};
    if (TakeIf(TokenKind::kFalse)) return Syntax{.position = position, .literal = Value(false)};
    if (TakeIf(TokenKind::kNull)) return Syntax{.position = position};
    if (TakeIf(TokenKind::kLeftParenthesis)) {
      RASTI_TRY(Syntax inner, ParseExpression());
      RASTI_CHECKED(Expect(TokenKind::kRightParenthesis, ")", "to close the bracket"));
      return inner;
    }
    if (TakeIf(TokenKind::kLeftBracket)) {
      Syntax list{.form = Form::kList, .position = position};
      RASTI_CHECKED(ParseRow(TokenKind::kRightBracket, "]", &list.parts));
      return Join(std::move(list));
    }
    if (At(TokenKind::kEnd) && at_ == 0) return FailCompile(position, "the expression is empty");
    return FailCompile(position, fmt::format("expected a value, found {}", Shown()));
  }

  Parsed ParseName() {
    const Token token = Take();
    Syntax name{.form = Form::kName, .position = token.position, .name = std::string(token.text)};
    if (IsReserved(name.name)) {
      return FailCompile(name.position, fmt::format("'{}' is a reserved word; only a member may bear it", name.name));
    }
    if (!TakeIf(TokenKind::kLeftParenthesis)) return name;
    name.form = Form::kCall;
    RASTI_CHECKED(ParseRow(TokenKind::kRightParenthesis, ")", &name.parts));
    return Join(std::move(name));
  }

  Parsed ParseInt(bool negative) {
    const Token token = Take();
    constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
    if (!negative && token.magnitude > kMax) {
      return FailCompile(token.position, fmt::format("{} is beyond the range of int (64 bits)", token.text));
    }
    // In unsigned arithmetic, where -2^63 has a place.
    const uint64_t bits = negative ? uint64_t{0} - token.magnitude : token.magnitude;
    return Syntax{.position = token.position, .literal = Value(static_cast<int64_t>(bits))};
  }

  std::vector<Token> tokens_;
  size_t at_ = 0;
  int open_ = 0;
};

}  // namespace

std::string_view OperatorText(Operator op) {
  constexpr std::array<std::string_view, 12> kTexts = {"==", "!=", "<", "<=", ">", ">=", "in", "+", "-", "*", "/", "%"};
  return kTexts[static_cast<size_t>(op)];
}

Parsed Parse(std::string_view source) {
  if (source.size() > kSourceBytesMax) {
    return FailCompile({}, fmt::format("the expression has {} bytes, more than {}", source.size(), kSourceBytesMax));
  }
  RASTI_TRY(std::vector<Token> tokens, Tokenize(source));
  return Parser(std::move(tokens)).Run();
}

}  // namespace rasti::core::expression
