// Nodes on a log of their own at a real broker, for each test.
#pragma once

#include <fmt/format.h>

#include "tests/end_to_end/rasti_fixture.h"
#include "tests/support/kafka_broker.h"

namespace rasti::test {

class KafkaNodesTest : public RastiTest {
 protected:
  void SetUp() override {
    const auto broker = KafkaBroker::Instance();
    ASSERT_TRUE(broker) << broker.error().message;
    bootstrap_ = (*broker)->bootstrap();
    static int number = 0;
    name_ = fmt::format("nodes-{}", ++number);
  }

  const std::string& bootstrap() const { return bootstrap_; }
  std::string data_of(int node) const { return fmt::format("{}/node-{}", root(), node); }
  /// The options that name this test's log.
  std::string topic_prefix() const { return name_ + "."; }
  Words Brokers() const { return {"--brokers", bootstrap_, "--topic-prefix", topic_prefix()}; }

  void MakeTopics(int partitions) const;
  /// The first makes the registry that the others share, and publishes the packages of an issue report in Prishtina.
  void InitNode(int node) const;
  std::unique_ptr<Child> StartNode(int node, const Words& more = {}) const;
  Finished At(int node, const Words& words) const;
  /// The same with --json; expects that it succeeds and answers what it printed.
  nlohmann::json JsonAt(int node, const Words& words) const;

 private:
  std::string bootstrap_;
  std::string name_;
};

}  // namespace rasti::test
