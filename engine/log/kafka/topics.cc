#include "engine/log/kafka/topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <thread>

#include "engine/log/kafka/records.h"
#include "engine/log/kafka/topic_settings.h"
#include "engine/log/kafka_event_log.h"

namespace rasti::log::kafka {
namespace {

constexpr int kPartitionsMost = 1024;
constexpr char kForEver[] = "-1";
constexpr char kRetention[] = "retention.ms";
// Results answer submitters who wait, and say of commands that were refused that they have been decided: longer than
// commands are kept, and than an engine stands still whose positions the brokers forget meanwhile (7 days).
constexpr char kMonth[] = "2592000000";
// Dead letters hold what strangers sent; they are looked into within a month or not at all.
// The largest event with its headers, and a sealed record of the brokers' own default limit (1 MiB).
constexpr char kLargeMessage[] = "2097152";
// A record that is acknowledged outlives any one broker; and one broker may be gone while writing goes on.
constexpr int kReplicasOfCluster = 3;
constexpr char kInSync[] = "2";
constexpr char kInSyncSetting[] = "min.insync.replicas";
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

// Of a topic, as far as the brokers know it: its partitions, and the replicas of the one that has the fewest.
struct Extent {
  int partitions = 0;
  int replicas = 0;
};
Extent ExtentOf(const rd_kafka_metadata_t& metadata, const std::string& name) {
  Extent extent;
  for (int i = 0; i < metadata.topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata.topics[i];
    if (name != topic.topic || topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) continue;
    extent.partitions = topic.partition_cnt;
    for (int p = 0; p < topic.partition_cnt; ++p) {
      const int replicas = topic.partitions[p].replica_cnt;
      extent.replicas = p == 0 ? replicas : std::min(extent.replicas, replicas);
    }
  }
  return extent;
}

Result<Owned<rd_kafka_NewTopic_t>> ToNewTopic(const TopicPlan& plan, int replicas) {
  std::array<char, 512> reason{};
  Owned<rd_kafka_NewTopic_t> topic(
      rd_kafka_NewTopic_new(plan.name.c_str(), plan.partitions, replicas, reason.data(), reason.size()));
  if (topic == nullptr) return Fail(Error::Invalid(fmt::format("topic {}: {}", plan.name, reason.data())));
  Settings settings = plan.settings;
  settings.insert(plan.proposed.begin(), plan.proposed.end());
  if (replicas >= kReplicasOfCluster) settings[kInSyncSetting] = kInSync;
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

// Says what is wrong with a topic that is as `found` has it.
void Judge(const TopicPlan& plan, const TopicSettings& found, const std::string& deciding, KafkaTopic& topic) {
  if (topic.partitions == 0) {
    topic.faults.emplace_back("it is missing; make it: rasti topics create");
    return;
  }
  if (topic.partitions != plan.partitions) {
    topic.faults.push_back(fmt::format(
        "it has {} partitions where {} are wanted ({} decides; the number never changes): delete it if it is empty and "
        "make it anew: rasti topics create",
        topic.partitions, plan.partitions, deciding));
  }
  Settings wanted = plan.settings;
  if (topic.replicas >= kReplicasOfCluster) wanted[kInSyncSetting] = kInSync;
  for (const auto& [name, value] : wanted) {
    const auto one = found.find(name);
    const std::string is = one == found.end() ? "" : one->second.value;
    topic.settings[name] = is;
    if (is != value) {
      topic.faults.push_back(fmt::format("{} is '{}', not '{}'; set it: rasti topics create", name, is, value));
    }
  }
  for (const auto& [name, value] : plan.proposed) {
    if (const auto one = found.find(name); one != found.end()) topic.settings[name] = one->second.value;
  }
}

// The topics' own settings with ours in them, where any differs.
Result<std::map<std::string, Settings>> ToMend(rd_kafka_t* client, const std::vector<TopicPlan>& plans,
                                               Duration timeout) {
  std::vector<std::string> names;
  for (const TopicPlan& plan : plans) names.push_back(plan.name);
  RASTI_TRY(const auto found, ReadTopicSettings(client, names, timeout));
  std::map<std::string, Settings> mended;
  for (const TopicPlan& plan : plans) {
    Settings own;
    bool differs = false;
    const TopicSettings& settings = found.at(plan.name);
    for (const auto& [name, setting] : settings) {
      if (setting.is_own) own[name] = setting.value;
    }
    for (const auto& [name, value] : plan.settings) {
      const auto one = settings.find(name);
      differs = differs || one == settings.end() || one->second.value != value;
      own[name] = value;
    }
    if (differs) mended[plan.name] = std::move(own);
  }
  return mended;
}

Status MendSettings(rd_kafka_t* client, const std::vector<TopicPlan>& plans, Duration timeout) {
  RASTI_TRY(auto mended, ToMend(client, plans, timeout));
  if (mended.empty()) return {};
  RASTI_CHECKED(WriteTopicSettings(client, mended, timeout));
  // As with new topics: whoever looks next is to see them.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (;;) {
    RASTI_TRY(mended, ToMend(client, plans, timeout));
    if (mended.empty()) return {};
    if (std::chrono::steady_clock::now() > deadline) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("kafka: topic {} was set, but no broker shows it", mended.begin()->first));
    }
    std::this_thread::sleep_for(kBetweenLooks);
  }
}

}  // namespace

