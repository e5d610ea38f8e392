// The topics of a log: their names, and what they must be.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/log/kafka/handles.h"

namespace rasti::log {
struct KafkaLogOptions;
}

namespace rasti::log::kafka {

struct TopicNames {
  explicit TopicNames(const std::string& prefix);

  std::string commands;
  std::string follow_ups;
  std::string events;
  std::string results;
  std::string outbox;
  std::string definitions;
};

/// What a topic is made with.
struct TopicPlan {
  std::string name;
  int partitions = 0;
  Settings settings;
};
std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions);

/// Makes those that are missing and waits until the brokers know them.
Status MakeTopics(const KafkaLogOptions& options, const std::vector<TopicPlan>& plans, int replicas);
/// How many partitions the log has. Errors: kUnavailable; kNotFound and kInvalidArgument as KafkaEventLog::Open.
Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout);

}  // namespace rasti::log::kafka
