#include "engine/log/kafka/topic_faults.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log/kafka/records.h"

namespace rasti::log::kafka {
namespace {

// Of a log, as far as any of its topics is there.
struct Extent {
  int partitions = 0;  // 0: none is there
  int replicas = 0;
  std::string deciding;  // whose partitions these are
  std::string largest;   // who has as many replicas
};

const FoundTopic& Find(const FoundTopics& found, const std::string& name) {
  static const FoundTopic kNone{};
  const auto topic = found.find(name);
  return topic == found.end() ? kNone : topic->second;
}

Extent ExtentOf(const TopicNames& names, const FoundTopics& found) {
  Extent extent;
  for (const std::string* name : {&names.commands, &names.follow_ups, &names.events, &names.results, &names.outbox}) {
    const FoundTopic& topic = Find(found, *name);
    if (extent.partitions > 0 || topic.partitions == 0) continue;
    extent.partitions = topic.partitions;
    extent.deciding = *name;
  }
  for (const auto& [name, topic] : found) {
    if (topic.replicas <= extent.replicas) continue;
    extent.replicas = topic.replicas;
    extent.largest = name;
  }
  return extent;
}

// The command that makes and mends the topics of this log: its numbers, because others would be refused.
std::string CreateCommand(const Extent& extent) {
  if (extent.partitions == 0) return "rasti topics create";
  return fmt::format("rasti topics create --partitions {} --replicas {}", extent.partitions, extent.replicas);
}

std::string ValueOf(const FoundTopic& found, const std::string& setting) {
  const auto one = found.settings.find(setting);
  return one == found.settings.end() ? "" : one->second.value;
}

bool IsAtLeast(const std::string& is, const std::string& least) {
  const auto number = ParseNumber(is);
  return number && *number >= ParseNumber(least).value_or(0);
}

// A record that is acknowledged outlives any one broker where it can; and one broker may be gone while writing goes on.
bool IsInSyncRight(const std::string& is, int replicas) {
  const auto number = ParseNumber(is);
  return number && IsAtLeast(is, InSyncOf(replicas)) && *number <= std::max(replicas - 1, 1);
}

// Nothing is lost by it yet, and nobody has to stop for it.
bool IsRisk(const TopicPlan& plan, const FoundTopic& found, const std::string& setting) {
  if (setting == kInSyncSetting) return found.replicas == 2;
  return plan.proposed.contains(setting) && !plan.settings.contains(setting);
}

std::string Remark(const TopicPlan& plan, const FoundTopic& found, const std::string& setting) {
  if (setting == kInSyncSetting) return fmt::format(", at {} replicas", found.replicas);
  if (plan.at_least.contains(setting)) return " or more";
  return IsRisk(plan, found, setting) ? ": it is kept for ever" : "";
}

JudgedTopic Judge(const TopicPlan& plan, const FoundTopic& found, const Extent& log) {
  JudgedTopic judged;
  KafkaTopic& topic = judged.topic;
  topic.name = plan.name;
  topic.partitions = found.partitions;
  topic.replicas = found.replicas;
  const std::string create = CreateCommand(log);
  if (topic.partitions == 0) {
    topic.faults.push_back("it is missing; make it: " + create);
    return judged;
  }
  for (const Settings* settings : {&plan.settings, &plan.at_least, &plan.proposed}) {
    for (const auto& [name, value] : *settings) topic.settings[name] = ValueOf(found, name);
  }
  topic.settings[kInSyncSetting] = ValueOf(found, kInSyncSetting);
  if (topic.partitions != plan.partitions) {
    topic.faults.push_back(fmt::format(
        "it has {} partitions where {} are wanted ({}; the number never changes): delete it if it is empty and make it "
        "anew: {}",
        topic.partitions, plan.partitions, plan.partitions == log.partitions ? log.deciding + " decides" : "always",
        create));
  }
  for (const auto& [name, value] : WrongSettings(plan, found)) {
    auto& list = IsRisk(plan, found, name) ? judged.risks : topic.faults;
    list.push_back(fmt::format("{} is '{}', not '{}'{}; set it: {}", name, ValueOf(found, name), value,
                               Remark(plan, found, name), create));
  }
  if (topic.replicas < log.replicas) {
    judged.risks.push_back(fmt::format(
        "it has {} replica{} where {} has {}: the log is as safe as the least of its topics; give it as many "
        "with Kafka's own kafka-reassign-partitions.sh",
        topic.replicas, topic.replicas == 1 ? "" : "s", log.largest, log.replicas));
  }
  return judged;
}

}  // namespace

Settings WrongSettings(const TopicPlan& plan, const FoundTopic& found) {
  Settings wrong;
  for (const auto& [name, value] : plan.settings) {
    if (ValueOf(found, name) != value) wrong[name] = value;
  }
  for (const auto& [name, value] : plan.at_least) {
    if (!IsAtLeast(ValueOf(found, name), value)) wrong[name] = value;
  }
  for (const auto& [name, value] : plan.proposed) {
    if (!plan.settings.contains(name) && ValueOf(found, name) == kForEver) wrong[name] = value;
  }
  if (!IsInSyncRight(ValueOf(found, kInSyncSetting), found.replicas)) wrong[kInSyncSetting] = InSyncOf(found.replicas);
  return wrong;
}

std::vector<JudgedTopic> JudgeTopics(const TopicNames& names, const FoundTopics& found,
                                     std::optional<Duration> keep_commands) {
  const Extent log = ExtentOf(names, found);
  std::vector<JudgedTopic> topics;
  for (const TopicPlan& plan : PlanTopics(names, log.partitions)) {
    const FoundTopic& topic = Find(found, plan.name);
    topics.push_back(Judge(plan, topic, log));
    if (!keep_commands || plan.name != names.results || topic.partitions == 0) continue;
    if (auto fault = RetentionFault(ValueOf(topic, kRetentionSetting), *keep_commands, CreateCommand(log))) {
      topics.back().topic.faults.push_back(*std::move(fault));
    }
  }
  return topics;
}

Status CompareTopics(const std::vector<TopicPlan>& plans, const FoundTopics& found, int replicas) {
  Extent log;
  for (const TopicPlan& plan : plans) {
    const FoundTopic& topic = Find(found, plan.name);
    if (topic.partitions == 0) continue;
    if (topic.partitions != plan.partitions) {
      return Fail(Error::Invalid(fmt::format(
          "kafka: topic {} is there already, with {} partitions and not {}, and their number never changes; "
          "nothing was made or changed",
          plan.name, topic.partitions, plan.partitions)));
    }
    if (topic.replicas > log.replicas) {
      log.replicas = topic.replicas;
      log.largest = plan.name;
    }
  }
  if (log.replicas == 0 || log.replicas == replicas) return {};
  return Fail(Error::Invalid(
      fmt::format("kafka: topic {} is there already, with {} replicas and not {}: give --replicas {}, or change the "
                  "replicas of all "
                  "topics first, with Kafka's own kafka-reassign-partitions.sh; nothing was made or changed",
                  log.largest, log.replicas, replicas, log.replicas)));
}

std::optional<std::string> RetentionFault(const std::string& results_ms, Duration keep_commands,
                                          const std::string& create) {
  const auto kept = ParseNumber(results_ms);
  if (!kept || *kept >= keep_commands.count()) return std::nullopt;  // -1: for ever
  const std::string wanted = FormatDuration(keep_commands);
  return fmt::format(
      "results are kept for {} ({} {}) and commands for {} (keep-commands): keep results at least as long: {} "
      "--keep-results {}, or commands for less",
      FormatDuration(Duration{*kept}), kRetentionSetting, results_ms, wanted, create, wanted);
}

}  // namespace rasti::log::kafka
