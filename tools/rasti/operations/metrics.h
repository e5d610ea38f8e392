// What a service shows under /metrics, in Prometheus's terms. deploy/README.md lists the names and what they mean; a
// test holds the two together.
#pragma once

#include <prometheus/metric_family.h>

#include <string>
#include <vector>

#include "engine/runtime/counters.h"
#include "tools/rasti/operations/node_monitor.h"

namespace rasti::cli {

/// A service at one moment. Lags and disks are looked at every few seconds only, because they cost questions.
struct ServiceSample {
  struct Lag {
    core::PartitionId partition;
    int64_t end = 0;     // of the log: the next sequence
    int64_t behind = 0;  // events that the views do not show yet
  };
  struct Stores {
    std::string kind;  // "state", "views"
    uint64_t memtable_bytes = 0;
    uint64_t reader_bytes = 0;
    uint64_t disk_bytes = 0;
    uint64_t pending_merge_bytes = 0;
    uint64_t running_merges = 0;
    uint64_t running_flushes = 0;
    uint64_t background_errors = 0;
    uint64_t held = 0;  // stores whose writers wait
  };

  bool decides = true;
  bool ready = false;
  int partitions = 0;
  runtime::PartitionCounters counters;
  std::vector<core::PartitionId> halted;  // owned, and standing still: a version is missing
  size_t timers_waiting = 0;
  int clients = 0;
  double configuration_age_s = 0;
  std::vector<Lag> lags;
  /// Of the log's trees, where they are kept and signed here.
  struct Signed {
    core::PartitionId partition;
    int64_t events = 0;  // that lie in the last checkpoint
  };
  std::vector<Signed> signed_events;
  bool signing_stopped = false;
  std::vector<Stores> stores;
  uint64_t cache_bytes = 0;
  uint64_t cache_bytes_most = 0;
  uint64_t write_buffer_bytes = 0;
  uint64_t disk_free_bytes = 0;
};

/// Every family that there is, also those without a value here: a reader has no timers, an embedded log no brokers.
std::vector<prometheus::MetricFamily> MetricsOf(const ServiceSample& sample, const NodeMonitor::Snapshot& node);
/// Memory of this process that is not swapped out.
double ResidentBytes();
/// Of this process, by the names that all of Prometheus's libraries use.
std::vector<prometheus::MetricFamily> ProcessMetrics();

}  // namespace rasti::cli
