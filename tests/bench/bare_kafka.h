// A bare librdkafka loop to measure the engine over Kafka against: it consumes commands, produces for each as many
// records of the same sizes as the engine did, sends the offsets and commits, in batches of the same size.
#pragma once

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "engine/log/kafka/records.h"
#include "engine/log/kafka_event_log.h"
#include "tests/bench/sharing.h"

namespace rasti::bench {

inline constexpr int kKafkaPartitions = 4;
inline constexpr int kKafkaThreads = 2;

/// A log of its own, its topics made.
log::KafkaLogOptions KafkaLogNamed(const std::string& brokers, const std::string& name);

struct Written {
  std::string key;
  std::string value;
  log::kafka::Headers headers;
};

/// What the engine made of each command, on average.
struct Shape {
  int64_t per_batch = 1;
  int64_t events_per_command = 1;
  double outbox_per_command = 0;
  // Some of them: made-up bytes would compress to nothing.
  std::vector<Written> events;
  std::vector<Written> outbox;
};

/// Some events of a log, with the headers that they have there; their keys are those of the commands.
std::vector<Written> SomeEvents(ports::EventLog& log);

class BareLoop {
 public:
  /// Joins the group with `kKafkaThreads` threads; returns when each has its part of the partitions.
  BareLoop(log::KafkaLogOptions options, Shape shape);
  /// Ends its threads.
  ~BareLoop();
  int64_t consumed() const { return consumed_.load(); }
  void WaitUntilConsumed(int64_t count) const;

 private:
  void Run(int member);

  const log::KafkaLogOptions options_;
  const Shape shape_;
  std::atomic<int64_t> consumed_ = 0;
  std::atomic<bool> stopping_ = false;
  Sharing sharing_;
  std::vector<std::thread> threads_;
};

}  // namespace rasti::bench
