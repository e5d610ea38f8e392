// The topics of a log: their names, and what they must be.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/log/kafka/handles.h"

namespace rasti::log {
struct KafkaTopic;
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
  std::string dead_letters;
};

/// What a topic must be.
struct TopicPlan {
  std::string name;
  int partitions = 0;
  Settings settings;
  Settings proposed;  // what it is made with besides, and whoever runs the brokers may change
};
std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions);

/// As KafkaEventLog::CreateTopics.
Status MakeTopics(rd_kafka_t* client, const TopicNames& names, int partitions, int replicas, Duration timeout);
/// As KafkaEventLog::InspectTopics. The number of partitions that commands has decides for all.
Result<std::vector<KafkaTopic>> InspectTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout);
/// How many partitions the log has. Errors: kUnavailable; kNotFound and kInvalidArgument as KafkaEventLog::Open.
Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout);

}  // namespace rasti::log::kafka
