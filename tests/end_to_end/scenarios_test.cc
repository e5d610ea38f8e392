// A platform team writes a workflow and the stories that it must live up to; what ships lives up to its own.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::ContainsRegex;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kStory = R"(scenario: A hole is acknowledged
given: {at: 2026-11-20T09:00:00+01:00, tenant: prishtine}
steps:
  - when: submit
    as: citizen
    category: pothole
    title: Hole in Rruga B
    channel: portal
    form: {description: As deep as a bucket, location: {address: Rruga B 17}}
    then: {stage: received, held_by: {queue: roads}}
  - at: 2026-11-23T10:00:00+01:00
    when: act
    as: clerk1
    action: acknowledge
    then:
      stage: acknowledged
      clocks: {acknowledge: {status: met, on_time: true, due: 2026-11-24T16:00:00+01:00}}
      events: [stage_entered, clock_met]
  - when: act
    as: citizen
    action: acknowledge
    then: {rejected: role_not_allowed}
)";

class ScenariosTest : public RastiTest {
 protected:
  ScenariosTest() {
    std::filesystem::create_directories(folder() + "/scenarios");
    std::filesystem::copy_file("workflows/issue-report/workflow.yaml", folder() + "/workflow.yaml");
  }

  std::string folder() const { return root() + "/issue-report"; }
  void Write(std::string story, const std::string& from = "", const std::string& to = "") const {
    if (!from.empty()) {
      const size_t at = story.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      story.replace(at, from.size(), to);
    }
    WriteFile(folder() + "/scenarios/hole.yaml", story);
  }
  Finished Test(const Words& more = {}) const {
    Words words{Program(), "test", folder()};
    words.insert(words.end(), more.begin(), more.end());
    return Child(words).Finish();
  }
};

TEST_F(ScenariosTest, WhatShipsLivesUpToItsStories) {
  const Finished played =
      Child({Program(), "test", "workflows", "--cover-all", "--json"}).Finish(std::chrono::seconds(500));
  ASSERT_EQ(played.exit_code, 0) << played.out << played.err;
  const auto report = nlohmann::json::parse(played.out);
  EXPECT_EQ(report["failed"], 0);
  EXPECT_GE(report["played"], 30);
  std::set<std::string> packages;
  for (const auto& workflow : report["workflows"]) {
    packages.insert(workflow["package"]);
    EXPECT_THAT(workflow["scenarios"], Not(IsEmpty())) << workflow["package"];
    EXPECT_THAT(workflow["actions_not_taken"], IsEmpty()) << workflow["package"];
  }
  EXPECT_THAT(packages, ElementsAre("boston-311@1", "coselog@1", "feedback@1", "issue-report+ferizaj@1",
                                    "issue-report+gracanice@1", "issue-report+lipjan@1", "issue-report@1", "proposal@1",
                                    "request+ferizaj@1", "request+lipjan@1", "request@1"));
}

TEST_F(ScenariosTest, AStoryThatGoesAsToldPasses) {
  Write(kStory);
  const Finished played = Test();
  EXPECT_EQ(played.exit_code, 0) << played.out << played.err;
  EXPECT_THAT(played.out, HasSubstr("ok      issue-report@1  hole: A hole is acknowledged\n"));
  EXPECT_THAT(played.out, HasSubstr("1 scenarios played, 0 failed\n"));
  EXPECT_THAT(played.out, ContainsRegex("no scenario takes these actions of issue-report@1: .*make_safe"));
  const Finished covered = Test({"--cover-all"});
  EXPECT_EQ(covered.exit_code, 1);
  EXPECT_THAT(covered.err, HasSubstr("actions that no scenario takes"));
}

TEST_F(ScenariosTest, WhatGoesOtherwiseIsToldWithItsPlace) {
  struct Otherwise {
    const char* from;
    const char* to;
    const char* told;
  };
  for (const Otherwise& one : {
           Otherwise{"stage: acknowledged", "stage: registered",
                     "hole.yaml:16:7: error: stage: expected registered, is acknowledged"},
           Otherwise{"2026-11-24T16:00", "2026-11-24T15:00",
                     "hole.yaml:17:16: error: clock acknowledge due: expected Tue 2026-11-24 15:00:00 +01:00, is Tue "
                     "2026-11-24 16:00:00 +01:00"},
           Otherwise{"on_time: true", "on_time: false", "clock acknowledge on time: expected no, is yes"},
           Otherwise{"[stage_entered, clock_met]", "[clock_met, clock_met]",
                     "events: expected clock_met, clock_met, was stage_entered, clock_met"},
           Otherwise{"      events: [", "      no_events: [", "there was an event 'clock_met' since the step before"},
           Otherwise{"queue: roads", "queue: waste", "hole.yaml:10:11: error: held_by queue: expected waste, is roads"},
           Otherwise{"{rejected: role_not_allowed}", "{stage: registered}",
                     "hole.yaml:19:5: error: expected to be accepted, was rejected with role_not_allowed"},
           Otherwise{"rejected: role_not_allowed", "rejected: wrong_stage",
                     "expected to be rejected with wrong_stage, was rejected with role_not_allowed"},
           Otherwise{"    category: pothole\n    title: Hole in Rruga B\n    channel: portal\n",
                     "    category: nowhere\n    title: Hole in Rruga B\n    channel: portal\n",
                     "expected to be accepted, was rejected with unknown_category"},
           Otherwise{"      stage: acknowledged", "      rejected: guard_false",
                     "hole.yaml:11:5: error: expected to be rejected with guard_false, was accepted"},
       }) {
    Write(kStory, one.from, one.to);
    const Finished played = Test();
    EXPECT_EQ(played.exit_code, 1) << one.to;
    EXPECT_THAT(played.out, HasSubstr(one.told));
    EXPECT_THAT(played.err, HasSubstr("1 of 1 scenarios went otherwise than told"));
  }
}

