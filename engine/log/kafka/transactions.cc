#include "engine/log/kafka/transactions.h"

#include <fmt/format.h>

#include <chrono>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/kafka/clients.h"

namespace rasti::log::kafka {
namespace {

constexpr std::chrono::milliseconds kBeforeRetry{10};
constexpr int kQueueWaitMs = 10;

}  // namespace

template <class Call>
KafkaError Transactions::Retried(Call call) const {
  const auto deadline = std::chrono::steady_clock::now() + core_->options().transaction_timeout;
  for (;;) {
    KafkaError error(call());
    if (error == nullptr || rd_kafka_error_is_retriable(error.get()) == 0 ||
        std::chrono::steady_clock::now() > deadline) {
      return error;
    }
    std::this_thread::sleep_for(kBeforeRetry);
  }
}

Status Transactions::Start() {
  open_ = false;
  // At the same time: each of them mostly waits for the brokers.
  std::array<Status, kProducers> started;
  std::vector<std::thread> threads;
  for (size_t i = 0; i < kProducers; ++i) threads.emplace_back([this, &started, i] { started[i] = StartProducer(i); });
  for (std::thread& thread : threads) thread.join();
  for (const Status& each : started) RASTI_CHECKED(each);
  return {};
}

Status Transactions::StartProducer(size_t number) {
  Client& producer = producers_[number];
  producer.reset();
  RASTI_TRY(producer, MakeTransactional(core_->options(), member_, number));
  const auto timeout = static_cast<int>(core_->options().request_timeout.count());
  const KafkaError error = Retried([&] { return rd_kafka_init_transactions(producer.get(), timeout); });
  if (error == nullptr) return {};
  rd_kafka_poll(producer.get(), 0);
  return Fail(Explained(ToError(*error, "taking over the transactions of this stream"), producer.get()));
}

Status Transactions::Begin() {
  RASTI_CHECK(!open_, "one transaction at a time");
  turn_ = (turn_ + 1) % kProducers;
  const KafkaError error(rd_kafka_begin_transaction(producer()));
  if (error == nullptr) {
    open_ = true;
    return {};
  }
  // A producer that broke while it was idle is replaced; nothing was written.
  if (rd_kafka_error_is_fatal(error.get()) == 0) return ToStatus(error, "beginning a transaction");
  RASTI_CHECKED(Start());
  const KafkaError again(rd_kafka_begin_transaction(producer()));
  open_ = again == nullptr;
  return ToStatus(again, "beginning a transaction");
}

Status Transactions::Write(const RecordOut& record) {
  RASTI_CHECK(open_, "records are written in a transaction");
  for (;;) {
    const KafkaError error = Produce(producer(), record);
    if (error == nullptr) return {};
    // The transaction failed meanwhile, as where the partitions are being shared out anew: its commit says so.
    if (rd_kafka_error_code(error.get()) == RD_KAFKA_RESP_ERR__STATE) return {};
    if (rd_kafka_error_code(error.get()) != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      return ToStatus(error, fmt::format("writing to {}-{}", record.topic, record.partition));
    }
    rd_kafka_poll(producer(), kQueueWaitMs);
  }
}

Status Transactions::Commit(const rd_kafka_topic_partition_list_t& offsets,
                            const rd_kafka_consumer_group_metadata_t& group) {
  RASTI_CHECK(open_, "there is a transaction to commit");
  const auto timeout = static_cast<int>(core_->options().transaction_timeout.count());
  const auto send = [&] {
    return KafkaError(rd_kafka_send_offsets_to_transaction(producer(), &offsets, &group, timeout));
  };
  KafkaError sent = Retried(send);
  // A call that was under way while the transaction failed only says that it is in the wrong state; the next one says
  // at once why it failed (librdkafka keeps the first cause until the transaction is aborted).
  if (rd_kafka_error_code(sent.get()) == RD_KAFKA_RESP_ERR__STATE) {
    if (KafkaError cause = send(); cause != nullptr) sent = std::move(cause);
  }
  if (sent != nullptr) return Resolve(sent, "sending the positions");
  const KafkaError committed = Retried([&] { return rd_kafka_commit_transaction(producer(), timeout); });
  if (committed != nullptr) return Resolve(committed, "committing");
  open_ = false;
  return {};
}

// After a failed commit: nothing was written, or nobody knows.
Status Transactions::Resolve(const KafkaError& error, const std::string& what) {
  const Error failed = ToError(*error, what);
  if (failed.code == ErrorCode::kFenced) {
    open_ = false;
    return Fail(failed);
  }
  if (rd_kafka_error_is_fatal(error.get()) == 0) {
    // Without the right, or with a record that no broker takes, it would be aborted for ever.
    const bool is_lasting = failed.code == ErrorCode::kPermission || failed.code == ErrorCode::kInvalidArgument;
    if (Status aborted = Abort(); aborted) {
      return Fail(is_lasting ? failed.code : ErrorCode::kAborted, failed.message);
    }
  }
  open_ = false;
  return Fail(ErrorCode::kUnavailable, failed.message);
}

Status Transactions::Abort() {
  if (!open_) return {};
  const auto timeout = static_cast<int>(core_->options().transaction_timeout.count());
  const KafkaError error = Retried([&] { return rd_kafka_abort_transaction(producer(), timeout); });
  open_ = false;
  if (error != nullptr && rd_kafka_error_is_fatal(error.get()) != 0) return Start();
  return ToStatus(error, "aborting");
}

}  // namespace rasti::log::kafka
