#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decision_builder.h"
#include "engine/core/guards.h"

namespace rasti::core {
namespace {

constexpr int kAutomaticMost = 64;

bool FitsType(const nlohmann::json& value, const ActionField& field) {
  switch (field.type) {
    case FieldType::kText: return value.is_string();
    case FieldType::kInteger: return value.is_number_integer();
    case FieldType::kNumber: return value.is_number();
    case FieldType::kBoolean: return value.is_boolean();
    case FieldType::kDate:
      return value.is_string() && ParseInstant(value.get_ref<const std::string&>() + "T00:00:00Z").has_value();
    case FieldType::kChoice:
      return value.is_string() &&
             std::ranges::find(field.choices, value.get_ref<const std::string&>()) != field.choices.end();
  }
  return false;
}

std::string WantedType(const ActionField& field) {
  switch (field.type) {
    case FieldType::kText: return "a text";
    case FieldType::kInteger: return "a whole number";
    case FieldType::kNumber: return "a number";
    case FieldType::kBoolean: return "true or false";
    case FieldType::kDate: return "a date like 2026-11-21";
    case FieldType::kChoice: return fmt::format("one of {}", fmt::join(field.choices, ", "));
  }
  return {};
}

Verdict CheckFields(const Action& action, const nlohmann::json& data) {
  for (const ActionField& field : action.fields) {
    const auto found = data.find(field.id);
    const bool blank =
        found == data.end() || found->is_null() || (found->is_string() && found->get_ref<const std::string&>().empty());
    if (blank) {
      if (!field.required) continue;
      return Reject(
          RejectionCode::kFieldMissing, "fields/" + field.id,
          fmt::format("the action '{}' needs the field '{}': {}", action.id.str(), field.id, WantedType(field)));
    }
    if (!FitsType(*found, field)) {
      return Reject(RejectionCode::kFieldInvalid, "fields/" + field.id,
                    fmt::format("'{}' is to be {}", field.id, WantedType(field)));
    }
  }
  for (const auto& [name, value] : data.items()) {
    if (std::ranges::find(action.fields, name, &ActionField::id) != action.fields.end()) continue;
    std::vector<std::string> known;
    for (const ActionField& field : action.fields) known.push_back(field.id);
    return Reject(RejectionCode::kFieldInvalid, "fields/" + name,
                  fmt::format("the action '{}' has no field '{}'; it has: {}", action.id.str(), name,
                              known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
  }
  return {};
}

std::string TextOf(const nlohmann::json& data, const char* name) {
  const auto found = data.find(name);
  return found != data.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace

Verdict DecisionBuilder::TakeAction(const Action& action, const std::string& fields, const std::string& note,
                                    const std::string& response_template) {
  if (std::ranges::find(action.from, state().stage) == action.from.end()) {
    std::vector<std::string> from;
    for (const StageId& stage : action.from) from.push_back(stage.str());
    return Reject(RejectionCode::kWrongStage, "action",
                  fmt::format("the case is in stage '{}'; '{}' is possible in: {}", state().stage.str(),
                              action.id.str(), fmt::join(from, ", ")));
  }
  if (auto verdict = CheckFourEyes(*this, action); !verdict) return verdict;
  nlohmann::json data = nlohmann::json::object();
  if (!fields.empty()) {
    if (fields.size() > kFormBytesMost) {
      return Reject(RejectionCode::kTooLarge, "fields", fmt::format("more than {} bytes", kFormBytesMost));
    }
    if (NestsTooDeep(fields)) return Reject(RejectionCode::kTooLarge, "fields", "they nest deeper than 64 levels");
    data = nlohmann::json::parse(fields, nullptr, /*allow_exceptions=*/false);
    if (!data.is_object()) return Reject(RejectionCode::kFieldInvalid, "fields", "a JSON object is wanted");
  }
  if (auto verdict = CheckFields(action, data); !verdict) return verdict;
  if (action.guard) {
    const GuardActivation activation(definition(), state(), context().actor, ActorHolds(), fields, now());
    const auto holds = action.guard->EvaluateBool(activation);
    if (!holds) return Reject(RejectionCode::kGuardError, "action", holds.error().message);
    if (!*holds) {
      return Reject(RejectionCode::kGuardFalse, "action",
                    action.guard_reason.empty()
                        ? fmt::format("'{}' is possible only if {}", action.id.str(), action.guard->source())
                        : action.guard_reason);
    }
  }

  Happening happening;
  happening.action = action.id;
  const std::string canonical = data.empty() ? std::string() : CanonicalJson(data);
  switch (action.kind) {
    case ActionKind::kTransition:
    case ActionKind::kClose: break;
    case ActionKind::kRespond:
      Emit(ResponseSent{TextOf(data, "outcome"), TextOf(data, "text"), response_template});
      happening.responded = true;
      break;
    case ActionKind::kReopen: Emit(CaseReopened{note}); break;
    case ActionKind::kRefer: Emit(CaseReferred{TextOf(data, "to"), note}); break;
    case ActionKind::kWithdraw: break;  // last, so that the clocks' own triggers come first
  }

  const Stage* stage = action.to ? definition().FindStage(*action.to) : nullptr;
  // What the engine does, it does in the name of whoever set it off: they did not decide it.
  const bool keep_taker = !action.automatic && definition().KeepsTakerOf(action.id);
  const bool was_closed = state().status == CaseStatus::kClosed || state().status == CaseStatus::kWithdrawn;
  if (stage != nullptr) {
    Emit(StageEntered{stage->id, state().stage, action.id, stage->closed, canonical, note, keep_taker});
    happening.stage = stage->id;
    happening.closed = stage->closed && !was_closed;
  } else {
    Emit(ActionTaken{action.id, canonical, note, keep_taker});
  }
  if (stage == nullptr || !stage->closed || !was_closed) {
    if (auto verdict = RunClocks(happening); !verdict) return verdict;
  }
  if (auto verdict = AskForNumbers(happening); !verdict) return verdict;
  if (action.kind == ActionKind::kWithdraw) {
    Emit(CaseWithdrawn{note});
  } else if (happening.closed) {
    Emit(CaseClosed{TextOf(data, "outcome").empty() ? action.id.str() : TextOf(data, "outcome"),
                    TextOf(data, "evidence")});
  }
  return {};
}

Verdict DecisionBuilder::RunAutomaticActions() {
  int taken = 0;
  for (bool again = true; again && state().status != CaseStatus::kMerged && state().status != CaseStatus::kFrozen;) {
    again = false;
    for (const Action& action : definition().actions) {
      if (!action.automatic) continue;
      if (std::ranges::find(action.from, state().stage) == action.from.end()) continue;
      if (action.guard) {
        const GuardActivation activation(definition(), state(), context().actor, ActorHolds(), {}, now());
        const auto holds = action.guard->EvaluateBool(activation);
        if (!holds)
          return Reject(RejectionCode::kGuardError, "action",
                        fmt::format("automatic action '{}': {}", action.id.str(), holds.error().message));
        if (!*holds) continue;
      }
      if (++taken > kAutomaticMost) {
        return Reject(
            RejectionCode::kAutomaticLoop, "action",
            fmt::format("more than {} automatic actions in one decision, the last '{}': the definition {} goes in "
                        "circles",
                        kAutomaticMost, action.id.str(), definition().version.str()));
      }
      if (auto verdict = TakeAction(action, {}, {}); !verdict) return verdict;
      again = true;
      break;
    }
  }
  return {};
}

}  // namespace rasti::core
