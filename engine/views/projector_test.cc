#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "engine/views/compare.h"
#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// Every case of the views is the fold that deciding kept, and nothing else is there.
void ExpectSameAs(const test::RandomLife& life, const LogAndViews& all) {
  std::map<core::CaseId, CasePage> pages;
  const auto status = all.views.ForEachCase([&](const CasePage& page) -> Status {
    pages[page.state.id] = page;
    return {};
  });
  RC_ASSERT(status.has_value());
  RC_ASSERT(pages.size() == life.cases().size());
  for (const auto& [id, state] : life.cases()) {
    RC_ASSERT(pages[id].state == state);
    RC_ASSERT(pages[id].head == life.heads().at(id));
    RC_ASSERT(pages[id].partition == life.PartitionOf(id));
    const auto history = all.views.History(id);
    RC_ASSERT(history.has_value());
    RC_ASSERT(FoldUntil(EventsOf(all.log, id), {}) == state);
    RC_ASSERT(history->events.size() == static_cast<size_t>(state.revision.value));
  }
}

RC_GTEST_PROP(ProjectorProperty, FoldsAnyEventsAsDecidingDid, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed});
  // A cache that is too small for the cases makes states go through the store.
  all.Reopen({.cached_cases_most = life.Below(4)});
  for (int round = 0; round < 4; ++round) {
    life.RunTo(life.events() + 1 + life.Below(60));
    RC_ASSERT(all.Project(1 + life.Below(20)).has_value());
    ExpectSameAs(life, all);
  }
}

RC_GTEST_PROP(ProjectorProperty, GoesOnAfterAnyCrash, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed});
  for (int round = 0; round < 5; ++round) {
    life.RunTo(life.events() + 1 + life.Below(40));
    if (life.Below(3) == 0) all.store.FailNextWrite(Error::Io("no"));
    static_cast<void>(all.Project(1 + life.Below(10)));
    if (life.Below(2) == 0) RC_ASSERT(all.projector->Flush().has_value());
    if (life.Below(2) == 0) {
      all.store.Crash();
      all.Reopen();
    }
  }
  RC_ASSERT(all.Project(7).has_value());
  ExpectSameAs(life, all);
}

RC_GTEST_PROP(ProjectorProperty, RebuildingGivesTheSame, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed});
  const bool keep = life.Below(2) == 0;
  all.Reopen({.keep_events = keep});
  for (int round = 0; round < 6; ++round) {
    life.RunTo(life.events() + 1 + life.Below(40));
    RC_ASSERT(all.Project(1 + life.Below(10)).has_value());
  }
  test::MemoryViewStore fresh(ViewTables().size());
  const auto rebuilt = *Projector::Open(fresh, {.keep_events = keep, .find_definition = SampleDefinition});
  for (int32_t i = 0; i < all.log.partition_count(); ++i) {
    RC_ASSERT(rebuilt->Project(core::PartitionId{i}, all.log.events(core::PartitionId{i})).has_value());
  }
  const auto comparison = CompareViews(all.store, fresh, all.log);
  RC_ASSERT(comparison.has_value());
  RC_LOG() << fmt::format("{}", fmt::join(comparison->differences, "\n"));
  RC_ASSERT(comparison->differences.empty());
  RC_ASSERT(comparison->cases == static_cast<int64_t>(life.cases().size()));
  RC_ASSERT(comparison->events == static_cast<int64_t>(life.events()));
}

class ProjectorTest : public testing::Test {
 protected:
  ProjectorTest() : all_(1), writer_(all_.log) {
    writer_.Write(id_, tenant_, at_, test::Submitted(id_));
    writer_.Write(id_, tenant_, at_, core::CaseReferred{"KEDS", ""});
    writer_.Write(id_, tenant_, at_, core::CaseReferred{"Prishtina Parking", ""});
    events_ = all_.log.events(partition_);
  }

  void ExpectCorruption(std::vector<ports::StoredEvent> events, int64_t sequence, const std::string& why) {
    const auto status = all_.projector->Project(partition_, events);
    ASSERT_FALSE(status.has_value());
    EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(status.error().message, HasSubstr(fmt::format("partition 0, sequence {}: ", sequence)));
    EXPECT_THAT(status.error().message, HasSubstr(why));
    EXPECT_EQ(all_.projector->NextSequence(partition_), core::Sequence{0}) << "none of the batch was taken";
    EXPECT_THAT(all_.store.rows(kCases), IsEmpty());
    EXPECT_TRUE(all_.projector->Project(partition_, events_).has_value()) << "and the right events are";
    EXPECT_EQ(all_.views.GetCase(id_)->state.referred_to, "Prishtina Parking");
  }

