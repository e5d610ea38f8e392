// A log at the mock cluster of librdkafka, which answers with the errors that it is told to. It keeps what was written,
// aborted transactions too, and forgets the positions that transactions send.
#pragma once

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
// After the one that it needs.
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/log/kafka/clients.h"
#include "engine/log/kafka/produce.h"
#include "engine/log/kafka/stream.h"

namespace rasti::log::kafka {

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

/// One partition, and a stream where a test opens it: a mock group takes 3 s to form.
class MockLogTest : public testing::Test {
 protected:
  static constexpr core::PartitionId kPartition{0};
  static constexpr Duration kLong{20'000};

  void SetUp() override {
    options_.brokers = broker_.bootstrap();
    options_.topic_prefix = "m.";
    options_.static_membership = false;
    options_.session_timeout = Duration{6'000};
    options_.transaction_timeout = Duration{5'000};
    options_.request_timeout = Duration{5'000};
    auto core = LogCore::OpenUnchecked(options_, 1);
    ASSERT_TRUE(core) << core.error().message;
    core_ = *core;
  }

  /// Opens a stream and waits until it has the partition, or fails.
  Status OpenStream() {
    stream_.reset();
    RASTI_TRY(stream_, Stream::Open(core_, listener_));
    const auto deadline = std::chrono::steady_clock::now() + kLong;
    while (!stream_->Committed(kPartition)) {
      if (std::chrono::steady_clock::now() > deadline) return Fail(ErrorCode::kTimedOut, "no partition was assigned");
      RASTI_TRY(const auto none, stream_->Poll(0, Duration{100}));
    }
    return {};
  }

  /// A record of somebody else's, in a batch of its own.
  Status WriteAlone(const std::string& topic, const std::string& value, const Headers& headers) {
    const auto ignore = [](rd_kafka_t*, const rd_kafka_message_t*, void*) {};
    RASTI_TRY(const Client writer, MakeWriter(options_, ignore, nullptr));
    RASTI_CHECKED(ToStatus(Produce(writer.get(), {topic, kPartition.value, {}, value, headers}), "writing"));
    const auto code = rd_kafka_flush(writer.get(), static_cast<int>(kLong.count()));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "writing"));
    return {};
  }

  MockBroker broker_;
  KafkaLogOptions options_;
  TakesAll listener_;
  std::shared_ptr<LogCore> core_;
  std::unique_ptr<Stream> stream_;
};

}  // namespace rasti::log::kafka
