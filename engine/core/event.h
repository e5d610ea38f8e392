// Events: what happened to a case, in resolved facts. Names are past tense. Once released a type is never edited.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/hash.h"
#include "engine/core/case_state.h"
#include "engine/core/ids.h"

namespace rasti::core {

struct Actor {
  ActorId id;
  Role role;
  bool operator==(const Actor&) const = default;
};
/// The engine itself: timers, automatic actions, answers between cases.
Actor SystemActor();

/// The versions of the configuration that a decision was made with.
struct Versions {
  VersionedName definition;
  VersionedName calendar;
  VersionedName directory;
  VersionedName tzdata;
  bool operator==(const Versions&) const = default;
};

/// What the events of one decision have in common.
struct EventContext {
  CaseId case_id;
  TenantId tenant;
  Instant occurred_at;
  Instant recorded_at;
  std::optional<Instant> received_at;  // where it differs from occurred_at
  Actor actor;
  SubmitterId submitter;
  CommandId command_id;  // the cause; "timer" for what time did
  std::string correlation_id;
  std::string traceparent;  // W3C Trace Context
  Versions versions;
  bool operator==(const EventContext&) const = default;
};

// ---- the life of a case ----

struct GivenDeadline {
  ClockId clock;
  std::optional<Instant> due_at;  // none: the clock does not run, whatever the definition says
  bool operator==(const GivenDeadline&) const = default;
};

struct CaseSubmitted {
  WorkflowId workflow;
  std::string title;
  CategoryId category;
  std::string channel;
  std::string reference;
  std::optional<SubjectId> subject;
  std::string form;  // canonical JSON
  std::vector<Field> personal;
  bool historic = false;
  bool operator==(const CaseSubmitted&) const = default;
};
struct StageEntered {
  StageId stage;
  StageId from;         // empty for the first
  ActionId action;      // empty for the first
  bool closed = false;  // no clock runs in this stage
  std::string fields;   // what the action asked for, canonical JSON; empty where none
  std::string note;
  /// Another action is barred to who took this one: the case remembers them.
  bool keep_taker = false;
  bool operator==(const StageEntered&) const = default;
};
/// An action that leaves the case in its stage.
struct ActionTaken {
  ActionId action;
  std::string fields;
  std::string note;
  bool keep_taker = false;  // as above
  bool operator==(const ActionTaken&) const = default;
};
struct CaseAssigned {
  Assignment to;
  std::string reason;
  /// Whom it was meant for: they are absent, and who stands in for them has it, or the queue.
  std::optional<ActorId> instead_of = std::nullopt;
  bool operator==(const CaseAssigned&) const = default;
};
struct CaseReleased {
  Assignment from;
  std::string reason;
  bool operator==(const CaseReleased&) const = default;
};
struct CaseReferred {
  std::string to;
  std::string reason;
  bool operator==(const CaseReferred&) const = default;
};
struct CaseReopened {
  std::string reason;
  bool operator==(const CaseReopened&) const = default;
};
struct CaseWithdrawn {
  std::string reason;
  bool operator==(const CaseWithdrawn&) const = default;
};
struct CaseRated {
  int score = 0;  // 1 (worst) to 5
  std::optional<Field> comment;
  bool operator==(const CaseRated&) const = default;
};
struct CaseClosed {
  std::string outcome;
  std::string evidence;
  bool operator==(const CaseClosed&) const = default;
};
struct CaseCorrected {
  std::optional<CategoryId> category;
  std::optional<std::string> title;
  std::optional<std::string> form;  // the whole corrected public form, canonical JSON
  std::vector<Field> personal;      // the corrected ones
  std::string reason;
  bool operator==(const CaseCorrected&) const = default;
};
struct CaseMigrated {
  VersionedName to;
  StageId stage;
  std::string reason;
  bool operator==(const CaseMigrated&) const = default;
};
struct CaseAdvanced {
  Instant to;
  bool operator==(const CaseAdvanced&) const = default;
};
struct CaseWentLive {
  Instant at;
  bool operator==(const CaseWentLive&) const = default;
};

// ---- talk ----

enum class Direction : uint8_t { kFromCitizen, kToCitizen };

struct MessageAdded {  // MessageReceived or MessageSent on the wire, by direction
  Direction direction = Direction::kFromCitizen;
  std::string message_id;
  Field body;
  bool operator==(const MessageAdded&) const = default;
};
struct AttachmentAdded {  // AttachmentReceived or AttachmentSent on the wire
  Direction direction = Direction::kFromCitizen;
  std::string attachment_id;
  std::string name;
  std::string media_type;
  int64_t size_bytes = 0;
  std::string sha256;  // hexadecimal
  bool operator==(const AttachmentAdded&) const = default;
};
struct ResponseSent {
  std::string outcome;
  std::string text;
  std::string response_template = {};  // by which the text was made; empty: by hand
  bool operator==(const ResponseSent&) const = default;
};

// ---- clocks ----

struct ClockStarted {
  ClockId clock;
  sla::Rule rule;
  Instant started_at;
  ClockPlan plan;
  bool given = false;
  bool operator==(const ClockStarted&) const = default;
};
struct ClockPaused {
  ClockId clock;
  std::string reason;
  bool by_hand = false;  // by a command, not by entering a stage: only a command resumes it
  bool operator==(const ClockPaused&) const = default;
};
struct ClockResumed {
  ClockId clock;
  ClockPlan plan;
  std::string reason;
  bool operator==(const ClockResumed&) const = default;
};
struct ClockMet {
  ClockId clock;
  Instant due_at;
  bool on_time = false;
  bool operator==(const ClockMet&) const = default;
};
/// A correction took the deadline away: the case's category or form has none any more.
struct ClockCancelled {
  ClockId clock;
  std::string reason;
  bool operator==(const ClockCancelled&) const = default;
};
struct ClockExtended {
  ClockId clock;
  sla::Rule by;
  std::string legal_basis;
  std::string reason;
  ClockPlan plan;
  bool operator==(const ClockExtended&) const = default;
};
/// The deadline moved, or stayed (then computed_due_at and the rule are as before) while warnings and levels moved.
struct ClockReplanned {
  ClockId clock;
  sla::Rule rule;  // another one where the category was corrected
  ClockPlan plan;
  std::string reason;
  bool operator==(const ClockReplanned&) const = default;
};
struct DeadlineWarned {
  ClockId clock;
  Instant warned_at;  // the timer's instant
  Instant due_at;
  bool operator==(const DeadlineWarned&) const = default;
};
struct DeadlineBreached {
  ClockId clock;
  Instant due_at;
  bool operator==(const DeadlineBreached&) const = default;
};
struct CaseEscalated {
  ClockId clock;
  int level = 1;
  EscalationTarget to;
  Instant escalated_at;  // the timer's instant
  Instant due_at;
  std::string reason;
  bool operator==(const CaseEscalated&) const = default;
};

// ---- between cases ----

struct MergeRequested {
  CaseId into;
  CommandId follow_up;
  Instant times_out_at;
  std::string reason;
  bool operator==(const MergeRequested&) const = default;
};
struct DuplicateLinked {
  CaseId duplicate;
  bool operator==(const DuplicateLinked&) const = default;
};
struct CaseMerged {
  CaseId into;
  CommandId follow_up;
  bool operator==(const CaseMerged&) const = default;
};
struct MergeRefused {
  CaseId into;
  CommandId follow_up;
  std::string code;  // of the rejection
  std::string reason;
  bool operator==(const MergeRefused&) const = default;
};
struct FollowUpTimedOut {
  CommandId follow_up;
  CaseId to;
  Instant times_out_at;
  bool operator==(const FollowUpTimedOut&) const = default;
};

// ---- registers ----

/// On a case: it asked a register for a number.
struct NumberRequested {
  std::string register_id;
  std::string period;  // "2026"; empty: the register never begins anew
  CommandId follow_up;
  bool operator==(const NumberRequested&) const = default;
};
/// On the register: the number was given to the case.
struct NumberIssued {
  int64_t number = 0;
  CaseId to;
  bool operator==(const NumberIssued&) const = default;
};
/// On the case that asked.
struct NumberReceived {
  std::string register_id;
  int64_t number = 0;
  std::string text;  // as people write it: "815/2026"
  CommandId follow_up;
  bool operator==(const NumberReceived&) const = default;
};
struct NumberRefused {
  std::string register_id;
  CommandId follow_up;
  std::string code;  // of the rejection
  std::string reason;
  bool operator==(const NumberRefused&) const = default;
};

// ---- the outside ----

struct DeliveryRecorded {
  std::string outbox_id;
  std::string channel;
  std::string outcome;  // "delivered", "failed", "possibly_sent"
  std::string detail;
  bool operator==(const DeliveryRecorded&) const = default;
};
struct PersonalDataOpened {
  std::vector<std::string> paths;
  std::string reason;
  bool operator==(const PersonalDataOpened&) const = default;
};

using EventPayload =
    std::variant<CaseSubmitted, StageEntered, ActionTaken, CaseAssigned, CaseReleased, CaseReferred, CaseReopened,
                 CaseWithdrawn, CaseRated, CaseClosed, CaseCorrected, CaseMigrated, CaseAdvanced, CaseWentLive,
                 MessageAdded, AttachmentAdded, ResponseSent, ClockStarted, ClockPaused, ClockResumed, ClockMet,
                 ClockCancelled, ClockExtended, ClockReplanned, DeadlineWarned, DeadlineBreached, CaseEscalated,
                 MergeRequested, DuplicateLinked, CaseMerged, MergeRefused, FollowUpTimedOut, DeliveryRecorded,
                 PersonalDataOpened, NumberRequested, NumberIssued, NumberReceived, NumberRefused>;

struct Event {
  std::shared_ptr<const EventContext> context;
  Revision revision;
  Sequence sequence;    // given by the stream thread, as is prev_hash
  Hash256 prev_hash{};  // of the case's event before; of the first: SHA-256(case_id)
  EventPayload payload;
  /// The signed command as it came in: on the first event of a command's decision, empty on the others.
  std::string signed_command;

  const EventContext& ctx() const { return *context; }
  /// Compares values, contexts included.
  bool operator==(const Event& other) const;
};

/// "case_submitted", "message_received", ...: the stable name of the type on the wire and in packages.
std::string_view EventTypeName(const EventPayload& payload);
/// All of them, in the order of the contract.
const std::vector<std::string_view>& EventTypeNames();
/// "case_id/revision".
std::string EventId(const CaseId& case_id, Revision revision);

template <class... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <class... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

}  // namespace rasti::core
