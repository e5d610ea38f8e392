#include "engine/codec/definition_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/codec/broken_for_test.h"

namespace rasti::codec {
namespace {

using ::testing::Each;
using ::testing::Field;
using ::testing::HasSubstr;

// Line numbers matter to the tests below: the first line is line 1.
constexpr const char* kSound = R"(workflow: test
version: "1"
title: {sq: Prova, sr-Latn: Proba, en: Test}
roles:
  - id: citizen
    title: {all: Citizen}
    own_cases_only: true
    in_directory: false
  - {id: officer, title: {all: Officer}}
categories:
  - {id: roads, title: {all: Roads}, queue: roads}
  - {id: "Street Light", title: {all: Street Light}}
channels: [portal, counter]
form:
  type: object
  properties:
    danger: {type: boolean}
    name: {type: string, x-personal: submitter}
stages:
  - {id: open, title: {all: Open}, initial: true}
  - {id: closed, title: {all: Closed}, closed: true}
actions:
  - id: close
    title: {all: Close}
    kind: close
    from: [open]
    to: closed
    roles: [officer]
    fields:
      - {id: days, type: integer, required: true, title: {all: Days}}
    guard: action.days > 0 && case.assigned
    guard_reason: assign it first
permissions:
  submit: [citizen]
  extend: [officer]
clocks:
  - id: answer
    title: {all: Answer}
    start: submitted
    stop: [closed]
    pause_in: []
    due: {count: working_days, number: 10, start: next_opening, ends: same_time}
    due_by_category:
      roads: {count: elapsed, length: PT48H}
      Street Light: none
    when: "!has(form.danger) || !form.danger"
    warnings:
      - before: {working_hours: PT4H}
    escalations:
      - level: 1
        after: {elapsed: PT24H}
        to: {role: officer, tenant: mlga}
    extension:
      most: 1
      by: {count: calendar_months, number: 1, month_end: keep}
      legal_bases: [the law]
notifications:
  - {on: case_closed, template: done, to: subject}
templates:
  done: {all: "{{reference}} is done"}
merge_timeout: PT2H
)";

std::vector<Issue> IssuesOf(const std::string& yaml) {
  Issues issues("workflow.yaml");
  ReadDefinition(yaml, issues);
  return std::move(issues).Take();
}

std::string Shown(const std::vector<Issue>& issues) {
  std::string text;
  for (const Issue& issue : issues) text += issue.ToString() + "\n";
  return text;
}

TEST(ReadDefinition, ReadsEveryPart) {
  Issues issues("workflow.yaml");
  const auto d = ReadDefinition(kSound, issues);
  ASSERT_TRUE(d) << Shown(std::move(issues).Take());
  EXPECT_EQ(d->version, core::VersionedName("test@1"));
  EXPECT_EQ(d->title, (core::Texts{"Prova", "Proba", "Test"}));
  EXPECT_EQ(d->title.en, "Test");
  EXPECT_TRUE(d->roles[0].own_cases_only);
  EXPECT_EQ(d->categories[0].queue, core::QueueId("roads"));
  EXPECT_EQ(d->FindCategory(core::CategoryId("Street Light")), &d->categories[1]);
  EXPECT_TRUE(d->FindStage(core::StageId("closed"))->closed);
  EXPECT_EQ(d->form.personal().size(), 1u);
  EXPECT_EQ(d->merge_timeout, std::chrono::hours(2));
  const core::Action& action = d->actions.at(0);
  EXPECT_EQ(action.kind, core::ActionKind::kClose);
  EXPECT_TRUE(action.guard.has_value());
  EXPECT_EQ(action.fields.at(0).type, core::FieldType::kInteger);
  const core::Clock& clock = d->clocks.at(0);
  EXPECT_TRUE(clock.start.submitted);
  EXPECT_TRUE(clock.stop.at(0).closed);
  EXPECT_EQ(clock.due->number, 10);
  EXPECT_EQ(clock.due->start, sla::Start::kNextOpening);
  EXPECT_EQ(clock.due->roll, sla::Roll::kNone);
  EXPECT_EQ(clock.RuleFor(core::CategoryId("roads"))->length, std::chrono::hours(48));
  EXPECT_EQ(clock.RuleFor(core::CategoryId("Street Light")), nullptr);
  EXPECT_EQ(clock.warnings.at(0).length, std::chrono::hours(4));
  EXPECT_EQ(clock.escalations.at(0).to.tenant, core::TenantId("mlga"));
  EXPECT_EQ(clock.extension.by.month_end, sla::MonthEnd::kKeep);
  EXPECT_EQ(clock.extension.by.roll, sla::Roll::kNextWorkingDay);
  EXPECT_TRUE(d->Allows(core::Permission::kExtend, core::Role("officer")));
  EXPECT_EQ(d->notifications.at(0).template_id, "done");
}

// What is added to the sound definition, at its end; an action that responds with it.
std::string WithMore(const std::string& more) {
  const std::string responds = R"(  - id: respond
    title: {all: Respond}
    kind: respond
    from: [open]
    roles: [officer]
    fields:
      - {id: outcome, type: choice, choices: [done, refused], required: true, title: {all: Outcome}}
      - {id: text, required: true, title: {all: Text}}
permissions:)";
  return Replaced(kSound, "permissions:", responds) + more;
}

