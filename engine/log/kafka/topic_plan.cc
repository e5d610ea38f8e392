#include "engine/log/kafka/topic_plan.h"

namespace rasti::log::kafka {
namespace {

// Results answer submitters who wait, and say of commands that were refused that they have been decided: longer than
// commands are kept, and than an engine stands still whose positions the brokers forget meanwhile (7 days). Dead
// letters hold what strangers sent; they are looked into within a month or not at all.
constexpr char kMonth[] = "2592000000";
constexpr char kDay[] = "86400000";
constexpr char kSizeSetting[] = "max.message.bytes";
// The brokers' own default: room for every command, result and outbox entry, and for a batch of them.
constexpr char kMessage[] = "1048588";
// The largest event with its headers, a sealed record of that size, a package with all that belongs to it.
constexpr char kLargeMessage[] = "2097152";
constexpr int kReplicasToSpare = 3;

}  // namespace

TopicNames::TopicNames(const std::string& prefix)
    : commands(prefix + "commands"),
      follow_ups(prefix + "followups"),
      events(prefix + "events"),
      results(prefix + "results"),
      outbox(prefix + "outbox"),
      definitions(prefix + "definitions"),
      dead_letters(prefix + "dead-letters"),
      keys(prefix + "keys"),
      checkpoints(prefix + "checkpoints") {}

std::string InSyncOf(int replicas) { return replicas >= kReplicasToSpare ? "2" : "1"; }

std::vector<TopicPlan> PlanTopics(const TopicNames& names, int partitions, std::optional<Duration> keep_results) {
  const Settings kept{{"cleanup.policy", "delete"}, {kRetentionSetting, kForEver}, {"retention.bytes", kForEver}};
  // The clock of the broker says when a command was taken in: occurred_at of whoever may not back-date; and when a
  // package was: none comes into force before all who decide can know it.
  Settings input = kept;
  input["message.timestamp.type"] = "LogAppendTime";
  const Settings letters{{"cleanup.policy", "delete"}};
  // The last record of a key holds, and a key that was erased is gone from the disks in days, also where nothing else
  // is written: a record without value is kept for delete.retention.ms (a day) behind that.
  const Settings latest{{"cleanup.policy", "compact"}, {"max.compaction.lag.ms", kDay}};
  // Their age says how long they are needed, whatever their number.
  Settings results{{"cleanup.policy", "delete"}, {"retention.bytes", kForEver}};
  if (keep_results) results[kRetentionSetting] = std::to_string(keep_results->count());
  const Settings some{{kSizeSetting, kMessage}};
  const Settings large{{kSizeSetting, kLargeMessage}};
  const Settings month{{kRetentionSetting, kMonth}};
  return {{names.commands, partitions, input, some, {}},  {names.follow_ups, partitions, input, some, {}},
          {names.events, partitions, kept, large, {}},    {names.results, partitions, results, some, month},
          {names.outbox, partitions, kept, some, {}},     {names.definitions, 1, input, large, {}},
          {names.dead_letters, 1, letters, large, month}, {names.keys, 1, latest, some, {}},
          {names.checkpoints, 1, latest, some, {}}};
}

}  // namespace rasti::log::kafka
