#include "engine/log/kafka/topic_settings.h"

#include <fmt/format.h>

namespace rasti::log::kafka {
namespace {

using Resource = Owned<rd_kafka_ConfigResource_t>;
using Event = Owned<rd_kafka_event_t>;

Result<Event> Await(rd_kafka_queue_t* queue, Duration timeout, const std::string& what) {
  Event event(rd_kafka_queue_poll(queue, static_cast<int>(timeout.count())));
  if (event == nullptr) return Fail(ErrorCode::kUnavailable, fmt::format("kafka: {}: no answer in time", what));
  const auto code = rd_kafka_event_error(event.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, what));
  return event;
}

Status CheckResource(const rd_kafka_ConfigResource_t& resource, const std::string& what) {
  const auto code = rd_kafka_ConfigResource_error(&resource);
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return Fail(ToError(code, fmt::format("{} {}", what, rd_kafka_ConfigResource_name(&resource)),
                      rd_kafka_ConfigResource_error_string(&resource)));
}

TopicSettings SettingsOf(const rd_kafka_ConfigResource_t& resource) {
  TopicSettings settings;
  size_t count = 0;
  const rd_kafka_ConfigEntry_t** entries = rd_kafka_ConfigResource_configs(&resource, &count);
  for (size_t i = 0; i < count; ++i) {
    const char* value = rd_kafka_ConfigEntry_value(entries[i]);
    if (value == nullptr) continue;
    const bool is_own = rd_kafka_ConfigEntry_source(entries[i]) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
    settings[rd_kafka_ConfigEntry_name(entries[i])] = {value, is_own};
  }
  return settings;
}

}  // namespace

Result<std::map<std::string, TopicSettings>> ReadTopicSettings(rd_kafka_t* client,
                                                               const std::vector<std::string>& topics,
                                                               Duration timeout) {
  const std::string what = "reading the settings of topics";
  std::vector<Resource> resources;
  std::vector<rd_kafka_ConfigResource_t*> wanted;
  for (const std::string& topic : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    wanted.push_back(resources.back().get());
  }
  const Queue queue(rd_kafka_queue_new(client));
  rd_kafka_DescribeConfigs(client, wanted.data(), wanted.size(), nullptr, queue.get());
  RASTI_TRY(const Event event, Await(queue.get(), timeout, what));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** found =
      rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  std::map<std::string, TopicSettings> settings;
  for (size_t i = 0; i < count; ++i) {
    RASTI_CHECKED(CheckResource(*found[i], what));
    settings[rd_kafka_ConfigResource_name(found[i])] = SettingsOf(*found[i]);
  }
  return settings;
}

Status WriteTopicSettings(rd_kafka_t* client, const std::map<std::string, Settings>& topics, Duration timeout) {
  if (topics.empty()) return {};
  const std::string what = "changing the settings of topics";
  std::vector<Resource> resources;
  std::vector<rd_kafka_ConfigResource_t*> wanted;
  for (const auto& [topic, settings] : topics) {
    resources.emplace_back(rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()));
    wanted.push_back(resources.back().get());
    for (const auto& [name, value] : settings) {
      const auto code = rd_kafka_ConfigResource_set_config(wanted.back(), name.c_str(), value.c_str());
      if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, fmt::format("topic {}: {}", topic, name)));
    }
  }
  const Queue queue(rd_kafka_queue_new(client));
  rd_kafka_AlterConfigs(client, wanted.data(), wanted.size(), nullptr, queue.get());
  RASTI_TRY(const Event event, Await(queue.get(), timeout, what));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** changed =
      rd_kafka_AlterConfigs_result_resources(rd_kafka_event_AlterConfigs_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) RASTI_CHECKED(CheckResource(*changed[i], what));
  return {};
}

}  // namespace rasti::log::kafka
