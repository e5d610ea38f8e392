// Nodes on a log of their own at a real broker, for each test.
#pragma once

#include <fmt/format.h>

#include "tests/end_to_end/rasti_fixture.h"
#include "tests/support/kafka_broker.h"

namespace rasti::test {

class KafkaNodesTest : public RastiTest {
 protected:
  void SetUp() override {
    const auto broker = Broker();
    ASSERT_TRUE(broker) << broker.error().message;
    bootstrap_ = (*broker)->bootstrap();
    static int number = 0;
    name_ = fmt::format("nodes-{}", ++number);
  }
  virtual Result<KafkaBroker*> Broker() { return KafkaBroker::Instance(); }
  /// From here on the brokers are reached there and so.
  void UseLink(const std::string& bootstrap, const std::string& settings_file, const Words& environment = {}) {
    bootstrap_ = bootstrap;
    settings_file_ = settings_file;
    environment_ = environment;
  }

  const std::string& bootstrap() const { return bootstrap_; }
  std::string data_of(int node) const { return fmt::format("{}/node-{}", root(), node); }
  /// The options that name this test's log.
  std::string topic_prefix() const { return name_ + "."; }
  Words Brokers() const;
  /// Runs `rasti` with these words.
  Finished Run(const Words& words) const;

  void MakeTopics(int partitions) const;
  /// The first makes the registry that the others share, and publishes the packages of an issue report in Prishtina.
  /// `more`: packages that the first publishes as well.
  void InitNode(int node, const Words& more = {}) const;
  std::unique_ptr<Child> StartNode(int node, const Words& more = {}) const { return Serve("run", node, more); }
  /// One that decides nothing.
  std::unique_ptr<Child> StartReader(int node, const Words& more = {}) const {
    return Serve("serve-views", node, more);
  }
  Finished At(int node, const Words& words) const;
  /// The same with --json; expects that it succeeds and answers what it printed.
  nlohmann::json JsonAt(int node, const Words& words) const;

 private:
  Words Environment() const;
  std::unique_ptr<Child> Serve(const std::string& service, int node, const Words& more) const;

  std::string bootstrap_;
  std::string name_;
  std::string settings_file_;
  Words environment_;
};

}  // namespace rasti::test
