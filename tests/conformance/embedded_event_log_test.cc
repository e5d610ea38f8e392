// The embedded log passes the tests of every log.
#include "engine/log/embedded_event_log.h"

#include "tests/conformance/event_log_conformance.h"
#include "tests/conformance/temporary_directory.h"

namespace rasti::conformance {
namespace {

class EmbeddedFixture : public OwningFixture<log::EmbeddedEventLog> {
 public:
  Status Create(int partitions) override {
    RASTI_CHECKED(log::EmbeddedEventLog::Create(directory_ / "log", partitions));
    return Open();
  }
  bool commands_are_durable() const override { return false; }
  bool is_remote() const override { return false; }

  Result<std::vector<std::pair<std::string, std::string>>> Outbox() override {
    RASTI_TRY(const auto records, log_->ReadOutbox(0, SIZE_MAX));
    std::vector<std::pair<std::string, std::string>> entries;
    for (const auto& record : records) entries.emplace_back(record.key, record.value);
    return entries;
  }

 private:
  Status Open() override {
    RASTI_TRY(log_, log::EmbeddedEventLog::Open({.directory = directory_ / "log"}, clock_));
    return {};
  }

  TemporaryDirectory directory_;
  ports::SystemClock clock_;
};

}  // namespace

INSTANTIATE_TEST_SUITE_P(Embedded, EventLogConformance,
                         testing::Values(FixtureFactory([] { return std::make_unique<EmbeddedFixture>(); })));

}  // namespace rasti::conformance
