#include "tools/rasti/chain_check.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/support/event_writer.h"
#include "tests/support/manual_clock.h"

namespace rasti::cli {
namespace {

using testing::HasSubstr;

const core::TenantId kTenant("prishtine");

class ChainCheckTest : public testing::Test {
 protected:
  static core::CaseId Case(int number) { return core::CaseIdFromKey(kTenant, "case " + std::to_string(number)); }
  Instant At(int minute) const { return start_ + std::chrono::minutes(minute); }

  // Ten cases of two events each, of all partitions.
  void WriteCases() {
    for (int minute = 0; minute < 20; ++minute) {
      const core::CaseId id = Case(minute % 10);
      if (minute < 10) {
        writer_.Write(id, kTenant, At(minute), test::Submitted(id));
      } else {
        writer_.Write(id, kTenant, At(minute), test::Started("reply", At(minute), At(minute + 60)));
      }
    }
  }
  // One whose last event can be damaged.
  core::PartitionId SomePartition() const {
    for (int i = 0; i < log_.partition_count(); ++i) {
      if (!log_.events({i}).empty()) return {i};
    }
    ADD_FAILURE() << "no events";
    return {};
  }
  void ExpectBroken(const std::string& part) {
    const auto report = CheckChains(log_, nullptr);
    ASSERT_FALSE(report);
    EXPECT_EQ(report.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(report.error().message, HasSubstr("sequence"));
    EXPECT_THAT(report.error().message, HasSubstr(part));
  }

  const Instant start_ = ParseInstant("2026-11-21T08:00:00Z").value();
  test::ManualClock clock_{start_};
  test::MemoryEventLog log_{{.partitions = 3}, clock_};
  test::EventWriter writer_{log_};
};

TEST_F(ChainCheckTest, AWholeLogEndsWithTheMarksOfItsLastEvents) {
  WriteCases();
  int64_t told = 0;
  const auto report = CheckChains(log_, [&](int64_t done, int64_t total) {
    told = done;
    EXPECT_EQ(total, 20);
  });
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_EQ(report->events, 20);
  EXPECT_EQ(told, 20);
  EXPECT_EQ(report->last_recorded_at, At(19));
  EXPECT_EQ(LastRecordedAt(log_), At(19));
  EXPECT_EQ(report->marks, *MarksOf(log_));
}

TEST_F(ChainCheckTest, AnEmptyLogHasMarksWithoutHashes) {
  const auto marks = MarksOf(log_);
  ASSERT_EQ(marks->size(), 3U);
  for (const LogMark& mark : *marks) EXPECT_FALSE(mark.last);
  EXPECT_EQ(LastRecordedAt(log_), kEarliestInstant);
}

TEST_F(ChainCheckTest, AChangedByteIsNamedWithItsSequence) {
  WriteCases();
  log_.FlipByte(SomePartition(), {1}, 40);
  ExpectBroken("sequence 1");
}

// Rewritten so that its own hash is right: only the event behind it shows that something was changed.
TEST_F(ChainCheckTest, AnEventThatDoesNotFollowItsCasesLastOneBreaksTheChain) {
  const core::CaseId id = Case(1);
  writer_.Write(id, kTenant, At(0), test::Submitted(id, "Pothole"));
  test::MemoryEventLog other{{.partitions = 3}, clock_};
  test::EventWriter forger(other);
  forger.Write(id, kTenant, At(0), test::Submitted(id, "Another title"));
  const ports::StoredEvent next = forger.Prepare(id, kTenant, At(1), test::Started("reply", At(1), At(60)));
  log_.AppendRaw(next.partition, {next});
  ExpectBroken("the chain of case " + id.str() + " is broken");
}

TEST_F(ChainCheckTest, AMissingEventIsAGap) {
  const core::CaseId id = Case(1);
  writer_.Write(id, kTenant, At(0), test::Submitted(id));
  const core::PartitionId partition = ports::PartitionOf(id.uuid.AsBytes(), 3);
  ChainCheck check(partition);
  const ports::StoredEvent first = log_.events(partition).front();
  ASSERT_TRUE(check.See(first));
  ports::StoredEvent later = first;
  later.sequence = {2};
  EXPECT_THAT(check.See(later).error().message, HasSubstr("sequence 1 was to follow"));
  EXPECT_THAT(check.See(first).error().message, HasSubstr("sequence 3 was to follow"))
      << "it goes on with what lies there";
}

TEST_F(ChainCheckTest, EveryRuleIsNamedAndWhatFollowsIsJudgedByItself) {
  const core::CaseId id = Case(1);
  writer_.Write(id, kTenant, At(5), test::Submitted(id));
  writer_.Write(id, kTenant, At(4), test::Started("reply", At(4), At(60)), At(5));
  writer_.Write(id, kTenant, At(6), test::Started("visit", At(6), At(60)));
  ChainCheck check(ports::PartitionOf(id.uuid.AsBytes(), 3));
  std::vector<std::string> rules;
  for (ports::StoredEvent stored : log_.events(check.mark().partition)) {
    if (stored.sequence.value == 2) stored.key[3] ^= 1;
    for (const ChainFault& fault : check.Look(stored)) {
      rules.push_back(fmt::format("{} {}", stored.sequence.value, fault.rule));
    }
    EXPECT_TRUE(check.last().has_value());
  }
  EXPECT_THAT(rules, testing::ElementsAre("1 time", "2 key"));
}

TEST_F(ChainCheckTest, ACaseStaysOnItsDefinition) {
  const core::CaseId id = Case(1);
  writer_.Write(id, kTenant, At(0), test::Submitted(id));
  // The next one says another version, with a chain that holds.
  const ports::StoredEvent honest = log_.events(ports::PartitionOf(id.uuid.AsBytes(), 3)).front();
  core::Event next = codec::DecodeEvent(honest.value)->event;
  auto context = std::make_shared<core::EventContext>(next.ctx());
  context->versions.definition = core::VersionedName("sample@2");
  next.context = context;
  next.prev_hash = codec::DecodeEvent(honest.value)->hash;
  next.revision = next.revision.Next();
  next.sequence = next.sequence.Next();
  next.payload = test::Started("reply", At(1), At(60));
  ChainCheck check(honest.partition);
  EXPECT_TRUE(check.Look(honest).empty());
  const auto faults = check.Look({honest.partition, next.sequence, honest.key, codec::EncodeEvent(next)->stored, {}});
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults.front().rule, "definition");
  EXPECT_THAT(faults.front().error.message, HasSubstr("decided by sample@2, but case " + id.str() + " is on sample@1"));
}

TEST_F(ChainCheckTest, FromTheMiddleChainsAreFollowedAsTheyAreMet) {
  WriteCases();
  const core::PartitionId partition = SomePartition();
  const auto events = log_.events(partition);
  for (size_t from = 0; from < events.size(); ++from) {
    ChainCheck check(partition, events[from].sequence);
    for (size_t i = from; i < events.size(); ++i) EXPECT_TRUE(check.Look(events[i]).empty()) << from << " " << i;
  }
}

TEST_F(ChainCheckTest, TimeThatGoesBackIsAnError) {
  const core::CaseId id = Case(1);
  writer_.Write(id, kTenant, At(5), test::Submitted(id));
  writer_.Write(id, kTenant, At(5), test::Started("reply", At(5), At(60)), At(4));
  ExpectBroken("before the event before it");
}

TEST_F(ChainCheckTest, ALogThatWentOnFollowsAndAnotherOneDoesNot) {
  WriteCases();
  const auto marks = *MarksOf(log_);
  EXPECT_EQ(*WhyNotAfter(marks, log_), std::nullopt);
  writer_.Write(Case(30), kTenant, At(40), test::Submitted(Case(30)));
  EXPECT_EQ(*WhyNotAfter(marks, log_), std::nullopt);

  test::MemoryEventLog begun_anew{{.partitions = 3}, clock_};
  EXPECT_THAT(WhyNotAfter(marks, begun_anew)->value(), HasSubstr("here only up to"));
  EXPECT_EQ(*WhyNotAfter(*MarksOf(begun_anew), log_), std::nullopt);
  test::EventWriter writer(begun_anew);
  for (int i = 0; i < 60; ++i) writer.Write(Case(100 + i), kTenant, At(i), test::Submitted(Case(100 + i)));
  EXPECT_THAT(WhyNotAfter(marks, begun_anew)->value(), HasSubstr("is another event there"));
  test::MemoryEventLog of_more_partitions{{.partitions = 4}, clock_};
  EXPECT_THAT(WhyNotAfter(marks, of_more_partitions)->value(), HasSubstr("that one has 3 partitions, this one 4"));
}

}  // namespace
}  // namespace rasti::cli
