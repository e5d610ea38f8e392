// Assignment of partitions, order of input, rewinding.
#include <algorithm>
#include <iterator>
#include <thread>

#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {

void EventLogConformance::AwaitAnswers(size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (answers_.count() < count && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  ASSERT_GE(answers_.count(), count);
}

void EventLogConformance::AwaitCommands(PartitionId partition, int64_t count, ports::LogStream& stream) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (stream.End(partition)->commands < count && std::chrono::steady_clock::now() < deadline) continue;
}

TEST_P(EventLogConformance, OneStreamOwnsEverything) {
  EXPECT_EQ(log().partition_count(), kPartitions);
  const auto only = OpenSole();
  EXPECT_EQ(only->listener.owned().size(), kPartitions);
  RASTI_EXPECT_OK((*only)->Close());
  EXPECT_TRUE(only->listener.owned().empty());
}

TEST_P(EventLogConformance, StreamsShareThePartitionsAndHandThemOn) {
  Listener::Shared shared;
  const auto a = Open(&shared);
  Settle({a->stream.get()}, {&a->listener}, kPartitions);
  const auto b = Open(&shared);
  Settle({a->stream.get(), b->stream.get()}, {&a->listener, &b->listener}, kPartitions);
  const auto c = Open(&shared);
  Settle({a->stream.get(), b->stream.get(), c->stream.get()}, {&a->listener, &b->listener, &c->listener}, kPartitions);
  RASTI_EXPECT_OK((*a)->Close());
  EXPECT_TRUE(a->listener.owned().empty());
  Settle({b->stream.get(), c->stream.get()}, {&b->listener, &c->listener}, kPartitions);
  RASTI_EXPECT_OK((*b)->Close());
  Settle({c->stream.get()}, {&c->listener}, kPartitions);
}

TEST_P(EventLogConformance, ANewOwnerGoesOnFromTheCommittedPositions) {
  const auto a = OpenSole();
  for (int i = 0; i < 3; ++i) Submit({1}, "command " + std::to_string(i));
  const auto records = PollFor(*a->stream, 3);
  ASSERT_EQ(records.size(), 3U);
  const std::vector<InputRecord> decided(records.begin(), records.begin() + 1);
  RASTI_ASSERT_OK((*a)->Begin());
  RASTI_ASSERT_OK((*a)->Commit(Behind(*a->stream, decided)));
  RASTI_ASSERT_OK((*a)->Close());

  const auto b = Open();
  const auto again = PollFor(*b->stream, 2);
  ASSERT_EQ(again.size(), 2U);
  EXPECT_EQ(again[0].value, "command 1");
  EXPECT_EQ(again[1].value, "command 2");
  EXPECT_EQ(again[0].position, records[1].position);
}

TEST_P(EventLogConformance, APartitionsCommandsComeInOrder) {
  const auto owner = OpenSole();
  constexpr int kEach = 50;
  for (int i = 0; i < kEach; ++i) {
    for (int p = 0; p < kPartitions; ++p) Submit({p}, std::to_string(p) + ":" + std::to_string(i));
  }
  std::map<PartitionId, int> seen;
  std::map<PartitionId, int64_t> last;
  for (const InputRecord& record : PollFor(*owner->stream, size_t{kEach} * kPartitions)) {
    EXPECT_EQ(record.value, std::to_string(record.partition.value) + ":" + std::to_string(seen[record.partition]++));
    EXPECT_EQ(record.input, ports::Input::kCommands);
    if (last.contains(record.partition)) {
      EXPECT_GT(record.position, last[record.partition]);
    }
    last[record.partition] = record.position;
  }
  for (int p = 0; p < kPartitions; ++p) EXPECT_EQ(seen[PartitionId{p}], kEach);
}

TEST_P(EventLogConformance, PollTakesNoMoreThanAsked) {
  const auto owner = OpenSole();
  for (int i = 0; i < 10; ++i) Submit({i % kPartitions}, std::to_string(i));
  size_t total = 0;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (total < 10 && std::chrono::steady_clock::now() < deadline) {
    const auto records = (*owner)->Poll(3, kShort);
    RASTI_ASSERT_OK(records);
    EXPECT_LE(records->size(), 3U);
    total += records->size();
  }
  EXPECT_EQ(total, 10U);
}

