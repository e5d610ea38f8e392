#include "tests/fuzz/print_expression.h"

#include <fmt/format.h>

#include <cmath>

#include "engine/base/check.h"

namespace rasti::fuzz {
namespace {

using core::expression::Kind;
using core::expression::Syntax;
using core::expression::Value;
using Form = Syntax::Form;

// By escapes alone, so that no character needs to be looked at twice.
std::string PrintText(const std::string& text) {
  std::string printed = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      printed += {'\\', c};
    } else if (byte < 0x20 || byte == 0x7F) {
      printed += fmt::format("\\u{:04x}", byte);
    } else {
      printed += c;
    }
  }
  return printed + "\"";
}

std::string PrintLiteral(const Value& value) {
  if (value.Is(Kind::kString)) return PrintText(value.AsString());
  if (value.Is(Kind::kDouble)) {
    // The sign of zero too; "1" would be an int.
    const std::string text = fmt::format("{}", value.AsDouble());
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  RASTI_CHECK(value.Is(Kind::kNull) || value.Is(Kind::kBool) || value.Is(Kind::kInt), "there are no other literals");
  return value.ToString();
}

std::string Bracketed(const Syntax& syntax) { return "(" + PrintExpression(syntax) + ")"; }

std::string PrintRow(const std::vector<Syntax>& parts, const char* between) {
  std::string text;
  for (const Syntax& part : parts) text += (text.empty() ? "" : between) + Bracketed(part);
  return text;
}

std::string PrintCall(const Syntax& call) {
  const std::string receiver = call.is_method ? Bracketed(call.parts.front()) + "." : "";
  std::string arguments;
  for (size_t i = call.is_method ? 1 : 0; i < call.parts.size(); ++i) {
    if (!arguments.empty()) arguments += ", ";
    arguments += PrintExpression(call.parts[i]);
  }
  return receiver + call.name + "(" + arguments + ")";
}

}  // namespace

std::string PrintExpression(const Syntax& syntax) {
  switch (syntax.form) {
    case Form::kLiteral: return PrintLiteral(syntax.literal);
    case Form::kName: return syntax.name;
    case Form::kSelect: return Bracketed(syntax.parts.front()) + "." + syntax.name;
    case Form::kIndex: return Bracketed(syntax.parts[0]) + "[" + PrintExpression(syntax.parts[1]) + "]";
    case Form::kCall: return PrintCall(syntax);
    case Form::kNot: return "!" + Bracketed(syntax.parts.front());
    case Form::kNegate: return "-" + Bracketed(syntax.parts.front());
    case Form::kBinary:
      return fmt::format("{} {} {}", Bracketed(syntax.parts[0]), core::expression::OperatorText(syntax.op),
                         Bracketed(syntax.parts[1]));
    case Form::kAnd: return PrintRow(syntax.parts, " && ");
    case Form::kOr: return PrintRow(syntax.parts, " || ");
    case Form::kConditional:
      return fmt::format("{} ? {} : {}", Bracketed(syntax.parts[0]), Bracketed(syntax.parts[1]),
                         Bracketed(syntax.parts[2]));
    case Form::kList: return "[" + PrintRow(syntax.parts, ", ") + "]";
  }
  return "";
}

bool SameSyntax(const Syntax& a, const Syntax& b) {
  const bool same_literal =
      a.literal.kind() == b.literal.kind() && a.literal == b.literal &&
      (!a.literal.Is(Kind::kDouble) || std::signbit(a.literal.AsDouble()) == std::signbit(b.literal.AsDouble()));
  if (a.form != b.form || !same_literal || a.name != b.name || a.op != b.op || a.is_method != b.is_method ||
      a.depth != b.depth || a.parts.size() != b.parts.size()) {
    return false;
  }
  for (size_t i = 0; i < a.parts.size(); ++i) {
    if (!SameSyntax(a.parts[i], b.parts[i])) return false;
  }
  return true;
}

}  // namespace rasti::fuzz
