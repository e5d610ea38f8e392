// Dead letters: written with the transaction that passes their record over, read back in order, noted upon.
#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {
namespace {

using Letters = std::vector<std::pair<std::string, std::string>>;

Letters ReadLetters(ports::EventLog& log, size_t page = 100) {
  Letters letters;
  int64_t from = 0;
  for (;;) {
    const auto records = log.ReadDeadLetters(from, page);
    EXPECT_TRUE(records) << records.error().message;
    if (!records) return letters;
    EXPECT_LE(records->size(), page);
    for (const ports::DeadLetterRecord& record : *records) {
      EXPECT_GE(record.position, from);
      from = record.position + 1;
      letters.emplace_back(record.key, record.value);
    }
    if (records->size() < page) return letters;
  }
}

// Brokers show what was committed a moment later.
Letters AwaitLetters(ports::EventLog& log, size_t count) {
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  Letters letters = ReadLetters(log);
  while (letters.size() < count && std::chrono::steady_clock::now() < deadline) letters = ReadLetters(log);
  return letters;
}

}  // namespace

TEST_P(EventLogConformance, ADeadLetterIsCommittedWithThePositionBehindItsRecord) {
  const auto owner = OpenSole();
  Submit({0}, "poison");
  Submit({0}, "command");
  const auto records = PollFor(*owner->stream, 2);
  ASSERT_EQ(records.size(), 2U);

  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::DeadLetterOut{.key = "0-0", .value = "poison, sealed"}));
  RASTI_ASSERT_OK((*owner)->Append(ResultFor(records[0], "refused")));
  RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, {records[0]})));
  AwaitAnswers(1);
  EXPECT_EQ(answers_.Of("poison")->value(), "refused");
  EXPECT_EQ(AwaitLetters(log(), 1), (Letters{{"0-0", "poison, sealed"}}));

  // It is passed over for good; what came behind it is there.
  RASTI_ASSERT_OK((*owner)->Rewind({0}, *(*owner)->Committed({0})));
  const auto again = PollFor(*owner->stream, 1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].value, "command");
}

TEST_P(EventLogConformance, AnAbortLeavesNoDeadLetter) {
  const auto owner = OpenSole();
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::DeadLetterOut{.key = "never", .value = "never"}));
  RASTI_ASSERT_OK((*owner)->Abort());
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::DeadLetterOut{.key = "0-1", .value = "kept"}));
  RASTI_ASSERT_OK((*owner)->Commit({}));
  EXPECT_EQ(AwaitLetters(log(), 1), (Letters{{"0-1", "kept"}}));
}

TEST_P(EventLogConformance, DeadLettersAndNotesAreReadInOrderAndInPages) {
  EXPECT_TRUE(ReadLetters(log()).empty());
  Letters expected;
  {
    const auto owner = OpenSole();
    for (int i = 0; i < 5; ++i) {
      RASTI_ASSERT_OK((*owner)->Begin());
      for (int j = 0; j < 3; ++j) {
        expected.emplace_back(std::to_string(i) + "-" + std::to_string(j), std::string(1'000, 'x'));
        RASTI_ASSERT_OK(
            (*owner)->Append(ports::DeadLetterOut{.key = expected.back().first, .value = expected.back().second}));
      }
      RASTI_ASSERT_OK((*owner)->Commit({}));
    }
    ASSERT_EQ(AwaitLetters(log(), expected.size()), expected);
    RASTI_ASSERT_OK((*owner)->Close());
  }
  const auto position = log().WriteDeadLetter({.key = "2-1", .value = "discarded"});
  RASTI_ASSERT_OK(position);
  expected.emplace_back("2-1", "discarded");
  EXPECT_EQ(AwaitLetters(log(), expected.size()), expected);
  EXPECT_EQ(ReadLetters(log(), 1), expected);
  EXPECT_EQ(ReadLetters(log(), 4), expected);
  const auto last = log().ReadDeadLetters(*position, 10);
  RASTI_ASSERT_OK(last);
  ASSERT_EQ(last->size(), 1U);
  EXPECT_EQ(last->front().key, "2-1");
  EXPECT_GT(last->front().written_at, Instant{});
  EXPECT_TRUE(log().ReadDeadLetters(*position + 1, 10)->empty());
  EXPECT_TRUE(log().ReadDeadLetters(0, 0)->empty());

  for (const bool crash : {false, true}) {
    RASTI_ASSERT_OK(crash ? fixture().Crash() : fixture().Reopen());
    EXPECT_EQ(ReadLetters(log()), expected);
    // Positions go on, they do not begin again.
    const auto later = log().WriteDeadLetter({.key = "note", .value = "after opening"});
    RASTI_ASSERT_OK(later);
    EXPECT_GT(*later, *position);
    expected.emplace_back("note", "after opening");
    EXPECT_EQ(AwaitLetters(log(), expected.size()), expected);
  }
}

TEST_P(EventLogConformance, ALargeDeadLetterIsKept) {
  const auto owner = OpenSole();
  // Random enough that no compression makes it small.
  std::string large(1'100'000, '\0');
  uint32_t state = 1;
  for (char& byte : large) byte = static_cast<char>((state = state * 1'664'525 + 1'013'904'223) >> 24);
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::DeadLetterOut{.key = "large", .value = large}));
  RASTI_ASSERT_OK((*owner)->Commit({}));
  EXPECT_EQ(AwaitLetters(log(), 1), (Letters{{"large", large}}));
}

}  // namespace rasti::conformance
