#include "tools/rasti/history_pages.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;

class HistoryPagesTest : public testing::Test {
 protected:
  void SetUp() override {
    Write(id_, test::Submitted(id_));
    for (int i = 0; i < 6; ++i) Write(id_, core::CaseReferred{fmt::format("office {}", i), ""});
    for (const ports::StoredEvent& event : log_.events({0})) records_.push_back(event.value);
  }
  void Write(const core::CaseId& id, core::EventPayload payload) {
    writer_.Write(id, core::TenantId("prishtine"), test::SampleStart(), std::move(payload));
  }
  // As a view answers, with so many events a page.
  ReadHistoryPage Pages(size_t most) const {
    return [this, most](const views::HistoryQuery& query) -> Result<views::HistoryPage> {
      views::HistoryPage page;
      size_t at = static_cast<size_t>(query.from.value) - 1;
      const size_t end = std::min(records_.size(), at + std::min(most, query.limit));
      while (at < end) page.records.push_back(records_[at++]);
      if (at < records_.size()) page.next = core::Revision{static_cast<int64_t>(at) + 1};
      return page;
    };
  }
  void ExpectBroken(const std::string& reason) const {
    const auto part = ReadHistory(Pages(2), {});
    ASSERT_FALSE(part);
    EXPECT_EQ(part.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(part.error().message, HasSubstr(reason));
  }

  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  test::EventWriter writer_{log_};
  const core::CaseId id_ = test::SampleCaseId(1);
  std::vector<std::string> records_;
};

TEST_F(HistoryPagesTest, AreTheHistoryWhateverTheirSize) {
  for (const size_t most : {1u, 2u, 3u, 7u, 100u}) {
    const auto part = ReadHistory(Pages(most), {});
    ASSERT_TRUE(part) << part.error().message;
    EXPECT_EQ(part->history.records, records_);
    ASSERT_EQ(part->history.events.size(), 7u);
    EXPECT_EQ(part->history.events.back().event.revision, core::Revision{7});
    EXPECT_FALSE(part->next);
  }
}

TEST_F(HistoryPagesTest, APartSaysWhereToGoOn) {
  views::HistoryQuery query;
  query.from = core::Revision{3};
  query.limit = 3;
  const auto part = ReadHistory(Pages(2), query);
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_THAT(part->history.records, testing::ElementsAre(records_[2], records_[3], records_[4]));
  EXPECT_EQ(part->next, core::Revision{6});
  query.from = *part->next;
  const auto rest = ReadHistory(Pages(2), query);
  ASSERT_TRUE(rest) << rest.error().message;
  EXPECT_EQ(rest->history.records.size(), 2u);
  EXPECT_FALSE(rest->next);
}

TEST_F(HistoryPagesTest, AnEventThatIsNotTheNextIsTold) {
  const auto whole = records_;
  records_.erase(records_.begin());
  ExpectBroken("not revision 1");
  records_ = whole;
  // Within a page, and from one to the next.
  std::swap(records_[4], records_[5]);
  ExpectBroken("sequence 5: not revision 5");
  records_ = whole;
  std::swap(records_[3], records_[4]);
  ExpectBroken("sequence 4: not revision 4");
  records_ = whole;
  char& spoilt = records_[2][records_[2].size() / 2];
  spoilt = static_cast<char>(spoilt ^ 1);
  ExpectBroken("partition 0, revision 3");
  const core::CaseId other = test::SampleCaseId(2);
  Write(other, test::Submitted(other));
  Write(other, core::CaseReferred{"office", ""});
  records_ = whole;
  records_[1] = log_.events({0}).back().value;
  ExpectBroken(fmt::format("not revision 2 of case {}", id_.str()));
}

TEST_F(HistoryPagesTest, PagesThatDoNotFollowAreNotTaken) {
  const auto empty = ReadHistory([](const views::HistoryQuery&) { return views::HistoryPage{}; }, {});
  EXPECT_EQ(empty.error().code, ErrorCode::kInternal);
  const auto again = ReadHistory(
      [&](const views::HistoryQuery&) -> Result<views::HistoryPage> {
        return views::HistoryPage{{0}, {records_[0]}, core::Revision{1}};
      },
      {});
  EXPECT_EQ(again.error().code, ErrorCode::kInternal);
  views::HistoryQuery query;
  query.limit = 1;
  const auto more = ReadHistory(
      [&](const views::HistoryQuery&) -> Result<views::HistoryPage> {
        return views::HistoryPage{{0}, {records_[0], records_[1]}, std::nullopt};
      },
      query);
  EXPECT_EQ(more.error().code, ErrorCode::kInternal);
}

}  // namespace
}  // namespace rasti::cli
