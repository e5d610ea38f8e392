#include "engine/codec/calendar_amendment.h"

#include <gmock/gmock.h>

#include "engine/codec/calendar_yaml.h"

namespace rasti::codec {
namespace {

using testing::HasSubstr;

constexpr const char* kYaml = R"(# By hand.
calendar: test
version: "1"
zone: Europe/Belgrade
covers: {from: 2026-01-01, to: 2026-12-31}
week:
  monday: ["08:00-12:00", "13:00-16:00"]
  tuesday: ["08:00-16:00"]
  saturday: ["09:00-24:00"]
days:
  - {date: 2026-05-05, name: "Open: half the day", hours: ["08:00-12:00"]}
  - {date: 2026-06-02, name: A strike, legal_basis: Decision 7}
holidays: days.csv
)";
constexpr const char* kCsv =
    "date,name_en,name_sq,moved,estimated\n"
    "2026-03-02,Moved Day,Ditë,1,0\n"
    "2026-03-20,Eid al-Fitr,Bajrami,0,1\n";

PackageFiles Base() { return {PackageKind::kCalendar, "test", "1", {{"calendar.yaml", kYaml}, {"days.csv", kCsv}}}; }

sla::CalendarSpec SpecOf(const PackageFiles& package) {
  std::vector<Issue> issues;
  auto spec = ReadCalendar(package.files, issues);
  for (const Issue& issue : issues) ADD_FAILURE() << issue.ToString();
  return spec.value_or(sla::CalendarSpec());
}

TEST(AmendCalendar, PutsDaysInAndLeavesTheRestAsItWas) {
  const PackageFiles base = Base();
  const sla::ExceptionalDay off{{}, "Eid \"al-Fitr\": späť\n# no comment", false, "Decision 03/12"};
  const sla::ExceptionalDay half{{{480, 720}}, "Half a day", true, ""};
  const auto amended = AmendCalendar(base, {"2", {{sla::Day(2026, 3, 23), off}, {sla::Day(2026, 3, 20), half}}});
  ASSERT_TRUE(amended) << amended.error().message;
  EXPECT_EQ(amended->id().str(), "test@2");
  EXPECT_EQ(amended->files.at("days.csv"), kCsv);

  sla::CalendarSpec expected = SpecOf(base);
  expected.exceptional_days[sla::Day(2026, 3, 23)] = off;
  expected.exceptional_days[sla::Day(2026, 3, 20)] = half;
  const sla::CalendarSpec got = SpecOf(*amended);
  EXPECT_EQ(got.exceptional_days, expected.exceptional_days);
  EXPECT_EQ(got.week, expected.week);
  EXPECT_EQ(got.zone_name, expected.zone_name);
  EXPECT_EQ(got.covers_from, expected.covers_from);
  EXPECT_EQ(got.covers_to, expected.covers_to);
  // Where a day comes from is told too.
  EXPECT_TRUE(got.exceptional_days.at(sla::Day(2026, 3, 2)).moved);
  EXPECT_TRUE(got.exceptional_days.at(sla::Day(2026, 3, 2)).from_table);
  EXPECT_EQ(got.exceptional_days.at(sla::Day(2026, 6, 2)).legal_basis, "Decision 7");

  // Amending goes on from there, and gives the same bytes each time.
  const auto again = AmendCalendar(*amended, {"3", {{sla::Day(2026, 3, 23), half}}});
  ASSERT_TRUE(again) << again.error().message;
  expected.exceptional_days[sla::Day(2026, 3, 23)] = half;
  EXPECT_EQ(SpecOf(*again).exceptional_days, expected.exceptional_days);
  EXPECT_EQ(*AmendCalendar(*amended, {"3", {{sla::Day(2026, 3, 23), half}}}), *again);
}

TEST(AmendCalendar, ACalendarWithoutDaysOrTableGetsThem) {
  PackageFiles base = Base();
  base.files = {{"calendar.yaml",
                 "calendar: test\nversion: \"1\"\nzone: UTC\ncovers: {from: 2026-01-01, to: 2026-12-31}\n"
                 "week: {monday: [\"08:00-16:00\"]}\n"}};
  const sla::ExceptionalDay off{{}, "Flood", false, "Decision 1"};
  const auto amended = AmendCalendar(base, {"1b", {{sla::Day(2026, 3, 23), off}}});
  ASSERT_TRUE(amended) << amended.error().message;
  EXPECT_EQ(SpecOf(*amended).exceptional_days, (std::map<sla::Day, sla::ExceptionalDay>{{sla::Day(2026, 3, 23), off}}));
}

TEST(AmendCalendar, WhatWouldBeNoCalendarIsRefusedWithTheReason) {
  const PackageFiles base = Base();
  const sla::ExceptionalDay off{{}, "Off", false, ""};
  const auto beyond = AmendCalendar(base, {"2", {{sla::Day(2027, 1, 4), off}}});
  ASSERT_FALSE(beyond);
  EXPECT_THAT(beyond.error().message, HasSubstr("outside of what the calendar covers"));
  const auto nameless = AmendCalendar(base, {"2", {{sla::Day(2026, 3, 23), {}}}});
  ASSERT_FALSE(nameless);
  EXPECT_THAT(nameless.error().message, HasSubstr("name"));
  const auto no_version = AmendCalendar(base, {"a b", {{sla::Day(2026, 3, 23), off}}});
  ASSERT_FALSE(no_version);
  EXPECT_THAT(no_version.error().message, HasSubstr("version"));
  PackageFiles other = base;
  other.kind = PackageKind::kTenant;
  EXPECT_THAT(AmendCalendar(other, {"2", {}}).error().message, HasSubstr("a tenant, no calendar"));
}

}  // namespace
}  // namespace rasti::codec
