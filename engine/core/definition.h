// A workflow definition: a case type as data. Loaded from YAML (engine/codec), immutable once validated, shared freely.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/core/expression/expression.h"
#include "engine/core/form.h"
#include "engine/core/ids.h"
#include "engine/core/tenant.h"
#include "engine/sla/deadline.h"

namespace rasti::core {

struct RoleDefinition {
  Role id;
  Texts title;
  /// People of this role stand in the tenant's directory (or in that of the tenant that oversees it).
  bool in_directory = true;
  /// Acts only on cases in which it is the subject or that it submitted: citizens.
  bool own_cases_only = false;
};

/// What taking an action means beyond entering a stage.
enum class ActionKind : uint8_t {
  kTransition,  // only moves the case
  kRespond,     // fields outcome and text become ResponseSent
  kClose,       // field evidence becomes part of CaseClosed
  kReopen,      // CaseReopened
  kWithdraw,    // CaseWithdrawn
  kRefer,       // CaseReferred
};
inline constexpr int kActionKindCount = 6;

enum class FieldType : uint8_t { kText, kInteger, kNumber, kBoolean, kDate, kChoice };

/// A field that an action asks for.
struct ActionField {
  std::string id;
  FieldType type = FieldType::kText;
  bool required = false;
  /// Shown in the public register where the action was taken on a case that is in it.
  bool is_public = false;
  std::vector<std::string> choices;  // kChoice
  Texts title;
};

struct Stage {
  StageId id;
  Texts title;
  bool initial = false;
  /// The case ends here: no clock runs, only actions of kind reopen leave it.
  bool closed = false;
};

struct Action {
  ActionId id;
  Texts title;
  ActionKind kind = ActionKind::kTransition;
  std::vector<StageId> from;
  std::optional<StageId> to;  // none: the case stays in its stage
  std::vector<Role> roles;    // empty for automatic ones
  /// Four eyes: whoever has ever taken one of these on the case may not take this one. Itself: never twice by one.
  std::vector<ActionId> not_by;
  std::vector<ActionField> fields;
  std::optional<expression::Expression> guard;
  std::string guard_reason;  // said when the guard is false
  /// Taken by the engine as soon as the guard holds, after any command or timer.
  bool automatic = false;
};

struct EscalationTarget {
  std::optional<TenantId> tenant;  // none: the case's own
  Role role;
  bool operator==(const EscalationTarget&) const = default;
};

/// One step of the escalation ladder. It fires whoever holds the case, or nobody.
struct EscalationLevel {
  int level = 1;
  sla::Offset after;  // after the deadline
  EscalationTarget to;
};

/// How a clock may be extended.
struct Extension {
  int most = 0;  // how often; 0 = never
  sla::Rule by;
  std::vector<std::string> legal_bases;  // the ones that may be named
};

/// What starts or stops a clock. Exactly one member is set.
struct ClockTrigger {
  bool submitted = false;          // the submission
  std::optional<StageId> stage;    // entering it
  std::optional<ActionId> action;  // taking it
  bool responded = false;          // a response sent
  bool closed = false;             // the case closed
};

struct Clock {
  ClockId id;
  Texts title;
  ClockTrigger start;
  std::vector<ClockTrigger> stop;
  std::vector<StageId> pause_in;
  std::optional<sla::Rule> due;  // none: only the listed categories have this clock
  std::unordered_map<CategoryId, std::optional<sla::Rule>> due_by_category;  // nullopt: no clock for it
  std::optional<expression::Expression> when;                                // starts only where this holds
  std::vector<sla::Offset> warnings;                                         // before the deadline
  std::vector<EscalationLevel> escalations;
  Extension extension;

