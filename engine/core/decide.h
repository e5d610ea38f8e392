// Decide: what a command or the passing of time makes of a case. Pure: no clock, no randomness, no I/O, no globals.
// Safe to call from any thread.
#pragma once

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "engine/core/apply.h"
#include "engine/core/case_state.h"
#include "engine/core/command.h"
#include "engine/core/definition.h"
#include "engine/core/event.h"
#include "engine/core/tenant.h"
#include "engine/sla/calendar.h"

namespace rasti::core {

/// The configuration in force for one decision. Nothing is owned; all of it outlives the call.
struct Config {
  const Definition* definition = nullptr;  // the case's own version
  const Definition* migrate_to = nullptr;  // MigrateCase only: the version asked for, if it is in force
  const sla::Calendar* calendar = nullptr;
  const Tenant* tenant = nullptr;
  const Tenant* overseer = nullptr;  // the tenant that oversees it, if any
  /// The overseer's own: on which day its people are absent. Without it the case's says so.
  const sla::Calendar* overseer_calendar = nullptr;
  Versions versions;
};

/// The instants that a decision may know.
struct DecisionTime {
  Instant taken_at;     // when the log took the command in
  Instant recorded_at;  // the partition's clock: max(node clock, last recorded_at)
};

/// Why a command was not accepted. Codes are stable: clients and tests depend on them.
enum class RejectionCode : uint8_t {
  kUnknownWorkflow,
  kVersionNotInForce,
  kUnknownTenant,
  kWrongTenant,
  kUnknownCase,
  kCaseExists,
  kUnknownCategory,
  kUnknownChannel,
  kUnknownStage,
  kUnknownAction,
  kUnknownClock,
  kUnknownQueue,
  kUnknownDirectorate,
  kUnknownActor,
  kRoleNotHeld,
  kRoleNotAllowed,
  kNotYourCase,
  kRevisionConflict,
  kWrongStage,
  kGuardFalse,
  kGuardError,
  kFieldMissing,
  kFieldInvalid,
  kFormInvalid,
  kPersonalFieldMissing,
  kPersonalFieldInvalid,
  kNotHistoric,
  kHistoric,
  kBackDated,
  kTimeInvalid,
  kCaseFrozen,
  kCaseClosed,
  kCaseNotClosed,
  kNoChange,
  kClockNotRunning,
  kClockNotPaused,
  kExtensionNotAllowed,
  kLegalBasisUnknown,
  kMergeTargetInvalid,
  kCalendarNotCovered,
  kAutomaticLoop,
  kUnknownFollowUp,
  kInactiveActor,
  kTooLarge,
  kMalformed,
  kNotAuthenticated,
  kActorAbsent,
  kFourEyes,
};
/// "unknown_workflow", ...
std::string_view RejectionCodeName(RejectionCode code);
/// The code of that name, or nothing.
std::optional<RejectionCode> ParseRejectionCode(std::string_view name);

struct Rejection {
  RejectionCode code = RejectionCode::kNoChange;
  std::string field;    // of the command: "category", "form/location/lat"; empty where none is to blame
  std::string message;  // why, and what would be right; never quotes personal values
  bool operator==(const Rejection&) const = default;
};

/// A message to be sent by a connector. Made for live cases only.
struct OutboxEntry {
  std::string id;  // event id / n
  std::string event_id;
  CaseId case_id;
  TenantId tenant;
  VersionedName definition;
  std::string template_id;
  Recipient recipient = Recipient::kSubject;
  /// A subject's or an actor's id, "queue/roads", "directorate/roads" (with "mlga/" before it where that tenant holds
  /// the case), or "tenant/role".
  std::string recipient_reference;
  bool operator==(const OutboxEntry&) const = default;
};

/// A command to another case. Its command_id is "case_id/revision/n".
struct FollowUp {
  Command command;
  bool operator==(const FollowUp&) const = default;
};

struct Decision {
  std::vector<Event> events;  // never empty; sequence and prev_hash are still to be stamped
  std::vector<OutboxEntry> outbox;
  std::vector<FollowUp> follow_ups;
  CaseState state;  // the case with the events applied
};

using DecideResult = tl::expected<Decision, Rejection>;

/// Decides one command. `state` is the case as it is, or a default CaseState where there is none.
/// The caller has fired the case's own timers that were due before the instant that Admit gives, and handled repeats of
/// command_id.
DecideResult Decide(const Config& config, const CaseState& state, const Command& command, const DecisionTime& time);

/// Checks what holds for every command (tenant, actor, role, time) and says when it happened: its own occurred_at, or
/// taken_at clamped to [the case's last, recorded_at]. Decide checks the same again.
tl::expected<Instant, Rejection> Admit(const Config& config, const CaseState& state, const Command& command,
                                       const DecisionTime& time);

/// Fires the case's next timer. REQUIRES: NextTimer(state) is set, and due before the instant that is being decided.
/// A calendar that does not cover what is to be planned is a rejection (kCalendarNotCovered): the timer stays.
DecideResult FireTimer(const Config& config, const CaseState& state, Instant recorded_at);

/// Plans running clocks anew where calendar or time zones differ from those they were planned with. A result without
/// events: nothing moved. To be called before a command or timer of the case is decided, and by the sweep.
/// `occurred_at` is the re-planning instant: that of what is decided next, so that a command which was handed in in
/// time is not made late by planning before it; no deadline moves to before it. Historic cases: their own last instant.
DecideResult Replan(const Config& config, const CaseState& state, Instant occurred_at, Instant recorded_at);
/// True when Replan has something to look at.
bool NeedsReplan(const Config& config, const CaseState& state);

/// Whether the follow-up is one that is answered.
bool IsAnswered(const CommandPayload& follow_up);
/// The answer to a follow-up, to be written with the outcome: the last revision that it made, or why not. Its id is the
/// follow-up's with "/answer" behind it.
FollowUp AnswerTo(const Command& follow_up, const tl::expected<Revision, Rejection>& outcome);

}  // namespace rasti::core
