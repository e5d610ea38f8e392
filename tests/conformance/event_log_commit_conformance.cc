// Transactions: all or nothing, answers only after the commit, follow-ups exactly once.
#include "tests/conformance/event_log_conformance.h"

namespace rasti::conformance {

TEST_P(EventLogConformance, ACommitMakesEverythingVisibleAtOnce) {
  const auto owner = OpenSole();
  Submit({0}, "command");
  const auto records = PollFor(*owner->stream, 1);
  ASSERT_EQ(records.size(), 1U);
  const auto next = Behind(*owner->stream, records);

  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(Event({0}, 0, "event 0", next.at({0}))));
  RASTI_ASSERT_OK((*owner)->Append(Event({0}, 1, "event 1", next.at({0}))));
  RASTI_ASSERT_OK((*owner)->Append(ResultFor(records[0], "accepted")));
  RASTI_ASSERT_OK((*owner)->Append(ports::OutboxOut{.partition = {0}, .key = "entry", .value = "letter"}));
  RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({2}, kPartitions), .value = "follow-up"}));
  EXPECT_EQ(answers_.count(), 0U);
  EXPECT_EQ(log().EndSequence({0})->value, 0);
  RASTI_ASSERT_OK((*owner)->Commit(next));

  AwaitAnswers(1);
  EXPECT_EQ(answers_.Of("command")->value(), "accepted");
  EXPECT_EQ(ReadAll(log(), {0}), (std::vector<std::string>{"event 0", "event 1"}));
  const auto outbox = fixture().Outbox();
  RASTI_ASSERT_OK(outbox);
  ASSERT_EQ(outbox->size(), 1U);
  EXPECT_EQ(outbox->front(), (std::pair<std::string, std::string>("entry", "letter")));
  const auto follow_ups = PollFor(*owner->stream, 1);
  ASSERT_EQ(follow_ups.size(), 1U);
  EXPECT_EQ(follow_ups[0].input, ports::Input::kFollowUps);
  EXPECT_EQ(follow_ups[0].partition, PartitionId{2});
  EXPECT_EQ(follow_ups[0].value, "follow-up");
  EXPECT_EQ(*(*owner)->Committed({0}), next.at({0}));

  const auto stored = log().ReadAt({0}, {{1}, {0}});
  RASTI_ASSERT_OK(stored);
  ASSERT_EQ(stored->size(), 2U);
  EXPECT_EQ((*stored)[0].value, "event 1");
  EXPECT_EQ((*stored)[1].value, "event 0");
  EXPECT_EQ((*stored)[0].key, "0123456789abcdef");
  EXPECT_EQ((*stored)[0].input, next.at({0}));
}

TEST_P(EventLogConformance, AnAbortLeavesNothingAndARewindDeliversAgain) {
  const auto owner = OpenSole();
  Submit({0}, "command");
  const auto records = PollFor(*owner->stream, 1);
  ASSERT_EQ(records.size(), 1U);
  const auto before = (*owner)->Committed({0});
  RASTI_ASSERT_OK(before);

  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(Event({0}, 0, "never")));
  RASTI_ASSERT_OK((*owner)->Append(ResultFor(records[0], "never")));
  RASTI_ASSERT_OK((*owner)->Append(ports::OutboxOut{.partition = {0}, .key = "never", .value = "never"}));
  RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({0}, kPartitions), .value = "never"}));
  RASTI_ASSERT_OK((*owner)->Abort());

  EXPECT_EQ(*(*owner)->Committed({0}), *before);
  RASTI_ASSERT_OK((*owner)->Rewind({0}, *before));
  const auto again = PollFor(*owner->stream, 1);
  ASSERT_EQ(again.size(), 1U);
  EXPECT_EQ(again[0].value, "command");
  EXPECT_EQ(answers_.count(), 0U);
  EXPECT_TRUE(ReadAll(log(), {0}).empty());
  EXPECT_TRUE(fixture().Outbox()->empty());

  // The same sequence is given again.
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(Event({0}, 0, "this time")));
  RASTI_ASSERT_OK((*owner)->Append(ResultFor(again[0], "this time")));
  RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, again)));
  AwaitAnswers(1);
  EXPECT_EQ(answers_.Of("command")->value(), "this time");
  EXPECT_EQ(ReadAll(log(), {0}), (std::vector<std::string>{"this time"}));
  RASTI_ASSERT_OK((*owner)->Poll(10, kShort));
  EXPECT_EQ(answers_.repeats(), 0);
}

TEST_P(EventLogConformance, ATransactionSpansPartitions) {
  const auto owner = OpenSole();
  RASTI_ASSERT_OK((*owner)->Begin());
  for (int p = 0; p < kPartitions; ++p) RASTI_ASSERT_OK((*owner)->Append(Event({p}, 0, "in " + std::to_string(p))));
  RASTI_ASSERT_OK((*owner)->Commit({}));
  for (int p = 0; p < kPartitions; ++p) {
    EXPECT_EQ(ReadAll(log(), {p}), (std::vector<std::string>{"in " + std::to_string(p)}));
  }
}

TEST_P(EventLogConformance, ASequenceThatIsNotTheNextIsRefused) {
  const auto owner = OpenSole();
  CommitEvents(*owner->stream, log(), {1}, {"0", "1"});
  for (const int64_t wrong : {0, 1, 3}) {
    RASTI_ASSERT_OK((*owner)->Begin());
    const auto appended = (*owner)->Append(Event({1}, wrong, "wrong"));
    ASSERT_FALSE(appended);
    // Where others may own the partition meanwhile, it is their events that this one knows of: kFenced.
    const ErrorCode code = appended.error().code;
    EXPECT_TRUE(code == ErrorCode::kInternal || code == ErrorCode::kFenced) << appended.error().message;
    RASTI_ASSERT_OK((*owner)->Abort());
  }
  EXPECT_EQ(ReadAll(log(), {1}), (std::vector<std::string>{"0", "1"}));
}