TEST_P(EventLogConformance, RewindDeliversWhatIsNotCommittedAgain) {
  const auto owner = OpenSole();
  for (int i = 0; i < 4; ++i) Submit({2}, std::to_string(i));
  const auto first = PollFor(*owner->stream, 4);
  ASSERT_EQ(first.size(), 4U);
  const auto committed = (*owner)->Committed({2});
  RASTI_ASSERT_OK(committed);
  RASTI_ASSERT_OK((*owner)->Rewind({2}, *committed));
  const auto second = PollFor(*owner->stream, 4);
  ASSERT_EQ(second.size(), 4U);
  for (size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(second[i].position, first[i].position);
    EXPECT_EQ(second[i].value, first[i].value);
    EXPECT_EQ(second[i].taken_at, first[i].taken_at);
  }
}

TEST_P(EventLogConformance, NothingComesOfAPausedPartition) {
  const auto owner = OpenSole();
  Submit({1}, "before");
  ASSERT_EQ(PollFor(*owner->stream, 1).size(), 1U);
  RASTI_ASSERT_OK((*owner)->SetPaused({1}, true));
  // What was returned is taken back as ever, and comes again only when the partition goes on.
  RASTI_ASSERT_OK((*owner)->Rewind({1}, *(*owner)->Committed({1})));
  Submit({1}, "meanwhile");
  Submit({2}, "another's");
  const auto others = PollFor(*owner->stream, 1);
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others[0].value, "another's");
  const auto none = (*owner)->Poll(10, kShort);
  RASTI_ASSERT_OK(none);
  EXPECT_TRUE(none->empty());
  RASTI_ASSERT_OK((*owner)->SetPaused({1}, false));
  const auto records = PollFor(*owner->stream, 2);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].value, "before");
  EXPECT_EQ(records[1].value, "meanwhile");
  EXPECT_TRUE(AwaitPassed(*owner->stream, {1}, *(*owner)->End({1})));
}

TEST_P(EventLogConformance, EndLiesBehindWhatWasTakenIn) {
  const auto owner = OpenSole();
  const auto before = (*owner)->End({0});
  RASTI_ASSERT_OK(before);
  Submit({0}, "one");
  Submit({0}, "two");
  const auto records = PollFor(*owner->stream, 2);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_GE(records[0].position, before->commands);
  const auto after = (*owner)->End({0});
  RASTI_ASSERT_OK(after);
  EXPECT_GT(after->commands, records[1].position);
  EXPECT_EQ(after->follow_ups, before->follow_ups);
}

TEST_P(EventLogConformance, PassedSaysWhetherEverythingBeforeAnEndWasReturned) {
  const auto owner = OpenSole();
  EXPECT_TRUE(AwaitPassed(*owner->stream, {1}, *(*owner)->End({1})));
  Submit({1}, "one");
  Submit({1}, "two");
  ASSERT_EQ(PollFor(*owner->stream, 1).size(), 1U);
  // Follow-ups come out of transactions, whose ends take positions of their own where a log has them.
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({1}, kPartitions), .value = "follow-up"}));
  RASTI_ASSERT_OK((*owner)->Commit({}));
  AwaitCommands({1}, 2, *owner->stream);
  const auto end = (*owner)->End({1});
  RASTI_ASSERT_OK(end);
  EXPECT_FALSE(*(*owner)->Passed({1}, *end));
  ASSERT_EQ(PollFor(*owner->stream, 2).size(), 2U);
  EXPECT_TRUE(AwaitPassed(*owner->stream, {1}, *end));
  RASTI_ASSERT_OK((*owner)->Rewind({1}, *(*owner)->Committed({1})));
  EXPECT_FALSE(*(*owner)->Passed({1}, *end));
}

TEST_P(EventLogConformance, AMarkIsPassedOnceEverythingBeforeItWasReturned) {
  const auto owner = OpenSole();
  Submit({1}, "one");
  Submit({1}, "two");
  AwaitCommands({1}, 2, *owner->stream);
  const auto mark = (*owner)->SetMark({1});
  RASTI_ASSERT_OK(mark);
  const auto early = (*owner)->PassedMark({1}, *mark);
  RASTI_ASSERT_OK(early);
  EXPECT_FALSE(early->has_value());
  const auto records = PollFor(*owner->stream, 2);
  ASSERT_EQ(records.size(), 2U);
  const auto dated = AwaitMark(*owner->stream, {1}, *mark);
  ASSERT_TRUE(dated);
  EXPECT_GE(*dated, records[1].taken_at);
  // What comes now is dated behind it.
  Submit({1}, "three");
  const auto later = PollFor(*owner->stream, 1);
  ASSERT_EQ(later.size(), 1U);
  EXPECT_EQ(later[0].value, "three");
  EXPECT_GE(later[0].taken_at, *dated);
  EXPECT_TRUE((*owner)->PassedMark({1}, *mark)->has_value());
  RASTI_ASSERT_OK((*owner)->Rewind({1}, *(*owner)->Committed({1})));
  EXPECT_FALSE((*owner)->PassedMark({1}, *mark)->has_value());
}

