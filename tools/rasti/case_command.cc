#include "tools/rasti/case_command.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/views/deadline_row.h"
#include "tools/rasti/actions.h"
#include "tools/rasti/files.h"
#include "tools/rasti/hints.h"

namespace rasti::cli {
namespace {

constexpr std::chrono::milliseconds kSettleMost{30'000};
// For a number of a register, which comes by itself if not now.
constexpr std::chrono::milliseconds kNumberWait{2'000};

// The case after a command; with the number that it asked for, if that comes soon.
Outcome<views::CasePage> PageAfter(Session& session, const core::CaseId& id, const codec::Accepted& accepted) {
  RASTI_TRY(views::CasePage page, session.GetCase(id.str(), {}, accepted.token));
  const auto waits = [](const core::CaseNumber& number) { return number.number == 0; };
  if (std::ranges::none_of(page.state.numbers, waits)) return page;
  if (const auto settled = session.Settle(kNumberWait); !settled && settled.error().code != ErrorCode::kTimedOut) {
    return Refuse(settled.error());
  }
  RASTI_TRY(page, session.GetCase(id.str(), {}, accepted.token));
  return page;
}

// Who names an action that the case's stage does not take learns which ones it does.
Failure WithPossibleActions(Failure failure, const CaseAtHand& found, const core::Command& command) {
  if (failure.code != core::RejectionCodeName(core::RejectionCode::kWrongStage)) return failure;
  if (!std::holds_alternative<core::TakeAction>(command.payload)) return failure;
  const std::string possible = ActionsOfStage(found, command.actor.role);
  failure.message +=
      fmt::format("; here the role '{}' may: {}", command.actor.role.str(), possible.empty() ? "nothing" : possible);
  return failure;
}

}  // namespace

void CaseOptions::AddTo(CLI::App& command) {
  command.add_option("CASE", case_text, "The case: its id (UUID) or its public reference")->required();
  who.AddTo(command);
  command.add_option("--expected-revision", expected_revision,
                     "Refuse if other people changed the case after this revision");
  command.add_option("--command-id", command_id,
                     "The command's own id: giving the same command again with it makes nothing twice");
}

Outcome<CaseAtHand> FindCase(Session& session, const std::string& text, const views::Moment& moment) {
  CaseAtHand found;
  found.session = &session;
  RASTI_TRY(found.page, session.GetCase(text, moment, std::nullopt));
  RASTI_TRY(found.now, session.Now());
  RASTI_TRY(auto configuration, session.ConfigurationNow());
  found.setting = SettingOf(found.page.state, std::move(configuration), found.now);
  return found;
}

AllowedRoles RolesOf(core::Permission permission) {
  return [permission](const CaseAtHand& found) {
    return found.setting.definition->permissions[static_cast<size_t>(permission)];
  };
}

AllowedRoles RolesOf(core::ActionKind kind) {
  return [kind](const CaseAtHand& found) {
    std::vector<core::Role> roles;
    for (const core::Action& action : found.setting.definition->actions) {
      if (action.kind == kind) roles.insert(roles.end(), action.roles.begin(), action.roles.end());
    }
    return roles;
  };
}

AllowedRoles RolesOf(const core::ActionId& action) {
  return [action](const CaseAtHand& found) {
    const core::Action* known = found.setting.definition->FindAction(action);
    return known == nullptr ? std::vector<core::Role>() : known->roles;
  };
}

Outcome<codec::Accepted> Execute(Session& session, const core::Command& command, const core::Definition* definition,
                                 Instant now) {
  RASTI_TRY(const codec::CommandResult result, session.commands().Execute(command));
  if (const auto* accepted = std::get_if<codec::Accepted>(&result.outcome)) return *accepted;
  RASTI_TRY(const auto configuration, session.ConfigurationNow());
  return Refuse(WithHint(std::get<core::Rejection>(result.outcome), command, *configuration, definition, now));
}

Outcome<void> PrintAccepted(const Context& context, Session& session, const core::Command& command,
                            const codec::Accepted& accepted, const nlohmann::ordered_json& extra) {
  const auto shown = PageAfter(session, command.case_id, accepted);
  nlohmann::ordered_json json{
      {"accepted", true},
      {"case_id", command.case_id.str()},
      {"reference", core::PublicReference(command.case_id)},
      {"command_id", command.command_id.str()},
      {"revisions", {{"first", accepted.first_revision.value}, {"last", accepted.last_revision.value}}},
      {"token", {{"partition", accepted.token.partition.value}, {"sequence", accepted.token.sequence.value}}}};
  json.update(extra);
  if (!shown) {
    // A reader that keeps other tenants' cases hands commands on, and cannot show what became of this one.
    if (shown.error().code != ErrorCodeName(ErrorCode::kNotFound)) return tl::unexpected(shown.error());
    context.out.Json(json);
    context.out.Line("accepted");
    context.out.Note("note: " + shown.error().message);
    return {};
  }
  const views::CasePage& page = *shown;
  RASTI_TRY(const Instant now, session.Now());
  RASTI_TRY(auto configuration, session.ConfigurationNow());
  const CaseSetting setting = SettingOf(page.state, std::move(configuration), now);
  json["case"] = CaseJson(page);
  context.out.Json(json);
  const std::string revisions =
      accepted.first_revision == accepted.last_revision
          ? fmt::format("revision {}", accepted.last_revision.value)
          : fmt::format("revisions {} to {}", accepted.first_revision.value, accepted.last_revision.value);
  context.out.Line(fmt::format("{}: {} of {}; stage '{}', {}, held by {}",
                               context.out.Paint(Colour::kGreen, "accepted"), revisions, page.state.reference,
                               page.state.stage.str(), core::CaseStatusName(page.state.status),
                               HolderText(page.state.assignment, setting)));
  const Instant clocks_now = views::EffectiveNow(page.state, now);
  for (const std::string& line : ClockLines(page.state, setting, clocks_now, context.out)) context.out.Line(line);
  return {};
}

Outcome<core::Command> MakeCommand(const CaseAtHand& found, const WhoOptions& who_options, const AllowedRoles& allowed,
                                   const MakePayload& make) {
  const CaseSetting& setting = found.setting;
  if (setting.definition == nullptr || setting.tenant == nullptr) {
    return Refuse(Error::Corruption(fmt::format("{} or the directory of {} is not among the published packages",
                                                found.state().definition.str(), found.state().tenant.str())));
  }
  RASTI_TRY(const Who who, ResolveWho(who_options, {.definition = setting.definition,
                                                    .tenant = setting.tenant,
                                                    .overseer = setting.overseer,
                                                    .allowed = allowed(found)}));
  core::Command command;
  command.command_id = core::CommandId(FormatUuid(RandomUuid()));
  command.case_id = found.state().id;
  command.tenant = found.state().tenant;
  command.actor = who.actor;
  RASTI_TRY(command.payload, make(found, who.actor));
  return command;
}

Outcome<void> RunOnCase(const Context& context, const CaseOptions& options, const AllowedRoles& allowed,
                        const MakePayload& make, bool settle) {
  RASTI_TRY(const auto given_now, context.GivenNow());
  RASTI_TRY(const auto session, context.Open());
  RASTI_TRY(const CaseAtHand found, FindCase(*session, options.case_text));
  RASTI_TRY(core::Command command, MakeCommand(found, options.who, allowed, make));
  if (!options.command_id.empty()) command.command_id = core::CommandId(options.command_id);
  if (options.expected_revision) command.expected_revision = core::Revision{*options.expected_revision};
  // A virtual clock was moved there already; what lies before it is back-dated, as on the machine's clock.
  if (given_now && !(session->virtual_clock() && *given_now == found.now)) command.occurred_at = given_now;
  const auto executed = Execute(*session, command, found.setting.definition, found.now);
  if (!executed) return Refuse(WithPossibleActions(executed.error(), found, command));
  const codec::Accepted accepted = *executed;
  if (settle) RASTI_CHECKED(session->Settle(kSettleMost));
  RASTI_CHECKED(PrintAccepted(context, *session, command, accepted));
  RASTI_CHECKED(session->Close());
  return {};
}

}  // namespace rasti::cli
