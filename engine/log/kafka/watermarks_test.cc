// A change of leaders, at librdkafka's mock brokers.
#include "engine/log/kafka/watermarks.h"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka_mock.h>

#include "engine/log/kafka/clients.h"

namespace rasti::log::kafka {
namespace {

constexpr char kTopic[] = "moving";
constexpr Duration kTimeout{10'000};

struct DestroyCluster {
  void operator()(rd_kafka_mock_cluster_t* cluster) const { rd_kafka_mock_cluster_destroy(cluster); }
};

TEST(WatermarksTest, ANewLeaderIsFound) {
  const auto host = MakeClient(RD_KAFKA_PRODUCER, MakeConf({{"log_level", "0"}}).value());
  ASSERT_TRUE(host) << host.error().message;
  const std::unique_ptr<rd_kafka_mock_cluster_t, DestroyCluster> cluster(
      rd_kafka_mock_cluster_new(host->get(), /*broker_cnt=*/3));
  ASSERT_EQ(rd_kafka_mock_topic_create(cluster.get(), kTopic, 1, 3), RD_KAFKA_RESP_ERR_NO_ERROR);
  KafkaLogOptions options;
  options.brokers = rd_kafka_mock_cluster_bootstraps(cluster.get());
  const auto client = MakeProbe(options);
  ASSERT_TRUE(client) << client.error().message;
  for (const int32_t leader : {1, 2, 3, 1}) {
    ASSERT_EQ(rd_kafka_mock_partition_set_leader(cluster.get(), kTopic, 0, leader), RD_KAFKA_RESP_ERR_NO_ERROR);
    const auto range = AskWatermarks(client->get(), kTopic, 0, kTimeout);
    ASSERT_TRUE(range) << "leader " << leader << ": " << range.error().message;
    EXPECT_EQ(range->end, 0);
  }
}

}  // namespace
}  // namespace rasti::log::kafka
