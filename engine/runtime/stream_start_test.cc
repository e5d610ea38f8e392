// A stream thread whose log cannot be opened when it starts.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "engine/runtime/sample_configuration_for_test.h"
#include "engine/runtime/stream_thread.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/sample_definition.h"

namespace rasti::runtime {
namespace {

class FixedConfiguration final : public ConfigurationSource {
 public:
  explicit FixedConfiguration(std::shared_ptr<const Configuration> configuration)
      : configuration_(std::move(configuration)) {}
  Status Refresh() override { return {}; }
  std::shared_ptr<const Configuration> Current() const override { return configuration_; }
  std::chrono::steady_clock::duration Age() const override { return {}; }

 private:
  const std::shared_ptr<const Configuration> configuration_;
};

class StreamStartTest : public testing::Test {
 protected:
  StreamHooks Hooks() {
    StreamHooks hooks;
    hooks.open_store = [](core::PartitionId) -> Result<std::unique_ptr<ports::ViewStore>> {
      return std::make_unique<test::MemoryViewStore>(CaseStore::Tables().size());
    };
    hooks.on_assigned = [this](core::PartitionId) { ++assigned_; };
    return hooks;
  }

  test::SampleWorld world_;
  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  FixedConfiguration configuration_{SampleConfiguration(world_)};
  Submitters submitters_{{{core::SubmitterId("socket"), {{"k1", "the key of the socket"}}, {}, {}}}};
  std::atomic<int> assigned_ = 0;
};

TEST_F(StreamStartTest, ALogThatDoesNotAnswerIsWaitedFor) {
  StreamThread thread(log_, configuration_, submitters_, clock_, {}, Hooks());
  log_.FailNextOpen({ErrorCode::kUnavailable, "the brokers are away"});
  ASSERT_TRUE(thread.Start());
  // It is at rest before it has any partition, too.
  while (assigned_ == 0) ASSERT_TRUE(thread.WaitUntilIdle(std::chrono::minutes(1)));
  EXPECT_TRUE(thread.Stop());
}

TEST_F(StreamStartTest, ALogThatCannotBeOpenedIsNotWaitedFor) {
  StreamThread thread(log_, configuration_, submitters_, clock_, {}, Hooks());
  log_.FailNextOpen({ErrorCode::kPermission, "not for you"});
  const Status started = thread.Start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kPermission);
}

}  // namespace
}  // namespace rasti::runtime
