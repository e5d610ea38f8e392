#include "engine/views/public_case.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/core/form.h"
#include "engine/core/guards.h"

namespace rasti::views {
namespace {

namespace expression = core::expression;
using nlohmann::json;
using Kind = PublicStep::Kind;

// Of a value what the form knows by name and nobody's it is. Nothing where it is of another shape: it was filled in for
// another version, or is more than the form asks for.
std::optional<json> KnownPart(const json& value, const expression::Type& type) {
  if (type.Is(expression::Kind::kDyn)) return value;
  if (type.Is(expression::Kind::kObject)) {
    if (!value.is_object()) return std::nullopt;
    auto known = json::object();
    for (const expression::Member& member : type.members()) {
      const auto found = value.find(member.name);
      if (member.personal || found == value.end()) continue;
      if (auto part = KnownPart(*found, member.type)) known[member.name] = *std::move(part);
    }
    return known;
  }
  if (type.Is(expression::Kind::kList)) {
    if (!value.is_array()) return std::nullopt;
    auto known = json::array();
    for (const json& item : value) {
      // An item that is not what the form says leaves its place: paths count them.
      known.push_back(KnownPart(item, type.element()).value_or(nullptr));
    }
    return known;
  }
  if (value.is_structured()) return std::nullopt;
  return value;
}

// Copies what lies there to the same place. On the way there are members of objects and items of lists, as in `from`,
// whatever the tokens look like: an object may have a member "7". REQUIRES: from has it.
void CopyAt(const json& from, json::json_pointer place, json& to) {
  std::vector<std::string> tokens;
  for (; !place.empty(); place.pop_back()) tokens.push_back(place.back());
  std::ranges::reverse(tokens);
  const json* source = &from;
  json* target = &to;
  for (const std::string& token : tokens) {
    if (source->is_array()) {
      const json::json_pointer item("/" + token);
      if (target->is_null()) *target = json::array();
      while (target->size() < source->size() && !target->contains(item)) target->push_back(nullptr);
      source = &source->at(item);
      target = &target->at(item);
    } else {
      source = &source->at(token);
      target = &(*target)[token];
    }
  }
  *target = *source;
}

// The fields in their places, without those that the case does not have.
Result<std::string> PublicPartOf(const core::CaseState& state, const core::Definition& definition) {
  const auto form = json::parse(state.form.empty() ? "{}" : state.form, nullptr, /*allow_exceptions=*/false);
  if (!form.is_object()) {
    return Fail(Error::Corruption(fmt::format("case {}: its form is no JSON object", state.id.str())));
  }
  const std::optional<json> known = KnownPart(form, definition.form.type());
  auto shown = json::object();
  for (const std::string& path : definition.public_register->form) {
    const json::json_pointer pointer(path);
    if (known && known->contains(pointer)) CopyAt(*known, pointer, shown);
  }
  return core::CanonicalJson(shown);
}

// What an event is to the public; nothing for what is between the authority and the people concerned.
std::optional<PublicStep> StepOf(const core::Event& event) {
  PublicStep step;
  step.at = event.ctx().occurred_at;
  if (std::holds_alternative<core::CaseSubmitted>(event.payload)) {
    step.at = event.ctx().received_at.value_or(step.at);
    return step;
  }
  if (const auto* entered = std::get_if<core::StageEntered>(&event.payload)) {
    step.kind = Kind::kStage;
    step.stage = entered->stage;
    return step;
  }
  if (const auto* response = std::get_if<core::ResponseSent>(&event.payload)) {
    step.kind = Kind::kResponse;
    step.outcome = response->outcome;
    step.text = response->text;
    return step;
  }
  if (const auto* referred = std::get_if<core::CaseReferred>(&event.payload)) {
    step.kind = Kind::kReferred;
    step.text = referred->to;
    return step;
  }
  if (const auto* closed = std::get_if<core::CaseClosed>(&event.payload)) {
    step.kind = Kind::kClosed;
    step.outcome = closed->outcome;
    return step;
  }
  if (std::holds_alternative<core::CaseReopened>(event.payload)) {
    step.kind = Kind::kReopened;
    return step;
  }
  if (std::holds_alternative<core::CaseWithdrawn>(event.payload)) {
    step.kind = Kind::kWithdrawn;
    return step;
  }
  if (const auto* merged = std::get_if<core::CaseMerged>(&event.payload)) {
    step.kind = Kind::kMerged;
    step.text = core::PublicReference(merged->into);
    return step;
  }
  return std::nullopt;
}

// What was said in public with an action that the definition knows; nothing where that was nothing.
Result<std::optional<PublicStep>> ToldBy(const core::Event& event, const core::ActionId& id, const std::string& fields,
                                         const core::Definition& definition) {
  const core::Action* action = definition.FindAction(id);
  if (action == nullptr || fields.empty()) return std::nullopt;
  const auto said = json::parse(fields, nullptr, /*allow_exceptions=*/false);
  if (!said.is_object()) {
    return Fail(Error::Corruption(fmt::format("case {}, revision {}: the action's fields are no JSON object",
                                              event.ctx().case_id.str(), event.revision.value)));
  }
  auto shown = json::object();
  for (const core::ActionField& field : action->fields) {
    const auto found = said.find(field.id);
    if (field.is_public && found != said.end() && !found->is_structured()) shown[field.id] = *found;
  }
  if (shown.empty()) return std::nullopt;
  PublicStep step;
  step.kind = Kind::kTold;
  step.at = event.ctx().occurred_at;
  step.action = id;
  step.fields = core::CanonicalJson(shown);
  return step;
}

Result<std::optional<PublicStep>> ToldIn(const core::Event& event, const core::Definition& definition) {
  if (const auto* entered = std::get_if<core::StageEntered>(&event.payload)) {
    return ToldBy(event, entered->action, entered->fields, definition);
  }
  if (const auto* taken = std::get_if<core::ActionTaken>(&event.payload)) {
    return ToldBy(event, taken->action, taken->fields, definition);
  }
  return std::nullopt;
}

}  // namespace

std::string_view PublicStepName(PublicStep::Kind kind) {
  switch (kind) {
    case Kind::kReceived: return "received";
    case Kind::kStage: return "stage";
    case Kind::kResponse: return "response";
    case Kind::kReferred: return "referred";
    case Kind::kClosed: return "closed";
    case Kind::kReopened: return "reopened";
    case Kind::kWithdrawn: return "withdrawn";
    case Kind::kMerged: return "merged";
    case Kind::kTold: return "told";
  }
  return "received";
}

Result<PublicCase> MakePublicCase(const CasePage& page, const CaseHistory& history,
                                  const core::Definition& definition) {
  const core::CaseState& state = page.state;
  if (!core::IsPublic(definition, state)) return Fail(Error::NotFound("the public register has no such case"));
  PublicCase shown;
  shown.head = MakePublicRow(state, definition.public_register->title);
  RASTI_TRY(shown.form, PublicPartOf(state, definition));
  for (const codec::DecodedEvent& event : history.events) {
    if (auto step = StepOf(event.event)) shown.steps.push_back(*std::move(step));
    RASTI_TRY(auto told, ToldIn(event.event, definition));
    if (told) shown.steps.push_back(*std::move(told));
  }
  for (const core::ClockState& clock : state.clocks) {
    shown.clocks.push_back({clock.id, clock.status, clock.plan.due_at, clock.met_at, clock.breached});
  }
  return shown;
}

}  // namespace rasti::views