TEST_P(EventLogConformance, MarksAreNobodysInput) {
  {
    const auto owner = OpenSole();
    for (int i = 0; i < 20; ++i) {
      const auto mark = (*owner)->SetMark({2});
      RASTI_ASSERT_OK(mark);
      ASSERT_TRUE(AwaitMark(*owner->stream, {2}, *mark));
    }
    Submit({2}, "command");
    const auto records = PollFor(*owner->stream, 1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].value, "command");
    RASTI_ASSERT_OK((*owner)->SetMark({2}));
    RASTI_ASSERT_OK((*owner)->Begin());
    RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, records)));
    RASTI_ASSERT_OK((*owner)->SetMark({2}));
  }
  // Another owner passes over them, and has its own.
  const auto owner = OpenSole();
  const auto mark = (*owner)->SetMark({2});
  RASTI_ASSERT_OK(mark);
  EXPECT_TRUE(AwaitMark(*owner->stream, {2}, *mark));
  Submit({2}, "next");
  const auto records = PollFor(*owner->stream, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, "next");
}

TEST_P(EventLogConformance, WakeEndsAPoll) {
  const auto owner = OpenSole();
  std::thread waker([&] { (*owner)->Wake(); });
  const auto start = std::chrono::steady_clock::now();
  const auto records = (*owner)->Poll(10, kDeadline);
  waker.join();
  RASTI_ASSERT_OK(records);
  EXPECT_TRUE(records->empty());
  EXPECT_LT(std::chrono::steady_clock::now() - start, kDeadline / 2);
}

TEST_P(EventLogConformance, ACommandEndsAPollThatWaits) {
  const auto owner = OpenSole();
  std::thread submitter([&] { Submit({3}, "hello"); });
  const auto records = PollFor(*owner->stream, 1);
  submitter.join();
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, "hello");
  EXPECT_EQ(records[0].key, KeyIn({3}, kPartitions));
}

TEST_P(EventLogConformance, APartitionThatCannotBeTakenOverIsOfferedAgain) {
  const auto owner = Open();
  owner->listener.fail_next = true;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  bool failed = false;
  while (!failed && std::chrono::steady_clock::now() < deadline) failed = !(*owner)->Poll(1, kShort);
  EXPECT_TRUE(failed);
  Settle({owner->stream.get()}, {&owner->listener}, kPartitions);
}

// However large the records are that somebody writes, a transaction over what a Poll returns stays one that can be
// written in time.
TEST_P(EventLogConformance, APollIsBoundedInBytesToo) {
  constexpr size_t kRecords = 20;
  const auto owner = OpenSole();
  std::vector<std::string> wanted;
  for (size_t i = 0; i < kRecords; ++i) {
    wanted.push_back(std::string(900'000, static_cast<char>('a' + i)));
    Submit({0}, wanted.back());
  }
  std::vector<InputRecord> records;
  size_t most = 0;
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while (records.size() < kRecords && std::chrono::steady_clock::now() < deadline) {
    auto polled = (*owner)->Poll(1'000, kShort);
    RASTI_ASSERT_OK(polled);
    size_t bytes = 0;
    for (const InputRecord& record : *polled) bytes += record.value.size();
    most = std::max(most, bytes);
    std::ranges::move(*polled, std::back_inserter(records));
  }
  EXPECT_LT(most, 10'000'000U);
  ASSERT_EQ(records.size(), kRecords);
  for (size_t i = 0; i < kRecords; ++i) EXPECT_TRUE(records[i].value == wanted[i]) << i;
  // An abort brings them all again.
  RASTI_ASSERT_OK((*owner)->Rewind({0}, *(*owner)->Committed({0})));
  const auto again = PollFor(*owner->stream, kRecords);
  ASSERT_EQ(again.size(), kRecords);
  for (size_t i = 0; i < kRecords; ++i) EXPECT_EQ(again[i].position, records[i].position);
}

}  // namespace rasti::conformance
