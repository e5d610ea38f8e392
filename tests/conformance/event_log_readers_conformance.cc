// Readers and definitions.
#include <random>
#include <thread>

#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {

TEST_P(EventLogConformance, AReaderSeesOnlyWhatIsCommitted) {
  const auto owner = OpenSole();
  auto reader = log().OpenReader({0}, {0});
  RASTI_ASSERT_OK(reader);
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(Event({0}, 0, "event")));
  EXPECT_TRUE((*reader)->Read(10, kShort)->empty());
  RASTI_ASSERT_OK((*owner)->Commit({}));
  const auto events = (*reader)->Read(10, kDeadline);
  RASTI_ASSERT_OK(events);
  ASSERT_EQ(events->size(), 1U);
  EXPECT_EQ(events->front().value, "event");
  EXPECT_TRUE((*reader)->Read(10, Duration{0})->empty());
}

TEST_P(EventLogConformance, AReaderThatWaitsIsWokenByACommit) {
  const auto owner = OpenSole();
  auto reader = log().OpenReader({2}, {0});
  RASTI_ASSERT_OK(reader);
  std::thread writer([&] { CommitEvents(*owner->stream, log(), {2}, {"a", "b"}); });
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::string> values;
  while (values.size() < 2 && std::chrono::steady_clock::now() - start < kDeadline) {
    const auto events = (*reader)->Read(1, kDeadline);
    RASTI_ASSERT_OK(events);
    for (const auto& event : *events) values.push_back(event.value);
  }
  writer.join();
  EXPECT_EQ(values, (std::vector<std::string>{"a", "b"}));
  EXPECT_LT(std::chrono::steady_clock::now() - start, kDeadline / 2);
}

TEST_P(EventLogConformance, AReaderBeginsWhereItIsTold) {
  const auto owner = OpenSole();
  CommitEvents(*owner->stream, log(), {1}, {"0", "1", "2", "3"});
  auto reader = log().OpenReader({1}, {2});
  RASTI_ASSERT_OK(reader);
  const auto events = (*reader)->Read(10, kDeadline);
  RASTI_ASSERT_OK(events);
  ASSERT_FALSE(events->empty());
  EXPECT_EQ(events->front().sequence.value, 2);
  EXPECT_EQ(events->front().value, "2");

  // At the end, and behind it: waits for what comes.
  auto ahead = log().OpenReader({1}, {4});
  RASTI_ASSERT_OK(ahead);
  EXPECT_TRUE((*ahead)->Read(10, kShort)->empty());
  CommitEvents(*owner->stream, log(), {1}, {"4"});
  const auto later = (*ahead)->Read(10, kDeadline);
  RASTI_ASSERT_OK(later);
  ASSERT_EQ(later->size(), 1U);
  EXPECT_EQ(later->front().value, "4");
}

// More than a log fetches ahead for a reader, who pauses until it has, and is then the faster one.
TEST_P(EventLogConformance, ALongBacklogComesWholeAndInOrder) {
  constexpr int kTransactions = 10;
  constexpr int kEach = 5'000;
  constexpr int kBeforeReading = 6;
  const auto owner = OpenSole();
  std::mt19937_64 random(1);
  std::vector<std::string> values;
  const auto commit = [&] {
    std::vector<std::string> some;
    for (int n = 0; n < kEach; ++n) {
      // Nothing that would be compressed.
      std::string value;
      while (value.size() < 1'000) value += std::to_string(random());
      some.push_back(std::move(value));
    }
    CommitEvents(*owner->stream, log(), {3}, some);
    values.insert(values.end(), some.begin(), some.end());
  };
  for (int i = 0; i < kBeforeReading; ++i) commit();
  auto reader = log().OpenReader({3}, {0});
  RASTI_ASSERT_OK(reader);
  std::vector<std::string> read;
  const auto read_some = [&](size_t most) {
    const auto events = (*reader)->Read(most, kDeadline);
    RASTI_ASSERT_OK(events);
    ASSERT_FALSE(events->empty());
    for (const ports::StoredEvent& event : *events) {
      ASSERT_EQ(event.sequence.value, static_cast<int64_t>(read.size()));
      read.push_back(event.value);
    }
  };
  ASSERT_NO_FATAL_FAILURE(read_some(1));
  for (int i = kBeforeReading; i < kTransactions; ++i) commit();
  while (read.size() < values.size()) ASSERT_NO_FATAL_FAILURE(read_some(4'096));
  // Not by EXPECT_EQ, which would print them.
  EXPECT_TRUE(read == values);
}

TEST_P(EventLogConformance, ReadAtKnowsWhatDoesNotExist) {
  const auto owner = OpenSole();
  CommitEvents(*owner->stream, log(), {0}, {"0"});
  const auto missing = log().ReadAt({0}, {{0}, {1}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(log().ReadAt({0}, {})->empty());
}

TEST_P(EventLogConformance, LargeAndEmptyValuesComeBackAsTheyWere) {
  const auto owner = OpenSole();
  std::string binary;
  for (int i = 0; i < 200'000; ++i) binary.push_back(static_cast<char>(i * 31 >> 3));
  const std::vector<std::string> values{"", binary, std::string(40'000, '\0'), "end"};
  CommitEvents(*owner->stream, log(), {0}, values);
  // Not by EXPECT_EQ, which would print them.
  EXPECT_TRUE(ReadAll(log(), {0}) == values);
  RASTI_ASSERT_OK((*owner)->Close());
  RASTI_ASSERT_OK(fixture().Crash());
  EXPECT_TRUE(ReadAll(log(), {0}) == values);
}

TEST_P(EventLogConformance, DefinitionsKeepTheirOrder) {
  const auto empty = log().ReadDefinitions(0);
  RASTI_ASSERT_OK(empty);
  EXPECT_TRUE(empty->empty());
  const auto a = log().Publish("workflow/issue@1", "first");
  const auto b = log().Publish("workflow/issue@1", "second");
  const auto c = log().Publish("calendar/ks@1", "third");
  ASSERT_TRUE(a && b && c);
  EXPECT_LT(*a, *b);
  EXPECT_LT(*b, *c);
  for (int round = 0; round < 2; ++round) {
    const auto all = log().ReadDefinitions(0);
    RASTI_ASSERT_OK(all);
    ASSERT_EQ(all->size(), 3U);
    EXPECT_EQ((*all)[0].position, *a);
    EXPECT_EQ((*all)[0].key, "workflow/issue@1");
    EXPECT_EQ((*all)[0].value, "first");
    EXPECT_EQ((*all)[2].value, "third");
    const auto later = log().ReadDefinitions(*c);
    RASTI_ASSERT_OK(later);
    ASSERT_EQ(later->size(), 1U);
    EXPECT_EQ((*later)[0].key, "calendar/ks@1");
    RASTI_ASSERT_OK(fixture().Crash());
  }
  const auto d = log().Publish("workflow/issue@2", "fourth");
  RASTI_ASSERT_OK(d);
  EXPECT_GT(*d, *c);
}

}  // namespace rasti::conformance
