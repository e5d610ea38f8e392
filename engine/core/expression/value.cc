#include "engine/core/expression/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <ostream>

namespace rasti::core::expression {
namespace {

// Exact: a double that holds 2^53 + 1 can't exist, so converting the int would make unequal numbers equal.
std::partial_ordering OrderIntDouble(int64_t a, double b) {
  constexpr double kTwoTo63 = 9223372036854775808.0;
  if (std::isnan(b)) return std::partial_ordering::unordered;
  if (b >= kTwoTo63) return std::partial_ordering::less;
  if (b < -kTwoTo63) return std::partial_ordering::greater;
  const double whole = std::trunc(b);
  const auto order = a <=> static_cast<int64_t>(whole);
  return order != 0 ? std::partial_ordering(order) : whole <=> b;
}

std::partial_ordering Reversed(std::partial_ordering order) { return 0 <=> order; }

size_t CountPresent(const Value::Object& object) {
  return static_cast<size_t>(std::count_if(object.begin(), object.end(), [&object](const auto& member) {
    // Only the first of a name counts.
    const auto first =
        std::find_if(object.begin(), object.end(), [&](const auto& m) { return m.first == member.first; });
    return &*first == &member && !member.second.Is(Kind::kNull);
  }));
}

bool ObjectsEqual(const Value& a, const Value& b) {
  if (CountPresent(a.AsObject()) != CountPresent(b.AsObject())) return false;
  return std::all_of(a.AsObject().begin(), a.AsObject().end(), [&](const auto& member) {
    const Value* ours = a.FindMember(member.first);
    const Value* theirs = b.FindMember(member.first);
    return ours == nullptr || (theirs != nullptr && *ours == *theirs);
  });
}

std::string Quoted(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '\'' || c == '\\') quoted += '\\';
    if (c == '\n') {
      quoted += "\\n";
    } else if (byte < 0x20 || byte == 0x7F) {
      quoted += fmt::format("\\u{:04x}", byte);
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

// With a decimal point or an exponent, so that it does not read as an int.
std::string DoubleText(double number) {
  const std::string text = fmt::format("{}", number);
  return text.find_first_of(".en") == std::string::npos ? text + ".0" : text;
}

}  // namespace

const Value* Value::FindMember(std::string_view name) const {
  for (const auto& [member, value] : AsObject()) {
    if (member == name) return value.Is(Kind::kNull) ? nullptr : &value;
  }
  return nullptr;
}

bool operator==(const Value& a, const Value& b) {
  if (a.Is(Kind::kInt) && b.Is(Kind::kDouble)) return OrderIntDouble(a.AsInt(), b.AsDouble()) == 0;
  if (a.Is(Kind::kDouble) && b.Is(Kind::kInt)) return OrderIntDouble(b.AsInt(), a.AsDouble()) == 0;
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kString: return a.AsString() == b.AsString();
    case Kind::kList: return a.AsList() == b.AsList();
    case Kind::kObject: return ObjectsEqual(a, b);
    case Kind::kNull:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kDouble:
    case Kind::kTimestamp:
    case Kind::kDuration:
    case Kind::kDyn: return a.data_ == b.data_;
  }
  return false;
}

std::optional<std::partial_ordering> Order(const Value& a, const Value& b) {
  if (a.Is(Kind::kInt) && b.Is(Kind::kDouble)) return OrderIntDouble(a.AsInt(), b.AsDouble());
  if (a.Is(Kind::kDouble) && b.Is(Kind::kInt)) return Reversed(OrderIntDouble(b.AsInt(), a.AsDouble()));
  if (a.kind() != b.kind()) return std::nullopt;
  switch (a.kind()) {
    case Kind::kBool: return a.AsBool() <=> b.AsBool();
    case Kind::kInt: return a.AsInt() <=> b.AsInt();
    case Kind::kDouble: return a.AsDouble() <=> b.AsDouble();
    // The order of UTF-8's bytes is the order of the code points.
    case Kind::kString: return a.AsString().compare(b.AsString()) <=> 0;
    case Kind::kTimestamp: return a.AsTimestamp() <=> b.AsTimestamp();
    case Kind::kDuration: return a.AsDuration() <=> b.AsDuration();
    case Kind::kNull:
    case Kind::kList:
    case Kind::kObject:
    case Kind::kDyn: return std::nullopt;
  }
  return std::nullopt;
}

std::string Value::ToString() const {
  switch (kind()) {
    case Kind::kNull: return "null";
    case Kind::kBool: return AsBool() ? "true" : "false";
    case Kind::kInt: return fmt::format("{}", AsInt());
    case Kind::kDouble: return DoubleText(AsDouble());
    case Kind::kString: return Quoted(AsString());
    case Kind::kTimestamp: return fmt::format("timestamp('{}')", FormatInstant(AsTimestamp()));
    case Kind::kDuration: return fmt::format("duration('{}ms')", AsDuration().count());
    case Kind::kList: {
      std::string text = "[";
      for (const Value& element : AsList()) text += (text.size() > 1 ? ", " : "") + element.ToString();
      return text + "]";
    }
    case Kind::kObject: {
      std::string text = "{";
      for (const auto& [name, value] : AsObject()) {
        text += (text.size() > 1 ? ", " : "") + name + ": " + value.ToString();
      }
      return text + "}";
    }
    case Kind::kDyn: break;
  }
  return "";
}

void PrintTo(const Value& value, std::ostream* out) { *out << value.ToString(); }

}  // namespace rasti::core::expression
