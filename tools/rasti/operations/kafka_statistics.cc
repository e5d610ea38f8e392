#include "tools/rasti/operations/kafka_statistics.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace rasti::cli {
namespace {

using Json = nlohmann::json;

// A client that was closed, or whose thread is busy rebuilding a store, says nothing: its gauges go.
constexpr std::chrono::seconds kForgottenAfter{5};

int64_t NumberAt(const Json& object, const char* name, int64_t missing = 0) {
  const auto found = object.find(name);
  return found != object.end() && found->is_number_integer() ? found->get<int64_t>() : missing;
}

std::string TextAt(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

const Json& ObjectAt(const Json& object, const char* name) {
  static const Json kNone = Json::object();
  const auto found = object.find(name);
  return found != object.end() && found->is_object() ? *found : kNone;
}

void ReadBrokers(const Json& brokers, KafkaClientStatistics& client) {
  for (const auto& [name, broker] : brokers.items()) {
    if (!broker.is_object()) continue;
    client.queued_requests += NumberAt(broker, "outbuf_cnt");
    // Addresses it was told to begin with, and the coordinator's second connection, have no number of their own.
    if (NumberAt(broker, "nodeid", -1) < 0 || TextAt(broker, "source") == "logical") continue;
    KafkaClientStatistics::Broker& seen = client.brokers[TextAt(broker, "nodename")];
    seen.connected = seen.connected || TextAt(broker, "state") == "UP";
    seen.rtt_us = std::max(seen.rtt_us, NumberAt(ObjectAt(broker, "rtt"), "avg"));
  }
}

void ReadLag(const Json& topics, KafkaClientStatistics& client) {
  for (const auto& [name, topic] : topics.items()) {
    if (!name.ends_with("commands") || !topic.is_object()) continue;
    for (const auto& [number, partition] : ObjectAt(topic, "partitions").items()) {
      if (!partition.is_object()) continue;
      const int64_t id = NumberAt(partition, "partition", -1);
      const int64_t end = std::max(NumberAt(partition, "ls_offset", -1), NumberAt(partition, "hi_offset", -1));
      // Where the application stands; before it was given a record, where it begins.
      const int64_t next = std::max(NumberAt(partition, "app_offset", -1), NumberAt(partition, "query_offset", -1));
      const bool is_read = TextAt(partition, "fetch_state") == "active";
      if (id < 0 || end < 0 || !is_read) continue;
      client.input_lag[static_cast<int32_t>(id)] = next < 0 ? 0 : std::max<int64_t>(end - next, 0);
    }
  }
}

}  // namespace

std::optional<KafkaClientStatistics> ParseKafkaStatistics(std::string_view json) {
  const Json root = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!root.is_object()) return std::nullopt;
  KafkaClientStatistics client;
  client.name = TextAt(root, "name");
  client.type = TextAt(root, "type");
  if (client.name.empty() || client.type.empty()) return std::nullopt;
  client.sent_bytes = NumberAt(root, "tx_bytes");
  client.received_bytes = NumberAt(root, "rx_bytes");
  client.requests = NumberAt(root, "tx");
  const Json& group = ObjectAt(root, "cgrp");
  client.rebalances = NumberAt(group, "rebalance_cnt");
  client.joined = TextAt(group, "join_state") == "steady";
  ReadBrokers(ObjectAt(root, "brokers"), client);
  ReadLag(ObjectAt(root, "topics"), client);
  return client;
}

void KafkaStatisticsSum::Add(const KafkaClientStatistics& client, Time now) {
  auto& [before, reported_at] = clients_[client.name];
  const auto grown = [](int64_t from, int64_t to) { return to >= from ? to - from : to; };
  KafkaTypeTotals& total = counted_.by_type[client.type];
  total.sent_bytes += grown(before.sent_bytes, client.sent_bytes);
  total.received_bytes += grown(before.received_bytes, client.received_bytes);
  total.requests += grown(before.requests, client.requests);
  counted_.rebalances += grown(before.rebalances, client.rebalances);
  before = client;
  reported_at = now;
  std::erase_if(clients_, [&](const auto& other) { return now - other.second.second > kForgottenAfter; });
}

KafkaTotals KafkaStatisticsSum::totals(Time now) const {
  KafkaTotals totals = counted_;
  for (const auto& [name, known] : clients_) {
    const KafkaClientStatistics& client = known.first;
    if (now - known.second > kForgottenAfter) continue;
    totals.by_type[client.type].queued_requests += client.queued_requests;
    for (const auto& [address, broker] : client.brokers) {
      KafkaTotals::Broker& sum = totals.brokers[address];
      sum.connections += broker.connected ? 1 : 0;
      sum.rtt_us_most = std::max(sum.rtt_us_most, broker.rtt_us);
    }
    ++(client.joined ? totals.members_joined : totals.members_joining);
    for (const auto& [partition, lag] : client.input_lag) totals.input_lag[partition] = lag;
  }
  return totals;
}

}  // namespace rasti::cli
