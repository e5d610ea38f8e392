#include "engine/core/expression/type.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/base/check.h"

namespace rasti::core::expression {

// A list's only member, without a name, is its element.
struct Type::Detail {
  std::vector<Member> members;
  bool holds_personal = false;
};

std::string_view KindName(Kind kind) {
  constexpr std::array<std::string_view, 10> kNames = {"null",      "bool",     "int",  "double", "string",
                                                       "timestamp", "duration", "list", "object", "dyn"};
  return kNames[static_cast<size_t>(kind)];
}

Type Type::List(Type element) {
  Type type(Kind::kList);
  const bool personal = element.HoldsPersonal();
  type.detail_ = std::make_shared<const Detail>(Detail{{Member{"", std::move(element)}}, personal});
  return type;
}

Type Type::Object(std::vector<Member> members) {
  Type type(Kind::kObject);
  const bool personal = std::any_of(members.begin(), members.end(), [](const Member& member) {
    return member.personal || member.type.HoldsPersonal();
  });
  type.detail_ = std::make_shared<const Detail>(Detail{std::move(members), personal});
  return type;
}

const Type& Type::element() const {
  RASTI_CHECK(Is(Kind::kList), "only a list has elements");
  return detail_->members.front().type;
}

const std::vector<Member>& Type::members() const {
  RASTI_CHECK(Is(Kind::kObject), "only an object has members");
  return detail_->members;
}

const Member* Type::FindMember(std::string_view name) const {
  for (const Member& member : members()) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

bool Type::HoldsPersonal() const { return detail_ != nullptr && detail_->holds_personal; }

std::string Type::ToString() const {
  if (Is(Kind::kList)) return "list(" + element().ToString() + ")";
  return std::string(KindName(kind_));
}

bool operator==(const Type& a, const Type& b) {
  if (a.kind_ != b.kind_) return false;
  return a.detail_ == b.detail_ || a.detail_->members == b.detail_->members;
}

bool Comparable(const Type& a, const Type& b) {
  const auto number = [](const Type& type) { return type.Is(Kind::kInt) || type.Is(Kind::kDouble); };
  if (a.Is(Kind::kDyn) || b.Is(Kind::kDyn) || (number(a) && number(b))) return true;
  if (a.Is(Kind::kList) && b.Is(Kind::kList)) return Comparable(a.element(), b.element());
  return a.kind() == b.kind();
}

bool Assignable(const Type& from, const Type& to) {
  if (from.Is(Kind::kDyn) || to.Is(Kind::kDyn)) return true;
  if (from.Is(Kind::kList) && to.Is(Kind::kList)) return Assignable(from.element(), to.element());
  return from == to;
}

}  // namespace rasti::core::expression
