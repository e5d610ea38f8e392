// What the topics of a log are called, and what they must be.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "engine/log/kafka/handles.h"

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
  std::string keys;
  std::string checkpoints;
};

inline constexpr char kRetentionSetting[] = "retention.ms";
inline constexpr char kForEver[] = "-1";
inline constexpr char kInSyncSetting[] = "min.insync.replicas";
/// So many replicas have a record before it is acknowledged: two where a third may be gone while writing goes on.
std::string InSyncOf(int replicas);

/// What a topic must be.
struct TopicPlan {
  std::string name;
  int partitions = 0;
  Settings settings;
  Settings at_least;  // numbers that may be larger
  Settings proposed;  // what it is made with besides, and whoever runs the brokers may change; but not to for ever
};
/// `keep_results`: for how long; nothing: as whoever runs the brokers likes.
std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions,
                                  std::optional<Duration> keep_results = std::nullopt);

}  // namespace rasti::log::kafka
