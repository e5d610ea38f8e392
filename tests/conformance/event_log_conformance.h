// The tests that every EventLog passes. A test program links the event_log_*_conformance.cc files and names its log:
//   INSTANTIATE_TEST_SUITE_P(Embedded, EventLogConformance, testing::Values(FixtureFactory(&MakeEmbeddedFixture)));
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>

#include "tests/conformance/event_log_fixture.h"
#include "tests/conformance/event_log_steps.h"

namespace rasti::conformance {

using FixtureFactory = std::function<std::unique_ptr<EventLogFixture>()>;

class EventLogConformance : public testing::TestWithParam<FixtureFactory> {
 protected:
  static constexpr int kPartitions = 4;

  void SetUp() override {
    fixture_ = GetParam()();
    RASTI_ASSERT_OK(fixture_->Create(kPartitions));
  }

  ports::EventLog& log() { return fixture_->log(); }
  EventLogFixture& fixture() { return *fixture_; }

  struct Owner {
    explicit Owner(Listener::Shared* shared = nullptr) : listener(shared) {}
    Listener listener;
    std::unique_ptr<ports::LogStream> stream;
    ports::LogStream* operator->() const { return stream.get(); }
  };
  std::unique_ptr<Owner> Open(Listener::Shared* shared = nullptr) {
    auto owner = std::make_unique<Owner>(shared);
    auto stream = log().OpenStream(owner->listener);
    EXPECT_TRUE(stream) << stream.error().message;
    if (stream) owner->stream = *std::move(stream);
    return owner;
  }
  /// A stream that owns everything.
  std::unique_ptr<Owner> OpenSole() {
    auto owner = Open();
    Settle({owner->stream.get()}, {&owner->listener}, kPartitions);
    return owner;
  }
  void Submit(PartitionId partition, const std::string& name) {
    RASTI_EXPECT_OK(fixture_->commands().Submit(KeyIn(partition, kPartitions), name, answers_.Expect(name)));
  }
  /// Waits until so many answers came.
  void AwaitAnswers(size_t count);
  /// Waits until the log has taken so many commands into a partition.
  static void AwaitCommands(PartitionId partition, int64_t count, ports::LogStream& stream);

  Answers answers_;  // outlives the log, which answers what waits when it goes
  std::unique_ptr<EventLogFixture> fixture_;
};

}  // namespace rasti::conformance
