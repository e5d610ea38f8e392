#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/core/definition_checker.h"
#include "engine/core/expression/names.h"

namespace rasti::core {
namespace {

bool Contains(const std::vector<StageId>& stages, const StageId& stage) {
  return std::ranges::find(stages, stage) != stages.end();
}

const ActionField* FindField(const Action& action, std::string_view id) {
  const auto found = std::ranges::find(action.fields, id, &ActionField::id);
  return found == action.fields.end() ? nullptr : &*found;
}

// The kinds that a command of their own asks for (ReopenCase, WithdrawCase, ReferCase), naming no action.
bool IsNamedByKind(ActionKind kind) {
  return kind == ActionKind::kReopen || kind == ActionKind::kWithdraw || kind == ActionKind::kRefer;
}

// What the public register says of each response and each referral.
bool IsToldAnyway(ActionKind kind, std::string_view field) {
  return (kind == ActionKind::kRespond && (field == "outcome" || field == "text")) ||
         (kind == ActionKind::kRefer && field == "to");
}

}  // namespace

void DefinitionChecker::CheckStages() {
  CheckUnique("stage", definition_.stages, "stages");
  size_t initial = 0;
  size_t closed = 0;
  for (size_t i = 0; i < definition_.stages.size(); ++i) {
    const Stage& stage = definition_.stages[i];
    const std::string path = Indexed("stages", i);
    CheckId(stage.id.view(), path + ".id");
    CheckTexts(stage.title, path + ".title");
    if (stage.closed) ++closed;
    if (stage.initial && ++initial > 1) Add(path + ".initial", "a second initial stage: a case begins in one");
    if (stage.initial && stage.closed) Add(path + ".closed", "a case can't begin closed");
  }
  if (initial == 0) Add("stages", "no stage has 'initial: true'");
  if (closed == 0) Add("stages", "no stage has 'closed: true', so no case would ever end");
}

void DefinitionChecker::CheckActions() {
  CheckUnique("action", definition_.actions, "actions");
  for (size_t i = 0; i < definition_.actions.size(); ++i) {
    CheckAction(definition_.actions[i], Indexed("actions", i));
  }
  CheckAmbiguousActions();
}

void DefinitionChecker::CheckAction(const Action& action, const std::string& path) {
  CheckId(action.id.view(), path + ".id");
  CheckTexts(action.title, path + ".title");
  if (action.from.empty()) Add(path + ".from", "no stage: nobody could ever take the action");
  for (size_t i = 0; i < action.from.size(); ++i) CheckStageName(action.from[i], Indexed(path + ".from", i));
  CheckUnique("stage", action.from, path + ".from");
  if (action.to) CheckStageName(*action.to, path + ".to");
  CheckRoleList(action.roles, path + ".roles");
  CheckNotBy(action, path + ".not_by");
  CheckFields(action, path);
  CheckKind(action, path);
  if (action.automatic) {
    CheckAutomatic(action, path);
  } else {
    if (action.roles.empty())
      Add(path + ".roles", "no role: nobody could take the action; or make it 'automatic: true'");
    if (action.guard && action.guard_reason.empty()) {
      Add(path + ".guard_reason", "a guard needs a reason that is said when it is false");
    }
  }
  if (!action.guard && !action.guard_reason.empty())
    Add(path + ".guard_reason", "there is no guard that it would explain");
}

void DefinitionChecker::CheckNotBy(const Action& action, const std::string& path) {
  if (action.automatic && !action.not_by.empty()) {
    Add(path, "an automatic action is taken by the engine, which is nobody: leave 'not_by' out");
  }
  const auto known = IdsOf(definition_.actions);
  for (size_t i = 0; i < action.not_by.size(); ++i) {
    const ActionId& id = action.not_by[i];
    CheckKnown("action", id.view(), known, Indexed(path, i));
    const Action* first = definition_.FindAction(id);
    if (first != nullptr && first->automatic) {
      Add(Indexed(path, i), fmt::format("'{}' is automatic: the engine takes it, so there is nobody to bar", id.str()));
    }
  }
  CheckUnique("action", action.not_by, path);
}

void DefinitionChecker::CheckFields(const Action& action, const std::string& path) {
  CheckUnique("field", action.fields, path + ".fields");
  for (size_t i = 0; i < action.fields.size(); ++i) {
    const ActionField& field = action.fields[i];
    const std::string at = Indexed(path + ".fields", i);
    if (!expression::IsIdentifier(field.id) || expression::IsKeyword(field.id)) {
      Add(at + ".id",
          fmt::format("'{}' is no field name: letters a-z, digits and _, beginning with a letter", field.id));
    }
    CheckTexts(field.title, at + ".title");
    if (field.type == FieldType::kChoice && field.choices.empty())
      Add(at + ".choices", "a choice needs some to choose from");
    if (field.type != FieldType::kChoice && !field.choices.empty())
      Add(at + ".choices", "goes with 'type: choice' only");
    CheckUnique("choice", field.choices, at + ".choices");
    if (!field.is_public) continue;
    if (!definition_.public_register) {
      Add(at + ".public", "the workflow has no public register ('public: ...'), so nobody would ever see it");
    } else if (IsToldAnyway(action.kind, field.id)) {
      Add(at + ".public", fmt::format("'{}' of such an action is public anyway: leave it out", field.id));
    }
  }
}

void DefinitionChecker::CheckAutomatic(const Action& action, const std::string& path) {
  if (!action.roles.empty()) Add(path + ".roles", "an automatic action is taken by the engine: leave the roles out");
  if (!action.guard) Add(path + ".guard", "an automatic action needs a guard that says when it is taken");
  if (!action.to) {
    Add(path + ".to", "an automatic action needs a stage to go to, or it would be taken again and again");
  } else if (Contains(action.from, *action.to)) {
    Add(path + ".to", fmt::format("an automatic action can't lead back to '{}', or it would be taken again and again",
                                  action.to->str()));
  }
  for (size_t i = 0; i < action.fields.size(); ++i) {
    if (action.fields[i].required) {
      Add(Indexed(path + ".fields", i) + ".required", "nobody fills in the fields of an automatic action");
    }
  }
}

void DefinitionChecker::CheckKind(const Action& action, const std::string& path) {
  const Stage* to = action.to ? definition_.FindStage(*action.to) : nullptr;
  const auto needs_text = [&](const char* field, const char* why) {
    const ActionField* found = FindField(action, field);
    if (found == nullptr) return Add(path + ".fields", fmt::format("needs the field '{}': {}", field, why));
    if (found->type != FieldType::kText && found->type != FieldType::kChoice) {
      Add(path + ".fields", fmt::format("the field '{}' is to be a text or a choice", field));
    }
  };
  for (size_t i = 0; i < action.from.size(); ++i) {
    const Stage* from = definition_.FindStage(action.from[i]);
    if (from == nullptr) continue;
    if (from->closed && action.to && action.kind != ActionKind::kReopen && (to == nullptr || !to->closed)) {
      Add(Indexed(path + ".from", i),
          fmt::format("only an action of 'kind: reopen' leads out of the closed stage '{}'", from->id.str()));
    }
    if (!from->closed && action.kind == ActionKind::kReopen) {
      Add(Indexed(path + ".from", i), fmt::format("'{}' is not closed, so there is nothing to reopen", from->id.str()));
    }
  }
  switch (action.kind) {
    case ActionKind::kTransition: break;
    case ActionKind::kRespond:
      needs_text("outcome", "what was decided");
      needs_text("text", "the response itself");
      break;
    case ActionKind::kRefer: needs_text("to", "whom the case is referred to"); break;
    case ActionKind::kClose:
    case ActionKind::kWithdraw:
      if (!action.to || (to != nullptr && !to->closed)) {
        Add(path + ".to", fmt::format("an action of 'kind: {}' leads to a closed stage",
                                      action.kind == ActionKind::kClose ? "close" : "withdraw"));
      }
      break;
    case ActionKind::kReopen:
      if (!action.to || (to != nullptr && to->closed)) {
        Add(path + ".to", "an action of 'kind: reopen' leads to a stage that is not closed");
      }
      break;
  }
}

void DefinitionChecker::CheckAmbiguousActions() {
  for (size_t i = 0; i < definition_.actions.size(); ++i) {
    const Action& action = definition_.actions[i];
    if (!IsNamedByKind(action.kind)) continue;
    for (size_t j = 0; j < i; ++j) {
      const Action& other = definition_.actions[j];
      if (other.kind != action.kind) continue;
      const bool same_stage =
          std::ranges::any_of(action.from, [&](const StageId& s) { return Contains(other.from, s); });
      const bool same_role = std::ranges::any_of(
          action.roles, [&](const Role& role) { return std::ranges::find(other.roles, role) != other.roles.end(); });
      if (same_stage && same_role) {
        Add(Indexed("actions", i),
            fmt::format("'{}' and '{}' are of the same kind, stage and role: it could not be told "
                        "which one is meant",
                        other.id.str(), action.id.str()));
      }
    }
  }
}

std::set<StageId> DefinitionChecker::ReachableFrom(std::set<StageId> stages) const {
  for (bool grew = true; grew;) {
    grew = false;
    for (const Action& action : definition_.actions) {
      const bool possible =
          std::ranges::any_of(action.from, [&](const StageId& from) { return stages.contains(from); });
      if (possible && action.to) grew |= stages.insert(*action.to).second;
    }
  }
  return stages;
}

void DefinitionChecker::CheckReachability() {
  std::set<StageId> initial;
  for (const Stage& stage : definition_.stages) {
    if (stage.initial) initial.insert(stage.id);
  }
  if (initial.empty()) return;
  const std::set<StageId> reachable = ReachableFrom(initial);
  for (size_t i = 0; i < definition_.stages.size(); ++i) {
    const Stage& stage = definition_.stages[i];
    if (!reachable.contains(stage.id)) {
      Add(Indexed("stages", i), fmt::format("nothing leads to the stage '{}'", stage.id.str()));
    }
    if (stage.closed) continue;
    const std::set<StageId> onwards = ReachableFrom({stage.id});
    if (onwards.size() == 1) {
      Add(Indexed("stages", i),
          fmt::format("nothing leaves the stage '{}': a case would stay there for ever", stage.id.str()));
      continue;
    }
    const bool ends = std::ranges::any_of(onwards, [&](const StageId& id) {
      const Stage* end = definition_.FindStage(id);
      return end != nullptr && end->closed;
    });
    if (!ends)
      Add(Indexed("stages", i), fmt::format("no way leads from the stage '{}' to a closed one", stage.id.str()));
  }
}

}  // namespace rasti::core