  /// The rule for a category, or nothing when the clock does not run for it.
  const sla::Rule* RuleFor(const CategoryId& category) const;
};

struct Category {
  CategoryId id;
  Texts title;
  std::optional<QueueId> queue;  // where its cases go at first
  bool offered = true;           // for new cases; those that have it keep it
};

/// Commands that are not actions, and who may give them.
enum class Permission : uint8_t {
  kSubmit,
  kAssign,
  kRelease,
  kMessage,
  kAttach,
  kExtend,
  kPause,
  kMerge,
  kRate,
  kCorrect,
  kMigrate,
  kBackDate,
  kImport,
  kOpenPersonalData,
};
inline constexpr int kPermissionCount = 14;
std::string_view PermissionName(Permission permission);

enum class Recipient : uint8_t { kSubject, kAssignee, kEscalation };

/// A message that goes out when an event happens.
struct Notification {
  std::string on;                // an event type ("response_sent"), or "stage_entered"
  std::optional<StageId> stage;  // only when this one is entered
  std::optional<ClockId> clock;  // only for this clock
  std::string template_id;       // a key of `templates`
  Recipient to = Recipient::kSubject;
};

/// A number that cases get from a register of their tenant, in the order in which they ask and without a gap:
/// "815/2026". Workflows that name the same register share it.
struct NumberRule {
  std::string register_id;  // "protocol"
  Texts title;
  ClockTrigger when;   // what asks for it; a case asks once
  std::string format;  // see FormatNumber (register_number.h)
  bool yearly = true;  // begins at 1 with each year of the tenant's calendar
};

/// A standard answer. Ask response_template.h for its text.
struct ResponseTemplate {
  std::string id;
  Texts title;                                // what officers choose by
  ActionId action;                            // of kind respond
  std::vector<CategoryId> categories;         // for cases of these; empty: of all
  std::map<std::string, std::string> fields;  // what other fields of the action get: {"outcome": "not_competent"}
  std::map<std::string, Texts> asks;          // what the officer fills in
  Texts text;                                 // with {{placeholders}}
};

/// What anybody may read of a workflow's cases, beside reference, category, stage, dates, deadlines, responses and the
/// public fields of actions. Personal fields never are.
struct PublicRegister {
  bool title = false;
  std::vector<std::string> form;               // fields that are shown, as JSON Pointers: "/location/address"
  std::vector<StageId> hidden_in;              // the case is not in the register while it is in one of these
  std::optional<expression::Expression> when;  // nor while this does not hold, or cannot be told
};

struct Definition {
  WorkflowId id;
  VersionedName version;  // "issue-report@3"
  Texts title;
  std::vector<RoleDefinition> roles;
  std::vector<Category> categories;
  std::vector<std::string> channels;
  std::vector<Stage> stages;
  std::vector<Action> actions;
  std::vector<Clock> clocks;
  Form form = Form::Empty();
  std::array<std::vector<Role>, kPermissionCount> permissions;
  std::vector<Notification> notifications;
  std::map<std::string, Texts> templates;
  Duration merge_timeout{std::chrono::hours(24)};
  std::vector<NumberRule> numbers;
  std::vector<ResponseTemplate> responses;
  std::optional<PublicRegister> public_register;  // none: its cases are in no public register

  const RoleDefinition* FindRole(const Role& id) const;
  const Category* FindCategory(const CategoryId& id) const;
  const Stage* FindStage(const StageId& id) const;
  const Action* FindAction(const ActionId& id) const;
  const Clock* FindClock(const ClockId& id) const;
  const NumberRule* FindNumber(std::string_view register_id) const;
  const ResponseTemplate* FindResponse(std::string_view response_id) const;
  const Stage& InitialStage() const;
  bool Allows(Permission permission, const Role& role) const;
  /// Whether some action is barred to whoever took this one.
  bool KeepsTakerOf(const ActionId& id) const;

  /// To be called once after `categories` is filled: FindCategory then takes constant time.
  void BuildIndex();

 private:
  std::unordered_map<CategoryId, size_t> category_by_id_;
};

/// The types that guards see: `case`, `form`, `action` (its fields), `actor` and `now`; see README.md of this folder.
expression::Environment GuardEnvironment(const Form& form, const std::vector<ActionField>& fields);

/// The types that `public.when` sees: `case` and `form`, at the places that they have in GuardEnvironment.
expression::Environment PublicEnvironment(const Form& form);

/// A whole definition's consistency, beyond what each part can say of itself: unknown names, a stage that nothing
/// reaches or nothing leaves, a clock that nothing stops, automatic actions with roles, no or several initial stages,
/// two stages or actions of one name, a required notification template that is missing, ...
struct DefinitionIssue {
  std::string path;     // YAML path: "actions[3].to", "clocks[0].pause_in[1]"
  std::string message;  // what is wrong and what would be right
};
std::vector<DefinitionIssue> CheckDefinition(const Definition& definition);

}  // namespace rasti::core
