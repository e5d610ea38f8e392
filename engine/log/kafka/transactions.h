// The transactional producers of one stream: begin, write, commit; made anew after an error that they do not survive.
//
// Two, used in turn. When a commit returns, the brokers are still writing its markers, and turn the next transaction of
// the same producer away until they have; librdkafka then waits 20 ms and more. One transaction is open at a time: the
// next begins once the last is known to be committed or aborted.
#pragma once

#include <array>
#include <memory>

#include "engine/log/kafka/log_core.h"
#include "engine/log/kafka/produce.h"

namespace rasti::log::kafka {

/// Belongs to one thread.
class Transactions {
 public:
  Transactions(std::shared_ptr<LogCore> core, int member) : core_(std::move(core)), member_(member) {}

  /// Makes the producers and undoes what earlier ones of their names had left open. Errors: kUnavailable, kFenced.
  Status Start();
  Status Begin();
  Status Write(const RecordOut& record);
  /// Sends the offsets with the group's metadata and commits.
  /// Errors: kAborted, kPermission, kInvalidArgument (nothing was written; of the last two no repeat helps), kFenced,
  /// kUnavailable (outcome unknown: Start, then look at what is committed).
  Status Commit(const rd_kafka_topic_partition_list_t& offsets, const rd_kafka_consumer_group_metadata_t& group);
  Status Abort();

 private:
  static constexpr size_t kProducers = 2;

  Status StartProducer(size_t number);
  rd_kafka_t* producer() const { return producers_[turn_].get(); }
  Status Resolve(const KafkaError& error, const std::string& what);
  /// Calls until it succeeds, fails for good, or the time is over; answers the last error.
  template <class Call>
  KafkaError Retried(Call call) const;

  const std::shared_ptr<LogCore> core_;
  const int member_;
  std::array<Client, kProducers> producers_;
  size_t turn_ = 0;  // whose transaction is open, or was the last
  bool open_ = false;
};

}  // namespace rasti::log::kafka
