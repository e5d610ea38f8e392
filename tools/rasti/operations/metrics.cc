#include "tools/rasti/operations/metrics.h"

#include <limits>
#include <utility>

#include "tools/rasti/version.h"

namespace rasti::cli {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;
using Labels = std::vector<ClientMetric::Label>;

constexpr double kMillis = 1000.0;
constexpr double kMicros = 1'000'000.0;

class Families {
 public:
  /// Begins a family; what follows belongs to it.
  Families& Counter(const char* name, const char* help) { return Begin(name, help, MetricType::Counter); }
  Families& Gauge(const char* name, const char* help) { return Begin(name, help, MetricType::Gauge); }

  template <class Number>
  Families& Add(Number value, Labels labels = {}) {
    ClientMetric metric;
    metric.label = std::move(labels);
    metric.counter.value = static_cast<double>(value);
    metric.gauge.value = static_cast<double>(value);
    families_.back().metric.push_back(std::move(metric));
    return *this;
  }

  /// A histogram of times. `counts` has one bucket more than there are bounds.
  template <class Bounds, class Counts>
  void Histogram(const char* name, const char* help, const Bounds& bounds_ms, const Counts& counts, int64_t sum_ms) {
    Begin(name, help, MetricType::Histogram);
    ClientMetric metric;
    for (size_t i = 0; i < counts.size(); ++i) {
      metric.histogram.sample_count += static_cast<uint64_t>(counts[i]);
      const double bound =
          i < bounds_ms.size() ? static_cast<double>(bounds_ms[i]) / kMillis : std::numeric_limits<double>::infinity();
      metric.histogram.bucket.push_back({metric.histogram.sample_count, bound});
    }
    metric.histogram.sample_sum = static_cast<double>(sum_ms) / kMillis;
    families_.back().metric.push_back(std::move(metric));
  }

  std::vector<MetricFamily> Take() && { return std::move(families_); }

 private:
  Families& Begin(const char* name, const char* help, MetricType type) {
    families_.push_back({name, help, type, {}});
    return *this;
  }

