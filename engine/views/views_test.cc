#include "engine/views/views.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <atomic>
#include <cctype>
#include <thread>

#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using std::chrono::hours;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// A moment near to what happened: an event's own time, or a little before or behind it.
Moment RandomMoment(test::RandomLife& life, const std::vector<core::Event>& events) {
  const auto near = [&](bool recorded) {
    const core::EventContext& context = events[life.Below(events.size())].ctx();
    const Instant at = recorded ? context.recorded_at : context.occurred_at;
    return at + Duration{static_cast<int64_t>(life.Below(3)) - 1};
  };
  Moment moment;
  const uint64_t kind = life.Below(3);
  if (kind != 0) moment.at = near(false);
  if (kind != 1) moment.known_at = near(true);
  return moment;
}

RC_GTEST_PROP(ViewsProperty, AsOfIsTheFoldOfThePrefix, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 4, .historic_percent = 40});
  all.Reopen({.keep_events = life.Below(2) == 0});
  life.RunTo(120);
  RC_ASSERT(all.Project(1 + life.Below(30)).has_value());
  for (const auto& [id, state] : life.cases()) {
    const auto events = EventsOf(all.log, id);
    for (int i = 0; i < 12; ++i) {
      const Moment moment = RandomMoment(life, events);
      const core::CaseState expected = FoldUntil(events, moment);
      const auto page = all.views.GetCase(id, moment);
      const auto history = all.views.History(id, moment);
      if (!expected.Exists()) {
        RC_ASSERT(page.error().code == ErrorCode::kNotFound);
        RC_ASSERT(history.error().code == ErrorCode::kNotFound);
        continue;
      }
      RC_ASSERT(page->state == expected);
      RC_ASSERT(history->events.size() == static_cast<size_t>(expected.revision.value));
      RC_ASSERT(history->events.back().event == events[history->events.size() - 1]);
      RC_ASSERT(page->head == history->events.back().hash);
    }
  }
}

RC_GTEST_PROP(ViewsProperty, PagesOfAHistoryAreTheHistory, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 3});
  all.Reopen({.keep_events = life.Below(2) == 0});
  life.RunTo(120);
  RC_ASSERT(all.Project(1 + life.Below(30)).has_value());
  for (const auto& [id, state] : life.cases()) {
    HistoryQuery query;
    if (life.Below(2) == 0) query.moment = RandomMoment(life, EventsOf(all.log, id));
    query.limit = 1 + life.Below(9);
    query.bytes = life.Below(3'000);
    const auto whole = all.views.History(id, query.moment);
    if (!whole) {
      RC_ASSERT(all.views.HistoryFrom(id, query).error().code == ErrorCode::kNotFound);
      continue;
    }
    std::vector<std::string> records;
    for (std::optional<core::Revision> next = query.from; next;) {
      query.from = *next;
      const auto page = all.views.HistoryFrom(id, query);
      RC_ASSERT(page.has_value());
      RC_ASSERT(page->partition == whole->partition);
      RC_ASSERT(!page->records.empty() && page->records.size() <= query.limit);
      size_t bytes = 0;
      for (const std::string& record : page->records) {
        bytes += record.size();
        records.push_back(record);
      }
      RC_ASSERT(page->records.size() == 1 || bytes <= query.bytes);
      next = page->next;
    }
    RC_ASSERT(records == whole->records);
    query.from = core::Revision{static_cast<int64_t>(records.size()) + 1};
    RC_ASSERT(all.views.HistoryFrom(id, query).error().code == ErrorCode::kInvalidArgument);
  }
}

class ViewsTest : public testing::Test {
 protected:
  ViewsTest() : writer_(all_.log) {}

  LogAndViews all_;
  test::EventWriter writer_;
  const core::CaseId id_ = test::SampleCaseId(1);
  const core::TenantId tenant_{"prishtine"};
  const Instant at_ = test::SampleStart();
};

TEST_F(ViewsTest, ToldLateButHappenedEarly) {
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  // A paper form that was typed in two days later.
  writer_.Write(id_, tenant_, at_ + hours(1), core::CaseReferred{"KEDS", ""}, at_ + hours(48));
  ASSERT_TRUE(all_.Project().has_value());

  const Instant between = at_ + hours(24);
  EXPECT_EQ(all_.views.CaseAt(id_, between)->state.referred_to, "KEDS");
  EXPECT_EQ(all_.views.CaseKnownAt(id_, between)->state.referred_to, "");
  EXPECT_EQ(all_.views.GetCase(id_, {.at = between, .known_at = between})->state.referred_to, "");
  EXPECT_EQ(all_.views.GetCase(id_)->state.referred_to, "KEDS");
}