TEST(ReadDefinition, ReadsResponsesAndNumbers) {
  Issues issues("workflow.yaml");
  const auto d = ReadDefinition(WithMore(R"(numbers:
  - {register: protocol, title: {all: Protocol}, when: {stage: closed}, format: "{number}/{year}"}
  - {register: orders, title: {all: Orders}, when: submitted, format: "{number:4}", begins_anew: never}
responses:
  - id: mended
    title: {all: Mended}
    categories: [roads]
    fields: {outcome: done}
    asks: {what: {all: What}}
    text: {all: "{{reference}} {{number.protocol}} {{form/danger}}: {{what}}"}
)"),
                                issues);
  ASSERT_TRUE(d) << Shown(std::move(issues).Take());
  ASSERT_EQ(d->numbers.size(), 2u);
  EXPECT_EQ(d->numbers[0].when.stage, core::StageId("closed"));
  EXPECT_TRUE(d->numbers[0].yearly);
  EXPECT_EQ(d->FindNumber("orders")->format, "{number:4}");
  EXPECT_FALSE(d->numbers[1].yearly);
  ASSERT_EQ(d->responses.size(), 1u);
  const core::ResponseTemplate& response = d->responses[0];
  EXPECT_EQ(response.action, core::ActionId("respond"));
  EXPECT_EQ(response.categories.at(0), core::CategoryId("roads"));
  EXPECT_EQ(response.fields.at("outcome"), "done");
  EXPECT_EQ(response.asks.at("what").en, "What");
}

TEST(ReadDefinition, TellsWhatIsWrongWithResponsesAndNumbers) {
  const auto told = [](const std::string& more) { return Shown(IssuesOf(WithMore(more))); };
  const std::string number = "numbers:\n  - {register: protocol, title: {all: P}, ";
  EXPECT_THAT(told(number + "when: submitted, format: \"{number}\"}\n"), HasSubstr("needs {year}"));
  EXPECT_THAT(told(number + "when: {stage: opn}, format: \"{number}/{year}\"}\n"), HasSubstr("did you mean 'open'"));
  EXPECT_THAT(told(number + "format: \"{number}/{year}\"}\n"), HasSubstr("needs the key 'when'"));
  EXPECT_THAT(told(number + "when: submitted, format: \"{number}/{year}\", begins_anew: monthly}\n"),
              HasSubstr("'monthly'"));
  const std::string response = "responses:\n  - {id: x, title: {all: X}, ";
  EXPECT_THAT(told(response + "text: {all: \"{{form/name}}\"}}\n"), HasSubstr("holds personal data"));
  EXPECT_THAT(told(response + "text: {all: \"{{form/nam}}\"}}\n"), HasSubstr("the form has no field '/nam'"));
  EXPECT_THAT(told(response + "fields: {outcome: don}, text: {all: x}}\n"), HasSubstr("did you mean 'done'"));
  EXPECT_THAT(told(response + "action: close, text: {all: x}}\n"), HasSubstr("no action of 'kind: respond'"));
  EXPECT_THAT(Shown(IssuesOf(std::string(kSound) + response + "text: {all: x}}\n")),
              HasSubstr("no action of 'kind: respond' sends any"));
}