TEST_P(EventLogConformance, PositionsAndEventsSurviveReopening) {
  {
    const auto owner = OpenSole();
    Submit({0}, "command");
    const auto records = PollFor(*owner->stream, 1);
    ASSERT_EQ(records.size(), 1U);
    RASTI_ASSERT_OK((*owner)->Begin());
    RASTI_ASSERT_OK((*owner)->Append(Event({0}, 0, "kept")));
    RASTI_ASSERT_OK((*owner)->Append(ports::OutboxOut{.partition = {0}, .key = "entry", .value = "letter"}));
    RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, records)));
    RASTI_ASSERT_OK((*owner)->Close());
  }
  for (const bool crash : {false, true}) {
    RASTI_ASSERT_OK(crash ? fixture().Crash() : fixture().Reopen());
    const auto owner = OpenSole();
    EXPECT_EQ((*owner)->Committed({0})->commands, 1);
    EXPECT_GE((*owner)->End({0})->commands, 1);
    EXPECT_EQ(ReadAll(log(), {0}), (std::vector<std::string>{"kept"}));
    EXPECT_EQ(fixture().Outbox()->size(), 1U);
    EXPECT_EQ(log().EndSequence({0})->value, 1);
    RASTI_ASSERT_OK((*owner)->Close());
  }
  // Positions go on, they do not begin again.
  const auto owner = OpenSole();
  Submit({0}, "later");
  const auto records = PollFor(*owner->stream, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_GE(records[0].position, 1);
}

TEST_P(EventLogConformance, FollowUpsAreDeliveredOnceAlsoOverACrash) {
  {
    const auto owner = OpenSole();
    RASTI_ASSERT_OK((*owner)->Begin());
    for (int i = 0; i < 3; ++i) {
      RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({3}, kPartitions), .value = std::to_string(i)}));
    }
    RASTI_ASSERT_OK((*owner)->Commit({}));
    const auto records = PollFor(*owner->stream, 3);
    ASSERT_EQ(records.size(), 3U);
    RASTI_ASSERT_OK((*owner)->Begin());
    RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, {records[0]})));
  }
  RASTI_ASSERT_OK(fixture().Crash());
  {
    const auto owner = OpenSole();
    const auto records = PollFor(*owner->stream, 2);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].value, "1");
    EXPECT_EQ(records[1].value, "2");
    EXPECT_EQ(records[0].input, ports::Input::kFollowUps);
    RASTI_ASSERT_OK((*owner)->Begin());
    RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({3}, kPartitions), .value = "last"}));
    RASTI_ASSERT_OK((*owner)->Commit(Behind(*owner->stream, records)));
  }
  RASTI_ASSERT_OK(fixture().Crash());
  const auto owner = OpenSole();
  const auto records = PollFor(*owner->stream, 1);
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].value, "last");
  EXPECT_TRUE((*owner)->Poll(10, kShort)->empty());
  // Nothing lies behind it but what has no record, as a transaction's end.
  const auto end = (*owner)->End({3});
  RASTI_ASSERT_OK(end);
  EXPECT_GE(end->follow_ups, records[0].position + 1);
  EXPECT_TRUE(AwaitPassed(*owner->stream, {3}, *end));
}

TEST_P(EventLogConformance, FollowUpsComeBeforeCommands) {
  const auto owner = OpenSole();
  Submit({0}, "command");
  // The command is taken in first.
  ASSERT_EQ(PollFor(*owner->stream, 1).size(), 1U);
  RASTI_ASSERT_OK((*owner)->Rewind({0}, *(*owner)->Committed({0})));
  RASTI_ASSERT_OK((*owner)->Begin());
  RASTI_ASSERT_OK((*owner)->Append(ports::FollowUpOut{.key = KeyIn({0}, kPartitions), .value = "follow-up"}));
  RASTI_ASSERT_OK((*owner)->Commit({}));
  const auto deadline = std::chrono::steady_clock::now() + kDeadline;
  while ((*owner)->End({0})->follow_ups == 0 && std::chrono::steady_clock::now() < deadline) continue;
  // Of those that the log has at hand: one that lies elsewhere is fetched first, by polls that take nothing.
  for (int i = 0; i < 25; ++i) RASTI_EXPECT_OK((*owner)->Poll(0, kShort));
  const auto records = PollFor(*owner->stream, 2);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].input, ports::Input::kFollowUps);
  EXPECT_EQ(records[1].input, ports::Input::kCommands);
}

TEST_P(EventLogConformance, CommandsThatWaitAreAnsweredOrKept) {
  {
    const auto owner = OpenSole();
    Submit({0}, "waits");
    ASSERT_EQ(PollFor(*owner->stream, 1).size(), 1U);
    RASTI_ASSERT_OK((*owner)->Close());
  }
  RASTI_ASSERT_OK(fixture().Reopen());
  AwaitAnswers(1);
  ASSERT_FALSE(*answers_.Of("waits"));
  EXPECT_EQ(answers_.Of("waits")->error().code, ErrorCode::kUnavailable);
  const auto owner = OpenSole();
  const size_t kept = fixture().commands_are_durable() ? 1 : 0;
  EXPECT_EQ(PollFor(*owner->stream, kept).size(), kept);
}

}  // namespace rasti::conformance
