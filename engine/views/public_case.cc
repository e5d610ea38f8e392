#include "engine/views/public_case.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "engine/core/form.h"
#include "engine/core/guards.h"

namespace rasti::views {
namespace {

using Kind = PublicStep::Kind;

// The fields in their places, without those that the case does not have.
Result<std::string> PublicPartOf(const core::CaseState& state, const core::PublicRegister& policy) {
  const auto form = nlohmann::json::parse(state.form.empty() ? "{}" : state.form, nullptr, /*allow_exceptions=*/false);
  if (!form.is_object()) {
    return Fail(Error::Corruption(fmt::format("case {}: its form is no JSON object", state.id.str())));
  }
  auto shown = nlohmann::json::object();
  for (const std::string& path : policy.form) {
    const nlohmann::json::json_pointer pointer(path);
    if (form.contains(pointer)) shown[pointer] = form.at(pointer);
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
  }
  return "received";
}

Result<PublicCase> MakePublicCase(const CasePage& page, const CaseHistory& history,
                                  const core::Definition& definition) {
  const core::CaseState& state = page.state;
  if (!core::IsPublic(definition, state)) return Fail(Error::NotFound("the public register has no such case"));
  PublicCase shown;
  shown.head = MakePublicRow(state, definition.public_register->title);
  RASTI_TRY(shown.form, PublicPartOf(state, *definition.public_register));
  for (const codec::DecodedEvent& event : history.events) {
    if (auto step = StepOf(event.event)) shown.steps.push_back(*std::move(step));
  }
  for (const core::ClockState& clock : state.clocks) {
    shown.clocks.push_back({clock.id, clock.status, clock.plan.due_at, clock.met_at, clock.breached});
  }
  return shown;
}

}  // namespace rasti::views
