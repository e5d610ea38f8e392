#include "engine/codec/calendar_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/broken_for_test.h"

namespace rasti::codec {
namespace {

using ::testing::Contains;
using ::testing::Each;
using ::testing::Field;

constexpr const char* kYaml = R"(calendar: test
version: "1"
zone: Europe/Belgrade
covers: {from: 2026-01-01, to: 2026-12-31}
week:
  monday: ["08:00-12:00", "13:00-16:00"]
  tuesday: ["08:00-16:00"]
days:
  - {date: 2026-05-05, name: Open half the day, hours: ["08:00-12:00"]}
  - {date: 2026-03-20, name: Eid as the government fixed it}
holidays: days.csv
)";
constexpr const char* kCsv =
    "date,name_en,name_sq,estimated\n"
    "2026-01-01,New Year's Day,Viti i Ri,0\n"
    "2026-05-09,Europe Day,Dita e Evropës,0\n"
    "2026-05-09,\"Another, same day\",Tjetër,1\n"
    "2026-03-20,Eid al-Fitr,Bajrami,1\n";

struct Read {
  std::optional<sla::CalendarSpec> spec;
  std::vector<Issue> issues;
};

Read ReadIt(const std::string& yaml, const std::string& csv) {
  Read read;
  read.spec = ReadCalendar({{"calendar.yaml", yaml}, {"days.csv", csv}}, read.issues);
  return read;
}

TEST(ReadCalendar, ReadsWeekDaysAndHolidays) {
  const Read read = ReadIt(kYaml, kCsv);
  for (const Issue& issue : read.issues) ADD_FAILURE() << issue.ToString();
  ASSERT_TRUE(read.spec);
  EXPECT_EQ(read.spec->zone_name, "Europe/Belgrade");
  EXPECT_EQ(read.spec->week[0], (sla::DayHours{{480, 720}, {780, 960}}));
  EXPECT_TRUE(read.spec->week[6].empty());
  EXPECT_EQ(read.spec->covers_to, sla::Day(2026, 12, 31));
  EXPECT_EQ(read.spec->exceptional_days.size(), 4u);
  EXPECT_EQ(read.spec->exceptional_days.at(sla::Day(2026, 5, 5)).hours, (sla::DayHours{{480, 720}}));
}

TEST(ReadCalendar, JoinsHolidaysThatShareADate) {
  const Read read = ReadIt(kYaml, kCsv);
  ASSERT_TRUE(read.spec);
  const sla::ExceptionalDay& day = read.spec->exceptional_days.at(sla::Day(2026, 5, 9));
  EXPECT_EQ(day.name, "Europe Day / Another, same day");
  EXPECT_TRUE(day.estimated);
}

TEST(ReadCalendar, GivesTheYamlTheLastWord) {
  const Read read = ReadIt(kYaml, kCsv);
  ASSERT_TRUE(read.spec);
  const sla::ExceptionalDay& day = read.spec->exceptional_days.at(sla::Day(2026, 3, 20));
  EXPECT_EQ(day.name, "Eid as the government fixed it");
  EXPECT_FALSE(day.estimated);
}

class BrokenCalendars : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenCalendars, AreToldWithPlaceAndRemedy) {
  const Broken& broken = GetParam();
  const Read read = ReadIt(Replaced(kYaml, broken.from, broken.to), kCsv);
  EXPECT_FALSE(read.spec);
  EXPECT_THAT(read.issues, Tells(broken));
  EXPECT_THAT(read.issues, Each(Field(&Issue::file, "calendar.yaml")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenCalendars,
    ::testing::Values(Broken{"Key", "zone:", "zon:", 3, 1, "did you mean 'zone'"},
                      Broken{"Weekday", "tuesday:", "tusday:", 7, 3, "did you mean 'tuesday'"},
                      Broken{"Hours", "\"08:00-16:00\"", "\"8-16\"", 7, 13, "no opening hours"},
                      Broken{"HoursBackwards", "\"08:00-16:00\"", "\"16:00-08:00\"", 7, 13, "closes before it opens"},
                      Broken{"HoursOverlap", "\"13:00-16:00\"", "\"11:00-16:00\"", 6, 27, "are over"},
                      Broken{"Date", "2026-05-05", "2026-02-30", 9, 12, "must be a date"},
                      Broken{"Uncovered", "2026-05-05", "2027-05-05", 9, 12, "outside"},
                      Broken{"Twice", "2026-03-20", "2026-05-05", 10, 12, "stands twice"},
                      Broken{"Coverage", "to: 2026-12-31", "to: 2025-12-31", 4, 32, "ends before it starts"},
                      Broken{"NoFile", "days.csv", "dys.csv", 11, 11, "no file 'dys.csv'"}),
    [](const auto& test) { return test.param.name; });

class BrokenHolidayTables : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenHolidayTables, AreToldWithPlaceAndRemedy) {
  const Broken& broken = GetParam();
  const Read read = ReadIt(kYaml, Replaced(kCsv, broken.from, broken.to));
  EXPECT_FALSE(read.spec);
  EXPECT_THAT(read.issues, Tells(broken));
  EXPECT_THAT(read.issues, Contains(Field(&Issue::file, "days.csv")));
}

INSTANTIATE_TEST_SUITE_P(All, BrokenHolidayTables,
                         ::testing::Values(Broken{"Column", "estimated", "estimate", 1, 22, "no column 'estimate'"},
                                           Broken{"NoDate", "date,", "day,", 1, 1, "the columns 'date' and 'name'"},
                                           Broken{"CsvDate", "2026-01-01", "01.01.2026", 2, 1, "must be a date"},
                                           Broken{"CsvUncovered", "2026-01-01", "2025-01-01", 2, 1, "outside"},
                                           Broken{"CsvFlag", "Viti i Ri,0", "Viti i Ri,no", 2, 37, "0 or 1"},
                                           Broken{"CsvFields", "Viti i Ri,0", "Viti i Ri", 2, 1, "3 fields"},
                                           Broken{"CsvQuote", "\"Another, same day\"", "\"Another, same day", 4, 12,
                                                  "not closed"}),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rasti::codec
