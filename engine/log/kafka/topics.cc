#include "engine/log/kafka/topics.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <thread>

#include "engine/log/kafka/clients.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {
namespace {

constexpr int kPartitionsMost = 1024;
constexpr char kForEver[] = "-1";
// Results answer submitters who wait, and a repeat is answered anew: a day is plenty.
constexpr char kDay[] = "86400000";
constexpr std::chrono::milliseconds kBetweenLooks{20};

Result<Owned<const rd_kafka_metadata_t>> Metadata(rd_kafka_t* client, Duration timeout) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const auto code = rd_kafka_metadata(client, 1, nullptr, &metadata, static_cast<int>(timeout.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "asking the brokers for their topics"));
  return Owned<const rd_kafka_metadata_t>(metadata);
}

// -1 where there is no such topic.
int PartitionsOf(const rd_kafka_metadata_t& metadata, const std::string& name) {
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata.topics[i];
    if (name == topic.topic && topic.err == RD_KAFKA_RESP_ERR_NO_ERROR) return topic.partition_cnt;
  }
  return -1;
}

Result<Owned<rd_kafka_NewTopic_t>> ToNewTopic(const TopicPlan& plan, int replicas) {
  std::array<char, 512> reason{};
  Owned<rd_kafka_NewTopic_t> topic(
      rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, replicas, reason.data(), reason.size()));
  if (topic == nullptr) return Fail(Error::Invalid(fmt::format("topic {}: {}", plan.name, reason.data())));
  for (const auto& [name, value] : plan.settings) {
    const auto code = rd_kafka_NewTopic_set_config(topic.get(), name.c_str(), value.c_str());
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, fmt::format("topic {}: {}", plan.name, name)));
  }
  return topic;
}

// What became of each topic that was asked for; one that was there already is fine.
Status CheckOutcomes(const rd_kafka_event_t& event) {
  const auto code = rd_kafka_event_error(const_cast<rd_kafka_event_t*>(&event));  // NOLINT: its API takes no const
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Fail(ToError(code, "making topics"));
  size_t count = 0;
  const rd_kafka_topic_result_t** results = rd_kafka_CreateTopics_result_topics(
      rd_kafka_event_CreateTopics_result(const_cast<rd_kafka_event_t*>(&event)), &count);  // NOLINT: as above
  for (size_t i = 0; i < count; ++i) {
    const auto outcome = rd_kafka_topic_result_error(results[i]);
    if (outcome == RD_KAFKA_RESP_ERR_NO_ERROR || outcome == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    return Fail(ToError(outcome, fmt::format("making topic {}", rd_kafka_topic_result_name(results[i])),
                        rd_kafka_topic_result_error_string(results[i])));
  }
  return {};
}

}  // namespace

TopicNames::TopicNames(const std::string& prefix)
    : commands(prefix + "commands"),
      follow_ups(prefix + "followups"),
      events(prefix + "events"),
      results(prefix + "results"),
      outbox(prefix + "outbox"),
      definitions(prefix + "definitions") {}

std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions) {
  // The clock of the broker says when a command was taken in: occurred_at of whoever may not back-date.
  const Settings input{{"cleanup.policy", "delete"},
                       {"retention.ms", kForEver},
                       {"retention.bytes", kForEver},
                       {"message.timestamp.type", "LogAppendTime"}};
  const Settings kept{{"cleanup.policy", "delete"}, {"retention.ms", kForEver}, {"retention.bytes", kForEver}};
  const Settings bounded{{"cleanup.policy", "delete"}, {"retention.ms", kDay}};
  return {{names.commands, partitions, input},  {names.follow_ups, partitions, input}, {names.events, partitions, kept},
          {names.results, partitions, bounded}, {names.outbox, partitions, kept},      {names.definitions, 1, kept}};
}

Status MakeTopics(const KafkaLogOptions& options, const std::vector<TopicPlan>& plans, int replicas) {
  RASTI_TRY(const Client client, MakeProbe(options));
  std::vector<Owned<rd_kafka_NewTopic_t>> topics;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const TopicPlan& plan : plans) {
    if (plan.partitions < 1 || plan.partitions > kPartitionsMost) {
      return Fail(Error::Invalid(fmt::format("{} partitions: a log has 1 to {}", plan.partitions, kPartitionsMost)));
    }
    RASTI_TRY(auto topic, ToNewTopic(plan, replicas));
    wanted.push_back(topic.get());
    topics.push_back(std::move(topic));
  }
  const Queue queue(rd_kafka_queue_new(client.get()));
  rd_kafka_CreateTopics(client.get(), wanted.data(), wanted.size(), nullptr, queue.get());
  const auto timeout = static_cast<int>(options.request_timeout.count());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), timeout));
  if (event == nullptr) return Fail(ErrorCode::kUnavailable, "kafka: making topics: the brokers do not answer");
  RASTI_CHECKED(CheckOutcomes(*event));

  // The controller knows them; each broker learns of them a moment later.
  const auto deadline = std::chrono::steady_clock::now() + options.request_timeout;
  for (const TopicPlan& plan : plans) {
    for (;;) {
      RASTI_TRY(const auto metadata, Metadata(client.get(), options.request_timeout));
      if (PartitionsOf(*metadata, plan.name) >= 0) break;
      if (std::chrono::steady_clock::now() > deadline) {
        return Fail(ErrorCode::kUnavailable, fmt::format("kafka: topic {} was made, but no broker has it", plan.name));
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }
  return {};
}

Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout) {
  RASTI_TRY(const auto metadata, Metadata(client, timeout));
  const int partitions = PartitionsOf(*metadata, names.commands);
  for (const TopicPlan& plan : PlanTopics(names, partitions)) {
    const int found = PartitionsOf(*metadata, plan.name);
    if (found < 0) {
      return Fail(Error::NotFound(
          fmt::format("kafka: there is no topic {}; make what is missing: rasti topics create", plan.name)));
    }
    if (found != plan.partitions) {
      return Fail(Error::Invalid(fmt::format(
          "kafka: topic {} has {} partitions, {} are wanted ({} decides; the number never changes): delete it if it is "
          "empty and run rasti topics create",
          plan.name, found, plan.partitions, names.commands)));
    }
  }
  return partitions;
}

}  // namespace rasti::log::kafka
