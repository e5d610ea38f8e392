// The types of guard expressions, as the checker sees them.
//
// A Type is a small immutable value: copying one shares the description of a list's element or an object's members.
// Thread-safe once made.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace rasti::core::expression {

/// kDyn is the type of what is known only when evaluated; no value has it.
enum class Kind { kNull, kBool, kInt, kDouble, kString, kTimestamp, kDuration, kList, kObject, kDyn };

/// The name of a kind in messages: "int", "timestamp".
std::string_view KindName(Kind kind);

struct Member;

class Type {
 public:
  /// kDyn.
  Type() = default;

  static Type Null() { return Type(Kind::kNull); }
  static Type Bool() { return Type(Kind::kBool); }
  static Type Int() { return Type(Kind::kInt); }
  static Type Double() { return Type(Kind::kDouble); }
  static Type String() { return Type(Kind::kString); }
  static Type Timestamp() { return Type(Kind::kTimestamp); }
  static Type Duration() { return Type(Kind::kDuration); }
  static Type Dyn() { return Type(Kind::kDyn); }
  static Type List(Type element);
  /// REQUIRES: the members' names differ. A name that is no CEL identifier can't be reached by an expression.
  static Type Object(std::vector<Member> members);

  Kind kind() const { return kind_; }
  bool Is(Kind kind) const { return kind_ == kind; }
  /// REQUIRES: Is(kList).
  const Type& element() const;
  /// REQUIRES: Is(kObject).
  const std::vector<Member>& members() const;
  /// The member of that name, or null. REQUIRES: Is(kObject).
  const Member* FindMember(std::string_view name) const;

  /// Whether a value of this type holds personal members anywhere inside.
  bool HoldsPersonal() const;

  /// "int", "list(string)", "object".
  std::string ToString() const;

  /// The same type, objects compared member by member.
  friend bool operator==(const Type& a, const Type& b);

 private:
  struct Detail;
  explicit Type(Kind kind) : kind_(kind) {}

  Kind kind_ = Kind::kDyn;
  std::shared_ptr<const Detail> detail_;  // of lists and objects only
};

/// A named member of an object type. An expression may ask has(object.member) of a personal one and nothing else.
struct Member {
  std::string name;
  Type type;
  bool personal = false;
  /// May be absent; reading an absent member is an evaluation error, which has() avoids.
  bool optional = false;

  bool operator==(const Member&) const = default;
};

/// Whether values of the two types may be compared by == at all: dyn with anything, int with double, like with like.
bool Comparable(const Type& a, const Type& b);

/// Whether a value of type `from` may stand where `to` is wanted. What is dyn is checked when evaluated.
bool Assignable(const Type& from, const Type& to);

}  // namespace rasti::core::expression
