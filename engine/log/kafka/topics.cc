#include "engine/log/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "engine/log/kafka/topic_faults.h"
#include "engine/log/kafka/topic_settings.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {
namespace {

constexpr int kPartitionsMost = 1024;
constexpr std::chrono::milliseconds kBetweenLooks{20};

// Of several brokers one may be set up wrong, and the others answer a moment later.
constexpr std::chrono::seconds kAfterRefusal{2};
constexpr Duration kStep{200};

Result<Owned<const rd_kafka_metadata_t>> Metadata(rd_kafka_t* client, Duration timeout) {
  const auto now = [] { return std::chrono::steady_clock::now(); };
  auto deadline = now() + timeout;
  bool refused = false;
  for (;;) {
    const auto left = std::chrono::ceil<Duration>(deadline - now());
    const struct rd_kafka_metadata* metadata = nullptr;
    const auto code = rd_kafka_metadata(client, 1, nullptr, &metadata,
                                        static_cast<int>(std::clamp(left, Duration{1}, kStep).count()));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      NoteAnswer(client);
      return Owned<const rd_kafka_metadata_t>(metadata);
    }
    rd_kafka_poll(client, 0);
    const auto fault = FaultOf(client);
    if (!refused && fault && fault->code == ErrorCode::kPermission) {
      refused = true;
      deadline = std::min(deadline, now() + kAfterRefusal);
    }
    const bool passes = code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT;
    if (passes && now() < deadline) continue;
    Error error = Explained(ToError(code, "asking the brokers for their topics"), client);
    // Nothing was reached with these settings yet, so what is wrong with them does not pass.
    if (fault && error.code == ErrorCode::kUnavailable) error.code = fault->code;
    return Fail(std::move(error));
  }
}

// A topic as far as the brokers know it, without its settings.
FoundTopic FindTopic(const rd_kafka_metadata_t& metadata, const std::string& name) {
  FoundTopic found;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata.topics[i];
    if (name != topic.topic || topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    found.partitions = topic.partition_cnt;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      const int replicas = topic.partitions[p].replica_cnt;
      found.replicas = p == 0 ? replicas : std::min(found.replicas, replicas);
    }
  }
  return found;
}

// Those of these topics that are there, without their settings.
Result<FoundTopics> FindTopics(rd_kafka_t* client, const std::vector<TopicPlan>& plans, Duration timeout) {
  RASTI_TRY(const auto metadata, Metadata(client, timeout));
  FoundTopics found;
  for (const TopicPlan& plan : plans) {
    if (FoundTopic topic = FindTopic(*metadata, plan.name); topic.partitions > 0) found[plan.name] = std::move(topic);
  }
  return found;
}

Status ReadSettings(rd_kafka_t* client, FoundTopics& found, Duration timeout) {
  if (found.empty()) return {};
  std::vector<std::string> names;
  for (const auto& [name, topic] : found) names.push_back(name);
  RASTI_TRY(auto settings, ReadTopicSettings(client, names, timeout));
  for (auto& [name, topic] : found) topic.settings = std::move(settings[name]);
  return {};
}

