#include "tools/rasti/scenario/player.h"

#include <fmt/format.h>

#include <algorithm>

#include "tools/rasti/files.h"
#include "tools/rasti/form_fields.h"
#include "tools/rasti/media_type.h"
#include "tools/rasti/payloads.h"
#include "tools/rasti/submission.h"

namespace rasti::cli {
namespace {

using codec::ScenarioStep;
using Verb = codec::ScenarioVerb;

constexpr std::chrono::milliseconds kSettleMost{30'000};

std::optional<core::Direction> SaidDirection(const ScenarioStep& step) {
  const std::string said = step.Text("direction");
  if (said.empty()) return std::nullopt;
  return said == "from_citizen" ? core::Direction::kFromCitizen : core::Direction::kToCitizen;
}

std::optional<core::ClockId> ClockOf(const ScenarioStep& step) {
  const std::string clock = step.Text("clock");
  return clock.empty() ? std::nullopt : std::optional(core::ClockId(clock));
}

AllowedRoles AllowedFor(const ScenarioStep& step) {
  using core::ActionKind;
  using core::Permission;
  switch (step.verb) {
    case Verb::kNothing:
    case Verb::kSubmit: break;
    case Verb::kAct: return RolesOf(core::ActionId(step.Text("action")));
    case Verb::kAssign: return RolesOf(Permission::kAssign);
    case Verb::kRelease: return RolesOf(Permission::kRelease);
    case Verb::kMessage: return RolesOf(Permission::kMessage);
    case Verb::kAttach: return RolesOf(Permission::kAttach);
    case Verb::kExtend: return RolesOf(Permission::kExtend);
    case Verb::kPause:
    case Verb::kResume: return RolesOf(Permission::kPause);
    case Verb::kReopen: return RolesOf(ActionKind::kReopen);
    case Verb::kMerge: return RolesOf(Permission::kMerge);
    case Verb::kRefer: return RolesOf(ActionKind::kRefer);
    case Verb::kWithdraw: return RolesOf(ActionKind::kWithdraw);
    case Verb::kRate: return RolesOf(Permission::kRate);
    case Verb::kCorrect: return RolesOf(Permission::kCorrect);
    case Verb::kMigrate: return RolesOf(Permission::kMigrate);
  }
  return [](const CaseAtHand&) { return std::vector<core::Role>(); };
}

}  // namespace

Result<PlayedScenario> ScenarioPlayer::Play() {
  for (const ScenarioStep& step : scenario_.steps) {
    RASTI_TRY(const bool goes_on, PlayStep(step));
    if (!goes_on) break;
  }
  for (const auto& [name, id] : cases_) {
    RASTI_TRY(const views::CaseHistory history, session_.History(id.str(), {}));
    for (const codec::DecodedEvent& decoded : history.events) {
      if (const auto* entered = std::get_if<core::StageEntered>(&decoded.event.payload)) {
        played_.actions.insert(entered->action);
      } else if (const auto* taken = std::get_if<core::ActionTaken>(&decoded.event.payload)) {
        played_.actions.insert(taken->action);
      }
    }
  }
  return std::move(played_);
}

Result<bool> ScenarioPlayer::PlayStep(const ScenarioStep& step) {
  RASTI_TRY(const Instant now, session_.Now());
  if (step.at && *step.at > now) RASTI_CHECKED(session_.AdvanceClock(*step.at));
  if (step.verb != Verb::kNothing) {
    const Outcome<void> outcome = Do(step);
    if (!Answered(step, outcome)) return false;
    RASTI_CHECKED(session_.Settle(kSettleMost));
  }
  RASTI_CHECKED(Look(step));
  RASTI_CHECKED(NoteWhereCasesStand());
  return true;
}

bool ScenarioPlayer::Answered(const ScenarioStep& step, const Outcome<void>& outcome) {
  if (outcome) {
    if (!step.rejected) return true;
    played_.disagreements.push_back(
        {step.mark, fmt::format("expected to be rejected with {}, was accepted", *step.rejected)});
    return false;
  }
  const Failure& failure = outcome.error();
  const std::string is = fmt::format("rejected with {}{}: {}", failure.code,
                                     failure.field.empty() ? "" : fmt::format(" ({})", failure.field), failure.message);
  if (!step.rejected) {
    played_.disagreements.push_back({step.mark, "expected to be accepted, was " + is});
    return false;
  }
  if (failure.code == *step.rejected && (step.rejected_field.empty() || failure.field == step.rejected_field)) {
    return true;
  }
  played_.disagreements.push_back(
      {step.mark, fmt::format("expected to be rejected with {}{}, was {}", *step.rejected,
                              step.rejected_field.empty() ? "" : fmt::format(" ({})", step.rejected_field), is)});
  return false;
}

Outcome<void> ScenarioPlayer::Do(const ScenarioStep& step) {
  RASTI_TRY(core::Command command, step.verb == Verb::kSubmit ? MakeSubmissionOf(step) : MakeCommandOf(step));
  command.occurred_at = step.occurred_at;
  RASTI_TRY(const Instant now, session_.Now());
  RASTI_CHECKED(Execute(session_, command, &definition_, now));
  if (step.verb == Verb::kSubmit) cases_.emplace(step.case_name, command.case_id);
  return {};
}

// The same person wherever 'as' says the same.
WhoOptions ScenarioPlayer::WhoOf(const ScenarioStep& step) {
  const size_t blank = step.as.find(' ');
  const core::RoleDefinition* role = definition_.FindRole(core::Role(step.as.substr(0, blank)));
  WhoOptions who;
  who.role = step.role;
  if (role == nullptr || role->in_directory) {
    who.as = step.as;
    return who;
  }
  std::string& id = ids_of_citizens_[step.as];
  if (id.empty()) id = FormatUuid(RandomUuid());
  who.as = id;
  who.role = role->id.str();
  return who;
}

Outcome<core::Command> ScenarioPlayer::MakeSubmissionOf(const ScenarioStep& step) {
  SubmitWish wish;
  wish.workflow = definition_.id.str();
  wish.tenant = step.texts.contains("tenant") ? step.Text("tenant") : scenario_.tenant;
  wish.category = step.Text("category");
  wish.title = step.Text("title");
  wish.channel = step.Text("channel");
  wish.form = step.values;
  wish.received_at = step.received_at;
  wish.anonymous = step.anonymous;
  wish.who = WhoOf(step);
  RASTI_TRY(const auto configuration, session_.Configuration());
  RASTI_TRY(const Instant now, session_.Now());
  RASTI_TRY(Submission made, MakeSubmission(wish, *configuration, now));
  return std::move(made.command);
}

Outcome<core::Command> ScenarioPlayer::MakeCommandOf(const ScenarioStep& step) {
  const auto known = cases_.find(step.case_name);
  if (known == cases_.end()) {
    return Misused(fmt::format("the case '{}' was not opened: its submission was refused", step.case_name));
  }
  RASTI_TRY(const CaseAtHand found, FindCase(session_, known->second.str()));
  return MakeCommand(found, WhoOf(step), AllowedFor(step),
                     [&](const CaseAtHand& at_hand, const core::Actor& actor) -> Outcome<core::CommandPayload> {
                       return MakePayloadOf(step, at_hand, actor);
                     });
}

Outcome<core::CommandPayload> ScenarioPlayer::MakePayloadOf(const ScenarioStep& step, const CaseAtHand& found,
                                                            const core::Actor& actor) {
  const std::string reason = step.Text("reason");
  switch (step.verb) {
    case Verb::kNothing:
    case Verb::kSubmit: break;
    case Verb::kAct: {
      core::TakeAction take{core::ActionId(step.Text("action")), "", step.Text("note")};
      if (!step.values.empty()) take.fields = step.values.dump();
      return take;
    }
    case Verb::kAssign: {
      RASTI_TRY(auto assign, MakeAssignment({step.to->person.value_or(""), step.to->queue.value_or(""),
                                             step.to->directorate.value_or(""), step.to->tenant.value_or(""), reason},
                                            found));
      return assign;
    }
    case Verb::kRelease: return core::ReleaseCase{reason};
    case Verb::kMessage: return MakeMessage(step.Text("text"), SaidDirection(step), found, actor);
    case Verb::kAttach:
      // Only its name, size and hash become part of the case; any content will do.
      return MakeAttachment({step.Text("name"), MediaTypeOf(step.Text("name")), step.Text("name")}, SaidDirection(step),
                            found, actor);
    case Verb::kExtend: return core::ExtendClock{core::ClockId(step.Text("clock")), step.Text("legal_basis"), reason};
    case Verb::kPause: return core::PauseClocks{ClockOf(step), reason};
    case Verb::kResume: return core::ResumeClocks{ClockOf(step), reason};
    case Verb::kReopen: return core::ReopenCase{reason};
    case Verb::kMerge: {
      const auto into = cases_.find(step.Text("into"));
      if (into == cases_.end()) return Misused(fmt::format("the case '{}' was not opened", step.Text("into")));
      return core::MergeInto{into->second, reason};
    }
    case Verb::kRefer: return core::ReferCase{step.Text("to"), reason};
    case Verb::kWithdraw: return core::WithdrawCase{reason};
    case Verb::kRate: return MakeRating(static_cast<int>(step.score), step.Text("comment"), found, actor);
    case Verb::kCorrect: {
      const auto title = step.texts.find("title");
      RASTI_TRY(auto correct, MakeCorrection({step.Text("category"),
                                              title == step.texts.end() ? std::nullopt : std::optional(title->second),
                                              step.values, reason},
                                             found));
      return correct;
    }
    case Verb::kMigrate: {
      core::MigrateCase migrate;
      migrate.to_version = step.Text("to_version");
      if (step.texts.contains("stage")) migrate.stage = core::StageId(step.Text("stage"));
      migrate.reason = reason;
      return migrate;
    }
  }
  return Misused("a step without a command");
}

Status ScenarioPlayer::Look(const ScenarioStep& step) {
  RASTI_TRY(const auto configuration, session_.Configuration());
  RASTI_TRY(const Instant now, session_.Now());
  for (const codec::ScenarioExpectation& expected : step.then) {
    const auto known = cases_.find(expected.case_name);
    if (known == cases_.end()) {
      // A refused submission leaves nothing to look at.
      if (expected.says_anything) {
        played_.disagreements.push_back(
            {expected.mark,
             fmt::format("the case '{}' was not opened: its submission was refused", expected.case_name)});
      }
      continue;
    }
    RASTI_TRY(const views::CasePage page, session_.GetCase(known->second.str(), {}, std::nullopt));
    RASTI_TRY(const views::CaseHistory history, session_.History(known->second.str(), {}));
    CaseSeen seen;
    seen.state = &page.state;
    const CaseSetting setting = SettingOf(page.state, configuration, now);
    seen.setting = &setting;
    for (const codec::DecodedEvent& decoded : history.events) {
      if (decoded.event.revision <= stood_at_[known->first]) continue;
      seen.events.push_back(core::EventTypeName(decoded.event.payload));
    }
    for (Disagreement& found : Compare(expected, seen, [this](const core::CaseId& id) { return NameOf(id); })) {
      played_.disagreements.push_back(std::move(found));
    }
  }
  return {};
}

Status ScenarioPlayer::NoteWhereCasesStand() {
  for (const auto& [name, id] : cases_) {
    RASTI_TRY(const views::CasePage page, session_.GetCase(id.str(), {}, std::nullopt));
    stood_at_[name] = page.state.revision;
  }
  return {};
}

std::string ScenarioPlayer::NameOf(const core::CaseId& id) const {
  for (const auto& [name, known] : cases_) {
    if (known == id) return name;
  }
  return id.str();
}

}  // namespace rasti::cli
