#include "engine/core/definition.h"

#include <algorithm>

#include "engine/base/check.h"

namespace rasti::core {
namespace {

using expression::Member;
using expression::Type;

template <class List, class Id, class Key>
auto* Find(const List& list, const Id& wanted, Key key) {
  const auto found = std::ranges::find(list, wanted, key);
  return found == list.end() ? nullptr : &*found;
}

// In the order in which GuardActivation gives the values.
Type CaseType() {
  return Type::Object({
      {.name = "stage", .type = Type::String()},
      {.name = "category", .type = Type::String()},
      {.name = "channel", .type = Type::String()},
      {.name = "title", .type = Type::String()},
      {.name = "status", .type = Type::String()},
      {.name = "reopened", .type = Type::Int()},
      {.name = "messages_in", .type = Type::Int()},
      {.name = "messages_out", .type = Type::Int()},
      {.name = "attachments", .type = Type::Int()},
      {.name = "responses", .type = Type::Int()},
      {.name = "rating", .type = Type::Int()},
      {.name = "assigned", .type = Type::Bool()},
      {.name = "breached", .type = Type::List(Type::String())},
      {.name = "submitted_at", .type = Type::Timestamp()},
      {.name = "stage_entered_at", .type = Type::Timestamp()},
      {.name = "last_occurred_at", .type = Type::Timestamp()},
      {.name = "historic", .type = Type::Bool()},
  });
}

Type TypeOf(FieldType type) {
  switch (type) {
    case FieldType::kText:
    case FieldType::kDate:  // "2026-11-21"; timestamp(action.day + 'T00:00:00Z') makes an instant of it
    case FieldType::kChoice: return Type::String();
    case FieldType::kInteger: return Type::Int();
    case FieldType::kNumber: return Type::Double();
    case FieldType::kBoolean: return Type::Bool();
  }
  return Type::Dyn();
}

Type ActionType(const std::vector<ActionField>& fields) {
  std::vector<Member> members;
  for (const ActionField& field : fields) {
    const bool declared = Find(members, field.id, &Member::name) != nullptr;
    if (!declared) members.push_back({.name = field.id, .type = TypeOf(field.type), .optional = !field.required});
  }
  return Type::Object(std::move(members));
}

}  // namespace

const sla::Rule* Clock::RuleFor(const CategoryId& category) const {
  if (const auto own = due_by_category.find(category); own != due_by_category.end()) {
    return own->second ? &*own->second : nullptr;
  }
  return due ? &*due : nullptr;
}

std::string_view PermissionName(Permission permission) {
  switch (permission) {
    case Permission::kSubmit: return "submit";
    case Permission::kAssign: return "assign";
    case Permission::kRelease: return "release";
    case Permission::kMessage: return "message";
    case Permission::kAttach: return "attach";
    case Permission::kExtend: return "extend";
    case Permission::kPause: return "pause";
    case Permission::kMerge: return "merge";
    case Permission::kRate: return "rate";
    case Permission::kCorrect: return "correct";
    case Permission::kMigrate: return "migrate";
    case Permission::kBackDate: return "back_date";
    case Permission::kImport: return "import";
    case Permission::kOpenPersonalData: return "open_personal_data";
  }
  return "";
}

const RoleDefinition* Definition::FindRole(const Role& role_id) const {
  return Find(roles, role_id, &RoleDefinition::id);
}

const Category* Definition::FindCategory(const CategoryId& category_id) const {
  // Before BuildIndex, and where `categories` was changed since, the list itself is asked.
  if (category_by_id_.size() != categories.size()) return Find(categories, category_id, &Category::id);
  const auto found = category_by_id_.find(category_id);
  return found == category_by_id_.end() ? nullptr : &categories[found->second];
}

const Stage* Definition::FindStage(const StageId& stage_id) const { return Find(stages, stage_id, &Stage::id); }
const Action* Definition::FindAction(const ActionId& action_id) const { return Find(actions, action_id, &Action::id); }
const Clock* Definition::FindClock(const ClockId& clock_id) const { return Find(clocks, clock_id, &Clock::id); }
const NumberRule* Definition::FindNumber(std::string_view register_id) const {
  return Find(numbers, register_id, &NumberRule::register_id);
}
const ResponseTemplate* Definition::FindResponse(std::string_view response_id) const {
  return Find(responses, response_id, &ResponseTemplate::id);
}

const Stage& Definition::InitialStage() const {
  const Stage* initial = Find(stages, true, &Stage::initial);
  RASTI_CHECK(initial != nullptr, "a definition that passed CheckDefinition has an initial stage");
  return *initial;
}

bool Definition::Allows(Permission permission, const Role& role) const {
  const auto& allowed = permissions[static_cast<size_t>(permission)];
  return std::ranges::find(allowed, role) != allowed.end();
}

bool Definition::KeepsTakerOf(const ActionId& action_id) const {
  return std::ranges::any_of(actions, [&](const Action& action) {
    return std::ranges::find(action.not_by, action_id) != action.not_by.end();
  });
}

void Definition::BuildIndex() {
  category_by_id_.clear();
  for (size_t i = 0; i < categories.size(); ++i) category_by_id_.emplace(categories[i].id, i);
}

expression::Environment GuardEnvironment(const Form& form, const std::vector<ActionField>& fields) {
  expression::Environment environment;
  environment.Declare("case", CaseType());
  environment.Declare("form", form.type());
  environment.Declare("action", ActionType(fields));
  environment.Declare("actor", Type::Object({{.name = "id", .type = Type::String()},
                                             {.name = "role", .type = Type::String()},
                                             {.name = "holds", .type = Type::Bool()}}));
  environment.Declare("now", Type::Timestamp());
  return environment;
}

expression::Environment PublicEnvironment(const Form& form) {
  expression::Environment environment;
  environment.Declare("case", CaseType());
  environment.Declare("form", form.type());
  return environment;
}

}  // namespace rasti::core
