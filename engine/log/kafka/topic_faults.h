// What is wrong with the topics that the brokers have, in words that say what mends it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/log/kafka/topic_plan.h"
#include "engine/log/kafka/topic_settings.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

/// A topic as the brokers have it.
struct FoundTopic {
  int partitions = 0;  // 0: there is no such topic
  int replicas = 0;    // of the partition that has the fewest
  TopicSettings settings;
};
using FoundTopics = std::map<std::string, FoundTopic>;  // by name

struct JudgedTopic {
  KafkaTopic topic;                // its faults are what a log does not work with
  std::vector<std::string> risks;  // it works, until a broker is gone or for ever; and what would be right
};

/// All topics of a log, in the order of PlanTopics. The partitions of commands, or of the first of the others that is
/// there, decide for all; the most replicas that any topic has are those of the log.
std::vector<JudgedTopic> JudgeTopics(const TopicNames& names, const FoundTopics& found,
                                     std::optional<Duration> keep_commands = std::nullopt);
/// Whether topics may be made so beside those that are there. Errors: kInvalidArgument naming a topic that is there
/// with another number of partitions, or the log's replicas.
Status CompareTopics(const std::vector<TopicPlan>& plans, const FoundTopics& found, int replicas);
/// The settings of a topic that are not what they must be, with what would be right.
Settings WrongSettings(const TopicPlan& plan, const FoundTopic& found);
/// What is wrong with keeping results like this (a value of retention.ms) where commands are kept for so long; nothing:
/// they are kept as long. `create`: the command that mends topics.
std::optional<std::string> RetentionFault(const std::string& results_ms, Duration keep_commands,
                                          const std::string& create);

}  // namespace rasti::log::kafka
