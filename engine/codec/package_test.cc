#include "engine/codec/package.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "engine/codec/package_codec.h"

namespace rasti::codec {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

constexpr const char* kTenant = R"(tenant: prizren
version: "2"
kind: municipality
title: {all: Prizren}
calendar: kosovo
languages: [sq, sr]
overseen_by: mlga
)";

class Package : public ::testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("package_") + ::testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void Write(const std::string& path, const std::string& bytes) {
    std::filesystem::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << bytes;
  }
  std::string Path(const std::string& path = "") const { return (folder_ / path).string(); }

  std::filesystem::path folder_;
};

TEST_F(Package, IsReadByTheFileThatIsThere) {
  Write("tenant.yaml", kTenant);
  Write("notes.txt", "left out");
  const auto package = ReadPackageDirectory(Path());
  ASSERT_TRUE(package) << package.error().message;
  EXPECT_EQ(package->kind, PackageKind::kTenant);
  EXPECT_EQ(package->id(), core::VersionedName("prizren@2"));
  EXPECT_THAT(package->files, ElementsAre(std::pair<const std::string, std::string>("tenant.yaml", kTenant)));
  const auto loaded = LoadPackage(*package);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(std::get<core::Tenant>(*loaded).id, core::TenantId("prizren"));
}

TEST_F(Package, OfOverridesIsCalledAfterWorkflowAndTenant) {
  Write("tenant.yaml", kTenant);
  Write("issue-report/overrides.yaml", "overrides: issue-report\ntenant: prizren\nversion: \"3\"\n");
  Write("issue-report/scenarios/overrides.yaml", "no package");
  // The folder of a tenant takes its overrides along.
  const auto packages = ReadPackages(Path());
  ASSERT_TRUE(packages) << packages.error().message;
  ASSERT_EQ(packages->size(), 2U);
  EXPECT_EQ((*packages)[0].kind, PackageKind::kTenant);
  EXPECT_EQ((*packages)[1].kind, PackageKind::kOverrides);
  EXPECT_EQ((*packages)[1].id(), core::VersionedName("issue-report+prizren@3"));
  const auto loaded = LoadPackage((*packages)[1]);
  ASSERT_TRUE(loaded);
  EXPECT_EQ(std::get<core::Overrides>(*loaded).tenant, core::TenantId("prizren"));
  const LoadContext around{.tenants = {"peje"}, .calendars = {}, .zones = {}, .workflows = {"issue-reports"}};
  EXPECT_THAT(
      LintPackage((*packages)[1], around),
      ElementsAre(Field(&Issue::message, HasSubstr("no workflow 'issue-report', did you mean 'issue-reports'?")),
                  Field(&Issue::message, HasSubstr("no tenant 'prizren'"))));
}

TEST_F(Package, OfTimeZonesTakesItsVersionFromTheFolder) {
  Write("2025b/Europe/Belgrade", "TZif2...");
  Write("2025b/UTC", "TZif2");
  Write("2025b/README.md", "left out");
  const auto packages = ReadPackages(Path());
  ASSERT_TRUE(packages) << packages.error().message;
  ASSERT_EQ(packages->size(), 1u);
  EXPECT_EQ(packages->front().id(), core::VersionedName("tzdata@2025b"));
  const auto loaded = LoadPackage(packages->front());
  ASSERT_TRUE(loaded);
  EXPECT_EQ(std::get<TzData>(*loaded).zones.size(), 2u);
}

TEST_F(Package, SeveralAreFoundUnderAFolder) {
  Write("b/tenant.yaml", kTenant);
  Write("a/x/calendar.yaml", "calendar: k\nversion: \"1\"\n");
  Write("a/x/days.csv", "date,name\n");
  Write(".hidden/tenant.yaml", "");
  Write("empty/readme", "");
  const auto packages = ReadPackages(Path());
  ASSERT_TRUE(packages) << packages.error().message;
  ASSERT_EQ(packages->size(), 2u);
  EXPECT_EQ((*packages)[0].name, "k");
  EXPECT_TRUE((*packages)[0].files.contains("days.csv"));
  EXPECT_EQ((*packages)[1].name, "prizren");
}

