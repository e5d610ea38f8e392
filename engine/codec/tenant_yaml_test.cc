#include "engine/codec/tenant_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/broken_for_test.h"

namespace rasti::codec {
namespace {

using ::testing::ElementsAre;

constexpr const char* kYaml = R"(tenant: prizren
version: "2"
kind: municipality
title: {sq: Komuna e Prizrenit, sr-Latn: Opština Prizren, en: Municipality of Prizren}
calendar: kosovo
languages: [sq, sr, tr]
overseen_by: mlga
default_queue: intake
directorates:
  - {id: admin, title: {all: Administration}}
queues:
  - {id: intake, directorate: admin, title: {all: Intake}}
people:
  - id: 6F1C1F0E-6a35-4c54-9b1e-0d8f0f2c7a11
    handle: clerk1
    roles: [clerk]
    queues: [intake]
    directorate: admin
    languages: [sq, tr]
    substitute: clerk2
  - id: 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a12
    handle: clerk2
    roles: [clerk, officer]
)";

std::vector<Issue> IssuesOf(const std::string& yaml) {
  Issues issues("tenant.yaml");
  ReadTenant(yaml, issues);
  return std::move(issues).Take();
}

TEST(ReadTenant, ReadsEveryPart) {
  Issues issues("tenant.yaml");
  const auto tenant = ReadTenant(kYaml, issues);
  for (const Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
  ASSERT_TRUE(tenant);
  EXPECT_EQ(tenant->version, core::VersionedName("prizren@2"));
  EXPECT_EQ(tenant->kind, "municipality");
  EXPECT_THAT(tenant->languages, ElementsAre("sq", "sr", "tr"));
  EXPECT_EQ(tenant->overseen_by, core::TenantId("mlga"));
  EXPECT_EQ(tenant->default_queue, core::QueueId("intake"));
  const core::Person* clerk = tenant->FindPerson(core::ActorId("6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a11"));
  ASSERT_NE(clerk, nullptr);
  EXPECT_EQ(clerk->handle, "clerk1");
  EXPECT_EQ(clerk->substitute, tenant->FindHandle("clerk2")->id);
  EXPECT_TRUE(clerk->active);
}

class BrokenTenants : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenTenants, AreToldWithPlaceAndRemedy) {
  EXPECT_THAT(IssuesOf(Replaced(kYaml, GetParam().from, GetParam().to)), Tells(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenTenants,
    ::testing::Values(
        Broken{"Key", "languages: [sq, sr", "langages: [sq, sr", 6, 1, "did you mean 'languages'"},
        Broken{"Kind", "kind: municipality", "kind: municpality", 3, 7, "did you mean 'municipality'"},
        Broken{"Name", "tenant: prizren", "tenant: Prizren", 1, 9, "lower-case"},
        Broken{"Language", "[sq, sr, tr]", "[sq, sr, xx]", 6, 21, "it is one of"},
        Broken{"Text", "en: Municipality of Prizren", "en: ~", 4, 8, "no text in 'en'"},
        Broken{"Queue", "default_queue: intake", "default_queue: intak", 8, 16, "did you mean 'intake'"},
        Broken{"Directorate", "directorate: admin, title", "directorate: admn, title", 12, 31, "did you mean 'admin'"},
        Broken{"PersonQueue", "queues: [intake]", "queues: [intke]", 17, 14, "did you mean 'intake'"},
        Broken{"Uuid", "6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a12", "12", 21, 9, "a person's id is a UUID"},
        Broken{"UuidTwice", "6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a12", "6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a11", 21, 9,
               "stands twice"},
        Broken{"HandleTwice", "handle: clerk2", "handle: clerk1", 22, 13, "stands twice"},
        Broken{"Substitute", "substitute: clerk2", "substitute: clrk2", 20, 17, "did you mean 'clerk2'"},
        Broken{"OwnSubstitute", "substitute: clerk2", "substitute: clerk1", 20, 17, "their own substitute"},
        Broken{"NoRole", "roles: [clerk]", "roles: []", 16, 12, "without role"},
        Broken{"Overseer", "overseen_by: mlga", "overseen_by: prizren", 7, 14, "does not oversee itself"},
        Broken{"Staffing", "    queues: [intake]\n", "", 12, 5, "nobody works in the queue 'intake'",
               Severity::kWarning}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rasti::codec
