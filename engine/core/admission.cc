#include "engine/core/admission.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/register_number.h"

namespace rasti::core {
namespace {

constexpr std::string_view kConnectorRole = "connector";

// Who may give a command: a permission of the definition, the roles of an action, or nobody but the engine.
struct Gate {
  std::optional<Permission> permission;
  const Action* action = nullptr;
  bool engine_only = false;
  bool connector_only = false;
};

const Action* ActionOfKind(const Definition& definition, const CaseState& state, ActionKind kind) {
  const Action* any = nullptr;
  for (const Action& action : definition.actions) {
    if (action.kind != kind || action.automatic) continue;
    if (any == nullptr) any = &action;
    if (std::ranges::find(action.from, state.stage) != action.from.end()) return &action;
  }
  return any;
}

Gate GateOf(const Definition& definition, const CaseState& state, const CommandPayload& payload) {
  const auto permission = [](Permission wanted) { return Gate{wanted, nullptr, false, false}; };
  const auto action = [&](ActionKind kind) { return Gate{{}, ActionOfKind(definition, state, kind), false, false}; };
  return std::visit(Overloaded{
                        [&](const SubmitCase& submit) {
                          return permission(submit.historic ? Permission::kImport : Permission::kSubmit);
                        },
                        [&](const TakeAction& take) {
                          return Gate{{}, definition.FindAction(take.action), false, false};
                        },
                        [&](const AssignCase&) { return permission(Permission::kAssign); },
                        [&](const ReleaseCase&) { return permission(Permission::kRelease); },
                        [&](const AddMessage&) { return permission(Permission::kMessage); },
                        [&](const AddAttachment&) { return permission(Permission::kAttach); },
                        [&](const ExtendClock&) { return permission(Permission::kExtend); },
                        [&](const PauseClocks&) { return permission(Permission::kPause); },
                        [&](const ResumeClocks&) { return permission(Permission::kPause); },
                        [&](const ReopenCase&) { return action(ActionKind::kReopen); },
                        [&](const MergeInto&) { return permission(Permission::kMerge); },
                        [&](const ReferCase&) { return action(ActionKind::kRefer); },
                        [&](const WithdrawCase&) { return action(ActionKind::kWithdraw); },
                        [&](const RateCase&) { return permission(Permission::kRate); },
                        [&](const CorrectCase&) { return permission(Permission::kCorrect); },
                        [&](const MigrateCase&) { return permission(Permission::kMigrate); },
                        [&](const AdvanceCase&) { return permission(Permission::kImport); },
                        [&](const GoLive&) { return permission(Permission::kImport); },
                        [&](const RecordDelivery&) {
                          return Gate{{}, nullptr, false, true};
                        },
                        [&](const RecordAccess&) { return permission(Permission::kOpenPersonalData); },
                        [&](const LinkDuplicate&) {
                          return Gate{{}, nullptr, true, false};
                        },
                        [&](const IssueNumber&) {
                          return Gate{{}, nullptr, true, false};
                        },
                        [&](const AnswerFollowUp&) {
                          return Gate{{}, nullptr, true, false};
                        },
                    },
                    payload);
}

Verdict CheckDirectory(const Config& config, const Actor& actor) {
  const Person* person = config.tenant->FindPerson(actor.id);
  if (person == nullptr && config.overseer != nullptr) person = config.overseer->FindPerson(actor.id);
  if (person == nullptr) {
    return Reject(
        RejectionCode::kUnknownActor, "actor/id",
        fmt::format("the directory of '{}' has nobody with the id '{}'", config.tenant->id.str(), actor.id.str()));
  }
  if (!person->active) {
    return Reject(RejectionCode::kInactiveActor, "actor/id",
                  fmt::format("'{}' is no longer active in the directory", person->handle));
  }
  if (std::ranges::find(person->roles, actor.role) == person->roles.end()) {
    return Reject(RejectionCode::kRoleNotHeld, "actor/role",
                  fmt::format("'{}' does not hold the role '{}'; held: {}", person->handle, actor.role.str(),
                              fmt::join(
                                  [&] {
                                    std::vector<std::string> held;
                                    for (const Role& role : person->roles) held.push_back(role.str());
                                    return held;
                                  }(),
                                  ", ")));
  }
  return {};
}

Verdict CheckAllowed(const std::vector<Role>& allowed, const Actor& actor, std::string_view what) {
  if (std::ranges::find(allowed, actor.role) != allowed.end()) return {};
  std::vector<std::string> names;
  for (const Role& role : allowed) names.push_back(role.str());
  return Reject(RejectionCode::kRoleNotAllowed, "actor/role",
                fmt::format("the role '{}' may not {}; allowed: {}", actor.role.str(), what,
                            names.empty() ? "nobody" : fmt::format("{}", fmt::join(names, ", "))));
}

Verdict CheckActor(const Config& config, const CaseState& state, const Command& command, const Gate& gate) {
  const Actor& actor = command.actor;
  if (gate.engine_only || gate.connector_only) {
    const std::string_view wanted = gate.engine_only ? "system" : kConnectorRole;
    if (actor.role.view() == wanted) return {};
    return Reject(RejectionCode::kRoleNotAllowed, "actor/role",
                  fmt::format("only '{}' gives the command {}", wanted, CommandTypeName(command.payload)));
  }
  const RoleDefinition* role = config.definition->FindRole(actor.role);
  if (role == nullptr) {
    std::vector<std::string> known;
    for (const RoleDefinition& one : config.definition->roles) known.push_back(one.id.str());
    return Reject(RejectionCode::kRoleNotAllowed, "actor/role",
                  fmt::format("{} knows no role '{}'; it knows: {}", config.definition->version.str(), actor.role.str(),
                              fmt::join(known, ", ")));
  }
  if (role->in_directory) {
    if (auto verdict = CheckDirectory(config, actor); !verdict) return verdict;
  }
  if (gate.permission) {
    auto verdict = CheckAllowed(config.definition->permissions[static_cast<size_t>(*gate.permission)], actor,
                                PermissionName(*gate.permission));
    if (!verdict) return verdict;
  } else if (gate.action != nullptr) {
    if (gate.action->automatic) {
      return Reject(RejectionCode::kRoleNotAllowed, "action",
                    fmt::format("'{}' is taken by the engine, never by a person", gate.action->id.str()));
    }
    auto verdict = CheckAllowed(gate.action->roles, actor, fmt::format("take the action '{}'", gate.action->id.str()));
    if (!verdict) return verdict;
  } else {
    const auto* take = std::get_if<TakeAction>(&command.payload);
    std::vector<std::string> known;
    for (const Action& action : config.definition->actions) {
      if (!action.automatic) known.push_back(action.id.str());
    }
    return Reject(
        RejectionCode::kUnknownAction, "action",
        fmt::format("{} has no action {}; it has: {}", config.definition->version.str(),
                    take != nullptr ? "'" + take->action.str() + "'" : "of this kind", fmt::join(known, ", ")));
  }
  if (role->own_cases_only) {
    const auto* message = std::get_if<AddMessage>(&command.payload);
    const auto* attachment = std::get_if<AddAttachment>(&command.payload);
    const bool from_office = (message != nullptr && message->direction != Direction::kFromCitizen) ||
                             (attachment != nullptr && attachment->attachment.direction != Direction::kFromCitizen);
    if (from_office) {
      return Reject(RejectionCode::kRoleNotAllowed, "direction",
                    fmt::format("the role '{}' speaks for the citizen, not for the office", actor.role.str()));
    }
  }
  if (role->own_cases_only && state.Exists() && state.submitted_by != actor.id &&
      (!state.subject || state.subject->view() != actor.id.view())) {
    return Reject(RejectionCode::kNotYourCase, "actor/id",
                  fmt::format("the role '{}' acts only on cases of its own", actor.role.str()));
  }
  return {};
}

// What a case in this status still takes.
Verdict CheckStatus(const CaseState& state, const CommandPayload& payload) {
  if (IsRegister(state.definition) && !std::holds_alternative<IssueNumber>(payload)) {
    return Reject(RejectionCode::kRoleNotAllowed, "case_id", "the case is a register: it gives numbers, nothing else");
  }
  const bool bookkeeping = std::holds_alternative<AnswerFollowUp>(payload) ||
                           std::holds_alternative<RecordDelivery>(payload) ||
                           std::holds_alternative<RecordAccess>(payload) || std::holds_alternative<GoLive>(payload) ||
                           std::holds_alternative<AdvanceCase>(payload);
  if (bookkeeping) return {};
  if (state.status == CaseStatus::kFrozen) {
    return Reject(RejectionCode::kCaseFrozen, "",
                  "the case waits to be merged into another one; it is free again when that case answered");
  }
  if (state.status == CaseStatus::kMerged && !std::holds_alternative<LinkDuplicate>(payload)) {
    return Reject(RejectionCode::kCaseClosed, "",
                  fmt::format("the case was merged into {}; act there", state.merged_into->str()));
  }
  const bool needs_open = std::holds_alternative<AssignCase>(payload) || std::holds_alternative<ReleaseCase>(payload) ||
                          std::holds_alternative<ExtendClock>(payload) ||
                          std::holds_alternative<PauseClocks>(payload) ||
                          std::holds_alternative<ResumeClocks>(payload) || std::holds_alternative<MergeInto>(payload) ||
                          std::holds_alternative<ReferCase>(payload) || std::holds_alternative<WithdrawCase>(payload) ||
                          std::holds_alternative<CorrectCase>(payload);
  if (needs_open && state.status != CaseStatus::kOpen) {
    return Reject(RejectionCode::kCaseClosed, "",
                  fmt::format("the case is {}; reopen it first", CaseStatusName(state.status)));
  }
  if (std::holds_alternative<RateCase>(payload) && state.status == CaseStatus::kOpen) {
    return Reject(RejectionCode::kCaseNotClosed, "", "a case is rated once it has ended");
  }
  return {};
}

Verdict CheckRevision(const CaseState& state, const Command& command) {
  if (!command.expected_revision) return {};
  const Revision expected = *command.expected_revision;
  if (expected > state.revision) {
    return Reject(RejectionCode::kRevisionConflict, "expected_revision",
                  fmt::format("the case is at revision {}, not at {}", state.revision.value, expected.value));
  }
  const Revision others = state.LastRevisionByOthers(command.actor.id);
  if (others > expected) {
    return Reject(RejectionCode::kRevisionConflict, "expected_revision",
                  fmt::format("somebody else changed the case in revision {}, after {}; look at it again", others.value,
                              expected.value));
  }
  return {};
}

tl::expected<Instant, Rejection> CheckTime(const Config& config, const CaseState& state, const Command& command,
                                           const DecisionTime& time) {
  const auto in_past = [&](Instant at, const char* field) -> tl::expected<Instant, Rejection> {
    if (at > time.recorded_at) {
      return Reject(RejectionCode::kTimeInvalid, field,
                    fmt::format("{} lies in the future; it is {}", FormatInstant(at), FormatInstant(time.recorded_at)));
    }
    if (state.Exists() && at < state.last_occurred_at) {
      return Reject(RejectionCode::kTimeInvalid, field,
                    fmt::format("{} lies before what happened last in the case, at {}", FormatInstant(at),
                                FormatInstant(state.last_occurred_at)));
    }
    return at;
  };
  if (const auto* advance = std::get_if<AdvanceCase>(&command.payload)) return in_past(advance->to, "to");
  if (const auto* live = std::get_if<GoLive>(&command.payload)) return in_past(live->at, "at");
  if (command.occurred_at) {
    const auto* submit = std::get_if<SubmitCase>(&command.payload);
    const bool historic = state.Exists() ? !state.IsLive() : submit != nullptr && submit->historic;
    const Permission wanted = historic ? Permission::kImport : Permission::kBackDate;
    if (!config.definition->Allows(wanted, command.actor.role)) {
      return Reject(RejectionCode::kBackDated, "occurred_at",
                    fmt::format("the role '{}' may not say when something happened; leave occurred_at out",
                                command.actor.role.str()));
    }
    return in_past(*command.occurred_at, "occurred_at");
  }
  if (state.Exists() && !state.IsLive() && !IsFollowUp(command.payload)) {
    return Reject(RejectionCode::kHistoric, "occurred_at",
                  "the case is historic: say when it happened (occurred_at), or hand it to wall time first (go live)");
  }
  const Instant latest = std::max(time.recorded_at, state.last_occurred_at);
  return std::clamp(time.taken_at, std::min(state.Exists() ? state.last_occurred_at : time.taken_at, latest), latest);
}

}  // namespace

tl::expected<Instant, Rejection> AdmitCommand(const Config& config, const CaseState& state, const Command& command,
                                              const DecisionTime& time) {
  const bool submits = std::holds_alternative<SubmitCase>(command.payload);
  if (submits && state.Exists()) {
    return Reject(RejectionCode::kCaseExists, "case_id",
                  fmt::format("the case {} was submitted before, by another command", command.case_id.str()));
  }
  if (!submits && !state.Exists() && !std::holds_alternative<IssueNumber>(command.payload)) {
    return Reject(RejectionCode::kUnknownCase, "case_id", fmt::format("there is no case {}", command.case_id.str()));
  }
  if (state.Exists() && state.tenant != command.tenant) {
    return Reject(RejectionCode::kWrongTenant, "tenant",
                  fmt::format("the case does not belong to '{}'", command.tenant.str()));
  }
  if (command.received_at && !submits) {
    return Reject(RejectionCode::kFieldInvalid, "received_at",
                  "only a submission was received; what happened to a case later has an occurred_at");
  }
  const Gate gate = GateOf(*config.definition, state, command.payload);
  if (auto verdict = CheckActor(config, state, command, gate); !verdict) return tl::unexpected(verdict.error());
  if (auto verdict = CheckStatus(state, command.payload); !verdict) return tl::unexpected(verdict.error());
  if (auto verdict = CheckRevision(state, command); !verdict) return tl::unexpected(verdict.error());
  return CheckTime(config, state, command, time);
}

}  // namespace rasti::core