  const core::CaseId id_ = test::SampleCaseId(1);
  const core::TenantId tenant_{"prishtine"};
  const core::PartitionId partition_{0};
  const Instant at_ = test::SampleStart();
  LogAndViews all_;
  test::EventWriter writer_;
  std::vector<ports::StoredEvent> events_;
};

TEST_F(ProjectorTest, RefusesAGap) { ExpectCorruption({events_[0], events_[2]}, 1, "dense"); }

TEST_F(ProjectorTest, RefusesARepeat) { ExpectCorruption({events_[0], events_[1], events_[1]}, 2, "once"); }

TEST_F(ProjectorTest, RefusesAnEventUnderAnotherSequence) {
  auto moved = events_[2];
  moved.sequence = {1};
  ExpectCorruption({events_[0], moved}, 1, "says that its sequence is 2");
}

TEST_F(ProjectorTest, RefusesAChangedByte) {
  auto changed = events_[1];
  changed.value[changed.value.size() / 2] ^= 1;
  ExpectCorruption({events_[0], changed, events_[2]}, 1, "");
}

TEST_F(ProjectorTest, RefusesAnotherCasesKey) {
  auto changed = events_[1];
  changed.key[0] ^= 1;
  ExpectCorruption({events_[0], changed}, 1, "its key is not");
}

TEST_F(ProjectorTest, RefusesABrokenChain) {
  // The case's third event in the place of its second: the sequence is right, what it follows is not.
  test::MemoryEventLog other({.partitions = 1}, all_.clock);
  test::EventWriter writer(other);
  const auto unrelated = writer.Write(id_, tenant_, at_, test::Submitted(id_, "Another title"));
  const auto second = writer.Prepare(id_, tenant_, at_, core::CaseReferred{"KEDS", ""});
  ExpectCorruption({events_[0], second}, 1, "chain is broken");
}

TEST_F(ProjectorTest, RefusesACaseThatBeginsWithoutSubmission) {
  test::MemoryEventLog other({.partitions = 1}, all_.clock);
  const auto first = test::EventWriter(other).Prepare(id_, tenant_, at_, core::CaseReferred{"KEDS", ""});
  ExpectCorruption({first}, 0, "begins with its submission");
}

TEST_F(ProjectorTest, LosesNothingWhenAWriteFails) {
  all_.store.FailNextWrite({ErrorCode::kNoSpace, "disk full"});
  EXPECT_EQ(all_.Project().error().code, ErrorCode::kNoSpace);
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_EQ(all_.views.GetCase(id_)->state.revision, core::Revision{3});
  EXPECT_EQ(all_.views.History(id_)->events.size(), 3u);
}

TEST_F(ProjectorTest, EmptiesViewsOfAnotherFormat) {
  ASSERT_TRUE(all_.Project().has_value());
  const auto batch = all_.store.NewBatch();
  batch->Put(kMeta, FormatKey(), "views 0, states 0");
  ASSERT_TRUE(all_.store.Write(*batch).has_value());
  all_.Reopen();
  EXPECT_EQ(all_.projector->NextSequence(partition_), core::Sequence{0});
  EXPECT_THAT(all_.store.rows(kCases), IsEmpty());
  ASSERT_TRUE(all_.Project().has_value());
  EXPECT_TRUE(all_.views.GetCase(id_).has_value());
}

TEST_F(ProjectorTest, ComparingNamesWhatDiffers) {
  ASSERT_TRUE(all_.Project().has_value());
  test::MemoryViewStore behind(ViewTables().size());
  const auto projector = *Projector::Open(behind);
  ASSERT_TRUE(projector->Project(partition_, std::span(events_).first(2)).has_value());
  const auto comparison = CompareViews(all_.store, behind, all_.log);
  ASSERT_TRUE(comparison.has_value());
  EXPECT_THAT(comparison->differences, testing::Contains(HasSubstr("the state differs (revisions 3 and 2)")));
  EXPECT_THAT(comparison->differences, testing::Contains("partition 0: the positions differ, 3 and 2"));
}

}  // namespace
}  // namespace rasti::views
