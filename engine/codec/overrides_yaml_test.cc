#include "engine/codec/overrides_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/broken_for_test.h"
#include "engine/codec/package.h"

namespace rasti::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kYaml = R"(overrides: issue-report
tenant: ferizaj
version: "1"
clocks:
  resolve:
    title: {sq: Riparimi, sr-Latn: Popravka, en: Repair}
    due: {count: working_days, number: 10}
    due_by_category:
      pothole: {count: elapsed, length: PT72H}
      other: none
    warnings:
      - before: {working_hours: PT4H}
    escalations:
      - level: 2
        after: {working_days: 4}
    extension:
      by: {count: working_days, number: 5}
categories:
  pothole: {queue: roads}
  Bus Stop: {title: {sq: Stacion, sr-Latn: Stajalište, en: Bus stop}, offered: true}
titles:
  workflow: {all: Report}
  stages:
    received: {sq: Pranuar, sr-Latn: Primljeno, en: Received}
  actions:
    register: {all: Register}
  fields:
    register:
      file_number: {all: Number}
  form:
    /location/address: {all: Address}
templates:
  acknowledged: {sq: "{{reference}}", sr-Latn: "{{reference}}", en: "{{reference}}"}
responses:
  planned: {text: {all: "{{when}}"}}
numbers:
  protocol: "05-{number}/{year}"
)";

std::vector<Issue> IssuesOf(const std::string& yaml) {
  Issues issues("overrides.yaml");
  ReadOverrides(yaml, issues);
  return std::move(issues).Take();
}

TEST(ReadOverrides, ReadsEveryPart) {
  Issues issues("overrides.yaml");
  const auto own = ReadOverrides(kYaml, issues);
  for (const Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
  ASSERT_TRUE(own);
  EXPECT_EQ(own->workflow, core::WorkflowId("issue-report"));
  EXPECT_EQ(own->tenant, core::TenantId("ferizaj"));
  EXPECT_EQ(own->version, "1");
  ASSERT_EQ(own->clocks.size(), 1U);
  const core::ClockOverride& resolve = own->clocks.at(core::ClockId("resolve"));
  EXPECT_EQ(resolve.title->en, "Repair");
  EXPECT_EQ(resolve.due->number, 10);
  ASSERT_EQ(resolve.due_by_category.size(), 2U);
  EXPECT_EQ(resolve.due_by_category.at(core::CategoryId("pothole"))->length, std::chrono::hours(72));
  EXPECT_FALSE(resolve.due_by_category.at(core::CategoryId("other")));
  EXPECT_EQ(resolve.warnings->size(), 1U);
  ASSERT_EQ(resolve.escalations.size(), 1U);
  EXPECT_EQ(resolve.escalations[0].first, 2);
  EXPECT_EQ(resolve.escalations[0].second.number, 4);
  EXPECT_EQ(resolve.extend_by->number, 5);
  ASSERT_EQ(own->categories.size(), 2U);
  EXPECT_EQ(own->categories[0].queue, core::QueueId("roads"));
  EXPECT_EQ(own->categories[1].id, core::CategoryId("Bus Stop"));
  EXPECT_EQ(own->categories[1].offered, true);
  EXPECT_EQ(own->responses.at("planned").text->en, "{{when}}");
  EXPECT_FALSE(own->responses.at("planned").title);
  EXPECT_EQ(own->numbers.at("protocol"), "05-{number}/{year}");
  EXPECT_EQ(own->titles.workflow->sq, "Report");
  EXPECT_EQ(own->titles.stages.at(core::StageId("received")).en, "Received");
  EXPECT_EQ(own->titles.actions.at(core::ActionId("register")).en, "Register");
  EXPECT_EQ(own->titles.fields.at(core::ActionId("register")).at("file_number").en, "Number");
  EXPECT_EQ(own->titles.form.at("/location/address").en, "Address");
  EXPECT_EQ(own->templates.at("acknowledged").en, "{{reference}}");
}

TEST(ReadOverrides, MaySayNothing) {
  EXPECT_THAT(IssuesOf("overrides: request\ntenant: ferizaj\nversion: \"2\"\n"), IsEmpty());
}

class BrokenOverrides : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenOverrides, AreToldWithTheirPathAndWhatMayBeChanged) {
  const Broken& broken = GetParam();
  EXPECT_THAT(IssuesOf(Replaced(kYaml, broken.from, broken.to)), Tells(broken));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenOverrides,
    ::testing::Values(
        Broken{"Roles", "clocks:\n", "roles: []\nclocks:\n", 4, 1,
               "roles: not for overrides to change; of overrides they have 'overrides', 'tenant', 'version', 'clocks', "
               "'categories', 'titles', 'templates', 'responses' and 'numbers'"},
        Broken{"Guards", "    due: {count", "    when: 'true'\n    due: {count", 7, 5,
               "clocks.resolve.when: not for overrides to change; of a clock they have 'title', 'due', "
               "'due_by_category', 'warnings', 'escalations' and 'extension'"},
        Broken{"Stops", "    due: {count", "    stop: [closed]\n    due: {count", 7, 5, "clocks.resolve.stop"},
        Broken{"WhoIsEscalatedTo", "        after: {working_days: 4}",
               "        after: {working_days: 4}\n        to: {role: citizen}", 16, 9,
               "clocks.resolve.escalations[0].to: not for overrides to change; of an escalation they have 'level' and "
               "'after'"},
        Broken{"HowOften", "      by: {count", "      most: 9\n      by: {count", 17, 7,
               "clocks.resolve.extension.most: not for overrides to change"},
        Broken{"LegalBases", "      by: {count", "      legal_bases: [mine]\n      by: {count", 17, 7,
               "clocks.resolve.extension.legal_bases"},
        Broken{"ActionsWithMoreThanTitles", "    register: {all: Register}", "    register: {roles: [citizen]}", 26, 16,
               "titles.actions.register has no key 'roles'"},
        Broken{"Slips", "    warnings:", "    warnigns:", 11, 5,
               "clocks.resolve.warnigns: not for overrides to change, did you mean 'warnings'?"},
        Broken{"ResponsesWithAnotherAction", "  planned: {text", "  planned: {action: close, text", 35, 13,
               "responses.planned.action: not for overrides to change"},
        Broken{"NoWorkflow", "overrides: issue-report\n", "", 1, 1, "overrides need the key 'overrides'"},
        Broken{"NoName", "tenant: ferizaj", "tenant: Ferizaj!", 2, 9, "'Ferizaj!' is no name"},
        Broken{"NoRule", "{count: elapsed, length: PT72H}", "{count: elapsed, number: 3}", 9, 41, "'length'"},
        Broken{"NoMap", "titles:\n  workflow", "titles: [a]\nx:\n  workflow", 21, 9, "titles"}),
    [](const auto& broken) { return broken.param.name; });

