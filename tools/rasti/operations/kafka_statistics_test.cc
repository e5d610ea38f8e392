#include "tools/rasti/operations/kafka_statistics.h"

#include <gmock/gmock.h>

namespace rasti::cli {
namespace {

// As librdkafka 2.0.2 writes it, what is not read left out.
constexpr const char* kReport = R"({
  "name": "node-1#consumer-3", "client_id": "node-1", "type": "consumer", "ts": 1, "tx": 10, "tx_bytes": 1000,
  "rx": 9, "rx_bytes": 5000,
  "brokers": {
    "127.0.0.1:9092/bootstrap": {"name": "127.0.0.1:9092/bootstrap", "nodeid": -1, "nodename": "127.0.0.1:9092",
      "source": "configured", "state": "UP", "outbuf_cnt": 1, "rtt": {"avg": 9000}},
    "broker-1:9092/1": {"name": "broker-1:9092/1", "nodeid": 1, "nodename": "broker-1:9092", "source": "learned",
      "state": "UP", "outbuf_cnt": 2, "rtt": {"avg": 1500}},
    "broker-2:9092/2": {"name": "broker-2:9092/2", "nodeid": 2, "nodename": "broker-2:9092", "source": "learned",
      "state": "CONNECT", "outbuf_cnt": 0, "rtt": {"avg": 0}},
    "GroupCoordinator": {"name": "GroupCoordinator", "nodeid": 1, "nodename": "broker-1:9092", "source": "logical",
      "state": "UP", "outbuf_cnt": 0, "rtt": {"avg": 700}}},
  "topics": {
    "rasti.commands": {"partitions": {
      "0": {"partition": 0, "fetch_state": "active", "app_offset": 40, "hi_offset": 50, "ls_offset": 50},
      "1": {"partition": 1, "fetch_state": "none", "app_offset": -1001, "hi_offset": 50, "ls_offset": 50},
      "-1": {"partition": -1, "fetch_state": "none"}}},
    "rasti.followups": {"partitions": {
      "0": {"partition": 0, "fetch_state": "active", "app_offset": 0, "hi_offset": 9, "ls_offset": 9}}}},
  "cgrp": {"state": "up", "join_state": "steady", "rebalance_cnt": 2}})";

TEST(KafkaStatistics, AreReadAsLibrdkafkaWritesThem) {
  const auto client = ParseKafkaStatistics(kReport);
  ASSERT_TRUE(client);
  EXPECT_EQ(client->name, "node-1#consumer-3");
  EXPECT_EQ(client->sent_bytes, 1000);
  EXPECT_EQ(client->received_bytes, 5000);
  EXPECT_EQ(client->queued_requests, 3);
  EXPECT_EQ(client->rebalances, 2);
  EXPECT_TRUE(client->joined);
  ASSERT_EQ(client->brokers.size(), 2U);
  EXPECT_TRUE(client->brokers.at("broker-1:9092").connected);
  EXPECT_EQ(client->brokers.at("broker-1:9092").rtt_us, 1500);
  EXPECT_FALSE(client->brokers.at("broker-2:9092").connected);
  EXPECT_EQ(client->input_lag, (std::map<int32_t, int64_t>{{0, 10}}));
}

TEST(KafkaStatistics, WhatIsNoneIsNothing) {
  for (const char* text : {"", "[]", "{}", R"({"name":"a"})", R"({"name":1,"type":2})", "{\"name\":"}) {
    EXPECT_FALSE(ParseKafkaStatistics(text)) << text;
  }
  // Of another shape than it was: read as far as it goes.
  EXPECT_TRUE(ParseKafkaStatistics(R"({"name":"a","type":"consumer","brokers":[1],"topics":{"commands":7},"cgrp":3})"));
}

TEST(KafkaStatisticsSum, CountersGoOnWhereAClientIsReplaced) {
  const std::chrono::steady_clock::time_point now;
  KafkaStatisticsSum sum;
  KafkaClientStatistics client{.name = "a",
                               .type = "consumer",
                               .sent_bytes = 100,
                               .received_bytes = 0,
                               .requests = 0,
                               .queued_requests = 2,
                               .rebalances = 1,
                               .joined = false,
                               .brokers = {{"b:1", {true, 10}}},
                               .input_lag = {{0, 5}}};
  sum.Add(client, now);
  client.sent_bytes = 150;
  sum.Add(client, now);
  client.name = "b";
  client.sent_bytes = 30;
  client.input_lag = {{1, 7}};
  client.joined = true;
  sum.Add(client, now);
  const KafkaTotals totals = sum.totals(now);
  EXPECT_EQ(totals.by_type.at("consumer").sent_bytes, 180);
  EXPECT_EQ(totals.by_type.at("consumer").queued_requests, 4);
  EXPECT_EQ(totals.rebalances, 2);
  EXPECT_EQ(totals.members_joined, 1);
  EXPECT_EQ(totals.members_joining, 1);
  EXPECT_EQ(totals.brokers.at("b:1").connections, 2);
  EXPECT_EQ(totals.input_lag, (std::map<int32_t, int64_t>{{0, 5}, {1, 7}}));
  // The first says nothing any more: its gauges go, its counters stay.
  const auto later = now + std::chrono::seconds(6);
  sum.Add(client, later);
  EXPECT_EQ(sum.totals(later).input_lag, (std::map<int32_t, int64_t>{{1, 7}}));
  EXPECT_EQ(sum.totals(later).by_type.at("consumer").sent_bytes, 180);
}

}  // namespace
}  // namespace rasti::cli
