// What a service's threads tell of themselves, kept for metrics and health, and written to the service's log.
//
// Threading: all functions from any thread.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/rasti/node_observer.h"
#include "tools/rasti/operations/kafka_statistics.h"
#include "tools/rasti/service_log.h"

namespace rasti::cli {

/// How long takeovers took. Buckets are not cumulative; the last one has no bound.
struct TakeoverTimes {
  static constexpr std::array<int64_t, 10> kBoundsMs = {50,    100,    500,    1'000,   2'000,
                                                        5'000, 10'000, 30'000, 120'000, 600'000};
  std::array<uint64_t, kBoundsMs.size() + 1> counts{};
  int64_t sum_ms = 0;

  void Add(Duration took);
};

class NodeMonitor final : public NodeObserver {
 public:
  /// The log outlives the monitor.
  explicit NodeMonitor(ServiceLog& log) : log_(log) {}

  void Assigned(core::PartitionId partition) override;
  void Recovering(core::PartitionId partition, core::Sequence next, core::Sequence end) override;
  void Recovered(core::PartitionId partition, int64_t events, Duration took) override;
  void Released(core::PartitionId partition, bool lost) override;
  void Transaction(bool committed) override;
  void Trouble(const Error& error, Duration wait) override;
  void Alarm(const std::string& text) override;
  void Progress(const std::string& text) override;
  void KafkaStatistics(std::string_view json) override;
  void Trimmed(const log::KafkaTrim& trim) override;

  struct Snapshot {
    std::vector<core::PartitionId> owned;       // they decide
    std::vector<core::PartitionId> recovering;  // assigned, and not yet caught up
    int64_t assignments = 0;
    int64_t revoked = 0;
    int64_t lost = 0;
    int64_t committed = 0;
    int64_t failed = 0;  // transactions that were aborted, or whose outcome nobody knew at first
    int64_t stream_failures = 0;
    int64_t replayed_events = 0;
    int64_t replay_ms = 0;
    int64_t trimmed_commands = 0;
    int64_t trimmed_follow_ups = 0;
    int64_t trim_failures = 0;
    TakeoverTimes takeovers;
    /// What keeps the streams from deciding now; empty: nothing.
    std::string trouble;
    KafkaTotals kafka;
  };
  Snapshot snapshot() const;

 private:
  using Time = std::chrono::steady_clock::time_point;
  struct Taking {
    bool decides = false;
    Time told_at;  // when the log last said how far it is
  };

  ServiceLog& log_;
  mutable std::mutex mutex_;  // guards what follows
  std::map<core::PartitionId, Taking> partitions_;
  Snapshot counted_;
  Time trouble_at_;
  std::optional<ErrorCode> trim_trouble_;  // as told last; nothing: there is none
  KafkaStatisticsSum kafka_;
};

}  // namespace rasti::cli
