#include "tests/fuzz/definition_life.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "engine/base/check.h"
#include "tests/fuzz/decided.h"

namespace rasti::fuzz {
namespace {

using nlohmann::json;

constexpr int kDepthMost = 6;
constexpr int kTimersMost = 60;

std::string PersonId(size_t n) { return fmt::format("00000000-0000-4000-9000-{:012}", n); }

core::Tenant TownFor(const core::Definition& definition) {
  core::Tenant town;
  town.id = core::TenantId("prishtine");
  town.version = core::VersionedName("prishtine@1");
  town.kind = "municipality";
  town.calendar = "sample-calendar";
  town.overseen_by = core::TenantId("mlga");
  town.directorates = {{core::DirectorateId("town"), {}}};
  for (const core::Category& category : definition.categories) {
    if (category.queue && town.FindQueue(*category.queue) == nullptr) {
      town.queues.push_back({*category.queue, core::DirectorateId("town"), {}});
    }
  }
  for (size_t i = 0; i < definition.roles.size(); ++i) {
    core::Person person;
    person.id = core::ActorId(PersonId(i));
    person.handle = fmt::format("person{}", i);
    person.roles = {definition.roles[i].id};
    // Some are away for a while, one has left, and substitutes go round in a circle.
    if (i % 3 != 0) person.substitute = core::ActorId(PersonId((i + 1) % definition.roles.size()));
    if (i % 2 == 1) person.absences = {{sla::Day(2024, 3, 8), sla::Day(2024, 3, 28), std::nullopt}};
    if (i % 4 == 2) person.queues = {core::QueueId("nowhere")};
    person.active = i % 7 != 6;
    town.people.push_back(std::move(person));
  }
  town.BuildIndex();
  return town;
}

// A value that a schema of a form may mean; what it does not ask for is left to chance.
json ValueFor(const json& schema, int depth) {
  if (!schema.is_object()) return "x";
  if (const auto choices = schema.find("enum"); choices != schema.end() && choices->is_array() && !choices->empty()) {
    return choices->front();
  }
  if (const auto fixed = schema.find("const"); fixed != schema.end()) return *fixed;
  const std::string type = schema.contains("type") && schema["type"].is_string() ? schema["type"] : json("string");
  if (type == "integer") return schema.value("minimum", json(1));
  if (type == "number") return schema.value("minimum", json(1.5));
  if (type == "boolean") return true;
  if (type == "array") return json::array();
  if (type != "object" || depth > kDepthMost) return type == "object" ? json::object() : json("x");
  json object = json::object();
  const auto properties = schema.find("properties");
  if (properties == schema.end() || !properties->is_object()) return object;
  for (const auto& [name, property] : properties->items()) {
    if (property.is_object() && property.contains("x-personal")) continue;
    object[name] = ValueFor(property, depth + 1);
  }
  return object;
}

json ValueOf(const core::ActionField& field) {
  switch (field.type) {
    case core::FieldType::kText: return "because";
    case core::FieldType::kInteger: return 3;
    case core::FieldType::kNumber: return 2.5;
    case core::FieldType::kBoolean: return true;
    case core::FieldType::kDate: return "2024-04-02";
    case core::FieldType::kChoice: return field.choices.empty() ? "" : field.choices.front();
  }
  return nullptr;
}

}  // namespace

DefinitionLife::DefinitionLife(const core::Definition& definition, const test::SampleWorld& world, uint64_t seed)
    : definition_(definition), world_(world), tenant_(TownFor(definition)), random_(seed), now_(test::SampleStart()) {}

core::Config DefinitionLife::config() const {
  core::Config config = world_.config();
  config.definition = &definition_;
  config.migrate_to = &definition_;
  config.tenant = &tenant_;
  config.versions.definition = definition_.version;
  return config;
}

core::Actor DefinitionLife::ActorOf(const core::Role& role) const {
  const core::RoleDefinition* known = definition_.FindRole(role);
  if (known == nullptr || !known->in_directory) return {test::people::Citizen().id, role};
  return {core::ActorId(PersonId(static_cast<size_t>(known - definition_.roles.data()))), role};
}

core::Actor DefinitionLife::ActorFor(core::Permission permission) {
  const auto& roles = definition_.permissions[static_cast<size_t>(permission)];
  return roles.empty() ? test::people::Clerk() : ActorOf(Any(roles));
}

core::Command DefinitionLife::Make(const core::Actor& actor, core::CommandPayload payload) {
  return test::MakeCommand(test::SampleCaseId(1), fmt::format("{}", ++commands_), actor, std::move(payload));
}

core::Command DefinitionLife::Submission() {
  core::SubmitCase submit;
  submit.workflow = definition_.id;
  submit.title = "A case";
  if (!definition_.categories.empty()) submit.category = Any(definition_.categories).id;
  if (!definition_.channels.empty()) submit.channel = Any(definition_.channels);
  submit.subject = core::SubjectId(test::people::Citizen().id.str());
  submit.historic = Below(8) == 0;
  if (Below(4) != 0) submit.form = ValueFor(definition_.form.schema(), 0).dump();
  for (const core::PersonalFieldSpec& field : definition_.form.personal()) {
    if (field.required || Below(2) == 0) {
      submit.personal.push_back({test::SampleCaseId(1), field.path, *submit.subject, {}, "\"x\"", false});
    }
  }
  const auto permission = submit.historic ? core::Permission::kImport : core::Permission::kSubmit;
  core::Command command = Make(ActorFor(permission), submit);
  if (submit.historic) command.occurred_at = now_ - std::chrono::hours(24 * 40);
  return command;
}

core::Command DefinitionLife::TakeSomeAction() {
  if (definition_.actions.empty())
    return Make(ActorFor(core::Permission::kRelease), core::ReleaseCase{"nothing to do"});
  std::vector<const core::Action*> possible;
  for (const core::Action& action : definition_.actions) {
    if (!action.automatic && std::ranges::find(action.from, state_.stage) != action.from.end()) {
      possible.push_back(&action);
    }
  }
  const core::Action& action = possible.empty() ? Any(definition_.actions) : *Any(possible);
  json fields = json::object();
  for (const core::ActionField& field : action.fields) {
    if (field.required || Below(2) == 0) fields[field.id] = ValueOf(field);
  }
  const core::Actor actor = action.roles.empty() ? test::people::Clerk() : ActorOf(Any(action.roles));
  return Make(actor, core::TakeAction{action.id, fields.empty() ? "" : fields.dump(), "as it should be"});
}

core::Command DefinitionLife::Something() {
  using core::Permission;
  switch (Below(14)) {
    case 0: return Make(ActorFor(Permission::kPause), core::PauseClocks{std::nullopt, "an expert is asked"});
    case 1: return Make(ActorFor(Permission::kPause), core::ResumeClocks{std::nullopt, "the expert answered"});
    case 2:
    case 3: {
      if (definition_.clocks.empty()) break;
      const core::Clock& clock = Any(definition_.clocks);
      const auto& bases = clock.extension.legal_bases;
      return Make(ActorFor(Permission::kExtend),
                  core::ExtendClock{clock.id, bases.empty() ? "none" : Any(bases), "it is complex"});
    }
    case 4: {
      core::AssignCase assign;
      if (!tenant_.queues.empty()) assign.to.queue = Any(tenant_.queues).id;
      if (Below(2) == 0 && !tenant_.people.empty()) assign.to.person = Any(tenant_.people).id;
      return Make(ActorFor(Permission::kAssign), assign);
    }
    case 5: {
      core::CorrectCase correct;
      if (!definition_.categories.empty()) correct.category = Any(definition_.categories).id;
      correct.reason = "it was another";
      return Make(ActorFor(Permission::kCorrect), correct);
    }
    case 6: return Make(ActorFor(Permission::kImport), core::AdvanceCase{now_});
    case 7: return Make(ActorFor(Permission::kRate), core::RateCase{5, std::nullopt});
    default: break;
  }
  return TakeSomeAction();
}

void DefinitionLife::FireTimersBefore(Instant at) {
  for (int fired = 0; fired < kTimersMost; ++fired) {
    const auto timer = core::NextTimer(state_);
    if (!timer || timer->due >= at) return;
    const core::CaseState before = state_;
    const auto decision = core::FireTimer(config(), before, now_);
    if (!decision) {
      RASTI_CHECK(!decision.error().message.empty(), "a rejection says why");
      return;
    }
    CheckDecision(before, *decision);
    state_ = decision->state;
  }
}

bool DefinitionLife::Decide(const core::Command& command) {
  const core::DecisionTime time{.taken_at = now_, .recorded_at = now_};
  if (const auto at = core::Admit(config(), state_, command, time)) FireTimersBefore(*at);
  const core::CaseState before = state_;
  const auto decision = core::Decide(config(), before, command, time);
  const auto repeated = core::Decide(config(), before, command, time);
  RASTI_CHECK(decision.has_value() == repeated.has_value(), "deciding is pure");
  if (!decision) {
    RASTI_CHECK(!decision.error().message.empty() && decision.error() == repeated.error(), "a rejection says why");
    return false;
  }
  RASTI_CHECK(SameDecision(*decision, *repeated), "a decision is the same twice");
  CheckDecision(before, *decision);
  state_ = decision->state;
  return true;
}

int DefinitionLife::Live(int steps) {
  state_ = {};
  now_ = test::SampleStart();
  int accepted = 0;
  for (int i = 0; i < 4 && !state_.Exists(); ++i) accepted += Decide(Submission()) ? 1 : 0;
  if (!state_.Exists()) return accepted;
  for (int i = 0; i < steps; ++i) {
    now_ += Below(3) == 0 ? Duration{std::chrono::hours(24 * Below(20))} : Duration{std::chrono::minutes(Below(600))};
    core::Command command = Something();
    if (!state_.IsLive()) command.occurred_at = state_.last_occurred_at + std::chrono::hours(Below(50));
    accepted += Decide(command) ? 1 : 0;
    RASTI_CHECK(definition_.FindStage(state_.stage) != nullptr, "a case stands in a stage of its workflow");
  }
  FireTimersBefore(kLatestInstant);
  return accepted;
}

}  // namespace rasti::fuzz
