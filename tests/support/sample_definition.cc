#include "tests/support/sample_definition.h"

#include <fmt/format.h>

#include <stdexcept>

#include "tests/support/sample_people.h"

namespace rasti::test {
namespace {

using core::ActionKind;
using core::Permission;
using core::Role;
using core::StageId;
using sla::Count;

std::vector<Role> Roles(std::initializer_list<const char*> names) { return {names.begin(), names.end()}; }
std::vector<StageId> Stages(std::initializer_list<const char*> names) { return {names.begin(), names.end()}; }
core::Texts Text(const std::string& text) { return {text, text, text}; }

// A fault of the sample itself ends the test program.
template <class T>
T Must(Result<T> result) {
  if (!result) throw std::logic_error(result.error().message);
  return *std::move(result);
}

core::Form SampleForm() {
  return Must(core::Form::Create(nlohmann::json::parse(R"({
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": false,
    "properties": {
      "place": {"type": "string", "maxLength": 200},
      "severity": {"type": "integer", "minimum": 1, "maximum": 5},
      "nothing_found": {"type": "boolean"},
      "name": {"type": "string", "x-personal": "submitter"},
      "phone": {"type": "string", "x-personal": "submitter"}
    }
  })")));
}

core::expression::Expression Guard(const core::Form& form, const std::vector<core::ActionField>& fields,
                                   std::string_view source) {
  auto compiled =
      core::expression::Compile(source, core::GuardEnvironment(form, fields), core::expression::Type::Bool());
  if (!compiled) throw std::logic_error(fmt::format("the sample's guard {} does not compile", source));
  return *std::move(compiled);
}

core::Action Move(const char* id, std::vector<StageId> from, const char* to, std::vector<Role> roles,
                  ActionKind kind = ActionKind::kTransition) {
  core::Action action;
  action.id = core::ActionId(id);
  action.title = Text(id);
  action.kind = kind;
  action.from = std::move(from);
  if (to != nullptr) action.to = StageId(to);
  action.roles = std::move(roles);
  return action;
}

std::vector<core::Action> SampleActions(const core::Form& form) {
  const auto staff = Roles({"clerk", "officer", "head", "migrator"});
  std::vector<core::Action> actions;
  actions.push_back(Move("open", Stages({"new"}), "open", staff));
  actions.push_back(Move("reject", Stages({"new"}), "closed", staff, ActionKind::kClose));
  actions.push_back(Move("ask", Stages({"open"}), "waiting", staff));
  actions.push_back(Move("answer", Stages({"waiting"}), "open", Roles({"citizen", "clerk", "officer", "migrator"})));
  actions.push_back(Move("respond", Stages({"open"}), nullptr, staff, ActionKind::kRespond));
  actions.back().fields = {{"outcome", core::FieldType::kText, false, false, {}, Text("outcome")},
                           {"text", core::FieldType::kText, true, false, {}, Text("text")}};
  actions.push_back(Move("refer", Stages({"open"}), nullptr, staff, ActionKind::kRefer));
  actions.back().fields = {{"to", core::FieldType::kText, true, false, {}, Text("to")}};
  actions.back().guard = Guard(form, actions.back().fields, "!has(form.severity) || form.severity < 5");
  actions.back().guard_reason = "the worst cases stay in the house";
  actions.push_back(Move("close", Stages({"open"}), "closed", staff, ActionKind::kClose));
  actions.back().fields = {{"evidence", core::FieldType::kText, true, false, {}, Text("evidence")}};
  actions.push_back(
      Move("reopen", Stages({"closed"}), "open", Roles({"citizen", "head", "migrator"}), ActionKind::kReopen));
  actions.push_back(Move("withdraw", Stages({"new", "open", "waiting"}), "closed",
                         Roles({"citizen", "clerk", "migrator"}), ActionKind::kWithdraw));
  actions.push_back(Move("drop", Stages({"open"}), "closed", {}, ActionKind::kClose));
  actions.back().automatic = true;
  actions.back().guard = Guard(form, {}, "has(form.nothing_found) && form.nothing_found");
  return actions;
}

sla::Rule RuleOf(Count count, int64_t number, Duration length = Duration{0}) {
  sla::Rule rule = sla::DefaultRule(count);
  rule.number = number;
  rule.length = length;
  return rule;
}

std::vector<core::Clock> SampleClocks() {
  using std::chrono::hours;
  core::Clock acknowledge;
  acknowledge.id = core::ClockId("acknowledge");
  acknowledge.title = Text("Acknowledgement");
  acknowledge.start.submitted = true;
  acknowledge.stop.resize(2);
  acknowledge.stop[0].stage = StageId("open");
  acknowledge.stop[1].closed = true;
  acknowledge.due = RuleOf(Count::kWorkingDays, 2);

  core::Clock resolve;
  resolve.id = core::ClockId("resolve");
  resolve.title = Text("Resolution");
  resolve.start.stage = StageId("open");
  resolve.stop.resize(1);
  resolve.stop[0].closed = true;
  resolve.pause_in = Stages({"waiting"});
  resolve.due_by_category = {{core::CategoryId("roads"), RuleOf(Count::kWorkingDays, 10)},
                             {core::CategoryId("waste"), RuleOf(Count::kWorkingHours, 0, hours(48))},
                             {core::CategoryId("lights"), RuleOf(Count::kCalendarDays, 15)}};
  resolve.warnings = {{Count::kWorkingDays, 2, Duration{0}}};
  resolve.escalations = {
      {1, {Count::kElapsed, 0, Duration{0}}, {std::nullopt, Role("head")}},
      {2, {Count::kWorkingDays, 3, Duration{0}}, {std::nullopt, Role("mayor")}},
      {3, {Count::kWorkingDays, 7, Duration{0}}, {core::TenantId("mlga"), Role("overseer")}},
  };
  resolve.extension = {2, RuleOf(Count::kWorkingDays, 5), {"Law 05/L-031, Article 98"}};
  return {acknowledge, resolve};
}

void SetPermissions(core::Definition& definition) {
  const auto allow = [&](Permission permission, std::initializer_list<const char*> roles) {
    definition.permissions[static_cast<size_t>(permission)] = Roles(roles);
  };
  allow(Permission::kSubmit, {"citizen", "clerk"});
  allow(Permission::kAssign, {"clerk", "officer", "head", "mayor", "overseer", "migrator"});
  allow(Permission::kRelease, {"clerk", "officer", "head", "migrator"});
  allow(Permission::kMessage, {"citizen", "clerk", "officer"});
  allow(Permission::kAttach, {"citizen", "clerk", "officer"});
  allow(Permission::kExtend, {"head"});
  allow(Permission::kPause, {"officer", "head"});
  allow(Permission::kMerge, {"clerk", "officer"});
  allow(Permission::kRate, {"citizen"});
  allow(Permission::kCorrect, {"clerk", "officer"});
  allow(Permission::kMigrate, {"head"});
  allow(Permission::kBackDate, {"clerk"});
  allow(Permission::kImport, {"migrator"});
  allow(Permission::kOpenPersonalData, {"officer"});
}

core::Definition SampleDefinition(int version) {
  core::Definition definition;
  definition.id = core::WorkflowId("sample");
  definition.version = core::MakeVersionedName("sample", std::to_string(version));
  definition.title = Text("Sample");
  for (const char* role : {"citizen", "clerk", "officer", "head", "mayor", "overseer", "migrator"}) {
    const bool citizen = std::string_view(role) == "citizen";
    const bool migrator = std::string_view(role) == "migrator";
    definition.roles.push_back({Role(role), Text(role), !citizen && !migrator, citizen});
  }
  definition.categories = {{core::CategoryId("roads"), Text("Roads"), core::QueueId("roads")},
                           {core::CategoryId("waste"), Text("Waste"), core::QueueId("waste")},
                           {core::CategoryId("lights"), Text("Street lights"), std::nullopt},
                           {core::CategoryId("other"), Text("Other"), std::nullopt}};
  definition.channels = {"web", "counter"};
  definition.stages = {{StageId("new"), Text("New"), true, false},
                       {StageId("open"), Text("Open"), false, false},
                       {StageId("waiting"), Text("Waiting"), false, false},
                       {StageId("closed"), Text("Closed"), false, true}};
  definition.form = SampleForm();
  definition.actions = SampleActions(definition.form);
  definition.clocks = SampleClocks();
  if (version == 2) {
    definition.stages.insert(definition.stages.begin() + 2, {StageId("checking"), Text("Checking"), false, false});
    const auto staff = Roles({"clerk", "officer", "head", "migrator"});
    definition.actions.push_back(Move("check", Stages({"open"}), "checking", staff));
    definition.actions.push_back(Move("checked", Stages({"checking"}), "open", staff));
  }
  SetPermissions(definition);
  definition.templates = {{"received", Text("We got your request.")}, {"late", Text("A case is late.")}};
  core::Notification received;
  received.on = "case_submitted";
  received.template_id = "received";
  core::Notification late;
  late.on = "case_escalated";
  late.clock = core::ClockId("resolve");
  late.template_id = "late";
  late.to = core::Recipient::kEscalation;
  definition.notifications = {received, late};
  definition.BuildIndex();
  return definition;
}

}  // namespace

core::PublicRegister SamplePublicRegister(const core::Form& form) {
  core::PublicRegister shown;
  shown.title = true;
  shown.form = {"/place"};
  shown.hidden_in = {StageId("waiting")};
  shown.when = Guard(form, {}, "!has(form.severity) || form.severity < 5");
  return shown;
}

SampleWorld::SampleWorld()
    : definition(SampleDefinition(1)),
      definition_2(SampleDefinition(2)),
      calendar(Must(SampleCalendar(1))),
      calendar_2(Must(SampleCalendar(2))),
      tenant(SampleTenant()),
      ministry(SampleMinistry()) {}

core::Config SampleWorld::MakeConfig(const core::Definition& used, const sla::Calendar& hours,
                                     int calendar_version) const {
  core::Config config;
  config.definition = &used;
  config.calendar = &hours;
  config.tenant = &tenant;
  config.overseer = &ministry;
  config.versions = {used.version, core::MakeVersionedName("sample-calendar", std::to_string(calendar_version)),
                     tenant.version, core::VersionedName("tzdata@2025b")};
  return config;
}

}  // namespace rasti::test
