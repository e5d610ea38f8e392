// What a tenant's overrides do to a configuration, and what is refused to be published.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/runtime/configuration_reader.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kWorkflow = R"(workflow: compliment
version: "1"
title: {all: Compliment}
roles:
  - {id: citizen, title: {all: Citizen}, own_cases_only: true, in_directory: false}
  - {id: clerk, title: {all: Clerk}}
categories:
  - {id: staff, title: {all: Staff}}
  - {id: park, title: {all: Park}}
channels: [portal]
stages:
  - {id: received, title: {all: Received}, initial: true}
  - {id: closed, title: {all: Closed}, closed: true}
actions:
  - {id: thank, title: {all: Thank}, kind: close, from: [received], to: closed, roles: [clerk]}
clocks:
  - id: thank
    title: {all: Thanks}
    start: submitted
    stop: [closed]
    due: {count: working_days, number: 5}
permissions:
  submit: [citizen, clerk]
)";

std::string Replace(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

codec::PackageFiles Workflow(const std::string& version, const std::string& from = "", const std::string& to = "") {
  std::string yaml = Replace(kWorkflow, "version: \"1\"", "version: \"" + version + "\"");
  if (!from.empty()) yaml = Replace(yaml, from, to);
  return {codec::PackageKind::kWorkflow, "compliment", version, {{"workflow.yaml", yaml}}};
}

codec::PackageFiles Overrides(const std::string& tenant, const std::string& version, const std::string& more) {
  return {codec::PackageKind::kOverrides,
          "compliment+" + tenant,
          version,
          {{"overrides.yaml", "overrides: compliment\ntenant: " + tenant + "\nversion: \"" + version + "\"\n" + more}}};
}

constexpr const char* kSooner = "clocks: {thank: {due: {count: working_days, number: 2}}}\n";

class ConfigurationOverrides : public ::testing::Test {
 protected:
  ConfigurationOverrides() {
    auto shipped = codec::ReadPackages("workflows/calendars/kosovo");
    for (const char* folder :
         {"workflows/tzdata", "workflows/tenants/ferizaj", "workflows/tenants/peje", "workflows/tenants/mlga"}) {
      auto packages = codec::ReadPackages(folder);
      for (codec::PackageFiles& files : *packages) {
        if (files.kind != codec::PackageKind::kOverrides) shipped->push_back(std::move(files));
      }
    }
    shipped->push_back(Workflow("1"));
    EXPECT_EQ(Publish(*shipped), "");
  }

  // Nothing where it is accepted, else why not.
  std::string Publish(const std::vector<codec::PackageFiles>& files, Duration in = Duration{0}) {
    std::vector<codec::PublishedPackage> packages;
    for (const codec::PackageFiles& one : files) packages.push_back({one, begin_ + in, begin_, "test"});
    const auto published = reader_.Publish(packages);
    return published ? "" : published.error().message;
  }

  static core::Command Submit(const char* tenant) {
    core::Command command;
    command.case_id = test::SampleCaseId(1);
    command.tenant = core::TenantId(tenant);
    core::SubmitCase submit;
    submit.workflow = core::WorkflowId("compliment");
    command.payload = submit;
    return command;
  }
  // The definition that a new case of the tenant gets after so long, or the rejection's text.
  std::string NewCase(const char* tenant, Duration after = Duration{0}, const char* version = "") {
    core::Command command = Submit(tenant);
    if (*version != '\0') std::get<core::SubmitCase>(command.payload).version = version;
    const auto configuration = reader_.Current();
    const auto config = configuration->For({}, command, begin_ + after);
    if (!config) return std::string(core::RejectionCodeName(config.error().code)) + ": " + config.error().message;
    EXPECT_EQ(config->versions.definition, config->definition->version);
    return config->definition->version.str();
  }
  int64_t DaysOf(const char* definition) {
    const auto* found = reader_.Current()->FindDefinition(core::VersionedName(definition));
    return found == nullptr ? -1 : found->FindClock(core::ClockId("thank"))->due->number;
  }

  const Instant begin_ = test::SampleStart();
  test::ManualClock clock_{begin_};
  test::MemoryEventLog log_{{}, clock_};
  ConfigurationReader reader_{log_};
};

TEST_F(ConfigurationOverrides, HoldForTheirTenantOnly) {
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  EXPECT_EQ(NewCase("ferizaj"), "compliment@1+ferizaj.1");
  EXPECT_EQ(NewCase("peje"), "compliment@1");
  EXPECT_EQ(DaysOf("compliment@1+ferizaj.1"), 2);
  EXPECT_EQ(DaysOf("compliment@1"), 5);
  EXPECT_EQ(DaysOf("compliment@1+peje.1"), -1);
  EXPECT_EQ(DaysOf("compliment@2+ferizaj.1"), -1);
  EXPECT_EQ(reader_.Current()->OverridesAt(begin_).size(), 1U);
}

TEST_F(ConfigurationOverrides, FloatOnTheVersionInForceWhileRunningCasesStay) {
  using std::chrono::hours;
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  EXPECT_EQ(Publish({Workflow("2", "number: 5", "number: 7")}, hours(1)), "");
  EXPECT_EQ(Publish({Overrides("ferizaj", "2", "")}, hours(2)), "");
  EXPECT_EQ(NewCase("ferizaj"), "compliment@1+ferizaj.1");
  EXPECT_EQ(NewCase("ferizaj", hours(1)), "compliment@2+ferizaj.1");
  EXPECT_EQ(NewCase("ferizaj", hours(2)), "compliment@2+ferizaj.2");
  EXPECT_EQ(NewCase("peje", hours(2)), "compliment@2");
  EXPECT_EQ(reader_.Current()->NextChangeAfter(begin_ + hours(1)), begin_ + hours(2));

  core::CaseState running;
  running.revision = core::Revision(1);
  running.tenant = core::TenantId("ferizaj");
  running.definition = core::VersionedName("compliment@1+ferizaj.1");
  const auto configuration = reader_.Current();
  const auto config = configuration->For(running, begin_ + hours(9));
  ASSERT_TRUE(config);
  EXPECT_EQ(config->definition->FindClock(core::ClockId("thank"))->due->number, 2);
  EXPECT_EQ(DaysOf("compliment@2+ferizaj.1"), 2);
  EXPECT_EQ(DaysOf("compliment@2+ferizaj.2"), 7);
}

TEST_F(ConfigurationOverrides, AreNamedOrNotByWhoNamesAVersion) {
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  EXPECT_EQ(NewCase("ferizaj", {}, "1"), "compliment@1+ferizaj.1");
  EXPECT_EQ(NewCase("ferizaj", {}, "1+ferizaj.1"), "compliment@1+ferizaj.1");
  EXPECT_THAT(NewCase("ferizaj", {}, "1+ferizaj.2"),
              AllOf(HasSubstr("version_not_in_force"), HasSubstr("compliment@1+ferizaj.1 is")));
}

TEST_F(ConfigurationOverrides, AreWhatACaseIsMigratedTo) {
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  core::CaseState running;
  running.revision = core::Revision(1);
  running.tenant = core::TenantId("ferizaj");
  running.definition = core::VersionedName("compliment@1");
  core::Command command = Submit("ferizaj");
  for (const char* version : {"1", "1+ferizaj.1"}) {
    command.payload = core::MigrateCase{version, {}, ""};
    const auto config = reader_.Current()->For(running, command, begin_);
    ASSERT_TRUE(config);
    ASSERT_NE(config->migrate_to, nullptr) << version;
    EXPECT_EQ(config->migrate_to->version, core::VersionedName("compliment@1+ferizaj.1"));
  }
  command.payload = core::MigrateCase{"2", {}, ""};
  EXPECT_EQ(reader_.Current()->For(running, command, begin_)->migrate_to, nullptr);
}

TEST_F(ConfigurationOverrides, ThatDoNotFitAreRefusedWithBothNames) {
  const std::string why = Publish({Overrides("ferizaj", "1", "categories: {parks: {offered: false}}\n")});
  EXPECT_THAT(why, AllOf(HasSubstr("compliment+ferizaj@1"), HasSubstr("compliment@1"),
                         HasSubstr("overrides.yaml:4:14: error: categories[\"parks\"]"), HasSubstr("needs a 'title'")));
  EXPECT_THAT(Publish({Overrides("ferizaj", "1", "clocks: {thanks: {due: {count: working_days, number: 1}}}\n")}),
              HasSubstr("compliment@1 has no clock 'thanks', did you mean 'thank'?"));
  EXPECT_THAT(Publish({Overrides("ferizaj", "1", "categories: {park: {queue: nowhere}}\n")}),
              HasSubstr("'ferizaj' has no queue 'nowhere'"));
  EXPECT_THAT(Publish({Overrides("nowhere", "1", kSooner)}), HasSubstr("no tenant 'nowhere'"));
  EXPECT_THAT(reader_.Current()->OverridesAt(begin_), IsEmpty());
  EXPECT_EQ(NewCase("ferizaj"), "compliment@1");
}

TEST_F(ConfigurationOverrides, InForceKeepAWorkflowThatTheyDoNotFitFromBeingPublished) {
  using std::chrono::hours;
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", "categories: {park: {offered: false}}\n")}), "");
  const auto without = Workflow("2", "  - {id: park, title: {all: Park}}\n", "");
  EXPECT_THAT(Publish({without}, hours(1)),
              AllOf(HasSubstr("the overrides compliment+ferizaj@1 do not fit compliment@2"), HasSubstr("park")));
  EXPECT_EQ(NewCase("ferizaj", hours(1)), "compliment@1+ferizaj.1");
  // Together with overrides that fit, and from the same time on, it may come.
  EXPECT_EQ(Publish({without, Overrides("ferizaj", "2", kSooner)}, hours(1)), "");
  EXPECT_EQ(NewCase("ferizaj", hours(1)), "compliment@2+ferizaj.2");
}

TEST_F(ConfigurationOverrides, ThatTwoNodesPublishedAtOnceAndDoNotFitRefuseNewCasesOnly) {
  using std::chrono::hours;
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  EXPECT_EQ(NewCase("ferizaj"), "compliment@1+ferizaj.1");
  // Past the check, as the other node's publishing went.
  const codec::PublishedPackage package{Overrides("ferizaj", "2", "categories: {parks: {offered: false}}\n"),
                                        begin_ + hours(1), begin_, "test"};
  ASSERT_TRUE(log_.Publish(package.Key(), codec::EncodePackage(package)));
  ASSERT_TRUE(reader_.Refresh());
  EXPECT_THAT(NewCase("ferizaj", hours(1)),
              AllOf(HasSubstr("version_not_in_force"), HasSubstr("compliment+ferizaj@2 do not fit compliment@1")));
  EXPECT_EQ(NewCase("peje", hours(1)), "compliment@1");
  EXPECT_EQ(DaysOf("compliment@1+ferizaj.1"), 2);
}

TEST_F(ConfigurationOverrides, AreMadeOnceForAll) {
  EXPECT_EQ(Publish({Overrides("ferizaj", "1", kSooner)}), "");
  const auto configuration = reader_.Current();
  const auto* first = configuration->FindDefinition(core::VersionedName("compliment@1+ferizaj.1"));
  EXPECT_EQ(configuration->DefinitionAt(core::WorkflowId("compliment"), core::TenantId("ferizaj"), begin_), first);
  EXPECT_EQ(configuration->DefinitionAt(core::WorkflowId("compliment"), begin_),
            configuration->FindDefinition(core::VersionedName("compliment@1")));
}

}  // namespace
}  // namespace rasti::runtime
