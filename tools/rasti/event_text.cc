#include <fmt/format.h>

#include "tools/rasti/case_text.h"
#include "tools/rasti/people.h"

namespace rasti::cli {
namespace {

std::string Quoted(std::string_view text) { return text.empty() ? "" : fmt::format(": \"{}\"", Printable(text)); }

std::string_view WayOf(core::Direction direction) {
  return direction == core::Direction::kFromCitizen ? "from the citizen" : "to the citizen";
}

std::string TargetText(const core::EscalationTarget& target) {
  return target.tenant ? fmt::format("{} of {}", target.role.str(), target.tenant->str()) : target.role.str();
}

// One overload an event type: a new one fails to compile until people can read it.
class Sentence {
 public:
  explicit Sentence(const CaseSetting& setting) : setting_(setting) {}

  std::string operator()(const core::CaseSubmitted& e) const {
    return fmt::format("submitted{} as {}, category {}, reference {}", e.historic ? " (historic)" : "",
                       e.workflow.str(), e.category.str(), e.reference);
  }
  std::string operator()(const core::StageEntered& e) const {
    std::string text = fmt::format("stage {}", e.stage.str());
    if (!e.from.empty()) text += fmt::format(" (from {} by {})", e.from.str(), e.action.str());
    return text + Fields(e.action, e.fields) + Quoted(e.note);
  }
  std::string operator()(const core::ActionTaken& e) const {
    return fmt::format("action {}", e.action.str()) + Fields(e.action, e.fields) + Quoted(e.note);
  }
  std::string operator()(const core::CaseAssigned& e) const {
    std::string text = fmt::format("assigned to {}", HolderText(e.to, setting_));
    if (e.instead_of) {
      text +=
          fmt::format(" instead of {}, who is absent", NameOfActor(*e.instead_of, setting_.tenant, setting_.overseer));
    }
    return text + Quoted(e.reason);
  }
  std::string operator()(const core::CaseReleased& e) const {
    return fmt::format("released by {}", HolderText(e.from, setting_)) + Quoted(e.reason);
  }
  std::string operator()(const core::CaseReferred& e) const {
    return fmt::format("referred to {}", Printable(e.to)) + Quoted(e.reason);
  }
  std::string operator()(const core::CaseReopened& e) const { return "reopened" + Quoted(e.reason); }
  std::string operator()(const core::CaseWithdrawn& e) const { return "withdrawn" + Quoted(e.reason); }
  std::string operator()(const core::CaseRated& e) const { return fmt::format("rated {} of 5", e.score); }
  std::string operator()(const core::CaseClosed& e) const {
    return fmt::format("closed, outcome {}{}", Printable(e.outcome),
                       e.evidence.empty() ? "" : ", evidence " + Printable(e.evidence));
  }
  std::string operator()(const core::CaseCorrected& e) const {
    std::string text = "corrected";
    if (e.category) text += fmt::format(", category {}", e.category->str());
    if (e.title) text += ", title";
    if (e.form) text += ", form";
    if (!e.personal.empty()) text += fmt::format(", {} personal fields", e.personal.size());
    return text + Quoted(e.reason);
  }
  std::string operator()(const core::CaseMigrated& e) const {
    return fmt::format("migrated to {}, stage {}", e.to.str(), e.stage.str()) + Quoted(e.reason);
  }
  std::string operator()(const core::CaseAdvanced& e) const { return "time passed up to " + Time(e.to); }
  std::string operator()(const core::CaseWentLive& e) const { return "went live at " + Time(e.at); }
  std::string operator()(const core::MessageAdded& e) const {
    const bool shown = setting_.show_personal && !e.body.sealed;
    return fmt::format("message {}{}", WayOf(e.direction), shown ? ": " + Printable(e.body.value) : "");
  }
  std::string operator()(const core::AttachmentAdded& e) const {
    return fmt::format("attachment {}: {} ({}, {} bytes)", WayOf(e.direction), Printable(e.name),
                       Printable(e.media_type), e.size_bytes);
  }
  std::string operator()(const core::ResponseSent& e) const {
    return fmt::format("response sent{}{}", e.outcome.empty() ? "" : ", outcome " + Printable(e.outcome),
                       Quoted(e.text));
  }
  std::string operator()(const core::ClockStarted& e) const {
    return fmt::format("clock {} started{}, due {}", e.clock.str(), e.given ? " (deadline given)" : "",
                       Time(e.plan.due_at));
  }
  std::string operator()(const core::ClockPaused& e) const {
    return fmt::format("clock {} paused", e.clock.str()) + Quoted(e.reason);
  }
  std::string operator()(const core::ClockResumed& e) const {
    return fmt::format("clock {} resumed, due {}", e.clock.str(), Time(e.plan.due_at)) + Quoted(e.reason);
  }
  std::string operator()(const core::ClockMet& e) const {
    return fmt::format("clock {} met, {} (due {})", e.clock.str(), e.on_time ? "on time" : "late", Time(e.due_at));
  }
  std::string operator()(const core::ClockCancelled& e) const {
    return fmt::format("clock {} cancelled", e.clock.str()) + Quoted(e.reason);
  }
  std::string operator()(const core::ClockExtended& e) const {
    return fmt::format("clock {} extended under \"{}\", due {}", e.clock.str(), Printable(e.legal_basis),
                       Time(e.plan.due_at)) +
           Quoted(e.reason);
  }
  std::string operator()(const core::ClockReplanned& e) const {
    return fmt::format("clock {} planned anew, due {}", e.clock.str(), Time(e.plan.due_at)) + Quoted(e.reason);
  }
  std::string operator()(const core::DeadlineWarned& e) const {
    return fmt::format("warning: clock {} is due {}", e.clock.str(), Time(e.due_at));
  }
  std::string operator()(const core::DeadlineBreached& e) const {
    return fmt::format("DEADLINE BREACHED: clock {} was due {}", e.clock.str(), Time(e.due_at));
  }
  std::string operator()(const core::CaseEscalated& e) const {
    return fmt::format("escalated to level {}, {}, by clock {}", e.level, TargetText(e.to), e.clock.str()) +
           Quoted(e.reason);
  }
  std::string operator()(const core::MergeRequested& e) const {
    return fmt::format("merge into {} requested", e.into.str()) + Quoted(e.reason);
  }
  std::string operator()(const core::DuplicateLinked& e) const {
    return fmt::format("case {} taken in as a duplicate", e.duplicate.str());
  }
  std::string operator()(const core::CaseMerged& e) const { return fmt::format("merged into {}", e.into.str()); }
  std::string operator()(const core::MergeRefused& e) const {
    return fmt::format("merge into {} refused ({})", e.into.str(), e.code) + Quoted(e.reason);
  }
  std::string operator()(const core::FollowUpTimedOut& e) const { return fmt::format("no answer from {}", e.to.str()); }
  std::string operator()(const core::NumberRequested& e) const {
    return fmt::format("a number of the register '{}' asked for", Printable(e.register_id));
  }
  std::string operator()(const core::NumberIssued& e) const {
    return fmt::format("number {} given to {}", e.number, e.to.str());
  }
  std::string operator()(const core::NumberReceived& e) const {
    return fmt::format("{}: number {}", Printable(e.register_id), Printable(e.text));
  }
  std::string operator()(const core::NumberRefused& e) const {
    return fmt::format("no number of the register '{}' ({})", Printable(e.register_id), e.code) + Quoted(e.reason);
  }
  std::string operator()(const core::DeliveryRecorded& e) const {
    return fmt::format("delivery by {}: {}", Printable(e.channel), Printable(e.outcome));
  }
  std::string operator()(const core::PersonalDataOpened& e) const {
    return fmt::format("personal data opened ({} fields)", e.paths.size()) + Quoted(e.reason);
  }

 private:
  std::string Time(Instant at) const { return LocalText(at, setting_.calendar); }
  // What a response says stands in the event before its action's.
  std::string Fields(const core::ActionId& id, const std::string& fields) const {
    if (fields.empty()) return "";
    const core::Action* action = setting_.definition == nullptr ? nullptr : setting_.definition->FindAction(id);
    auto shown = nlohmann::json::parse(fields, nullptr, /*allow_exceptions=*/false);
    if (action == nullptr || action->kind != core::ActionKind::kRespond || !shown.is_object()) {
      return " " + Printable(fields);
    }
    for (const char* said : {"outcome", "text"}) shown.erase(said);
    return shown.empty() ? "" : " " + Printable(shown.dump());
  }

  const CaseSetting& setting_;
};

}  // namespace

std::string EventText(const core::Event& event, const CaseSetting& setting) {
  return std::visit(Sentence(setting), event.payload);
}

}  // namespace rasti::cli