TEST(CheckFit, TellsTheQueueThatTheTenantLacks) {
  const auto packages = ReadPackages("workflows");
  ASSERT_TRUE(packages) << packages.error().message;
  const auto load = [&](PackageKind kind, const char* name) {
    const auto found = std::ranges::find_if(
        *packages, [&](const PackageFiles& files) { return files.kind == kind && files.name == name; });
    return *LoadPackage(*found);
  };
  const auto base = std::get<core::Definition>(load(PackageKind::kWorkflow, "issue-report"));
  const auto tenant = std::get<core::Tenant>(load(PackageKind::kTenant, "ferizaj"));
  const std::string yaml =
      Replaced(Replaced(kYaml, "queue: roads", "queue: road"), "numbers:\n  protocol: \"05-{number}/{year}\"\n", "");
  Issues reading("overrides.yaml");
  const auto own = ReadOverrides(yaml, reading);
  ASSERT_TRUE(own);
  Issues issues("overrides.yaml");
  CheckFit(yaml, *own, base, &tenant, issues);
  const auto found = std::move(issues).Take();
  ASSERT_EQ(found.size(), 1U) << found.back().ToString();
  EXPECT_EQ(found[0].ToString(),
            "overrides.yaml:19:13: error: categories[\"pothole\"].queue: 'ferizaj' has no queue 'road', did you mean "
            "'roads'?");
}

// What ships fits what ships.
TEST(ShippedOverrides, FitTheirWorkflowsAndTheirTenants) {
  const auto packages = ReadPackages("workflows");
  ASSERT_TRUE(packages) << packages.error().message;
  int count = 0;
  for (const PackageFiles& package : *packages) {
    if (package.kind != PackageKind::kOverrides) continue;
    ++count;
    const auto own = LoadPackage(package, ContextOf(*packages));
    ASSERT_TRUE(own) << package.name << own.error().front().ToString();
    const auto& overrides = std::get<core::Overrides>(*own);
    for (const PackageFiles& base : *packages) {
      if (base.kind != PackageKind::kWorkflow || base.name != overrides.workflow.view()) continue;
      for (const PackageFiles& home : *packages) {
        if (home.kind != PackageKind::kTenant || home.name != overrides.tenant.view()) continue;
        const auto tenant = std::get<core::Tenant>(*LoadPackage(home));
        for (const Issue& issue : LintFit(package, std::get<core::Definition>(*LoadPackage(base)), &tenant)) {
          ADD_FAILURE() << package.name << ": " << issue.ToString();
        }
      }
    }
  }
  EXPECT_GE(count, 3);
}

}  // namespace
}  // namespace rasti::codec
