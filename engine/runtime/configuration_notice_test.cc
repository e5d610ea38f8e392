// When packages come into force that a log took in which nodes share.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/ports/dated_definitions.h"
#include "engine/runtime/configuration_reader.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kWorkflow = R"(title: {all: Compliment}
roles:
  - {id: citizen, title: {all: Citizen}, own_cases_only: true, in_directory: false}
  - {id: clerk, title: {all: Clerk}}
categories:
  - {id: staff, title: {all: Staff}}
channels: [portal]
stages:
  - {id: received, title: {all: Received}, initial: true}
  - {id: closed, title: {all: Closed}, closed: true}
actions:
  - {id: thank, title: {all: Thank}, kind: close, from: [received], to: closed, roles: [clerk]}
clocks:
  - id: thank
    title: {all: Thanks}
    start: submitted
    stop: [closed]
    due: {count: working_days, number: 5}
permissions:
  submit: [citizen, clerk]
)";

// As brokers that answer late: what is written is taken in after a while.
class SharedLog : public test::MemoryEventLog, public ports::DatedDefinitions {
 public:
  explicit SharedLog(test::ManualClock& clock) : MemoryEventLog({}, clock), clock_(clock) {}

  Result<int64_t> Publish(std::string key, std::string value) override {
    clock_.Advance(delay);
    taken_at_.push_back(clock_.Now());
    return MemoryEventLog::Publish(std::move(key), std::move(value));
  }
  Result<std::vector<ports::DatedDefinition>> ReadDatedDefinitions(int64_t from) override {
    RASTI_TRY(const auto records, ReadDefinitions(from));
    std::vector<ports::DatedDefinition> dated;
    for (const ports::DefinitionRecord& record : records) {
      dated.push_back({record, taken_at_.at(static_cast<size_t>(record.position))});
    }
    return dated;
  }

  Duration delay{30};

 private:
  test::ManualClock& clock_;
  std::vector<Instant> taken_at_;
};

std::string Publish(ConfigurationReader& reader, const std::string& workflow, const std::string& version,
                    Instant effective_from) {
  const std::string yaml = "workflow: " + workflow + "\nversion: \"" + version + "\"\n" + kWorkflow;
  const codec::PackageFiles files{codec::PackageKind::kWorkflow, workflow, version, {{"workflow.yaml", yaml}}};
  const auto published = reader.Publish({{files, effective_from, test::SampleStart(), "test"}});
  return published ? "" : published.error().message;
}

class ConfigurationNotice : public ::testing::Test {
 protected:
  ConfigurationNotice() { EXPECT_EQ(Publish(reader_, "compliment", "1", begin_), ""); }
  static std::string VersionAt(const ConfigurationReader& reader, Instant at) {
    const core::Definition* found = reader.Current()->DefinitionAt(core::WorkflowId("compliment"), at);
    return found == nullptr ? "" : found->version.str();
  }
  // When a version comes into force, as the list of packages says.
  Instant InForceFrom(const std::string& version) const {
    for (const codec::PublishedPackage& package : reader_.packages()) {
      if (package.files.version == version) return package.effective_from;
    }
    ADD_FAILURE() << version << " is not there";
    return {};
  }
  void ExpectInForceFrom(const std::string& version, Instant from) {
    EXPECT_EQ(FormatInstant(InForceFrom(version)), FormatInstant(from));
    // Also for who reads all at once, and later.
    ConfigurationReader another(log_);
    ASSERT_TRUE(another.Refresh());
    for (const ConfigurationReader* reader : {&reader_, &another}) {
      EXPECT_NE(VersionAt(*reader, from - Duration{1}), "compliment@" + version);
      EXPECT_EQ(VersionAt(*reader, from), "compliment@" + version);
    }
  }

  const Instant begin_ = test::SampleStart();
  test::ManualClock clock_{begin_};
  SharedLog log_{clock_};
  ConfigurationReader reader_{log_};
};

TEST_F(ConfigurationNotice, TheFirstPackagesHoldAtOnce) {
  ExpectInForceFrom("1", begin_);
  EXPECT_EQ(Publish(reader_, "complaint", "7", begin_), "");
  EXPECT_EQ(FormatInstant(InForceFrom("7")), FormatInstant(begin_));
}

TEST_F(ConfigurationNotice, OneThatEverybodyKnowsInTimeComesIntoForceWhenItSays) {
  const Instant from = clock_.Now() + seconds(5);
  log_.delay = milliseconds(900);
  EXPECT_EQ(Publish(reader_, "compliment", "2", from), "");
  ExpectInForceFrom("2", from);
}

TEST_F(ConfigurationNotice, OneThatTheLogTookInLateIsHeldBackForEverybody) {
  log_.delay = milliseconds(1'100);
  EXPECT_EQ(Publish(reader_, "compliment", "2", clock_.Now() + seconds(5)), "");
  ExpectInForceFrom("2", clock_.Now() + seconds(5));
  // Behind its own instant even.
  log_.delay = seconds(9);
  EXPECT_EQ(Publish(reader_, "compliment", "3", clock_.Now() + seconds(5)), "");
  ExpectInForceFrom("3", clock_.Now() + seconds(5));
}

TEST_F(ConfigurationNotice, OneThatIsDatedBackIsHeldBackToo) {
  EXPECT_EQ(Publish(reader_, "compliment", "2", begin_ + milliseconds(1)), "");
  ExpectInForceFrom("2", clock_.Now() + seconds(5));
  // As the first are, but long after them.
  clock_.Advance(seconds(90));
  EXPECT_EQ(Publish(reader_, "compliment", "3", begin_), "");
  ExpectInForceFrom("3", clock_.Now() + seconds(5));
}

TEST(ConfigurationNoticeOfOneProcess, IsNotNeeded) {
  test::ManualClock clock{test::SampleStart()};
  test::MemoryEventLog log{{}, clock};
  ConfigurationReader reader{log};
  EXPECT_EQ(Publish(reader, "compliment", "1", clock.Now()), "");
  EXPECT_EQ(Publish(reader, "compliment", "2", clock.Now() + milliseconds(1)), "");
  EXPECT_EQ(reader.packages().at(1).effective_from, clock.Now() + milliseconds(1));
}

}  // namespace
}  // namespace rasti::runtime
