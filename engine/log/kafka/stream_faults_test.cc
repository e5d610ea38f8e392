// What becomes of a stream's transactions where brokers answer with errors. librdkafka's mock cluster gives them on
// demand; whatever a real broker can be brought to do is tested with one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

#include "engine/log/kafka/mock_log_for_test.h"

namespace rasti::log::kafka {
namespace {

using testing::HasSubstr;

// After every time-out of a commit.
constexpr Duration kTooLate{30'000};

// One stream for all faults of a test.
class StreamFaultsTest : public MockLogTest {
 protected:
  void SetUp() override {
    MockLogTest::SetUp();
    const Status opened = OpenStream();
    ASSERT_TRUE(opened) << opened.error().message;
  }

  /// A transaction with an event and a result.
  Status Transact() {
    RASTI_CHECKED(stream_->Begin());
    const ports::InputPositions input{.commands = done_ + 1, .follow_ups = 0};
    RASTI_CHECKED(stream_->Append(ports::EventOut{.partition = kPartition,
                                                  .sequence = {done_},
                                                  .key = std::string(16, 'k'),
                                                  .value = "event",
                                                  .input = input,
                                                  .headers = {}}));
    RASTI_CHECKED(stream_->Append(ports::ResultOut{
        .partition = kPartition, .answers = done_, .key = std::string(16, 'k'), .value = "result", .input = input}));
    RASTI_CHECKED(stream_->Commit({{kPartition, input}}));
    ++done_;
    return {};
  }

  struct Fault {
    Request request;
    Answers answers;
  };
  /// What it ends with, once the brokers answered so.
  ErrorCode CodeAfter(const Fault& fault) {
    broker_.Answer(fault.request, fault.answers);
    const Status ended = Transact();
    EXPECT_EQ(broker_.left(fault.request), 0U) << "not asked for: " << fault.request;
    broker_.Forget(fault.request);
    said_ = ended ? "" : ended.error().message;
    EXPECT_FALSE(ended) << fault.request << " " << rd_kafka_err2name(fault.answers.front());
    return ended ? ErrorCode::kInternal : ended.error().code;
  }

  int64_t done_ = 0;
  std::string said_;
};

TEST_F(StreamFaultsTest, WhatPassesByItselfIsTriedAgain) {
  ASSERT_TRUE(Transact());
  for (const Fault& fault : {
           Fault{kProduce, {RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT}},
           Fault{kProduce, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS}},
           Fault{kAddPartitionsToTxn,
                 {RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS, RD_KAFKA_RESP_ERR_CONCURRENT_TRANSACTIONS}},
           Fault{kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
           Fault{kAddOffsetsToTxn, {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_NOT_COORDINATOR}},
           Fault{kTxnOffsetCommit, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
           Fault{kEndTxn,
                 {RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE, RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS}},
           Fault{kEndTxn, {RD_KAFKA_RESP_ERR__TRANSPORT}},
       }) {
    broker_.Answer(fault.request, fault.answers);
    const Status done = Transact();
    EXPECT_TRUE(done) << fault.request << " " << rd_kafka_err2name(fault.answers.front()) << ": "
                      << done.error().message;
    EXPECT_EQ(broker_.left(fault.request), 0U) << "not asked for: " << fault.request;
  }
}

TEST_F(StreamFaultsTest, WhatUndoesATransactionLeavesTheStreamWhole) {
  for (const Fault& fault : {
           Fault{kTxnOffsetCommit, {RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION}},
           Fault{kTxnOffsetCommit, {RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID}},
           Fault{kEndTxn, {RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID}},
       }) {
    EXPECT_EQ(CodeAfter(fault), ErrorCode::kAborted) << fault.request << ": " << said_;
    EXPECT_THAT(said_, HasSubstr("kafka: "));
    const Status again = Transact();
    EXPECT_TRUE(again) << fault.request << ": " << again.error().message;
  }
}

TEST_F(StreamFaultsTest, WhatNoRepeatMendsIsNotCalledAborted) {
  EXPECT_EQ(CodeAfter({kAddPartitionsToTxn, {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED}}), ErrorCode::kPermission)
      << said_;
  EXPECT_EQ(CodeAfter({kTxnOffsetCommit, {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED}}), ErrorCode::kPermission)
      << said_;
  EXPECT_EQ(CodeAfter({kProduce, {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE}}), ErrorCode::kInvalidArgument) << said_;
  // Nothing of it was written.
  EXPECT_TRUE(Transact());
}

// Wherever in the transaction its answer arrives: the calls that it overtakes know nothing of the cause.
TEST_F(StreamFaultsTest, TheCauseIsToldHoweverLateTheAnswer) {
  for (const Duration delay : {Duration{0}, Duration{2}, Duration{5}, Duration{10}, Duration{20}, Duration{100}}) {
    broker_.AnswerLate(kAddPartitionsToTxn, RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, delay);
    const Status refused = Transact();
    ASSERT_FALSE(refused) << delay.count();
    EXPECT_EQ(refused.error().code, ErrorCode::kPermission) << delay.count() << ": " << refused.error().message;
  }
  EXPECT_TRUE(Transact());
}

TEST_F(StreamFaultsTest, AnOwnerThatWasPutOutIsTold) {
  ASSERT_TRUE(Transact());
  EXPECT_EQ(CodeAfter({kEndTxn, {RD_KAFKA_RESP_ERR_PRODUCER_FENCED}}), ErrorCode::kFenced) << said_;
}

// The outcome of a commit that nobody knows is read from the log: the event is there, or another owner's is.
TEST_F(StreamFaultsTest, AnUnknownCommitCountsAsDoneWhereItsOwnEventIsThere) {
  ASSERT_TRUE(Transact());
  broker_.AnswerLate(kEndTxn, RD_KAFKA_RESP_ERR_NO_ERROR, kTooLate);
  const Status done = Transact();
  ASSERT_TRUE(done) << done.error().message;
  const Status next = Transact();
  EXPECT_TRUE(next) << next.error().message;
}

TEST_F(StreamFaultsTest, AnUnknownCommitIsNotTakenForDoneByTheEventsOfAnother) {
  ASSERT_TRUE(Transact());
  // It comes first, so that it has the sequence; the mock cluster shows ours behind it although nobody committed it.
  const Status other = WriteAlone("m.events", "of another owner", {{kSequenceHeader, "1"}, {kInputHeader, "2/0"}});
  ASSERT_TRUE(other) << other.error().message;
  broker_.AnswerLate(kEndTxn, RD_KAFKA_RESP_ERR_NO_ERROR, kTooLate);
  const Status done = Transact();
  ASSERT_FALSE(done) << "it was taken for committed";
  EXPECT_EQ(done.error().code, ErrorCode::kFenced) << done.error().message;
  EXPECT_THAT(done.error().message, HasSubstr("partition 0 was written by another owner"));
}

// Not by an event of the same bytes either that was made of other input.
TEST_F(StreamFaultsTest, TheInputThatAnEventWasMadeOfIsPartOfIt) {
  const Status other = WriteAlone("m.events", "event", {{kSequenceHeader, "0"}, {kInputHeader, "7/0"}});
  ASSERT_TRUE(other) << other.error().message;
  broker_.AnswerLate(kEndTxn, RD_KAFKA_RESP_ERR_NO_ERROR, kTooLate);
  const Status done = Transact();
  ASSERT_FALSE(done) << "it was taken for committed";
  EXPECT_EQ(done.error().code, ErrorCode::kFenced) << done.error().message;
}

TEST_F(StreamFaultsTest, WithoutTheRightNothingOpens) {
  broker_.Answer(kInitProducerId, {RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS,
                                   RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED});
  TakesAll listener;
  const auto refused = Stream::Open(core_, listener);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermission) << refused.error().message;
  EXPECT_THAT(refused.error().message, HasSubstr("taking over the transactions of this stream"));
}

}  // namespace
}  // namespace rasti::log::kafka
