#include "engine/log/kafka/clients.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::log::kafka {
namespace {

// librdkafka's own lines go nowhere: what matters of them comes back as an error.
void Silent(const rd_kafka_t*, int, const char*, const char*) {}

constexpr size_t kFetchBytesMost = size_t{1} << 20;
constexpr size_t kUnsentBytesMost = size_t{32} << 20;
constexpr int kHasQueueBackoff = 0x02020000;  // 2.2
constexpr const char* kStatisticsMs = "1000";
// For one question after the end of a partition; librdkafka asks up to three times.
constexpr Duration kAnswerMost{2'000};

Settings Common(const KafkaLogOptions& options) {
  Settings settings = options.client_settings;
  settings["bootstrap.servers"] = options.brokers;
  settings["client.id"] = options.node;
  settings["socket.keepalive.enable"] = "true";
  settings["reconnect.backoff.ms"] = "50";
  settings["reconnect.backoff.max.ms"] = "1000";
  return settings;
}

Settings Consuming(const KafkaLogOptions& options, Isolation isolation) {
  Settings settings = Common(options);
  settings["isolation.level"] = isolation == Isolation::kCommitted ? "read_committed" : "read_uncommitted";
  settings["enable.auto.commit"] = "false";
  settings["enable.auto.offset.store"] = "false";
  // A position that is gone is an error: it is found again in the events, never guessed.
  settings["auto.offset.reset"] = "error";
  settings["enable.partition.eof"] = "true";
  settings["check.crcs"] = "true";
  settings["fetch.wait.max.ms"] = "100";
  // Questions for the ends of partitions wait for this, whatever time they are given.
  settings["socket.timeout.ms"] = std::to_string(options.request_timeout.count());
  settings["fetch.error.backoff.ms"] = "50";
  settings["queued.max.messages.kbytes"] = std::to_string(kQueuedBytesMost >> 10);
  settings["queued.min.messages"] = std::to_string(kQueuedRecordsMost);
  // Otherwise a second, in which a full queue may have been empty for long. Older ones wait for it (PartitionReader).
  if (rd_kafka_version() >= kHasQueueBackoff) settings["fetch.queue.backoff.ms"] = "10";
  return settings;
}

Settings Producing(const KafkaLogOptions& options) {
  Settings settings = Common(options);
  settings["enable.idempotence"] = "true";
  settings["linger.ms"] = "1";
  settings["compression.type"] = "lz4";
  // As large as the topics' max.message.bytes; batches stay at their own bound.
  settings["message.max.bytes"] = "2097152";
  // What waits for brokers that are away; the default is 1 GiB for each producer.
  settings["queue.buffering.max.kbytes"] = std::to_string(kUnsentBytesMost >> 10);
  // The broker answers a transaction's first requests with CONCURRENT_TRANSACTIONS while it still writes the markers of
  // the one before, and the client waits this long: the default of 100 ms makes it 15 times slower.
  settings["retry.backoff.ms"] = "5";
  return settings;
}

Result<Conf> Quiet(const Settings& settings) {
  RASTI_TRY(Conf conf, MakeConf(settings));
  rd_kafka_conf_set_log_cb(conf.get(), Silent);
  return conf;
}

}  // namespace

Result<Client> MakeProbe(const KafkaLogOptions& options) { return MakeReader(options, Isolation::kUncommitted); }

Result<Client> MakeInquirer(const KafkaLogOptions& options, Isolation isolation) {
  Settings settings = Consuming(options, isolation);
  settings["socket.timeout.ms"] = std::to_string(std::min(options.request_timeout, kAnswerMost).count());
  RASTI_TRY(Conf conf, Quiet(settings));
  return MakeClient(RD_KAFKA_CONSUMER, std::move(conf));
}

Result<Client> MakeReader(const KafkaLogOptions& options, Isolation isolation, size_t queued_bytes) {
  Settings settings = Consuming(options, isolation);
  settings["queued.max.messages.kbytes"] = std::to_string(queued_bytes >> 10);
  // Compressed; what one fetch brings is not to fill the queue.
  settings["fetch.message.max.bytes"] = std::to_string(std::min(queued_bytes / 4, kFetchBytesMost));
  RASTI_TRY(Conf conf, Quiet(settings));
  return MakeClient(RD_KAFKA_CONSUMER, std::move(conf));
}

Result<Client> MakeMember(const KafkaLogOptions& options, int member, OnRebalance on_rebalance, void* owner,
                          OnStatistics on_statistics) {
  Settings settings = Consuming(options, Isolation::kCommitted);
  settings["group.id"] = options.group;
  if (options.static_membership) settings["group.instance.id"] = fmt::format("{}-{}", options.node, member);
  settings["partition.assignment.strategy"] =
      options.assignor == KafkaAssignor::kCooperativeSticky ? "cooperative-sticky" : "range";
  settings["session.timeout.ms"] = std::to_string(options.session_timeout.count());
  // Also how soon a member learns that partitions are shared out anew, so not long where the session is.
  settings["heartbeat.interval.ms"] = std::to_string(std::min<int64_t>(options.session_timeout.count() / 20, 500));
  if (on_statistics != nullptr) settings["statistics.interval.ms"] = kStatisticsMs;
  RASTI_TRY(Conf conf, Quiet(settings));
  rd_kafka_conf_set_rebalance_cb(conf.get(), on_rebalance);
  if (on_statistics != nullptr) rd_kafka_conf_set_stats_cb(conf.get(), on_statistics);
  return MakeClient(RD_KAFKA_CONSUMER, std::move(conf), owner);
}

Result<Client> MakeTransactional(const KafkaLogOptions& options, int member, size_t number) {
  Settings settings = Producing(options);
  settings["transactional.id"] = fmt::format("{}-{}-{}-{}", options.group, options.node, member, number);
  settings["transaction.timeout.ms"] = std::to_string(options.transaction_timeout.count());
  // A record that cannot be written in time makes the transaction abort; it may not outlive the transaction.
  settings["message.timeout.ms"] = std::to_string(options.transaction_timeout.count());
  RASTI_TRY(Conf conf, Quiet(settings));
  return MakeClient(RD_KAFKA_PRODUCER, std::move(conf));
}

Result<Client> MakeWriter(const KafkaLogOptions& options, OnDelivery on_delivery, void* owner) {
  Settings settings = Producing(options);
  settings["message.timeout.ms"] = std::to_string(options.answer_timeout.count());
  RASTI_TRY(Conf conf, Quiet(settings));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  return MakeClient(RD_KAFKA_PRODUCER, std::move(conf), owner);
}

Result<Client> MakeMarkWriter(const KafkaLogOptions& options, OnDelivery on_delivery, void* owner) {
  Settings settings = Common(options);
  settings["linger.ms"] = "0";
  settings["message.timeout.ms"] = std::to_string(options.request_timeout.count());
  RASTI_TRY(Conf conf, Quiet(settings));
  rd_kafka_conf_set_dr_msg_cb(conf.get(), on_delivery);
  return MakeClient(RD_KAFKA_PRODUCER, std::move(conf), owner);
}

}  // namespace rasti::log::kafka
