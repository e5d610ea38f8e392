// The transactional producer of one stream: begins, writes, commits; made anew after an error that it does not survive.
#pragma once

#include <memory>

#include "engine/log/kafka/log_core.h"
#include "engine/log/kafka/produce.h"

namespace rasti::log::kafka {

/// Belongs to one thread.
class Transactions {
 public:
  Transactions(std::shared_ptr<LogCore> core, int member) : core_(std::move(core)), member_(member) {}

  /// Makes the producer and undoes what an earlier one of this name had left open. Errors: kUnavailable, kFenced.
  Status Start();
  Status Begin();
  Status Write(const RecordOut& record);
  /// Sends the offsets with the group's metadata and commits.
  /// Errors: kAborted (nothing was written), kFenced, kUnavailable (outcome unknown: Start, then look at what is
  /// committed).
  Status Commit(const rd_kafka_topic_partition_list_t& offsets, const rd_kafka_consumer_group_metadata_t& group);
  Status Abort();

 private:
  Status Resolve(const KafkaError& error, const std::string& what);
  /// Calls until it succeeds, fails for good, or the time is over; answers the last error.
  template <class Call>
  KafkaError Retried(Call call) const;

  const std::shared_ptr<LogCore> core_;
  const int member_;
  Client producer_;
  bool open_ = false;
};

}  // namespace rasti::log::kafka
