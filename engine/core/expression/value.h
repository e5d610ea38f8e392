// The values of guard expressions.
//
// A Value is immutable and cheap to copy: strings, lists and objects are shared. Thread-safe once made.
// Comparing, printing and destroying go as deep as lists and objects nest; whoever makes values bounds that.
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "engine/base/time.h"
#include "engine/core/expression/type.h"

namespace rasti::core::expression {

class Value {
 public:
  using List = std::vector<Value>;
  /// Members in any order; the first of a name wins. An absent member is left out, or null.
  using Object = std::vector<std::pair<std::string, Value>>;

  /// null.
  Value() = default;
  // NOLINTBEGIN(google-explicit-constructor): values are written as literals are
  Value(std::nullptr_t) {}
  template <std::same_as<bool> B>
  Value(B value) : data_(value) {}
  template <std::integral I>
  requires(!std::same_as<I, bool> && (sizeof(I) < sizeof(int64_t) || std::signed_integral<I>)) Value(I value)
      : data_(static_cast<int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::make_shared<const std::string>(std::move(value))) {}
  Value(std::string_view value) : Value(std::string(value)) {}
  Value(const char* value) : Value(std::string(value)) {}
  Value(std::shared_ptr<const std::string> value) : data_(std::move(value)) {}
  Value(Instant value) : data_(value) {}
  Value(Duration value) : data_(value) {}
  Value(std::shared_ptr<const List> value) : data_(std::move(value)) {}
  Value(std::shared_ptr<const Object> value) : data_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)

  static Value OfList(List elements) { return Value(std::make_shared<const List>(std::move(elements))); }
  static Value OfObject(Object members) { return Value(std::make_shared<const Object>(std::move(members))); }
  /// null where there is nothing.
  template <class T>
  static Value OrNull(const std::optional<T>& value) {
    return value ? Value(*value) : Value();
  }

  /// Never kDyn.
  Kind kind() const { return static_cast<Kind>(data_.index()); }
  bool Is(Kind kind) const { return this->kind() == kind; }

  // REQUIRES, of each: the value is of that kind.
  bool AsBool() const { return std::get<bool>(data_); }
  int64_t AsInt() const { return std::get<int64_t>(data_); }
  double AsDouble() const { return std::get<double>(data_); }
  const std::string& AsString() const { return *std::get<std::shared_ptr<const std::string>>(data_); }
  Instant AsTimestamp() const { return std::get<Instant>(data_); }
  Duration AsDuration() const { return std::get<Duration>(data_); }
  const List& AsList() const { return *std::get<std::shared_ptr<const List>>(data_); }
  const Object& AsObject() const { return *std::get<std::shared_ptr<const Object>>(data_); }

  /// The member of that name; null where it is absent or null. REQUIRES: Is(kObject).
  const Value* FindMember(std::string_view name) const;

  /// Equality as CEL has it: int and double by their number, NaN unequal to itself, objects whatever their members'
  /// order and with null as absent; values of other kinds that differ are unequal.
  friend bool operator==(const Value& a, const Value& b);

  /// As an expression would write it: "[1, 'a']"; timestamps and durations as timestamp('...') and duration('...').
  std::string ToString() const;

 private:
  // In the order of Kind.
  std::variant<std::monostate, bool, int64_t, double, std::shared_ptr<const std::string>, Instant, Duration,
               std::shared_ptr<const List>, std::shared_ptr<const Object>>
      data_;
};

/// The order of two values that expressions may compare by <: bools, numbers (int with double, exactly), strings by
/// code point, timestamps, durations. Nothing where the kinds have no order; unordered where a NaN is compared.
std::optional<std::partial_ordering> Order(const Value& a, const Value& b);

/// Names a value in a failing test.
void PrintTo(const Value& value, std::ostream* out);

}  // namespace rasti::core::expression