TEST_F(Package, IsRefusedWhenItIsNone) {
  EXPECT_EQ(ReadPackageDirectory(Path("nowhere")).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ReadPackageDirectory(Path()).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(ReadPackages(Path()).error().code, ErrorCode::kNotFound);
  Write("tenant.yaml", "tenant: prizren\n");
  EXPECT_THAT(ReadPackageDirectory(Path()).error().message,
              HasSubstr("tenant.yaml:1:1: error: the key 'version' is missing"));
  Write("tenant.yaml", "version: \"1\"\ntenant: Prizren Komuna\n");
  EXPECT_THAT(ReadPackageDirectory(Path()).error().message,
              HasSubstr("tenant.yaml:2:9: error: 'Prizren Komuna' is no name"));
  Write("tenant.yaml", "tenant: prizren\nversion: [1]\n");
  EXPECT_THAT(ReadPackageDirectory(Path()).error().message, HasSubstr("tenant.yaml:2:10: error: version"));
  Write("tenant.yaml", "tenant: [\n");
  EXPECT_THAT(ReadPackageDirectory(Path()).error().message, HasSubstr("no YAML"));
  Write("calendar.yaml", "calendar: x\n");
  EXPECT_THAT(ReadPackageDirectory(Path()).error().message, HasSubstr("of one kind"));
}

TEST(LoadPackage, ChecksNamesAcrossPackages) {
  const PackageFiles package{PackageKind::kTenant, "prizren", "2", {{"tenant.yaml", kTenant}}};
  LoadContext context;
  EXPECT_TRUE(LoadPackage(package, context));
  context.calendars = {"kosova"};
  context.tenants = {"mlga", "prizren"};
  const auto loaded = LoadPackage(package, context);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error(), ElementsAre(AllOf(Field(&Issue::line, 5), Field(&Issue::column, 11),
                                                Field(&Issue::message, HasSubstr("did you mean 'kosova'")))));
}

TEST(LoadPackage, RefusesAnotherIdentity) {
  const PackageFiles package{PackageKind::kTenant, "prizren", "3", {{"tenant.yaml", kTenant}}};
  const auto loaded = LoadPackage(package);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().front().message, HasSubstr("prizren@2"));
}

TEST(LoadPackage, RefusesACalendarOfAnotherVersion) {
  constexpr const char* kCalendar = R"(calendar: town
version: "2"
zone: Europe/Belgrade
covers: {from: 2026-01-01, to: 2026-12-31}
week: {monday: ["08:00-16:00"]}
)";
  EXPECT_TRUE(LoadPackage({PackageKind::kCalendar, "town", "2", {{"calendar.yaml", kCalendar}}}));
  const auto loaded = LoadPackage({PackageKind::kCalendar, "town", "3", {{"calendar.yaml", kCalendar}}});
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().front().message, HasSubstr("town@2"));
}

TEST(PackageCodec, RefusesInstantsBeyondTheYears1To9999) {
  PublishedPackage package{
      {PackageKind::kTenant, "prizren", "2", {{"tenant.yaml", kTenant}}}, kEarliestInstant, kLatestInstant, "operator"};
  EXPECT_EQ(DecodePackage(EncodePackage(package)), package);
  package.effective_from = kLatestInstant + Duration{1};
  const auto late = DecodePackage(EncodePackage(package));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(late.error().message, AllOf(HasSubstr("prizren@2"), HasSubstr("effective_from_at_ms")));
  package.effective_from = kEarliestInstant;
  package.published_at = Instant::min();
  EXPECT_FALSE(DecodePackage(EncodePackage(package)));
}

TEST(LoadPackage, RefusesFilesThatLackOrAreNoZones) {
  EXPECT_FALSE(LoadPackage({PackageKind::kWorkflow, "x", "1", {}}));
  EXPECT_FALSE(LoadPackage({PackageKind::kCalendar, "x", "1", {}}));
  EXPECT_FALSE(LoadPackage({PackageKind::kTzData, "tzdata", "1", {}}));
  EXPECT_FALSE(LoadPackage({PackageKind::kTzData, "tzdata", "1", {{"UTC", "no zone"}}}));
}

TEST(PackageKind, HasNames) {
  for (int i = 0; i < kPackageKindCount; ++i) {
    const auto kind = static_cast<PackageKind>(i);
    EXPECT_EQ(ParsePackageKind(PackageKindName(kind)), kind);
  }
  EXPECT_FALSE(ParsePackageKind("workflows"));
}

}  // namespace
}  // namespace rasti::codec
