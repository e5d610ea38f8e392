// Commands: what people and systems ask for. Names are imperative.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/core/event.h"
#include "engine/core/ids.h"

namespace rasti::core {

struct SubmitCase {
  WorkflowId workflow;
  std::optional<std::string> version;  // of the definition; default: the one in force
  std::string title;
  CategoryId category;
  std::string channel;
  std::optional<SubjectId> subject;
  std::string form;  // JSON object: the public fields
  std::vector<Field> personal;
  bool historic = false;                       // needs the permission `import`
  std::vector<GivenDeadline> given_deadlines;  // historic only
  bool operator==(const SubmitCase&) const = default;
};
struct TakeAction {
  ActionId action;
  std::string fields;  // JSON object of what the action asks for; empty for none
  std::string note;
  std::string response_template = {};  // by which the field `text` was made; empty: by hand
  bool operator==(const TakeAction&) const = default;
};
struct AssignCase {
  Assignment to;
  std::string reason;
  bool operator==(const AssignCase&) const = default;
};
struct ReleaseCase {
  std::string reason;
  bool operator==(const ReleaseCase&) const = default;
};
struct AddMessage {
  Direction direction = Direction::kFromCitizen;
  std::string message_id;
  Field body;
  bool operator==(const AddMessage&) const = default;
};
struct AddAttachment {
  AttachmentAdded attachment;
  bool operator==(const AddAttachment&) const = default;
};
struct ExtendClock {
  ClockId clock;
  std::string legal_basis;
  std::string reason;
  bool operator==(const ExtendClock&) const = default;
};
struct PauseClocks {
  std::optional<ClockId> clock;  // none: all that run
  std::string reason;
  bool operator==(const PauseClocks&) const = default;
};
struct ResumeClocks {
  std::optional<ClockId> clock;  // none: all that are paused
  std::string reason;
  bool operator==(const ResumeClocks&) const = default;
};
struct ReopenCase {
  std::string reason;
  bool operator==(const ReopenCase&) const = default;
};
struct MergeInto {
  CaseId target;
  std::string reason;
  bool operator==(const MergeInto&) const = default;
};
struct ReferCase {
  std::string to;
  std::string reason;
  bool operator==(const ReferCase&) const = default;
};
struct WithdrawCase {
  std::string reason;
  bool operator==(const WithdrawCase&) const = default;
};
struct RateCase {
  int score = 0;
  std::optional<Field> comment;
  bool operator==(const RateCase&) const = default;
};
struct CorrectCase {
  std::optional<CategoryId> category;
  std::optional<std::string> title;
  std::optional<std::string> form_patch;  // JSON Merge Patch (RFC 7396) of the public fields
  std::vector<Field> personal;
  std::string reason;
  bool operator==(const CorrectCase&) const = default;
};
struct MigrateCase {
  std::string to_version;
  std::optional<StageId> stage;  // where the old stage has no namesake
  std::string reason;
  bool operator==(const MigrateCase&) const = default;
};
/// Historic cases only: time passes up to `to`, and what falls due until then happens.
struct AdvanceCase {
  Instant to;
  bool operator==(const AdvanceCase&) const = default;
};
/// Historic cases only: from `at` on, wall time applies.
struct GoLive {
  Instant at;
  bool operator==(const GoLive&) const = default;
};
struct RecordDelivery {
  DeliveryRecorded delivery;
  bool operator==(const RecordDelivery&) const = default;
};
struct RecordAccess {
  std::vector<std::string> paths;
  std::string reason;
  bool operator==(const RecordAccess&) const = default;
};
// Follow-ups: from case to case only.
struct LinkDuplicate {
  CaseId duplicate;
  bool operator==(const LinkDuplicate&) const = default;
};
/// To a register, which the first one opens.
struct IssueNumber {
  std::string register_id;
  std::string period;
  CaseId to;
  bool operator==(const IssueNumber&) const = default;
};
struct AnswerFollowUp {
  CommandId follow_up;
  CaseId from;  // the case that answers
  bool accepted = false;
  std::optional<int64_t> number;  // of a register
  std::string code;               // of the rejection
  std::string reason;
  bool operator==(const AnswerFollowUp&) const = default;
};

using CommandPayload =
    std::variant<SubmitCase, TakeAction, AssignCase, ReleaseCase, AddMessage, AddAttachment, ExtendClock, PauseClocks,
                 ResumeClocks, ReopenCase, MergeInto, ReferCase, WithdrawCase, RateCase, CorrectCase, MigrateCase,
                 AdvanceCase, GoLive, RecordDelivery, RecordAccess, LinkDuplicate, IssueNumber, AnswerFollowUp>;

struct Command {
  CommandId command_id;
  CaseId case_id;
  TenantId tenant;
  Actor actor;
  SubmitterId submitter;
  std::string correlation_id;
  std::string traceparent;
  std::optional<Revision> expected_revision;
  std::optional<Instant> occurred_at;  // in the past, for roles that may back-date
  std::optional<Instant> received_at;  // submissions only: when it reached the authority
  CommandPayload payload;
  bool operator==(const Command&) const = default;
};

/// "submit_case", "take_action", ...
std::string_view CommandTypeName(const CommandPayload& payload);
/// True for the kinds that only cases send each other.
bool IsFollowUp(const CommandPayload& payload);

}  // namespace rasti::core
