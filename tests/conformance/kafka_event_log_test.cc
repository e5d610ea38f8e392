// The log on Kafka passes the tests of every log, against a real broker.
#include "engine/log/kafka_event_log.h"

#include <fmt/format.h>

#include "tests/conformance/event_log_conformance.h"
#include "tests/support/kafka_broker.h"

namespace rasti::conformance {
namespace {

class KafkaFixture : public EventLogFixture {
 public:
  explicit KafkaFixture(std::string assignor) { options_.assignor = std::move(assignor); }

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
  Status Reopen() override {
    RASTI_CHECKED(log_->Close());
    return Crash();
  }
  Status Crash() override {
    log_.reset();
    return Open();
  }
  ports::EventLog& log() override { return *log_; }
  ports::CommandChannel& commands() override { return *log_; }
  Result<std::vector<std::pair<std::string, std::string>>> Outbox() override { return log_->ReadOutbox(); }
  bool commands_are_durable() const override { return true; }
  bool owners_may_overlap() const override { return true; }

 private:
  Status Open() {
    RASTI_TRY(log_, log::KafkaEventLog::Open(options_));
    return {};
  }

  log::KafkaLogOptions options_;
  std::unique_ptr<log::KafkaEventLog> log_;
};

FixtureFactory With(const std::string& assignor) {
  return [assignor] { return std::make_unique<KafkaFixture>(assignor); };
}

}  // namespace

INSTANTIATE_TEST_SUITE_P(KafkaCooperative, EventLogConformance, testing::Values(With("cooperative-sticky")));
INSTANTIATE_TEST_SUITE_P(KafkaEager, EventLogConformance, testing::Values(With("range")));

}  // namespace rasti::conformance
