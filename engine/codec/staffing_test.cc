#include "engine/codec/staffing.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::codec {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

PackageFiles Workflow(const std::string& not_by) {
  const std::string yaml = fmt::format(R"(workflow: review
version: "1"
title: {{all: Review}}
roles:
  - {{id: officer, title: {{all: Officer}}}}
  - {{id: head, title: {{all: Head}}}}
categories: [{{id: any, title: {{all: Any}}}}]
channels: [portal]
stages:
  - {{id: open, title: {{all: Open}}, initial: true}}
  - {{id: done, title: {{all: Done}}, closed: true}}
actions:
  - {{id: decide, title: {{all: Decide}}, from: [open], roles: [officer, head]}}
  - {{id: confirm, title: {{all: Confirm}}, kind: close, from: [open], to: done, roles: [head]{}}}
permissions: {{submit: [officer]}}
)",
                                       not_by);
  return {PackageKind::kWorkflow, "review", "1", {{"workflow.yaml", yaml}}};
}

PackageFiles Tenant(const std::string& name, const std::string& version, int heads) {
  std::string yaml = fmt::format(
      "tenant: {}\nversion: \"{}\"\nkind: municipality\ntitle: {{all: A town}}\ncalendar: kosovo\nlanguages: [sq]\n"
      "people:\n  - {{id: 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a00, handle: officer, roles: [officer]}}\n",
      name, version);
  for (int i = 1; i <= heads; ++i) {
    yaml += fmt::format("  - {{id: 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a0{}, handle: head{}, roles: [head]}}\n", i, i);
  }
  return {PackageKind::kTenant, name, version, {{"tenant.yaml", yaml}}};
}

TEST(CheckStaffing, TellsOfFourEyesThatATenantDoesNotHave) {
  const auto issues =
      CheckStaffing({Workflow(", not_by: [decide]"), Tenant("deçan", "1", 1), Tenant("peje", "1", 2)}, 0);
  // The first town's name is none, and its package is left out.
  EXPECT_THAT(issues, IsEmpty());

  const auto found = CheckStaffing({Workflow(", not_by: [decide]"), Tenant("decan", "1", 1), Tenant("peje", "1", 2),
                                    Tenant("kline", "1", 1), Tenant("istog", "1", 0)},
                                   0);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].package, 0u);
  EXPECT_EQ(found[0].issue.severity, Severity::kWarning);
  EXPECT_EQ(found[0].issue.line, 14);
  EXPECT_THAT(found[0].issue.message,
              HasSubstr("'confirm' of review@1 may be taken by one person of 'decan' only, 'head1' (and likewise in 1 "
                        "other tenants): once they took 'decide', by nobody there"));
}

TEST(CheckStaffing, ADirectoryThatBecomesTooSmallIsToldOf) {
  const std::vector<PackageFiles> packages = {Workflow(", not_by: [decide]"), Tenant("peje", "1", 2),
                                              Tenant("peje", "2", 1)};
  const auto found = CheckStaffing(packages, 2);
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].package, 2u);
  EXPECT_EQ(found[0].issue.file, "tenant.yaml");
  EXPECT_EQ(found[0].issue.line, 7);
  EXPECT_THAT(CheckStaffing(packages, 3), IsEmpty()) << "nothing of it is new";
  EXPECT_THAT(CheckStaffing({Workflow(", not_by: [decide]"), Tenant("peje", "1", 1), Tenant("peje", "2", 2)}, 1),
              IsEmpty())
      << "the last version counts";
}

TEST(CheckStaffing, WithoutSuchARuleThereIsNothingToSay) {
  EXPECT_THAT(CheckStaffing({Workflow(""), Tenant("decan", "1", 1)}, 0), IsEmpty());
}

}  // namespace
}  // namespace rasti::codec
