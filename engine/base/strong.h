// Strong types: a TenantId is not a QueueId, although both are strings.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

namespace rasti {

/// A string that is an identifier of one kind only. Tag is a struct that is never defined.
template <class Tag>
class StrongString {
 public:
  StrongString() = default;
  explicit StrongString(std::string value) : value_(std::move(value)) {}
  explicit StrongString(std::string_view value) : value_(value) {}
  explicit StrongString(const char* value) : value_(value) {}

  const std::string& str() const { return value_; }
  std::string_view view() const { return value_; }
  bool empty() const { return value_.empty(); }

  auto operator<=>(const StrongString&) const = default;
  bool operator==(const StrongString&) const = default;

  friend std::ostream& operator<<(std::ostream& out, const StrongString& id) { return out << id.value_; }
  template <class H>
  friend H AbslHashValue(H h, const StrongString& id) {
    return H::combine(std::move(h), id.value_);
  }

 private:
  std::string value_;
};

/// A number that is a position, a count or an index of one kind only.
template <class Tag, class Number = int64_t>
struct StrongNumber {
  Number value{};

  auto operator<=>(const StrongNumber&) const = default;
  bool operator==(const StrongNumber&) const = default;

  StrongNumber Next() const { return {static_cast<Number>(value + 1)}; }

  friend std::ostream& operator<<(std::ostream& out, StrongNumber n) { return out << n.value; }
  template <class H>
  friend H AbslHashValue(H h, StrongNumber n) {
    return H::combine(std::move(h), n.value);
  }
};

}  // namespace rasti

template <class Tag>
struct std::hash<rasti::StrongString<Tag>> {
  size_t operator()(const rasti::StrongString<Tag>& id) const noexcept { return std::hash<std::string>{}(id.str()); }
};
template <class Tag, class Number>
struct std::hash<rasti::StrongNumber<Tag, Number>> {
  size_t operator()(rasti::StrongNumber<Tag, Number> n) const noexcept { return std::hash<Number>{}(n.value); }
};
