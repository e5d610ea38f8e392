// Every package that is shipped under workflows/ is in order, and does what it says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "engine/codec/definition_yaml.h"
#include "engine/codec/package.h"

namespace rasti::codec {
namespace {

constexpr const char* kWorkflows = "workflows";

std::vector<PackageFiles> AllPackages() {
  auto packages = ReadPackages(kWorkflows);
  EXPECT_TRUE(packages) << packages.error().message;
  return packages.value_or(std::vector<PackageFiles>{});
}

const PackageFiles& Find(const std::vector<PackageFiles>& packages, PackageKind kind, std::string_view name) {
  for (const PackageFiles& package : packages) {
    if (package.kind == kind && package.name == name) return package;
  }
  ADD_FAILURE() << "no package " << name;
  return packages.front();
}

template <class T>
T Load(const PackageFiles& package) {
  auto loaded = LoadPackage(package);
  EXPECT_TRUE(loaded) << package.id();
  return std::get<T>(*std::move(loaded));
}

sla::Calendar MakeCalendar(const std::vector<PackageFiles>& packages, std::string_view name) {
  const auto zones = Load<TzData>(Find(packages, PackageKind::kTzData, "tzdata"));
  const auto spec = Load<sla::CalendarSpec>(Find(packages, PackageKind::kCalendar, name));
  EXPECT_TRUE(sla::RegisterTimeZones(zones.version, zones.zones));
  const auto zone = sla::LoadTimeZone(zones.version, spec.zone_name);
  EXPECT_TRUE(zone) << zone.error().message;
  auto calendar = sla::Calendar::Create(spec, *zone);
  EXPECT_TRUE(calendar) << calendar.error().message;
  return *std::move(calendar);
}

TEST(ShippedPackages, HaveNoIssues) {
  const auto packages = AllPackages();
  const LoadContext context = ContextOf(packages);
  for (const PackageFiles& package : packages) {
    for (const Issue& issue : LintPackage(package, context)) {
      ADD_FAILURE() << package.id() << ": " << issue.ToString();
    }
  }
}

TEST(ShippedPackages, AreWhole) {
  std::map<std::pair<PackageKind, core::VersionedName>, int> count;
  std::map<PackageKind, int> of_kind;
  for (const PackageFiles& package : AllPackages()) {
    ++count[{package.kind, package.id()}];
    ++of_kind[package.kind];
  }
  for (const auto& [key, times] : count) EXPECT_EQ(times, 1) << key.second;
  EXPECT_GE(of_kind[PackageKind::kWorkflow], 5);
  EXPECT_GE(of_kind[PackageKind::kCalendar], 2);
  EXPECT_GE(of_kind[PackageKind::kTenant], 40);
  EXPECT_GE(of_kind[PackageKind::kTzData], 1);
}

TEST(ShippedPackages, SendEveryCategoryToAQueueOfEachMunicipality) {
  const auto packages = AllPackages();
  for (const char* workflow : {"issue-report", "request", "feedback", "proposal"}) {
    const auto definition = Load<core::Definition>(Find(packages, PackageKind::kWorkflow, workflow));
    for (const PackageFiles& package : packages) {
      if (package.kind != PackageKind::kTenant) continue;
      const auto tenant = Load<core::Tenant>(package);
      if (tenant.overseen_by != core::TenantId("mlga")) continue;
      for (const core::Category& category : definition.categories) {
        ASSERT_TRUE(category.queue) << category.id;
        EXPECT_NE(tenant.FindQueue(*category.queue), nullptr) << tenant.id << " has no queue " << *category.queue;
      }
    }
  }
}

TEST(ShippedPackages, EscalateToSomebody) {
  const auto packages = AllPackages();
  for (const auto& [workflow, home] : {std::pair("issue-report", "prizren"),
                                       {"request", "prizren"},
                                       {"feedback", "prizren"},
                                       {"proposal", "prizren"},
                                       {"boston-311", "boston"}}) {
    const auto definition = Load<core::Definition>(Find(packages, PackageKind::kWorkflow, workflow));
    for (const core::Clock& clock : definition.clocks) {
      for (const core::EscalationLevel& level : clock.escalations) {
        const std::string tenant_name = level.to.tenant ? level.to.tenant->str() : home;
        const auto tenant = Load<core::Tenant>(Find(packages, PackageKind::kTenant, tenant_name));
        const bool held = std::any_of(tenant.people.begin(), tenant.people.end(), [&](const core::Person& person) {
          return std::find(person.roles.begin(), person.roles.end(), level.to.role) != person.roles.end();
        });
        EXPECT_TRUE(held) << workflow << ": nobody is " << level.to.role << " in " << tenant_name;
      }
    }
  }
}

// The calendar covers what the rules ask of it, for everything that was opened in 2015.
TEST(ShippedPackages, GiveEveryRequestOfBostonADeadline) {
  const auto packages = AllPackages();
  const sla::Calendar calendar = MakeCalendar(packages, "boston");
  const auto definition = Load<core::Definition>(Find(packages, PackageKind::kWorkflow, "boston-311"));
  EXPECT_EQ(definition.categories.size(), 158u);
  const core::Clock& clock = definition.clocks.at(0);
  int with_clock = 0;
  for (const core::Category& category : definition.categories) {
    const sla::Rule* rule = clock.RuleFor(category.id);
    if (rule == nullptr) continue;
    ++with_clock;
    for (const char* opened : {"2015-01-01T05:20:09Z", "2015-06-30T13:00:00Z", "2016-01-01T04:59:59Z"}) {
      const auto deadline = sla::ComputeDeadline(calendar, {*rule, *ParseInstant(opened), {}});
      ASSERT_TRUE(deadline) << category.id << ": " << deadline.error().message;
      EXPECT_TRUE(sla::SubtractOffset(calendar, deadline->due_at, clock.warnings.at(0)));
      for (const core::EscalationLevel& level : clock.escalations) {
        EXPECT_TRUE(sla::AddOffset(calendar, deadline->due_at, level.after)) << category.id;
      }
    }
  }
  EXPECT_EQ(with_clock, 112);
  // A street light reported in the night of New Year: counting begins on 2 January at 8:30, and 10 working days later
  // Martin Luther King Day has not come yet.
  const auto deadline = sla::ComputeDeadline(
      calendar, {*clock.RuleFor(core::CategoryId("Street Light Outages")), *ParseInstant("2015-01-01T05:25:23Z"), {}});
  EXPECT_EQ(FormatInstant(deadline->due_at), "2015-01-16T13:30:00Z");
}

TEST(ShippedPackages, KnowTheHolidaysOfKosovo) {
  const sla::Calendar calendar = MakeCalendar(AllPackages(), "kosovo");
  EXPECT_FALSE(*calendar.IsWorkingDay(sla::Day(2026, 2, 17)));  // Independence Day
  EXPECT_FALSE(*calendar.IsWorkingDay(sla::Day(2026, 2, 21)));  // a Saturday
  EXPECT_TRUE(*calendar.IsWorkingDay(sla::Day(2026, 2, 18)));
  EXPECT_TRUE(*calendar.IsWorkingDay(sla::Day(2018, 4, 10)));  // the row that was left out
  EXPECT_FALSE(*calendar.IsWorkingDay(sla::Day(2018, 4, 9)));
  EXPECT_FALSE(calendar.IsWorkingDay(sla::Day(2051, 1, 1)));
}

TEST(ShippedPackages, TheFirstWorkflowOfTheReadmeIsInOrder) {
  std::ifstream in("workflows/README.md");
  const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const size_t begin = text.find("```yaml\n");
  ASSERT_NE(begin, std::string::npos);
  const size_t from = begin + std::string_view("```yaml\n").size();
  Issues issues("README.md");
  EXPECT_TRUE(ReadDefinition(text.substr(from, text.find("```", from) - from), issues));
  for (const Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
}

}  // namespace
}  // namespace rasti::codec
