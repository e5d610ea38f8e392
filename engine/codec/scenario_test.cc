#include "engine/codec/scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/codec/broken_for_test.h"
#include "engine/codec/definition_yaml.h"

namespace rasti::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

constexpr const char* kYaml = R"(scenario: A letter that is misread
given: {at: 2026-11-20T09:00:00+01:00, tenant: prishtine}
steps:
  - when: submit
    as: clerk1
    case: hole
    category: pothole
    title: Hole in Rruga B
    channel: counter
    received_at: 2026-11-19T15:00:00+01:00
    form: {description: As deep as a bucket, danger: true}
    then: {stage: received, held_by: {queue: roads}, form: {danger: true}}
  - when: submit
    as: citizen 2
    category: pothole
    title: The same
    anonymous: true
  - at: 2026-11-21T10:00:00+01:00
    when: merge
    as: clerk1
    role: clerk
    case: case
    into: hole
    then:
      - {case: case, status: merged, merged_into: hole}
      - {case: hole, duplicates: [case], no_events: [case_escalated]}
  - when: act
    as: clerk1
    case: hole
    action: inspect
    fields: {finding: Deep, risk: high}
    occurred_at: 2026-11-21T09:00:00+01:00
    then: {rejected: {code: wrong_stage, field: action}}
  - at: 2026-12-24T00:00:00+01:00
    then:
      case: hole
      held_by: nobody
      responses: 2
      events: [deadline_breached, case_escalated]
      clocks:
        resolve: {status: running, due: 2026-11-27T23:59:59.999+01:00, breached: true, level: 3, extensions: 0}
        acknowledge: {on_time: false}
        reopened: none
)";

const core::Definition& IssueReport() {
  static const core::Definition definition = [] {
    std::ifstream file("workflows/issue-report/workflow.yaml");
    Issues issues("workflow.yaml");
    auto read = ReadDefinition(std::string{std::istreambuf_iterator<char>(file), {}}, issues);
    EXPECT_TRUE(read);
    return *std::move(read);
  }();
  return definition;
}

std::vector<Issue> IssuesOf(const std::string& yaml) {
  Issues issues("late.yaml");
  ReadScenario(yaml, IssueReport(), issues);
  return std::move(issues).Take();
}

TEST(ReadScenario, ReadsEveryPart) {
  Issues issues("late.yaml");
  const auto scenario = ReadScenario(kYaml, IssueReport(), issues);
  for (const Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->title, "A letter that is misread");
  EXPECT_EQ(scenario->begins_at, *ParseInstant("2026-11-20T08:00:00Z"));
  EXPECT_EQ(scenario->tenant, "prishtine");
  ASSERT_EQ(scenario->steps.size(), 5U);

  const ScenarioStep& submit = scenario->steps[0];
  EXPECT_EQ(submit.verb, ScenarioVerb::kSubmit);
  EXPECT_EQ(submit.case_name, "hole");
  EXPECT_THAT(submit.texts,
              ElementsAre(Pair("category", "pothole"), Pair("channel", "counter"), Pair("title", "Hole in Rruga B")));
  EXPECT_EQ(submit.received_at, *ParseInstant("2026-11-19T14:00:00Z"));
  EXPECT_EQ(submit.values["danger"], true);
  ASSERT_EQ(submit.then.size(), 1U);
  EXPECT_EQ(submit.then[0].case_name, "hole");
  EXPECT_EQ(submit.then[0].stage, core::StageId("received"));
  EXPECT_EQ(submit.then[0].held_by->queue, "roads");
  EXPECT_FALSE(submit.then[0].held_by->person);

  EXPECT_EQ(scenario->steps[1].as, "citizen 2");
  EXPECT_EQ(scenario->steps[1].case_name, "case");
  EXPECT_TRUE(scenario->steps[1].anonymous);

  const ScenarioStep& merge = scenario->steps[2];
  EXPECT_EQ(merge.at, *ParseInstant("2026-11-21T09:00:00Z"));
  EXPECT_EQ(merge.role, "clerk");
  EXPECT_EQ(merge.Text("into"), "hole");
  ASSERT_EQ(merge.then.size(), 2U);
  EXPECT_EQ(merge.then[0].status, core::CaseStatus::kMerged);
  EXPECT_EQ(merge.then[0].merged_into, "hole");
  EXPECT_THAT(*merge.then[1].duplicates, ElementsAre("case"));
  EXPECT_THAT(merge.then[1].no_events, ElementsAre("case_escalated"));

  const ScenarioStep& act = scenario->steps[3];
  EXPECT_EQ(act.Text("action"), "inspect");
  EXPECT_EQ(act.values["risk"], "high");
  EXPECT_EQ(act.occurred_at, *ParseInstant("2026-11-21T08:00:00Z"));
  EXPECT_EQ(act.rejected, "wrong_stage");
  EXPECT_EQ(act.rejected_field, "action");

  const ScenarioExpectation& late = scenario->steps[4].then.at(0);
  EXPECT_TRUE(late.held_by->nobody);
  EXPECT_THAT(late.counts, ElementsAre(Pair("responses", 2)));
  EXPECT_THAT(late.events, ElementsAre("deadline_breached", "case_escalated"));
  ASSERT_EQ(late.clocks.size(), 3U);
  EXPECT_EQ(late.clocks[0].status, core::ClockStatus::kRunning);
  EXPECT_EQ(late.clocks[0].due, *ParseInstant("2026-11-27T22:59:59.999Z"));
  EXPECT_EQ(late.clocks[0].breached, true);
  EXPECT_EQ(late.clocks[0].level, 3);
  EXPECT_EQ(late.clocks[0].extensions, 0);
  EXPECT_EQ(late.clocks[1].on_time, false);
  EXPECT_FALSE(late.clocks[1].status);
  EXPECT_TRUE(late.clocks[2].none);
}

