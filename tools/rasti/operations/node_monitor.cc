#include "tools/rasti/operations/node_monitor.h"

#include <algorithm>

namespace rasti::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kTellEvery = 5s;
// A stream that is opened again and again tells so within this time, back-off and the brokers' time-out included.
constexpr auto kTroubleLasts = 20s;

double PerSecond(int64_t events, Duration took) {
  return static_cast<double>(events) * 1000.0 / static_cast<double>(std::max<int64_t>(took.count(), 1));
}

}  // namespace

void TakeoverTimes::Add(Duration took) {
  const auto* const bucket = std::ranges::lower_bound(kBoundsMs, took.count());
  ++counts[static_cast<size_t>(bucket - kBoundsMs.begin())];
  sum_ms += took.count();
}

void NodeMonitor::Assigned(core::PartitionId partition) {
  {
    const std::lock_guard lock(mutex_);
    ++counted_.assignments;
    partitions_[partition] = {false, std::chrono::steady_clock::now()};
  }
  log_.Info("assigned", {{"partition", partition.value}});
}

void NodeMonitor::Recovering(core::PartitionId partition, core::Sequence next, core::Sequence end) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    Taking& taking = partitions_[partition];
    if (now - taking.told_at < kTellEvery) return;
    taking.told_at = now;
  }
  log_.Info(
      "replaying",
      {{"partition", partition.value}, {"next", next.value}, {"end", end.value}, {"lag", end.value - next.value}});
}

void NodeMonitor::Recovered(core::PartitionId partition, int64_t events, Duration took) {
  {
    const std::lock_guard lock(mutex_);
    partitions_[partition].decides = true;
    counted_.takeovers.Add(took);
    counted_.replayed_events += events;
    if (events > 0) counted_.replay_ms += took.count();
    counted_.trouble.clear();
  }
  ServiceLog::Fields fields{{"partition", partition.value}, {"events", events}, {"ms", took.count()}};
  if (events > 0) fields["events_per_s"] = static_cast<int64_t>(PerSecond(events, took));
  log_.Info("recovered", fields);
}

void NodeMonitor::Released(core::PartitionId partition, bool lost) {
  {
    const std::lock_guard lock(mutex_);
    partitions_.erase(partition);
    ++(lost ? counted_.lost : counted_.revoked);
  }
  if (lost) {
    log_.Warn("lost", {{"partition", partition.value}});
  } else {
    log_.Info("revoked", {{"partition", partition.value}});
  }
}

void NodeMonitor::Transaction(bool committed) {
  const std::lock_guard lock(mutex_);
  ++(committed ? counted_.committed : counted_.failed);
}

void NodeMonitor::Trouble(const Error& error, Duration wait) {
  {
    const std::lock_guard lock(mutex_);
    ++counted_.stream_failures;
    counted_.trouble = error.message;
    trouble_at_ = std::chrono::steady_clock::now();
  }
  log_.Warn("trouble", {{"code", ErrorCodeName(error.code)}, {"text", error.message}, {"again_in_ms", wait.count()}});
}

void NodeMonitor::Alarm(const std::string& text) { log_.Warn("alarm", {{"text", text}}); }

void NodeMonitor::Progress(const std::string& text) { log_.Info("progress", {{"text", text}}); }

void NodeMonitor::KafkaStatistics(std::string_view json) {
  const auto statistics = ParseKafkaStatistics(json);
  if (!statistics) return;  // a newer librdkafka that says it otherwise: the figures stand still
  const std::lock_guard lock(mutex_);
  kafka_.Add(*statistics, std::chrono::steady_clock::now());
}

void NodeMonitor::Trimmed(const log::KafkaTrim& trim) {
  const auto trouble = trim.failure ? std::optional(trim.failure->code) : std::nullopt;
  bool is_new = false;
  {
    const std::lock_guard lock(mutex_);
    counted_.trimmed_commands += trim.commands;
    counted_.trimmed_follow_ups += trim.follow_ups;
    if (trouble) ++counted_.trim_failures;
    is_new = trouble && trouble != trim_trouble_;
    trim_trouble_ = trouble;
  }
  if (trim.commands + trim.follow_ups > 0) {
    log_.Info("trimmed", {{"commands", trim.commands}, {"follow_ups", trim.follow_ups}});
  }
  // Once, not at each look: it goes on until somebody mends it.
  if (is_new) log_.Warn("not_trimmed", {{"code", ErrorCodeName(*trouble)}, {"text", trim.failure->message}});
}

NodeMonitor::Snapshot NodeMonitor::snapshot() const {
  const std::lock_guard lock(mutex_);
  Snapshot snapshot = counted_;
  for (const auto& [id, taking] : partitions_) {
    (taking.decides ? snapshot.owned : snapshot.recovering).push_back(id);
  }
  const auto now = std::chrono::steady_clock::now();
  if (now - trouble_at_ > kTroubleLasts) snapshot.trouble.clear();
  snapshot.kafka = kafka_.totals(now);
  return snapshot;
}

}  // namespace rasti::cli
