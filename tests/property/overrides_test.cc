// Whatever a tenant's overrides say, of every shipped workflow: roles, permissions, stages, the flow of actions, guards
// and everything else but deadlines, categories and texts stay as they are.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>

#include "engine/codec/package.h"
#include "tests/support/any.h"

namespace rasti::test {
namespace {

using core::Definition;

bool Sometimes() { return AnyNumber(0, 2) == 0; }

core::Texts SomeTexts() { return {AnyText(), AnyText(), AnyText()}; }

sla::Rule SomeRule() {
  sla::Rule rule = sla::DefaultRule(sla::Count::kWorkingDays);
  rule.number = AnyNumber(-5, 40);
  return rule;
}

sla::Offset SomeOffset() { return {.count = sla::Count::kCalendarDays, .number = AnyNumber(0, 9)}; }

// Of what the workflow has, and now and then of what it has not.
core::ClockOverride SomeClock(const Definition& base) {
  core::ClockOverride own;
  if (Sometimes()) own.title = SomeTexts();
  if (Sometimes()) own.due = SomeRule();
  for (const core::Category& category : base.categories) {
    if (!Sometimes()) continue;
    own.due_by_category[category.id] = Sometimes() ? std::nullopt : std::optional(SomeRule());
  }
  if (Sometimes()) own.warnings = std::vector<sla::Offset>(static_cast<size_t>(AnyNumber(0, 3)), SomeOffset());
  if (Sometimes()) own.escalations.emplace_back(static_cast<int>(AnyNumber(0, 4)), SomeOffset());
  if (Sometimes()) own.extend_by = SomeRule();
  return own;
}

core::Overrides SomeOverrides(const Definition& base) {
  core::Overrides own;
  own.workflow = base.id;
  own.tenant = core::TenantId("ferizaj");
  own.version = "1";
  for (const core::Clock& clock : base.clocks) {
    if (Sometimes()) own.clocks[clock.id] = SomeClock(base);
  }
  if (Sometimes()) own.clocks[core::ClockId(AnyText())] = SomeClock(base);
  for (const core::Category& category : base.categories) {
    if (!Sometimes()) continue;
    core::CategoryOverride& one = own.categories.emplace_back();
    one.id = Sometimes() ? core::CategoryId(AnyText()) : category.id;
    if (Sometimes()) one.title = SomeTexts();
    if (Sometimes()) one.queue = core::QueueId(AnyText());
    if (Sometimes()) one.offered = Sometimes();
  }
  core::TitleOverrides& titles = own.titles;
  if (Sometimes()) titles.workflow = SomeTexts();
  for (const core::Stage& stage : base.stages) {
    if (Sometimes()) titles.stages[stage.id] = SomeTexts();
  }
  for (const core::Action& action : base.actions) {
    if (Sometimes()) titles.actions[action.id] = SomeTexts();
    for (const core::ActionField& field : action.fields) {
      if (Sometimes()) titles.fields[action.id][field.id] = SomeTexts();
    }
  }
  for (const char* pointer : {"/description", "/location/address", "/applicant/name", "/nowhere", "", "/"}) {
    if (Sometimes()) titles.form[pointer] = SomeTexts();
  }
  for (const auto& [id, texts] : base.templates) {
    if (Sometimes()) own.templates[id] = SomeTexts();
  }
  for (const core::ResponseTemplate& response : base.responses) {
    if (Sometimes()) own.responses[response.id].text = SomeTexts();
    if (Sometimes()) own.responses[response.id].title = SomeTexts();
  }
  for (const core::NumberRule& rule : base.numbers) {
    if (Sometimes()) own.numbers[rule.register_id] = AnyText();
  }
  return own;
}

std::string SourceOf(const std::optional<core::expression::Expression>& guard) {
  return guard ? std::string(guard->source()) : std::string("none");
}

// The parts are taken apart one by one, so that a new member fails to compile until it is judged here.
void SameTrigger(const core::ClockTrigger& a, const core::ClockTrigger& b) {
  const auto& [submitted, stage, action, responded, closed] = a;
  RC_ASSERT(submitted == b.submitted && stage == b.stage && action == b.action && responded == b.responded &&
            closed == b.closed);
}

void SameFlow(const core::Clock& made, const core::Clock& base) {
  const auto& [id, title, start, stop, pause_in, due, due_by_category, when, warnings, escalations, extension] = made;
  RC_ASSERT(id == base.id);
  SameTrigger(start, base.start);
  RC_ASSERT(stop.size() == base.stop.size());
  for (size_t i = 0; i < stop.size(); ++i) SameTrigger(stop[i], base.stop[i]);
  RC_ASSERT(pause_in == base.pause_in);
  RC_ASSERT(SourceOf(when) == SourceOf(base.when));
  RC_ASSERT(escalations.size() == base.escalations.size());
  for (size_t i = 0; i < escalations.size(); ++i) {
    const auto& [level, after, to] = escalations[i];
    RC_ASSERT(level == base.escalations[i].level);
    RC_ASSERT(to == base.escalations[i].to);
  }
  const auto& [most, by, legal_bases] = extension;
  RC_ASSERT(most == base.extension.most);
  RC_ASSERT(legal_bases == base.extension.legal_bases);
}

void SameFlow(const core::Action& made, const core::Action& base) {
  const auto& [id, title, kind, from, to, roles, not_by, fields, guard, guard_reason, automatic] = made;
  RC_ASSERT(id == base.id);
  RC_ASSERT(kind == base.kind);
  RC_ASSERT(from == base.from && to == base.to);
  RC_ASSERT(roles == base.roles);
  RC_ASSERT(not_by == base.not_by);
  RC_ASSERT(SourceOf(guard) == SourceOf(base.guard));
  RC_ASSERT(guard_reason == base.guard_reason);
  RC_ASSERT(automatic == base.automatic);
  RC_ASSERT(fields.size() == base.fields.size());
  for (size_t i = 0; i < fields.size(); ++i) {
    const auto& [field, type, required, is_public, choices, field_title] = fields[i];
    RC_ASSERT(field == base.fields[i].id && type == base.fields[i].type && required == base.fields[i].required);
    RC_ASSERT(is_public == base.fields[i].is_public && choices == base.fields[i].choices);
  }
}

nlohmann::json WithoutTitles(nlohmann::json schema) {
  if (schema.is_object()) schema.erase("x-title");
  if (schema.is_structured()) {
    for (auto& part : schema) part = WithoutTitles(part);
  }
  return schema;
}

void SameButForWhatIsATenants(const Definition& made, const Definition& base) {
  RC_ASSERT(made.id == base.id);
  RC_ASSERT(made.channels == base.channels);
  RC_ASSERT(made.permissions == base.permissions);
  RC_ASSERT(made.merge_timeout == base.merge_timeout);
  RC_ASSERT(made.roles.size() == base.roles.size());
  for (size_t i = 0; i < made.roles.size(); ++i) {
    const auto& [id, title, in_directory, own_cases_only] = made.roles[i];
    RC_ASSERT(id == base.roles[i].id && title == base.roles[i].title);
    RC_ASSERT(in_directory == base.roles[i].in_directory && own_cases_only == base.roles[i].own_cases_only);
  }
  RC_ASSERT(made.stages.size() == base.stages.size());
  for (size_t i = 0; i < made.stages.size(); ++i) {
    const auto& [id, title, initial, closed] = made.stages[i];
    RC_ASSERT(id == base.stages[i].id && initial == base.stages[i].initial && closed == base.stages[i].closed);
  }
  RC_ASSERT(made.actions.size() == base.actions.size());
  for (size_t i = 0; i < made.actions.size(); ++i) SameFlow(made.actions[i], base.actions[i]);
  RC_ASSERT(made.clocks.size() == base.clocks.size());
  for (size_t i = 0; i < made.clocks.size(); ++i) SameFlow(made.clocks[i], base.clocks[i]);
  RC_ASSERT(made.notifications.size() == base.notifications.size());
  for (size_t i = 0; i < made.notifications.size(); ++i) {
    const auto& [on, stage, clock, template_id, to] = made.notifications[i];
    const core::Notification& other = base.notifications[i];
    RC_ASSERT(on == other.on && stage == other.stage && clock == other.clock);
    RC_ASSERT(template_id == other.template_id && to == other.to);
  }
  RC_ASSERT(made.templates.size() == base.templates.size());
  RC_ASSERT(made.numbers.size() == base.numbers.size());
  for (size_t i = 0; i < made.numbers.size(); ++i) {
    const auto& [register_id, title, when, format, yearly] = made.numbers[i];
    RC_ASSERT(register_id == base.numbers[i].register_id && title == base.numbers[i].title);
    RC_ASSERT(yearly == base.numbers[i].yearly);
    SameTrigger(when, base.numbers[i].when);
  }
  RC_ASSERT(made.responses.size() == base.responses.size());
  for (size_t i = 0; i < made.responses.size(); ++i) {
    const auto& [id, title, action, categories, fields, asks, text] = made.responses[i];
    const core::ResponseTemplate& other = base.responses[i];
    RC_ASSERT(id == other.id && action == other.action && categories == other.categories);
    RC_ASSERT(fields == other.fields && asks == other.asks);
  }
  RC_ASSERT(made.public_register.has_value() == base.public_register.has_value());
  if (made.public_register) {
    const auto& [title, form, hidden_in, when] = *made.public_register;
    RC_ASSERT(title == base.public_register->title && form == base.public_register->form);
    RC_ASSERT(hidden_in == base.public_register->hidden_in);
    RC_ASSERT(SourceOf(when) == SourceOf(base.public_register->when));
  }
  RC_ASSERT(WithoutTitles(made.form.schema()) == WithoutTitles(base.form.schema()));
  RC_ASSERT(made.form.personal() == base.form.personal());
  // None is taken away: running cases may have it.
  RC_ASSERT(made.categories.size() >= base.categories.size());
  for (size_t i = 0; i < base.categories.size(); ++i) RC_ASSERT(made.categories[i].id == base.categories[i].id);
}

std::vector<Definition> ShippedWorkflows() {
  std::vector<Definition> workflows;
  const auto packages = codec::ReadPackages("workflows");
  EXPECT_TRUE(packages) << packages.error().message;
  for (const codec::PackageFiles& package : *packages) {
    if (package.kind != codec::PackageKind::kWorkflow || package.name == "boston-311") continue;
    workflows.push_back(std::get<Definition>(*codec::LoadPackage(package)));
  }
  return workflows;
}

TEST(Overrides, ChangeDeadlinesCategoriesAndTextsAndNothingElse) {
  const auto workflows = ShippedWorkflows();
  ASSERT_GE(workflows.size(), 4U);
  EXPECT_TRUE(rc::check([&] {
    const Definition& base = workflows[static_cast<size_t>(AnyNumber(0, static_cast<int64_t>(workflows.size()) - 1))];
    SameButForWhatIsATenants(core::Materialise(base, SomeOverrides(base)).definition, base);
  }));
}

}  // namespace
}  // namespace rasti::test
