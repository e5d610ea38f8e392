// The settings that the brokers have for topics.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/log/kafka/handles.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {

struct TopicSetting {
  std::string value;
  bool is_own = false;  // of this topic, not the brokers' default
};
using TopicSettings = std::map<std::string, TopicSetting>;

/// The settings of these topics, by topic and name. Errors: kUnavailable, kNotFound; kPermission (it takes the right
/// DescribeConfigs).
Result<std::map<std::string, TopicSettings>> ReadTopicSettings(rd_kafka_t* client,
                                                               const std::vector<std::string>& topics,
                                                               Duration timeout);
/// Replaces the topics' own settings as a whole (librdkafka 2.0 knows no other way). Errors: kUnavailable,
/// kInvalidArgument, kPermission (it takes the right AlterConfigs).
Status WriteTopicSettings(rd_kafka_t* client, const std::map<std::string, Settings>& topics, Duration timeout);

}  // namespace rasti::log::kafka
