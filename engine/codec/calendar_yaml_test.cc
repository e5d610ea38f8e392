#include "engine/codec/calendar_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::codec {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

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

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
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

struct Broken {
  const char* name;
  bool in_csv;
  const char* from;
  const char* to;
  int line;
  int column;
  const char* message;
};

class BrokenCalendars : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenCalendars, AreToldWithPlaceAndRemedy) {
  const Broken& broken = GetParam();
  const Read read = broken.in_csv ? ReadIt(kYaml, Replaced(kCsv, broken.from, broken.to))
                                  : ReadIt(Replaced(kYaml, broken.from, broken.to), kCsv);
  EXPECT_FALSE(read.spec);
  EXPECT_THAT(read.issues, Contains(AllOf(Field(&Issue::file, broken.in_csv ? "days.csv" : "calendar.yaml"),
                                          Field(&Issue::line, broken.line), Field(&Issue::column, broken.column),
                                          Field(&Issue::message, HasSubstr(broken.message)))));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenCalendars,
    ::testing::Values(Broken{"Key", false, "zone:", "zon:", 3, 1, "did you mean 'zone'"},
                      Broken{"Weekday", false, "tuesday:", "tusday:", 7, 3, "did you mean 'tuesday'"},
                      Broken{"Hours", false, "\"08:00-16:00\"", "\"8-16\"", 7, 13, "no opening hours"},
                      Broken{"HoursBackwards", false, "\"08:00-16:00\"", "\"16:00-08:00\"", 7, 13,
                             "closes before it opens"},
                      Broken{"HoursOverlap", false, "\"13:00-16:00\"", "\"11:00-16:00\"", 6, 27, "are over"},
                      Broken{"Date", false, "2026-05-05", "2026-02-30", 9, 12, "must be a date"},
                      Broken{"Uncovered", false, "2026-05-05", "2027-05-05", 9, 12, "outside"},
                      Broken{"Twice", false, "2026-03-20", "2026-05-05", 10, 12, "stands twice"},
                      Broken{"Coverage", false, "to: 2026-12-31", "to: 2025-12-31", 4, 32, "ends before it starts"},
                      Broken{"NoFile", false, "days.csv", "dys.csv", 11, 11, "no file 'dys.csv'"},
                      Broken{"Column", true, "estimated", "estimate", 1, 22, "no column 'estimate'"},
                      Broken{"NoDate", true, "date,", "day,", 1, 1, "the columns 'date' and 'name'"},
                      Broken{"CsvDate", true, "2026-01-01", "01.01.2026", 2, 1, "must be a date"},
                      Broken{"CsvUncovered", true, "2026-01-01", "2025-01-01", 2, 1, "outside"},
                      Broken{"CsvFlag", true, "Viti i Ri,0", "Viti i Ri,no", 2, 37, "0 or 1"},
                      Broken{"CsvFields", true, "Viti i Ri,0", "Viti i Ri", 2, 1, "3 fields"},
                      Broken{"CsvQuote", true, "\"Another, same day\"", "\"Another, same day", 4, 12, "not closed"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace rasti::codec
