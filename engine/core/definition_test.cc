#include "engine/core/definition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "engine/core/definition_fixture_for_test.h"

namespace rasti::core {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(CheckDefinition, HasNothingAgainstASoundOne) {
  for (const DefinitionIssue& issue : CheckDefinition(Sound())) ADD_FAILURE() << issue.path << ": " << issue.message;
}

TEST(CheckDefinition, TakesFourEyesAndAnActionThatNobodyTakesTwice) {
  Definition definition = Sound();
  definition.actions[0].not_by = {ActionId("finish")};
  definition.actions[2].not_by = {ActionId("finish")};
  EXPECT_THAT(CheckDefinition(definition), ::testing::IsEmpty());
  EXPECT_TRUE(definition.KeepsTakerOf(ActionId("finish")));
  EXPECT_FALSE(definition.KeepsTakerOf(ActionId("reopen")));
}

TEST_P(DefinitionFaults, AreFound) {
  Definition definition = Sound();
  GetParam().make(definition);
  EXPECT_THAT(CheckDefinition(definition),
              Contains(AllOf(Field(&DefinitionIssue::path, GetParam().path),
                             Field(&DefinitionIssue::message, HasSubstr(GetParam().message)))));
}

TEST(DefinitionChecks, OneThatBeginsNowhereIsToldSoAndNotAllThatFollows) {
  Definition definition = Sound();
  definition.stages[0].initial = false;
  for (const DefinitionIssue& issue : CheckDefinition(definition)) {
    EXPECT_THAT(issue.message, Not(HasSubstr("none of this can happen"))) << issue.path;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Flow, DefinitionFaults,
    ::
        testing::
            Values(
                Fault{"Texts", [](Definition& d) { d.stages[1].title.sr_latn = ""; }, "stages[1].title",
                      "no text in 'sr-Latn'"},
                Fault{"Name", [](Definition& d) { d.stages[1].id = StageId("Done!"); }, "stages[1].id", "is no name"},
                Fault{"Version", [](Definition& d) { d.version = VersionedName("other@1"); }, "version", "'test@...'"},
                Fault{"TwoInitial", [](Definition& d) { d.stages[1].initial = true; }, "stages[1].initial",
                      "a second initial"},
                Fault{"NoInitial", [](Definition& d) { d.stages[0].initial = false; }, "stages",
                      "no stage has 'initial: true'"},
                Fault{"NoClosed", [](Definition& d) { d.stages[2].closed = false; }, "stages",
                      "no stage has 'closed: true'"},
                Fault{"TwoStages", [](Definition& d) { d.stages.push_back(d.stages[1]); }, "stages[3]", "stands twice"},
                Fault{"NotByUnknown", [](Definition& d) { d.actions[0].not_by = {ActionId("finsh")}; },
                      "actions[0].not_by[0]", "did you mean 'finish'"},
                Fault{"NotByTwice",
                      [](Definition& d) {
                        d.actions[2].not_by = {ActionId("finish"), ActionId("finish")};
                      },
                      "actions[2].not_by[1]", "stands twice"},
                Fault{"NotByEngine", [](Definition& d) { d.actions[0].not_by = {ActionId("close")}; },
                      "actions[0].not_by[0]", "nobody to bar"},
                Fault{"EngineBarred", [](Definition& d) { d.actions[1].not_by = {ActionId("finish")}; },
                      "actions[1].not_by", "leave 'not_by' out"},
                Fault{"TwoActions", [](Definition& d) { d.actions.push_back(d.actions[0]); }, "actions[3]",
                      "stands twice"},
                Fault{"UnknownTo", [](Definition& d) { d.actions[0].to = StageId("don"); }, "actions[0].to",
                      "did you mean 'done'"},
                Fault{"UnknownFrom", [](Definition& d) { d.actions[0].from = {StageId("nowhere")}; },
                      "actions[0].from[0]", "no stage 'nowhere'"},
                Fault{"UnknownRole", [](Definition& d) { d.actions[0].roles = {Role("oficer")}; },
                      "actions[0].roles[0]", "did you mean 'officer'"},
                Fault{"NothingLeads",
                      [](Definition& d) {
                        d.stages.push_back({StageId("lost"), Everywhere("Lost")});
                      },
                      "stages[3]", "nothing leads to the stage 'lost'"},
                Fault{"NothingLeaves", [](Definition& d) { d.actions.erase(d.actions.begin() + 1); }, "stages[1]",
                      "nothing leaves the stage 'done'"},
                Fault{"NoEnd", [](Definition& d) { d.actions[1].to = StageId("open"); }, "stages[0]",
                      "to a closed one"},
                Fault{"AutomaticRoles", [](Definition& d) { d.actions[1].roles = {Role("officer")}; },
                      "actions[1].roles", "taken by the engine"},
                Fault{"AutomaticGuard", [](Definition& d) { d.actions[1].guard.reset(); }, "actions[1].guard",
                      "needs a guard"},
                Fault{"AutomaticLoop", [](Definition& d) { d.actions[1].from = {StageId("closed")}; }, "actions[1].to",
                      "again and again"},
                Fault{"NoRoles", [](Definition& d) { d.actions[0].roles.clear(); }, "actions[0].roles", "no role"},
                Fault{"GuardReason", [](Definition& d) { d.actions[0].guard = Guard("true"); },
                      "actions[0].guard_reason", "needs a reason"},
                Fault{"RespondFields", [](Definition& d) { d.actions[0].fields.pop_back(); }, "actions[0].fields",
                      "needs the field 'text'"},
                Fault{"ReferField", [](Definition& d) { d.actions[0].kind = ActionKind::kRefer; }, "actions[0].fields",
                      "needs the field 'to'"},
                Fault{"CloseWhere", [](Definition& d) { d.actions[1].to = StageId("done"); }, "actions[1].to",
                      "leads to a closed stage"},
                Fault{"ReopenWhat", [](Definition& d) { d.actions[2].from = {StageId("done")}; }, "actions[2].from[0]",
                      "nothing to reopen"},
                Fault{"LeavesClosed", [](Definition& d) { d.actions[0].from = {StageId("closed")}; },
                      "actions[0].from[0]", "only an action of 'kind: reopen'"},
                Fault{
                    "Ambiguous",
                    [](Definition& d) {
                      d.actions.push_back(d.actions[2]);
                      d.actions.back().id = ActionId("reopen_too");
                    },
                    "actions[3]", "which one is meant"},
                Fault{"Choices", [](Definition& d) { d.actions[0].fields[0].type = FieldType::kChoice; },
                      "actions[0].fields[0].choices", "to choose from"},
                Fault{"FieldName", [](Definition& d) { d.actions[0].fields[0].id = "a-b"; }, "actions[0].fields[0].id",
                      "no field name"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Clocks, DefinitionFaults,
    ::testing::Values(
        Fault{"NoTrigger", [](Definition& d) { d.clocks[0].start = {}; }, "clocks[0].start", "name one of"},
        Fault{"TwoTriggers", [](Definition& d) { d.clocks[0].start.closed = true; }, "clocks[0].start", "name one of"},
        Fault{"NoStop", [](Definition& d) { d.clocks[0].stop.clear(); }, "clocks[0].stop", "nothing stops the clock"},
        Fault{"NeverStops",
              [](Definition& d) {
                d.actions.pop_back();  // nothing leads back from 'done' to 'open'
                d.clocks[0].start.submitted = false;
                d.clocks[0].start.stage = StageId("done");
                d.clocks[0].stop.resize(1);
              },
              "clocks[0].stop", "none of this can happen"},
        Fault{"PauseStage", [](Definition& d) { d.clocks[0].pause_in = {StageId("closed")}; }, "clocks[0].pause_in[0]",
              "none pauses there"},
        Fault{"NoDue", [](Definition& d) { d.clocks[0].due.reset(); }, "clocks[0]", "gives a deadline"},
        Fault{"DueCategory", [](Definition& d) { d.clocks[0].due_by_category[CategoryId("light")] = WorkingDays(2); },
              "clocks[0].due_by_category[\"light\"]", "did you mean 'lights'"},
        Fault{"DueNumber", [](Definition& d) { d.clocks[0].due->number = -1; }, "clocks[0].due.number", "must be 0"},
        Fault{"Hours", [](Definition& d) { d.clocks[0].due->count = sla::Count::kElapsed; }, "clocks[0].due.ends",
              "hours end by themselves"},
        Fault{"FixedDate", [](Definition& d) { d.clocks[0].due->count = sla::Count::kFixedDate; }, "clocks[0].due.date",
              "takes 'date'"},
        Fault{"WarningBeforeStart", [](Definition& d) { d.clocks[0].warnings[0].number = 5; },
              "clocks[0].warnings[0].before", "lies before the clock's start"},
        Fault{"WarningBeforeStartOfCategory",
              [](Definition& d) { d.clocks[0].due_by_category[CategoryId("roads")] = WorkingDays(1); },
              "clocks[0].warnings[0].before", "category 'roads'"},
        Fault{"WarningAtDeadline", [](Definition& d) { d.clocks[0].warnings[0].number = 0; },
              "clocks[0].warnings[0].before", "not with it"},
        Fault{"Levels", [](Definition& d) { d.clocks[0].escalations[1].level = 3; }, "clocks[0].escalations[1].level",
              "2 is wanted here"},
        Fault{"LevelsTime", [](Definition& d) { d.clocks[0].escalations[1].after.number = 1; },
              "clocks[0].escalations[1].after", "does not lie after"},
        Fault{"LevelsRole", [](Definition& d) { d.clocks[0].escalations[0].to.role = Role("citizen"); },
              "clocks[0].escalations[0].to.role", "stands in no directory"},
        Fault{"LegalBasis", [](Definition& d) { d.clocks[0].extension.legal_bases.clear(); },
              "clocks[0].extension.legal_bases", "names its legal basis"},
        Fault{"NobodyExtends", [](Definition& d) { d.permissions[static_cast<size_t>(Permission::kExtend)].clear(); },
              "clocks[0].extension", "no role has the permission"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rest, DefinitionFaults,
    ::testing::Values(
        Fault{"NobodySubmits", [](Definition& d) { d.permissions[0].clear(); }, "permissions.submit",
              "no role may submit"},
        Fault{"CitizenAssigns",
              [](Definition& d) { d.permissions[static_cast<size_t>(Permission::kAssign)] = {Role("citizen")}; },
              "permissions.assign[0]", "own cases only"},
        Fault{"OwnCasesDirectory", [](Definition& d) { d.roles[0].in_directory = true; }, "roles[0]",
              "in no directory"},
        Fault{"Event", [](Definition& d) { d.notifications[0].on = "stage_entred"; }, "notifications[0].on",
              "did you mean 'stage_entered'"},
        Fault{"DeliveryNotifies", [](Definition& d) { d.notifications[0].on = "delivery_recorded"; },
              "notifications[0].on", "never end"},
        Fault{"NotificationStage", [](Definition& d) { d.notifications[0].on = "case_closed"; },
              "notifications[0].stage", "stage_entered"},
        Fault{"NotificationClock", [](Definition& d) { d.notifications[1].clock = ClockId("anser"); },
              "notifications[1].clock", "did you mean 'answer'"},
        Fault{"NoTemplate", [](Definition& d) { d.notifications[0].template_id = "don"; }, "notifications[0].template",
              "did you mean 'done'"},
        Fault{"UnusedTemplate", [](Definition& d) { d.notifications.pop_back(); }, "templates.late",
              "no notification uses"},
        Fault{"Braces", [](Definition& d) { d.templates["done"].en = "{{reference} is done"; }, "templates.done.en",
              "do not match"},
        Fault{"Recipient", [](Definition& d) { d.notifications[0].to = Recipient::kEscalation; }, "notifications[0].to",
              "case_escalated"},
        Fault{"Channel", [](Definition& d) { d.channels.clear(); }, "channels", "no channel"},
        Fault{"Category", [](Definition& d) { d.categories.clear(); }, "categories", "no category"},
        Fault{"MergeTimeout", [](Definition& d) { d.merge_timeout = Duration{0}; }, "merge_timeout", "PT24H"}),
    [](const auto& test) { return test.param.name; });

TEST(CheckDefinition, StopsAtMoreThanItLooksAt) {
  Definition d = Sound();
  d.stages.resize(100'000, d.stages[0]);
  const auto issues = CheckDefinition(d);
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].path, "stages");
}

TEST(Definition, FindsItsParts) {
  const Definition d = Sound();
  EXPECT_EQ(d.FindStage(StageId("done")), &d.stages[1]);
  EXPECT_EQ(d.FindStage(StageId("x")), nullptr);
  EXPECT_EQ(d.FindAction(ActionId("close")), &d.actions[1]);
  EXPECT_EQ(d.FindClock(ClockId("answer")), &d.clocks[0]);
  EXPECT_EQ(d.FindRole(Role("officer")), &d.roles[1]);
  EXPECT_EQ(d.FindCategory(CategoryId("lights")), &d.categories[1]);
  EXPECT_EQ(d.FindCategory(CategoryId("x")), nullptr);
  EXPECT_EQ(d.InitialStage().id, StageId("open"));
  EXPECT_TRUE(d.Allows(Permission::kSubmit, Role("citizen")));
  EXPECT_FALSE(d.Allows(Permission::kSubmit, Role("officer")));
  const Definition copy = d;
  EXPECT_EQ(copy.FindCategory(CategoryId("roads")), &copy.categories[0]);
}

TEST(Clock, TakesTheRuleOfTheCategoryOrItsOwn) {
  Clock clock;
  clock.due = WorkingDays(5);
  clock.due_by_category[CategoryId("roads")] = WorkingDays(2);
  clock.due_by_category[CategoryId("lights")] = std::nullopt;
  EXPECT_EQ(clock.RuleFor(CategoryId("roads"))->number, 2);
  EXPECT_EQ(clock.RuleFor(CategoryId("lights")), nullptr);
  EXPECT_EQ(clock.RuleFor(CategoryId("other"))->number, 5);
  clock.due.reset();
  EXPECT_EQ(clock.RuleFor(CategoryId("other")), nullptr);
}

TEST(Permission, EveryOneHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i < kPermissionCount; ++i) names.insert(PermissionName(static_cast<Permission>(i)));
  EXPECT_EQ(names.size(), static_cast<size_t>(kPermissionCount));
  EXPECT_FALSE(names.contains(""));
}

TEST(GuardEnvironment, KnowsCaseFormActionActorAndNow) {
  const auto form = Form::Create(nlohmann::json::parse(
      R"({"properties": {"danger": {"type": "boolean"}, "name": {"type": "string", "x-personal": "submitter"}}})"));
  ASSERT_TRUE(form);
  const auto environment = GuardEnvironment(*form, {MakeField("days", FieldType::kInteger)});
  const auto compile = [&](const char* source) {
    return expression::Compile(source, environment, expression::Type::Bool());
  };
  EXPECT_TRUE(compile("'confirm' in case.breached && case.responses > 0 && action.days < 5"));
  EXPECT_TRUE(compile("has(form.danger) && form.danger || actor.role == 'officer'"));
  EXPECT_TRUE(compile("actor.holds"));
  EXPECT_TRUE(compile("now - case.submitted_at < duration('24h') && !case.historic && case.assigned"));
  EXPECT_FALSE(compile("form.name == 'A'"));
  EXPECT_TRUE(compile("has(form.name)"));
  EXPECT_FALSE(compile("case.stag == 'open'"));
  EXPECT_FALSE(compile("action.hours < 5"));
}

}  // namespace
}  // namespace rasti::core
