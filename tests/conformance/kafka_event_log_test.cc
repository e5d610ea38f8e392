// The log on Kafka passes the tests of every log, against a real broker.
#include "engine/log/kafka_event_log.h"

#include <fmt/format.h>

#include "tests/conformance/event_log_conformance.h"
#include "tests/support/kafka_broker.h"

namespace rasti::conformance {
namespace {

class KafkaFixture : public OwningFixture<log::KafkaEventLog> {
 public:
  explicit KafkaFixture(log::KafkaAssignor assignor) { options_.assignor = assignor; }

  Status Create(int partitions) override {
    RASTI_TRY(const test::KafkaBroker* broker, test::KafkaBroker::Instance());
    static int number = 0;
    const std::string name = fmt::format("log-{}", ++number);
    options_.brokers = broker->bootstrap();
    options_.topic_prefix = name + ".";
    options_.group = name;
    // Streams that go hand their partitions on at once.
    options_.static_membership = false;
    options_.session_timeout = Duration{3'000};
    RASTI_CHECKED(log::KafkaEventLog::CreateTopics(options_, partitions, 1));
    return Open();
  }
  Result<std::vector<std::pair<std::string, std::string>>> Outbox() override { return log_->ReadOutbox(); }
  bool commands_are_durable() const override { return true; }
  bool is_remote() const override { return true; }

 private:
  Status Open() override {
    RASTI_TRY(log_, log::KafkaEventLog::Open(options_));
    return {};
  }

  log::KafkaLogOptions options_;
};

FixtureFactory With(log::KafkaAssignor assignor) {
  return [assignor] { return std::make_unique<KafkaFixture>(assignor); };
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(KafkaCooperative, EventLogConformance,
                         testing::Values(With(log::KafkaAssignor::kCooperativeSticky)));
INSTANTIATE_TEST_SUITE_P(KafkaEager, EventLogConformance, testing::Values(With(log::KafkaAssignor::kRange)));

}  // namespace rasti::conformance