TopicNames::TopicNames(const std::string& prefix)
    : commands(prefix + "commands"),
      follow_ups(prefix + "followups"),
      events(prefix + "events"),
      results(prefix + "results"),
      outbox(prefix + "outbox"),
      definitions(prefix + "definitions"),
      dead_letters(prefix + "dead-letters") {}

std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions, std::optional<Duration> keep_results) {
  const Settings kept{{"cleanup.policy", "delete"}, {kRetention, kForEver}, {"retention.bytes", kForEver}};
  // The clock of the broker says when a command was taken in: occurred_at of whoever may not back-date.
  Settings input = kept;
  input["message.timestamp.type"] = "LogAppendTime";
  Settings events = kept;
  events["max.message.bytes"] = kLargeMessage;
  const Settings bounded{{"cleanup.policy", "delete"}};
  Settings results = bounded;
  if (keep_results) results[kRetention] = std::to_string(keep_results->count());
  Settings letters = bounded;
  letters["max.message.bytes"] = kLargeMessage;
  return {{names.commands, partitions, input, {}},
          {names.follow_ups, partitions, input, {}},
          {names.events, partitions, events, {}},
          {names.results, partitions, results, {{kRetention, kMonth}}},
          {names.outbox, partitions, kept, {}},
          {names.definitions, 1, kept, {}},
          {names.dead_letters, 1, letters, {{kRetention, kMonth}}}};
}

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
  RASTI_CHECKED(Metadata(client, timeout));
  const Queue queue(rd_kafka_queue_new(client));
  rd_kafka_CreateTopics(client, wanted.data(), wanted.size(), nullptr, queue.get());
  const Owned<rd_kafka_event_t> event(rd_kafka_queue_poll(queue.get(), static_cast<int>(timeout.count())));
  if (event == nullptr) return Fail(ErrorCode::kUnavailable, "kafka: making topics: the brokers do not answer");
  RASTI_CHECKED(CheckOutcomes(*event));

  // The controller knows them; each broker learns of them a moment later.
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  for (const TopicPlan& plan : plans) {
    for (;;) {
      RASTI_TRY(const auto metadata, Metadata(client, timeout));
      if (ExtentOf(*metadata, plan.name).partitions > 0) break;
      if (std::chrono::steady_clock::now() > deadline) {
        return Fail(ErrorCode::kUnavailable, fmt::format("kafka: topic {} was made, but no broker has it", plan.name));
      }
      std::this_thread::sleep_for(kBetweenLooks);
    }
  }
  return MendSettings(client, plans, timeout);
}

std::optional<std::string> RetentionFault(const std::string& results_ms, Duration keep_commands) {
  const auto kept = ParseNumber(results_ms);
  if (!kept || *kept >= keep_commands.count()) return std::nullopt;  // -1: for ever
  const std::string wanted = FormatDuration(keep_commands);
  return fmt::format(
      "results are kept for {} ({} {}) and commands for {} (keep-commands): keep results at least as long: rasti "
      "topics "
      "create --keep-results {}, or commands for less",
      FormatDuration(Duration{*kept}), kRetention, results_ms, wanted, wanted);
}

Result<std::vector<KafkaTopic>> InspectTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                                              std::optional<Duration> keep_commands) {
  RASTI_TRY(const auto metadata, Metadata(client, timeout));
  const int partitions = ExtentOf(*metadata, names.commands).partitions;
  std::vector<KafkaTopic> topics;
  std::vector<std::string> there;
  const std::vector<TopicPlan> plans = PlanTopics(names, partitions);
  for (const TopicPlan& plan : plans) {
    const Extent extent = ExtentOf(*metadata, plan.name);
    topics.push_back({plan.name, extent.partitions, extent.replicas, {}, {}});
    if (extent.partitions > 0) there.push_back(plan.name);
  }
  std::map<std::string, TopicSettings> settings;
  if (!there.empty()) {
    RASTI_TRY(settings, ReadTopicSettings(client, there, timeout));
  }
  for (size_t i = 0; i < plans.size(); ++i) {
    KafkaTopic& topic = topics[i];
    Judge(plans[i], settings[plans[i].name], names.commands, topic);
    if (!keep_commands || topic.name != names.results || topic.partitions == 0) continue;
    if (auto fault = RetentionFault(topic.settings[kRetention], *keep_commands)) {
      topic.faults.push_back(*std::move(fault));
    }
  }
  return topics;
}

Result<int> CheckTopics(rd_kafka_t* client, const TopicNames& names, Duration timeout,
                        std::optional<Duration> keep_commands) {
  RASTI_TRY(const auto topics, InspectTopics(client, names, timeout, keep_commands));
  for (const KafkaTopic& topic : topics) {
    if (topic.faults.empty()) continue;
    const std::string message = fmt::format("kafka: topic {}: {}", topic.name, topic.faults.front());
    return Fail(topic.partitions == 0 ? Error::NotFound(message) : Error::Invalid(message));
  }
  return topics.front().partitions;
}

}  // namespace rasti::log::kafka
