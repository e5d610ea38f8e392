// The embedded log passes the tests of every log.
#include "engine/log/embedded_event_log.h"

#include "tests/conformance/event_log_conformance.h"
#include "tests/conformance/temporary_directory.h"
#include "tests/support/manual_clock.h"

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

TEST(EmbeddedDeadLetters, AreDroppedByAgeAndTheirPositionsAreNotGivenAgain) {
  const TemporaryDirectory directory;
  test::ManualClock clock(InstantFromUnixMillis(1'000'000));
  RASTI_ASSERT_OK(log::EmbeddedEventLog::Create(directory / "log", 1));
  const auto open = [&] { return log::EmbeddedEventLog::Open({.directory = directory / "log"}, clock); };
  {
    const auto log = *open();
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(*log->WriteDeadLetter({.key = std::to_string(i), .value = "sealed"}), i);
      clock.Advance(Duration{1'000});
    }
    RASTI_ASSERT_OK(log->TrimDeadLetters(InstantFromUnixMillis(1'001'000)));
    auto left = log->ReadDeadLetters(0, 10);
    RASTI_ASSERT_OK(left);
    ASSERT_EQ(left->size(), 2U);
    EXPECT_EQ(left->front().key, "1");
    RASTI_ASSERT_OK(log->TrimDeadLetters(InstantFromUnixMillis(2'000'000)));
    EXPECT_TRUE(log->ReadDeadLetters(0, 10)->empty());
    RASTI_ASSERT_OK(log->TrimDeadLetters(InstantFromUnixMillis(2'000'000)));
    RASTI_ASSERT_OK(log->Close());
  }
  const auto log = *open();
  EXPECT_EQ(*log->WriteDeadLetter({.key = "3", .value = "sealed"}), 3);
  EXPECT_EQ(log->ReadDeadLetters(0, 10)->size(), 1U);
  RASTI_ASSERT_OK(log->VerifyAll({}));
}

INSTANTIATE_TEST_SUITE_P(Embedded, EventLogConformance,
                         testing::Values(FixtureFactory([] { return std::make_unique<EmbeddedFixture>(); })));

}  // namespace rasti::conformance
