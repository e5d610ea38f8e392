// What becomes of a stream's transactions where brokers answer with errors. librdkafka's mock cluster gives them on
// demand; whatever a real broker can be brought to do is tested with one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// After the one that it needs.
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <vector>

#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {
namespace {

using testing::HasSubstr;

constexpr core::PartitionId kPartition{0};
constexpr Duration kLong{20'000};

// Kafka's numbers of requests.
enum Request : int16_t {
  kProduce = 0,
  kFetch = 1,
  kListOffsets = 2,
  kMetadata = 3,
  kOffsetFetch = 9,
  kInitProducerId = 22,
  kAddPartitionsToTxn = 24,
  kAddOffsetsToTxn = 25,
  kEndTxn = 26,
  kTxnOffsetCommit = 28,
};
using Answers = std::vector<rd_kafka_resp_err_t>;

class MockBroker {
 public:
  MockBroker() {
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    owner_.reset(rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0));
    cluster_ = rd_kafka_mock_cluster_new(owner_.get(), 1);
    for (const char* topic : {"m.commands", "m.followups", "m.events", "m.results", "m.outbox"}) {
      rd_kafka_mock_topic_create(cluster_, topic, 1, 1);
    }
  }
  ~MockBroker() { rd_kafka_mock_cluster_destroy(cluster_); }
  MockBroker(const MockBroker&) = delete;
  MockBroker& operator=(const MockBroker&) = delete;

  std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  /// The next requests of this kind are answered so.
  void Answer(Request request, const Answers& answers) {
    rd_kafka_mock_push_request_errors_array(cluster_, request, answers.size(), answers.data());
  }
  /// The next request of this kind is answered so, after that time.
  void AnswerLate(Request request, rd_kafka_resp_err_t answer, Duration delay) {
    rd_kafka_mock_broker_push_request_error_rtts(cluster_, 1, request, 1, answer, static_cast<int>(delay.count()));
  }
  /// How many of them are still to come.
  size_t left(Request request) const {
    size_t count = 0;
    rd_kafka_mock_broker_error_stack_cnt(cluster_, 1, request, &count);
    return count;
  }
  void Forget(Request request) { rd_kafka_mock_clear_request_errors(cluster_, request); }
  void Down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
  void Up() { rd_kafka_mock_broker_set_up(cluster_, 1); }

 private:
  struct Destroy {
    void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  };
  std::unique_ptr<rd_kafka_t, Destroy> owner_;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

class TakesAll final : public ports::AssignmentListener {
 public:
  Status OnAssigned(const std::vector<core::PartitionId>&) override { return {}; }
  void OnRevoked(const std::vector<core::PartitionId>&) override {}
  void OnLost(const std::vector<core::PartitionId>&) override {}
};

// One stream for all faults of a test: a mock group takes 3 s to form.
class StreamFaultsTest : public testing::Test {
 protected:
  void SetUp() override {
    KafkaLogOptions options;
    options.brokers = broker_.bootstrap();
    options.topic_prefix = "m.";
    options.static_membership = false;
    options.session_timeout = Duration{6'000};
    options.transaction_timeout = Duration{5'000};
    options.request_timeout = Duration{5'000};
    auto core = LogCore::OpenUnchecked(options, 1);
    ASSERT_TRUE(core) << core.error().message;
    core_ = *core;
    auto stream = Stream::Open(core_, listener_);
    ASSERT_TRUE(stream) << stream.error().message;
    stream_ = *std::move(stream);
    AwaitPartition();
  }

  void AwaitPartition() {
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (!stream_->Committed(kPartition) && std::chrono::steady_clock::now() < deadline) {
      ASSERT_TRUE(stream_->Poll(1, Duration{100}));
    }
    ASSERT_TRUE(stream_->Committed(kPartition));
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

  MockBroker broker_;
  TakesAll listener_;
  std::shared_ptr<LogCore> core_;
  std::unique_ptr<Stream> stream_;
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
