// The topics of a log: their names, and what they must be.
#pragma once

#include <optional>
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
/// `keep_results`: for how long; nothing: as whoever runs the brokers likes.
std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions,
                                  std::optional<Duration> keep_results = std::nullopt);

/// As KafkaEventLog::CreateTopics.
Status MakeTopics(rd_kafka_t* client, const std::vector<TopicPlan>& plans, int replicas, Duration timeout);
/// As KafkaEventLog::InspectTopics. The number of partitions that commands has decides for all.
Result<std::vector<KafkaTopic>> InspectTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                                              std::optional<Duration> keep_commands = std::nullopt);
/// How many partitions the log has. Errors: kUnavailable; kNotFound and kInvalidArgument as KafkaEventLog::Open.
Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                        std::optional<Duration> keep_commands = std::nullopt);
/// What is wrong with keeping results like this (a value of retention.ms) where commands are kept for so long; nothing:
/// they are kept as long.
std::optional<std::string> RetentionFault(const std::string& results_ms, Duration keep_commands);

}  // namespace rasti::log::kafka