class BrokenScenarios : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenScenarios, AreToldWithPlaceAndRemedy) {
  EXPECT_THAT(IssuesOf(Replaced(kYaml, GetParam().from, GetParam().to)), Tells(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenScenarios,
    ::testing::Values(
        Broken{"Key", "scenario: A", "scenaro: A", 1, 1, "did you mean 'scenario'"},
        Broken{"NoTenant", ", tenant: prishtine", "", 2, 8, "needs the key 'tenant'"},
        Broken{"Time", "{at: 2026-11-20T09:00:00+01:00", "{at: yesterday", 2, 13, "at: "},
        Broken{"Verb", "when: submit", "when: sumbit", 4, 11, "did you mean 'submit'"},
        Broken{"Nobody", "    as: clerk1\n    case: hole\n    category", "    case: hole\n    category", 4, 5,
               "needs the key 'as'"},
        Broken{"KeyOfAnotherVerb", "    channel: counter", "    comment: counter", 9, 5, "no key 'comment'"},
        Broken{"SecondOfTheName", "    anonymous: true", "    case: hole", 17, 11, "was submitted before"},
        Broken{"BackInTime", "at: 2026-11-21T10", "at: 2026-11-19T10", 18, 9, "time does not go back"},
        Broken{"UnknownCase", "into: hole", "into: hoel", 23, 11, "did you mean 'hole'"},
        Broken{"WhichCase", "    case: hole\n    action", "    action", 27, 5, "say which case"},
        Broken{"Stage", "stage: received", "stage: recieved", 12, 19, "did you mean 'received'"},
        Broken{"Status", "status: merged", "status: mergd", 25, 30, "did you mean 'merged'"},
        Broken{"Clock", "        resolve: {", "        resolv: {", 41, 9, "did you mean 'resolve'"},
        Broken{"ClockStatus", "status: running", "status: runing", 41, 27, "did you mean 'running'"},
        Broken{"Event", "[deadline_breached,", "[deadline_breeched,", 39, 16, "did you mean 'deadline_breached'"},
        Broken{"Count", "responses: 2", "responses: two", 38, 18, "must be a whole number"},
        Broken{"Code", "code: wrong_stage", "code: wrong_stag", 33, 29, "there is no code 'wrong_stag'"},
        Broken{"Holder", "held_by: nobody", "held_by: somebody", 37, 16, "{person, queue, directorate, tenant}"},
        Broken{"RejectedWhileNobodyActs", "      held_by: nobody", "      rejected: wrong_stage", 37, 17,
               "nobody does anything"}),
    [](const auto& test) { return test.param.name; });

TEST(ReadScenario, AStepThatSaysNothingIsAnError) {
  EXPECT_THAT(IssuesOf("scenario: X\ngiven: {at: 2026-11-20T09:00:00+01:00, tenant: prishtine}\nsteps:\n  - case: a\n"),
              Tells({"", "", "", 4, 5, "'at', 'when' or 'then'"}));
  EXPECT_THAT(IssuesOf("scenario: X\ngiven: {at: 2026-11-20T09:00:00+01:00, tenant: prishtine}\nsteps: []\n"),
              Tells({"", "", "", 3, 8, "at least one step"}));
}

}  // namespace
}  // namespace rasti::codec
