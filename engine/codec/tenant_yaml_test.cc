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
    substitute: clerk1
    absences:
      - {from: 2026-12-24, to: 2027-01-03}
      - {from: 2026-08-01, to: 2026-08-15, substitute: clerk3}
  - {id: 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a13, handle: clerk3, roles: [clerk]}
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
  const core::Person* away = tenant->FindHandle("clerk2");
  EXPECT_THAT(away->absences,
              ElementsAre(core::Absence{sla::Day(2026, 8, 1), sla::Day(2026, 8, 15), tenant->FindHandle("clerk3")->id},
                          core::Absence{sla::Day(2026, 12, 24), sla::Day(2027, 1, 3), std::nullopt}));
}

TEST(ReadTenant, WhoLeftMayBeASubstituteStill) {
  Issues issues("tenant.yaml");
  const auto tenant =
      ReadTenant(Replaced(kYaml, "roles: [clerk, officer]", "roles: [clerk]\n    active: false"), issues);
  ASSERT_TRUE(tenant) << "a warning only: the directory that says who left is to come into force";
  EXPECT_EQ(tenant->FindHandle("clerk1")->substitute, tenant->FindHandle("clerk2")->id);
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
        Broken{"LeftSubstitute", "roles: [clerk, officer]", "roles: [clerk]\n    active: false", 20, 17,
               "'clerk2' is not active", Severity::kWarning},
        Broken{"AbsenceSubstitute", "substitute: clerk3", "substitute: clrk3", 27, 56, "did you mean 'clerk3'"},
        Broken{"AbsenceOwnSubstitute", "substitute: clerk3", "substitute: clerk2", 27, 56, "their own substitute"},
        Broken{"AbsenceBackwards", "to: 2026-08-15", "to: 2026-07-15", 27, 32, "lies before the first day, 2026-08-01"},
        Broken{"AbsenceDate", "from: 2026-08-01", "from: 2026-02-30", 27, 16, "from must be a date"},
        Broken{"AbsenceKey", "from: 2026-08-01", "since: 2026-08-01", 27, 10, "since"},
        Broken{"AbsenceOverlap", "to: 2026-08-15", "to: 2026-12-24", 26, 9,
               "overlaps with the absence from 2026-08-01 to 2026-12-24"},
        Broken{"AbsenceTwice", "from: 2026-12-24, to: 2027-01-03", "from: 2026-08-01, to: 2026-08-02", 26, 9,
               "overlaps"},
        Broken{"NobodyStandsIn", "    substitute: clerk2\n",
               "    substitute: clerk2\n    absences: [{from: 2026-12-20, to: 2026-12-28}]\n", 21, 16,
               "on 2026-12-24 nobody stands in for 'clerk1'", Severity::kWarning},
        Broken{"NoRole", "roles: [clerk]", "roles: []", 16, 12, "without role"},
        Broken{"Overseer", "overseen_by: mlga", "overseen_by: prizren", 7, 14, "does not oversee itself"},
        Broken{"Staffing", "    queues: [intake]\n", "", 12, 5, "nobody works in the queue 'intake'",
               Severity::kWarning}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rasti::codec
