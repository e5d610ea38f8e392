#include "tools/rasti/calendar/forecast.h"

#include <gtest/gtest.h>

#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

TEST(ForecastWire, QuestionsGoOverTheSocketAsTheyAre) {
  ForecastQuery query;
  query.calendar = "kosovo";
  query.tenant = core::TenantId("prishtine");
  query.limit = 17;
  query.cursor = "beef";
  query.amended = {{codec::PackageKind::kCalendar, "kosovo", "2", {{"calendar.yaml", "calendar: kosovo\n"}}},
                   test::SampleStart(),
                   test::SampleStart(),
                   "somebody"};
  v1::Request::ForecastReplan wire;
  ToWire(query, wire);
  const auto read = FromWire(wire);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->calendar, query.calendar);
  EXPECT_EQ(read->tenant, query.tenant);
  EXPECT_EQ(read->limit, query.limit);
  EXPECT_EQ(read->cursor, query.cursor);
  ASSERT_TRUE(read->amended);
  EXPECT_EQ(read->amended->files, query.amended->files);
  EXPECT_EQ(read->amended->effective_from, query.amended->effective_from);
  // What is in force now, for all tenants; and no page is as long as somebody likes.
  v1::Request::ForecastReplan plain;
  plain.set_most(1'000'000);
  EXPECT_EQ(FromWire(plain)->limit, 20'000U);
  EXPECT_FALSE(FromWire(plain)->amended);
  EXPECT_FALSE(FromWire(plain)->tenant);
}

TEST(ForecastWire, PagesGoOverTheSocketAsTheyAre) {
  const Instant start = test::SampleStart();
  ForecastPage page;
  page.moves = {{core::TenantId("prishtine"),
                 test::SampleCaseId(1),
                 {core::ClockId("resolve"), start, start + std::chrono::hours(24), start + std::chrono::hours(20)},
                 true}};
  page.kept = {{core::TenantId("prizren"), test::SampleCaseId(2), "the calendar covers too little"}};
  page.cases = 2;
  page.next = "beef";
  v1::Response::Forecast wire;
  ToWire(page, wire);
  const auto read = FromWire(wire);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->moves, page.moves);
  EXPECT_EQ(read->kept, page.kept);
  EXPECT_EQ(read->cases, 2);
  EXPECT_EQ(read->next, "beef");
  wire.mutable_moves(0)->set_case_id("short");
  EXPECT_FALSE(FromWire(wire)) << "no case id";
}

}  // namespace
}  // namespace rasti::cli