TEST(ReadDefinition, ReadsWhoMayNotTakeAnAction) {
  const auto with = [](const std::string& line) { return Replaced(kSound, "    fields:\n", line + "    fields:\n"); };
  Issues issues("workflow.yaml");
  const auto d = ReadDefinition(with("    not_by: [close]\n"), issues);
  ASSERT_TRUE(d) << Shown(std::move(issues).Take());
  EXPECT_EQ(d->actions.at(0).not_by, std::vector{core::ActionId("close")});
  const auto wrong = IssuesOf(with("    not_by: [clse]\n"));
  EXPECT_THAT(wrong, Tells(Broken{"", "", "", 29, 14, "did you mean 'close'"})) << Shown(wrong);
  // Permissions are about roles: what one person may not do twice is an action.
  const auto permission =
      IssuesOf(Replaced(kSound, "  extend: [officer]", "  extend: {roles: [officer], not_by: [close]}"));
  EXPECT_THAT(permission, Tells(Broken{"", "", "", 35, 11, "a list is wanted"})) << Shown(permission);
}

class BrokenDefinitions : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenDefinitions, AreToldWithPlaceAndRemedy) {
  const Broken& broken = GetParam();
  const auto issues = IssuesOf(Replaced(kSound, broken.from, broken.to));
  EXPECT_THAT(issues, Tells(broken)) << Shown(issues);
  EXPECT_THAT(issues, Each(Field(&Issue::file, "workflow.yaml")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenDefinitions,
    ::testing::Values(
        Broken{"UnknownKey", "channels: [portal", "chanels: [portal", 13, 1, "did you mean 'channels'"},
        Broken{"MissingKey", "channels: [portal, counter]\n", "", 1, 1, "needs the key 'channels'"},
        Broken{"KeyWithoutHint", "    to: closed\n", "    to: closed\n    zzzzzz: 1\n", 28, 5, "its keys are"},
        Broken{"DuplicateKey", "version: \"1\"", "version: \"1\"\nversion: \"2\"", 3, 1,
               "stands twice, first in line 2"},
        Broken{"UnknownEnum", "kind: close", "kind: clse", 25, 11, "did you mean 'close'"},
        Broken{"UnknownStage", "to: closed", "to: closd", 27, 9, "did you mean 'closed'"},
        Broken{"UnknownFromStage", "from: [open]", "from: [open, opn]", 26, 18, "did you mean 'open'"},
        Broken{"UnknownRole", "roles: [officer]", "roles: [offcer]", 28, 13, "did you mean 'officer'"},
        Broken{"NoList", "roles: [officer]", "roles: officer", 28, 12, "a list is wanted"},
        Broken{"NoBool", "initial: true", "initial: yes", 20, 45, "must be true or false"},
        Broken{"NoNumber", "number: 10", "number: ten", 42, 40, "must be a whole number"},
        Broken{"NoLength", "length: PT48H", "length: 48h", 44, 39, "ISO 8601"},
        Broken{"NumberForHours", "length: PT48H", "number: 48", 44, 39, "elapsed takes 'length'"},
        Broken{"UnknownCount", "count: working_days", "count: workdays", 42, 18, "it is one of 'working_days'"},
        Broken{"UnknownRuleKey", "ends: same_time", "end: same_time", 42, 65, "did you mean 'ends'"},
        Broken{"UnknownCategory", "      Street Light: none", "      Stret Light: none", 45, 20,
               "did you mean 'Street Light'"},
        Broken{"UnknownOffset", "{working_hours: PT4H}", "{hours: PT4H}", 48, 18, "has no key 'hours'"},
        Broken{"TwoOffsets", "{working_hours: PT4H}", "{working_hours: PT4H, elapsed: PT1H}", 48, 17, "takes one of"},
        Broken{"WarningBeforeStart", "{working_hours: PT4H}", "{elapsed: PT48H}", 48, 17,
               "lies before the clock's start"},
        Broken{"Levels", "level: 1", "level: 2", 50, 16, "1 is wanted here"},
        Broken{"UnknownTrigger", "start: submitted", "start: submited", 39, 12, "did you mean 'submitted'"},
        Broken{"TriggerKey", "stop: [closed]", "stop: [{stag: closed}]", 40, 13, "did you mean 'stage'"},
        Broken{"Guard", "case.assigned", "case.asigned", 31, 36, "assigned"},
        Broken{"GuardPersonal", "has(form.danger) ||", "form.name == 'x' ||", 46, 18, "name"},
        Broken{"GuardType", "guard: action.days > 0 && case.assigned", "guard: action.days", 31, 19, "bool"},
        Broken{"FormType", "danger: {type: boolean}", "danger: {type: bolean}", 17, 20, "did you mean 'boolean'"},
        Broken{"FormKeyword", "x-personal: submitter", "x-personel: submitter", 18, 38, "did you mean 'x-personal'"},
        Broken{"FormSubject", "x-personal: submitter", "x-personal: her", 18, 38, "'submitter' or 'third_party'"},
        Broken{"UnknownPermission", "  extend:", "  extnd:", 35, 3, "did you mean 'extend'"},
        Broken{"UnknownEvent", "on: case_closed", "on: case_close", 58, 10, "did you mean 'case_closed'"},
        Broken{"UnknownTemplate", "template: done", "template: dne", 58, 33, "did you mean 'done'"},
        Broken{"Language", "{sq: Prova, sr-Latn: Proba, en: Test}", "{sq: Prova, en: Test}", 3, 8,
               "no text in 'sr-Latn'"},
        Broken{"LanguageKey", "sr-Latn: Proba", "sr: Proba", 3, 20, "no key 'sr'"},
        Broken{"Version", "version: \"1\"", "version: \"1/2\"", 2, 10, "version must be"},
        Broken{"NoYaml", "title: {sq: Prova", "title: {sq: [Prova", 3, 45, "no YAML"},
        Broken{"Anchor", "title: {sq", "title: &a {sq", 3, 8, "anchors"},
        Broken{"Alias", "title: {sq: Prova, sr-Latn: Proba, en: Test}", "title: *a", 3, 8, "no YAML"},
        Broken{"MergeKey", "title: {sq: Prova", "title: {<<: {a: b}, sq: Prova", 3, 9, "merge keys"},
        Broken{"Tag", "title: {sq", "title: !!map {sq", 3, 8, "tags"},
        Broken{"Utf8", "Prova", "Prov\xFF", 3, 17, "UTF-8"},
        Broken{"ColumnsCountCodePoints", "{sq: Prova, sr-Latn: Proba, en: Test}", "{sq: Çështë, sr: Proba, en: Test}",
               3, 21, "no key 'sr'"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadDefinition, TellsManyFaultsAtOnce) {
  std::string yaml = Replaced(kSound, "kind: close", "kind: clse");
  yaml = Replaced(yaml, "number: 10", "number: ten");
  yaml = Replaced(yaml, "template: done", "template: dne");
  yaml = Replaced(yaml, "case.assigned", "case.asigned");
  const auto issues = IssuesOf(yaml);
  std::vector<int> lines;
  for (const Issue& issue : issues) lines.push_back(issue.line);
  EXPECT_THAT(lines, ::testing::IsSupersetOf({25, 31, 42, 58})) << Shown(issues);
  EXPECT_TRUE(std::ranges::is_sorted(lines));
}

TEST(ReadDefinition, RefusesWhatIsNoWorkflow) {
  EXPECT_THAT(Shown(IssuesOf("")), HasSubstr("the file is empty"));
  EXPECT_THAT(Shown(IssuesOf("- a\n- b\n")), HasSubstr("a workflow is a list"));
  EXPECT_THAT(Shown(IssuesOf("a: 1\n---\nb: 2\n")), HasSubstr("second document"));
  EXPECT_THAT(Shown(IssuesOf(std::string("a: \0", 4))), HasSubstr("control character"));
}

TEST(ReadDefinition, BoundsDepthAndSize) {
  EXPECT_THAT(Shown(IssuesOf("a: " + std::string(100'000, '['))), HasSubstr("deeper"));
  EXPECT_THAT(Shown(IssuesOf("a: " + std::string(5 << 20, 'x'))), HasSubstr("larger than"));
}

TEST(ReadDefinition, SurvivesEveryCutAndEveryLostLine) {
  const std::string yaml = kSound;
  for (size_t cut = 0; cut < yaml.size(); cut += 7) IssuesOf(yaml.substr(0, cut));
  for (size_t at = 0; at < yaml.size();) {
    const size_t end = yaml.find('\n', at);
    IssuesOf(yaml.substr(0, at) + yaml.substr(end + 1));
    at = end + 1;
  }
}

}  // namespace
}  // namespace rasti::codec
