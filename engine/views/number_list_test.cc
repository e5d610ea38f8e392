#include "engine/views/number_list.h"

#include <gmock/gmock.h>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::seconds;
using testing::IsEmpty;

const core::TenantId kTenant("prishtine");

class NumberListTest : public testing::TestWithParam<bool> {
 protected:
  NumberListTest() { all_.Reopen({.keep_events = GetParam()}); }

  static core::CaseId Holder(int64_t number) { return test::SampleCaseId(static_cast<uint64_t>(number)); }
  static Instant IssuedAt(int64_t number) { return test::SampleStart() + seconds(number); }

  // A register as the engine writes one, with so many numbers.
  void WriteRegister(int64_t numbers) {
    const core::CaseId id = core::RegisterCaseId(kTenant, "protocol", "2026");
    test::EventWriter writer(all_.log, core::RegisterDefinition().version);
    core::CaseSubmitted opened = test::Submitted(id, "protocol 2026");
    opened.workflow = core::RegisterDefinition().id;
    writer.Write(id, kTenant, test::SampleStart(), opened);
    writer.Write(id, kTenant, test::SampleStart(), core::StageEntered{core::StageId("open"), {}, {}, false, {}, {}});
    for (int64_t number = 1; number <= numbers; ++number) {
      writer.Write(id, kTenant, IssuedAt(number), core::NumberIssued{number, Holder(number)});
    }
    const auto done = all_.Project(7);
    ASSERT_TRUE(done.has_value()) << done.error().message;
  }
  NumberPage Ask(int64_t from, size_t limit, const std::string& period = "2026") {
    const auto page = all_.views.Numbers({kTenant, "protocol", period, from, limit});
    EXPECT_TRUE(page.has_value()) << (page ? "" : page.error().message);
    return page.value_or(NumberPage{});
  }

  LogAndViews all_{2};
};

TEST_P(NumberListTest, PagesAreDense) {
  WriteRegister(25);
  for (const size_t limit : {1U, 4U, 24U, 25U, 100U}) {
    int64_t next = 1;
    for (NumberPage page = Ask(1, limit); !page.rows.empty(); page = Ask(next, limit)) {
      EXPECT_EQ(page.total, 25);
      EXPECT_LE(page.rows.size(), limit);
      for (const NumberRow& row : page.rows) {
        EXPECT_EQ(row, (NumberRow{next, Holder(next), IssuedAt(next)}));
        ++next;
      }
    }
    EXPECT_EQ(next, 26);
  }
  EXPECT_EQ(Ask(25, INT64_MAX).rows.size(), 1u);
  EXPECT_THAT(Ask(26, 10).rows, IsEmpty());
  EXPECT_THAT(Ask(INT64_MAX, 10).rows, IsEmpty());
}

TEST_P(NumberListTest, ARegisterThatGaveNoneHasNone) {
  WriteRegister(3);
  EXPECT_EQ(Ask(1, 10, "2025"), NumberPage{});
}

TEST_P(NumberListTest, WhatIsNoPageIsRefused) {
  EXPECT_EQ(all_.views.Numbers({kTenant, "protocol", "2026", 0, 10}).error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(all_.views.Numbers({kTenant, "protocol", "2026", 1, 0}).error().code, ErrorCode::kInvalidArgument);
}

TEST_P(NumberListTest, ARegisterIsNoCaseOfAnybody) {
  WriteRegister(3);
  InboxQuery inbox;
  inbox.tenant = kTenant;
  EXPECT_EQ(all_.views.Inbox(inbox)->total, (ListTotal{0, true}));
  PublicQuery shown;
  shown.tenant = kTenant;
  EXPECT_EQ(all_.views.Public(shown)->total, 0);
  EXPECT_THAT(all_.views.ListCases({})->pages, IsEmpty());
  EXPECT_EQ(*all_.views.Tally({}, {}, {}, test::SampleStart()), StatusTally{});
  StatsQuery stats;
  stats.bounds = {*ParseInstant("2020-01-01T00:00:00Z"), *ParseInstant("2030-01-01T00:00:00Z")};
  EXPECT_THAT(*all_.views.Stats(stats), IsEmpty());
  const auto history = all_.views.History(core::RegisterCaseId(kTenant, "protocol", "2026"));
  EXPECT_EQ(history->events.size(), 5u);
}

INSTANTIATE_TEST_SUITE_P(All, NumberListTest, testing::Bool(),
                         [](const auto& kept) { return kept.param ? "EventsKept" : "EventsInTheLog"; });

}  // namespace
}  // namespace rasti::views
