// The topics of a log at the brokers: made, mended, looked at.
#pragma once

#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/log/kafka/handles.h"
#include "engine/log/kafka/topic_plan.h"

namespace rasti::log {
struct KafkaTopic;
}

namespace rasti::log::kafka {

/// As KafkaEventLog::CreateTopics. Where topics are there that do not fit these, nothing is made or changed.
Status MakeTopics(rd_kafka_t* client, const std::vector<TopicPlan>& plans, int replicas, Duration timeout);
/// As KafkaEventLog::InspectTopics: faults and risks (topic_faults.h).
Result<std::vector<KafkaTopic>> InspectTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                                              std::optional<Duration> keep_commands = std::nullopt);
/// How many partitions the log has, if it has no faults; risks are no errors. Errors: kUnavailable; kNotFound and
/// kInvalidArgument as KafkaEventLog::Open.
Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                        std::optional<Duration> keep_commands = std::nullopt);

}  // namespace rasti::log::kafka
