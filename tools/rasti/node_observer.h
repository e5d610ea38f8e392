// Whoever watches a node: told by its threads what happens to it. Implementations are thread-safe and do not block.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/core/ids.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::cli {

class NodeObserver {
 public:
  virtual ~NodeObserver() = default;

  /// A partition is this node's from now on: its store is opened and caught up with the log.
  virtual void Assigned(core::PartitionId partition) = 0;
  virtual void Recovering(core::PartitionId partition, core::Sequence next, core::Sequence end) = 0;
  /// It decides; so many events its store had lacked.
  virtual void Recovered(core::PartitionId partition, int64_t events, Duration took) = 0;
  /// It was given up in good order, or another owner had it already.
  virtual void Released(core::PartitionId partition, bool lost) = 0;
  virtual void Transaction(bool committed) = 0;
  /// A stream failed, and is opened again after so long.
  virtual void Trouble(const Error& error, Duration wait) = 0;
  /// What somebody has to look at: a partition stands still, a standby cannot be kept.
  virtual void Alarm(const std::string& text) = 0;
  /// What goes on while a wait is long.
  virtual void Progress(const std::string& text) = 0;
  /// librdkafka's statistics of one client, as JSON.
  virtual void KafkaStatistics(std::string_view json) = 0;
  /// What a look for old input at the brokers came to.
  virtual void Trimmed(const log::KafkaTrim& trim) = 0;
};

}  // namespace rasti::cli