TEST_F(ScenariosTest, WhatIsSaidOfACaseThatWasNotOpenedIsNotPassedOver) {
  std::string story = kStory;
  story = story.substr(0, story.find("  - at:"));
  const auto replace = [&](const std::string& from, const std::string& to) {
    ASSERT_NE(story.find(from), std::string::npos) << from;
    story.replace(story.find(from), from.size(), to);
  };
  replace("category: pothole", "category: nowhere");
  replace("then: {stage: received", "then: {rejected: unknown_category, stage: received");
  Write(story);
  const Finished played = Test();
  EXPECT_EQ(played.exit_code, 1);
  EXPECT_THAT(played.out, HasSubstr("hole.yaml:10:11: error: the case 'case' was not opened"));
}

TEST_F(ScenariosTest, OverridesAreTestedTogetherWithTheirWorkflowAndItsOwnStoriesWithoutThem) {
  const std::string own = root() + "/own";
  WriteFile(own + "/overrides.yaml",
            "overrides: issue-report\ntenant: prishtine\nversion: \"1\"\nclocks: {acknowledge: {due: {count: "
            "working_days, number: 1}}}\n");
  std::string story = kStory;
  WriteFile(own + "/scenarios/hole.yaml", story);
  const Finished slower = Child({Program(), "test", own}).Finish();
  EXPECT_EQ(slower.exit_code, 1) << slower.out << slower.err;
  EXPECT_THAT(slower.out, HasSubstr("clock acknowledge due: expected Tue 2026-11-24 16:00:00 +01:00, is Mon 2026-11-23 "
                                    "16:00:00 +01:00"));
  EXPECT_THAT(slower.out, HasSubstr("issue-report+prishtine@1  hole: "));
  EXPECT_THAT(slower.out, Not(HasSubstr("no scenario takes")));
  story.replace(story.find("2026-11-24T16"), 13, "2026-11-23T16");
  WriteFile(own + "/scenarios/hole.yaml", story);
  EXPECT_EQ(Child({Program(), "test", own}).Finish().exit_code, 0);
  // The workflow's own story is told without anybody's overrides.
  Write(kStory);
  EXPECT_EQ(Test({"--with", "workflows", own}).exit_code, 0);

  story.replace(story.find("tenant: prishtine"), 17, "tenant: peje");
  WriteFile(own + "/scenarios/hole.yaml", story);
  const Finished other = Child({Program(), "test", own}).Finish();
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.out, HasSubstr("tenant: a story of the overrides of 'prishtine' is told of 'prishtine'"));
}

TEST_F(ScenariosTest, OnlySomeAreChosenByTheirNames) {
  Write(kStory);
  WriteFile(folder() + "/scenarios/other.yaml", kStory);
  const Finished played = Test({"--only", "other"});
  EXPECT_EQ(played.exit_code, 0) << played.err;
  EXPECT_THAT(played.out, HasSubstr("other: "));
  EXPECT_THAT(played.out, Not(HasSubstr("hole: ")));
  EXPECT_THAT(played.out, Not(HasSubstr("no scenario takes")));
  const Finished none = Test({"--only", "othr"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("there is no such scenario"));
}

TEST_F(ScenariosTest, FaultsOfFilesAreToldBeforeAnythingIsPlayed) {
  Write(kStory, "when: act", "when: ect");
  const Finished faulty = Test();
  EXPECT_EQ(faulty.exit_code, 2);
  EXPECT_THAT(faulty.out, HasSubstr("hole.yaml:12:11: error: when: no 'ect', did you mean 'act'?"));
  EXPECT_THAT(faulty.out, Not(HasSubstr("ok ")));

  std::filesystem::remove_all(folder() + "/scenarios");
  const Finished none = Test();
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("no scenarios there"));

  Write(kStory);
  const Finished alone = Test({"--with", "workflows/tzdata"});
  EXPECT_EQ(alone.exit_code, 2) << alone.out << alone.err;
  EXPECT_THAT(alone.out, HasSubstr("hole.yaml:2:48: error: tenant: no package of 'prishtine' is here"));
}

}  // namespace
}  // namespace rasti::test