  std::vector<MetricFamily> families_;
};

Labels Of(core::PartitionId partition) { return {{"partition", std::to_string(partition.value)}}; }

void AddWork(const ServiceSample& sample, const NodeMonitor::Snapshot& node, Families& all) {
  const runtime::PartitionCounters& done = sample.counters;
  all.Counter("rasti_commands_total", "Commands and follow-ups that were decided")
      // A repeat is answered as its command was, and counted with it.
      .Add(done.commands_accepted - done.commands_repeated, {{"outcome", "accepted"}})
      .Add(done.commands_rejected, {{"outcome", "rejected"}})
      .Add(done.commands_repeated, {{"outcome", "repeated"}});
  all.Counter("rasti_dead_letters_total", "Records of the input that were nobody's command and were set aside")
      .Add(done.dead_letters);
  all.Counter("rasti_events_total", "Events that were committed").Add(done.events);
  all.Counter("rasti_transactions_total", "Transactions on the log by how they ended")
      .Add(node.committed, {{"outcome", "committed"}})
      .Add(node.failed, {{"outcome", "failed"}});
  const auto seconds = [](int64_t us) { return static_cast<double>(us) / kMicros; };
  all.Counter("rasti_stream_seconds_total", "What the stream threads spent their time on")
      .Add(seconds(done.times.polling_us), {{"doing", "polling"}})
      .Add(seconds(done.times.deciding_us), {{"doing", "deciding"}})
      .Add(seconds(done.times.writing_us), {{"doing", "writing"}})
      .Add(seconds(done.times.committing_us), {{"doing", "committing"}})
      .Add(seconds(done.times.storing_us), {{"doing", "storing"}})
      .Add(seconds(done.times.other_us), {{"doing", "other"}});
  all.Counter("rasti_timers_fired_total", "Timers that fired").Add(done.timers_fired);
  all.Gauge("rasti_timers_waiting", "Cases with a timer to come, in the partitions owned here")
      .Add(sample.timers_waiting);
  all.Histogram("rasti_timer_lateness_seconds", "From the instant a timer was due to its firing",
                runtime::TimerLateness::kBoundsMs, done.lateness.counts, done.lateness.sum_ms);
  all.Gauge("rasti_clients", "Clients on the Unix socket").Add(sample.clients);
}

void AddPartitions(const ServiceSample& sample, const NodeMonitor::Snapshot& node, Families& all) {
  all.Gauge("rasti_partitions", "Partitions of the log").Add(sample.partitions);
  all.Gauge("rasti_partitions_owned", "Partitions that are decided here").Add(node.owned.size());
  all.Gauge("rasti_partitions_recovering", "Partitions assigned here that are not caught up yet")
      .Add(node.recovering.size());
  all.Gauge("rasti_partition_owned", "1 for each partition that is decided here");
  for (const core::PartitionId id : node.owned) all.Add(1, Of(id));
  all.Gauge("rasti_partition_halted",
            "1 for each partition of this node that stands still: a version that a case needs is not published");
  for (const core::PartitionId id : sample.halted) all.Add(1, Of(id));
  all.Counter("rasti_partition_assignments_total", "Partitions that were assigned to this node").Add(node.assignments);
  all.Counter("rasti_partition_releases_total", "Partitions that went from this node")
      .Add(node.revoked, {{"reason", "revoked"}})
      .Add(node.lost, {{"reason", "lost"}});
  all.Histogram("rasti_takeover_seconds", "From a partition's assignment until it is decided: opening and catching up",
                TakeoverTimes::kBoundsMs, node.takeovers.counts, node.takeovers.sum_ms);
  all.Counter("rasti_replayed_events_total", "Events that state stores lacked and read again")
      .Add(node.replayed_events);
  all.Counter("rasti_replay_seconds_total", "Time that state stores took to catch up")
      .Add(static_cast<double>(node.replay_ms) / kMillis);
  all.Counter("rasti_stream_failures_total", "Streams that failed and were opened again").Add(node.stream_failures);
  all.Gauge("rasti_log_events", "Events in the log, as this node last saw it");
  for (const auto& lag : sample.lags) all.Add(lag.end, Of(lag.partition));
  all.Gauge("rasti_view_lag_events", "Events in the log that the views of this node do not show yet");
  for (const auto& lag : sample.lags) all.Add(lag.behind, Of(lag.partition));
  all.Gauge("rasti_signed_events", "Events in the last checkpoint that was signed here");
  for (const auto& one : sample.signed_events) all.Add(one.events, Of(one.partition));
  all.Gauge("rasti_signing_stopped", "1 where the log does not continue what was signed, or could not be signed on")
      .Add(sample.signing_stopped ? 1 : 0);
  all.Gauge("rasti_input_lag_records", "Commands on Kafka that this node, their owner, has not read yet");
  for (const auto& [partition, lag] : node.kafka.input_lag) all.Add(lag, Of({partition}));
  all.Counter("rasti_trimmed_records_total", "Positions of the input on Kafka that were decided, old, and deleted")
      .Add(node.trimmed_commands, {{"input", "commands"}})
      .Add(node.trimmed_follow_ups, {{"input", "followups"}});
  all.Counter("rasti_trim_failures_total", "Looks for old input on Kafka that could not delete it")
      .Add(node.trim_failures);
}

void AddStores(const ServiceSample& sample, Families& all) {
  all.Gauge("rasti_store_memory_bytes", "Memory of RocksDB outside its shared cache");
  for (const auto& store : sample.stores) {
    all.Add(store.memtable_bytes, {{"store", store.kind}, {"use", "memtables"}});
    all.Add(store.reader_bytes, {{"store", store.kind}, {"use", "readers"}});
  }
  all.Gauge("rasti_store_disk_bytes", "Sorted files of RocksDB on disk");
  for (const auto& store : sample.stores) all.Add(store.disk_bytes, {{"store", store.kind}});
  all.Gauge("rasti_store_pending_merge_bytes",
            "Bytes of RocksDB's files that its merges (compactions) have to rewrite yet");
  for (const auto& store : sample.stores) all.Add(store.pending_merge_bytes, {{"store", store.kind}});
  all.Gauge("rasti_store_running_work", "Flushes and merges (compactions) of RocksDB that are under way");
  for (const auto& store : sample.stores) {
    all.Add(store.running_flushes, {{"store", store.kind}, {"work", "flush"}});
    all.Add(store.running_merges, {{"store", store.kind}, {"work", "merge"}});
  }
  all.Gauge("rasti_store_writes_held", "Stores whose writers RocksDB slows or stops until flushes and merges catch up");
  for (const auto& store : sample.stores) all.Add(store.held, {{"store", store.kind}});
  all.Counter("rasti_store_background_errors_total",
              "Flushes and merges of RocksDB that failed in stores that are open");
  for (const auto& store : sample.stores) all.Add(store.background_errors, {{"store", store.kind}});
  all.Gauge("rasti_store_cache_bytes", "Block cache that all stores share").Add(sample.cache_bytes);
  all.Gauge("rasti_store_cache_limit_bytes", "The most that it may hold").Add(sample.cache_bytes_most);
  all.Gauge("rasti_store_write_buffer_bytes", "Write buffers of all stores").Add(sample.write_buffer_bytes);
  all.Gauge("rasti_disk_free_bytes", "Free on the disk of the data directory").Add(sample.disk_free_bytes);
}

void AddKafka(const KafkaTotals& kafka, Families& all) {
  const auto each_type = [&](auto value) {
    for (const auto& [type, totals] : kafka.by_type) all.Add(value(totals), {{"client", type}});
  };
  all.Counter("rasti_kafka_sent_bytes_total", "Bytes sent to the brokers");
  each_type([](const KafkaTypeTotals& totals) { return totals.sent_bytes; });
  all.Counter("rasti_kafka_received_bytes_total", "Bytes received from the brokers");
  each_type([](const KafkaTypeTotals& totals) { return totals.received_bytes; });
  all.Counter("rasti_kafka_requests_total", "Requests sent to the brokers");
  each_type([](const KafkaTypeTotals& totals) { return totals.requests; });
  all.Gauge("rasti_kafka_queued_requests", "Requests that wait to be sent");
  each_type([](const KafkaTypeTotals& totals) { return totals.queued_requests; });
  all.Counter("rasti_kafka_rebalances_total", "Rebalances of the group that this node's members took part in")
      .Add(kafka.rebalances);
  all.Gauge("rasti_kafka_broker_connections", "Connections to a broker that are up");
  for (const auto& [address, broker] : kafka.brokers) all.Add(broker.connections, {{"broker", address}});
  all.Gauge("rasti_kafka_broker_rtt_seconds", "A broker's answer time, the slowest client's average of some seconds");
  for (const auto& [address, broker] : kafka.brokers) {
    all.Add(static_cast<double>(broker.rtt_us_most) / kMicros, {{"broker", address}});
  }
}

}  // namespace

std::vector<MetricFamily> MetricsOf(const ServiceSample& sample, const NodeMonitor::Snapshot& node) {
  Families all;
  all.Gauge("rasti_build_info", "1; what runs here")
      .Add(1, {{"version", kVersion}, {"role", sample.decides ? "engine" : "reader"}});
  all.Gauge("rasti_ready", "1 where /health/ready says so").Add(sample.ready ? 1 : 0);
  AddWork(sample, node, all);
  AddPartitions(sample, node, all);
  all.Gauge("rasti_configuration_age_seconds",
            "Since the definitions were last read to their end; above 4 nothing is decided");
  if (sample.decides) all.Add(sample.configuration_age_s);
  AddStores(sample, all);
  AddKafka(node.kafka, all);
  return std::move(all).Take();
}

}  // namespace rasti::cli