TEST_F(ViewsTest, ThePrefixIncludesItsInstant) {
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_TRUE(all_.views.CaseAt(id_, at_).has_value());
  const auto before = all_.views.CaseAt(id_, at_ - Duration{1});
  ASSERT_FALSE(before.has_value());
  EXPECT_EQ(before.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(before.error().message, HasSubstr("there was no case"));
}

TEST_F(ViewsTest, AnUnknownCaseIsNotFound) {
  EXPECT_EQ(all_.views.GetCase(id_).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(all_.views.History(id_).error().code, ErrorCode::kNotFound);
}

TEST_F(ViewsTest, APageOfAHistoryBeginsWithARevisionAndHoldsSomething) {
  EXPECT_EQ(all_.views.HistoryFrom(id_, {}).error().code, ErrorCode::kNotFound);
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  ASSERT_TRUE(all_.Project().has_value());
  HistoryQuery query;
  query.from = core::Revision{0};
  EXPECT_EQ(all_.views.HistoryFrom(id_, query).error().code, ErrorCode::kInvalidArgument);
  query.from = core::Revision{1};
  query.limit = 0;
  EXPECT_EQ(all_.views.HistoryFrom(id_, query).error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ViewsTest, APageOfCasesEndsByBytesToo) {
  for (const uint64_t n : {1U, 2U, 3U}) {
    const core::CaseId id = test::SampleCaseId(n);
    writer_.Write(id, tenant_, at_, test::Submitted(id));
  }
  ASSERT_TRUE(all_.Project().has_value());
  const auto whole = all_.views.ListCases({});
  ASSERT_TRUE(whole.has_value());
  ASSERT_EQ(whole->pages.size(), 3u);
  CaseQuery query;
  query.bytes = 1;
  for (size_t i = 0; i < 3; ++i) {
    const auto page = all_.views.ListCases(query);
    ASSERT_TRUE(page.has_value());
    EXPECT_THAT(page->pages, ElementsAre(whole->pages[i]));
    EXPECT_EQ(page->next.has_value(), i < 2);
    query.after = page->next;
  }
}

TEST_F(ViewsTest, FindsCasesByReference) {
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  ASSERT_TRUE(all_.Project().has_value());
  std::string typed = core::PublicReference(id_);
  std::erase(typed, '-');
  for (char& c : typed) c = static_cast<char>(std::tolower(c));
  EXPECT_THAT(*all_.views.FindReference(typed), ElementsAre(id_));
  EXPECT_EQ(all_.views.FindCase(typed), id_);
  EXPECT_EQ(all_.views.FindCase(id_.str()), id_);

  const std::string unknown = core::PublicReference(test::SampleCaseId(2));
  EXPECT_THAT(*all_.views.FindReference(unknown), IsEmpty());
  EXPECT_EQ(all_.views.FindCase(unknown).error().code, ErrorCode::kNotFound);
  EXPECT_EQ(all_.views.FindReference("7ZK4").error().code, ErrorCode::kInvalidArgument);
  EXPECT_EQ(all_.views.FindCase("7ZK4").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(ViewsTest, AReferenceOfSeveralCasesNamesThem) {
  const core::CaseId other = test::SampleCaseId(2);
  core::CaseSubmitted same = test::Submitted(other);
  same.reference = core::PublicReference(id_);
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  writer_.Write(other, tenant_, at_, same);
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_EQ(all_.views.FindReference(same.reference)->size(), 2u);
  const auto one = all_.views.FindCase(same.reference);
  ASSERT_FALSE(one.has_value());
  EXPECT_THAT(one.error().message, HasSubstr(id_.str()));
  EXPECT_THAT(one.error().message, HasSubstr(other.str()));
}

TEST_F(ViewsTest, AChangedEventInTheLogIsNamed) {
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  writer_.Write(id_, tenant_, at_ + hours(1), core::CaseReferred{"KEDS", ""});
  ASSERT_TRUE(all_.Project().has_value());
  const core::PartitionId partition = all_.views.GetCase(id_)->partition;
  all_.log.FlipByte(partition, {0}, 60);
  const auto history = all_.views.History(id_);
  ASSERT_FALSE(history.has_value());
  EXPECT_EQ(history.error().code, ErrorCode::kCorruption);
  EXPECT_THAT(history.error().message, HasSubstr(fmt::format("partition {}, sequence 0", partition.value)));
}

TEST_F(ViewsTest, EventsThatAreKeptAreReadWithoutTheLog) {
  all_.Reopen({.keep_events = true});
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  ASSERT_TRUE(all_.Project().has_value());
  writer_.Write(id_, tenant_, at_ + hours(1), core::CaseReferred{"KEDS", ""});
  ASSERT_TRUE(all_.Project().has_value());
  const core::PartitionId partition = all_.views.GetCase(id_)->partition;
  const auto records = all_.log.events(partition);
  // What the log says from now on is not asked.
  all_.log.FlipByte(partition, {0}, 60);
  const auto history = all_.views.History(id_);
  ASSERT_TRUE(history.has_value());
  ASSERT_EQ(history->records.size(), 2u);
  EXPECT_EQ(history->records[0], records[0].value);
  EXPECT_EQ(history->records[1], records[1].value);
  EXPECT_EQ(all_.views.CaseAt(id_, at_)->state.revision.value, 1);
}

TEST_F(ViewsTest, KeepingEventsBeginsWithNewViews) {
  writer_.Write(id_, tenant_, at_, test::Submitted(id_));
  ASSERT_TRUE(all_.Project().has_value());
  all_.Reopen({.keep_events = true});
  EXPECT_EQ(all_.views.GetCase(id_).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(all_.Project().has_value());
  all_.log.FlipByte(all_.views.GetCase(id_)->partition, {0}, 60);
  EXPECT_TRUE(all_.views.History(id_).has_value());
  all_.Reopen();
  ASSERT_EQ(all_.views.GetCase(id_).error().code, ErrorCode::kNotFound);
}

TEST(ViewsThreadsTest, ReadsAgreeWithinThemselvesWhileTheProjectionGoesOn) {
  LogAndViews all(1);
  test::RandomLife life(World(), all.log, {.seed = 11, .cases = 3});
  life.RunTo(2000);
  std::atomic<bool> ended = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      while (!ended) {
        for (uint64_t n = 0; n < 3; ++n) {
          const auto history = all.views.History(test::SampleCaseId(n));
          const auto page = all.views.GetCase(test::SampleCaseId(n));
          if (!history) continue;
          ASSERT_TRUE(page.has_value());
          EXPECT_LE(history->events.back().event.revision, page->state.revision);
        }
        EXPECT_TRUE(all.views.Overdue({}, life.now()).has_value()) << "every row has its case and clock";
      }
    });
  }
  EXPECT_TRUE(all.Project(10).has_value());
  ended = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace rasti::views