Result<Owned<rd_kafka_NewTopic_t>> ToNewTopic(const TopicPlan& plan, int replicas) {
  std::array<char, 512> reason{};
  Owned<rd_kafka_NewTopic_t> topic(
      rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, replicas, reason.data(), reason.size()));
  if (topic == nullptr) return Fail(Error::Invalid(fmt::format("topic {}: {}", plan.name, reason.data())));
  Settings settings = plan.settings;
  settings.insert(plan.at_least.begin(), plan.at_least.end());
  settings.insert(plan.proposed.begin(), plan.proposed.end());
  settings[kInSyncSetting] = InSyncOf(replicas);
  for (const auto& [name, value] : settings) {
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

// The topics' own settings with ours in them, where any is wrong.
Result<std::map<std::string, Settings>> ToMend(rd_kafka_t* client, const std::vector<TopicPlan>& plans,
                                               FoundTopics& found, Duration timeout) {
  RASTI_CHECKED(ReadSettings(client, found, timeout));
  std::map<std::string, Settings> mended;
  for (const TopicPlan& plan : plans) {
    const FoundTopic& topic = found[plan.name];
    Settings settings = WrongSettings(plan, topic);
    if (settings.empty()) continue;
    for (const auto& [name, setting] : topic.settings) {
      if (setting.is_own) settings.emplace(name, setting.value);
    }
    mended[plan.name] = std::move(settings);
  }
  return mended;
}

Status MendSettings(rd_kafka_t* client, const std::vector<TopicPlan>& plans, FoundTopics& found, Duration timeout) {
  RASTI_TRY(auto mended, ToMend(client, plans, found, timeout));
  if (mended.empty()) return {};
  RASTI_CHECKED(WriteTopicSettings(client, mended, timeout));
  // As with new topics: whoever looks next is to see them.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    RASTI_TRY(mended, ToMend(client, plans, found, timeout));
    if (mended.empty()) return {};
    if (std::chrono::steady_clock::now() > deadline) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("kafka: topic {} was set, but no broker shows it", mended.begin()->first));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

// All topics of the log, judged.
Result<std::vector<JudgedTopic>> LookAtTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                                              std::optional<Duration> keep_commands) {
  RASTI_TRY(FoundTopics found, FindTopics(client, PlanTopics(names, 1), timeout));
  RASTI_CHECKED(ReadSettings(client, found, timeout));
  return JudgeTopics(names, found, keep_commands);
}

}  // namespace

Status MakeTopics(rd_kafka_t* client, const std::vector<TopicPlan>& plans, int replicas, Duration timeout) {
  const int partitions = plans.front().partitions;
  if (partitions < 1 || partitions > kPartitionsMost) {
    return Fail(Error::Invalid(fmt::format("{} partitions: a log has 1 to {}", partitions, kPartitionsMost)));
  }
  std::vector<Owned<rd_kafka_NewTopic_t>> topics;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const TopicPlan& plan : plans) {
    RASTI_TRY(auto topic, ToNewTopic(plan, replicas));
    wanted.push_back(topic.get());
    topics.push_back(std::move(topic));
  }
  // Says at once what keeps the client from the brokers, where anything does.
  RASTI_TRY(FoundTopics found, FindTopics(client, plans, timeout));
  RASTI_CHECKED(CompareTopics(plans, found, replicas));
  const Queue queue(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, wanted.data(), wanted.size(), nullptr, queue.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count())));
  if (event == nullptr) return Fail(ErrorCode::kUnavailable, "kafka: making topics: the brokers do not answer");
  RASTI_CHECKED(CheckOutcomes(*event));

  // The controller knows them; each broker learns of them a moment later.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    RASTI_TRY(found, FindTopics(client, plans, timeout));
    if (found.size() == plans.size()) break;
    if (std::chrono::steady_clock::now() > deadline) {
      const auto late =
          std::find_if(plans.begin(), plans.end(), [&](const auto& plan) { return !found.contains(plan.name); });
      return Fail(ErrorCode::kUnavailable, fmt::format("kafka: topic {} was made, but no broker has it", late->name));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
  return MendSettings(client, plans, found, timeout);
}

Result<std::vector<KafkaTopic>> InspectTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                                              std::optional<Duration> keep_commands) {
  RASTI_TRY(auto judged, LookAtTopics(client, names, timeout, keep_commands));
  std::vector<KafkaTopic> topics;
  for (auto& [topic, risks] : judged) {
    for (std::string& risk : risks) topic.faults.push_back(std::move(risk));
    topics.push_back(std::move(topic));
  }
  return topics;
}

Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                        std::optional<Duration> keep_commands) {
  RASTI_TRY(const auto judged, LookAtTopics(client, names, timeout, keep_commands));
  for (const auto& [topic, risks] : judged) {
    if (topic.faults.empty()) continue;
    const std::string message = fmt::format("kafka: topic {}: {}", topic.name, topic.faults.front());
    return Fail(topic.partitions == 0 ? Error::NotFound(message) : Error::Invalid(message));
  }
  return judged.front().topic.partitions;
}

}  // namespace rasti::log::kafka
