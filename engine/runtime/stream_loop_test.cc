// A stream loop turned by hand: what befalls a process in the middle of a turn.
#include "engine/runtime/stream_loop.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "engine/codec/command_codec.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"
#include "tests/support/shared_view_store.h"

namespace rasti::runtime {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;
namespace people = test::people;

constexpr char kKey[] = "the key of the socket";

// Wall time and the time that goes by are moved apart or together.
class TwoClocks final : public ports::Clock {
 public:
  Instant Now() const override { return now_; }
  std::chrono::steady_clock::time_point Steady() const override { return steady_; }
  void Leap(Duration by) { now_ += by; }
  void GoOn(Duration by) {
    now_ += by;
    steady_ += by;
  }

 private:
  Instant now_ = test::SampleStart();
  std::chrono::steady_clock::time_point steady_{hours(1)};
};

// Tells the test when it is asked, and reads what the test published.
class WatchedConfiguration final : public ConfigurationSource {
 public:
  WatchedConfiguration(const TwoClocks& clock, std::shared_ptr<const Configuration> first)
      : clock_(clock), published_(first), current_(std::move(first)) {}

  Status Refresh() override {
    refreshed_ = clock_.Steady();
    current_ = published_;
    return {};
  }
  std::shared_ptr<const Configuration> Current() const override {
    if (on_current && --asked_left == 0) on_current();
    return current_;
  }
  std::chrono::steady_clock::duration Age() const override { return clock_.Steady() - refreshed_; }
  void Publish(std::shared_ptr<const Configuration> configuration) { published_ = std::move(configuration); }

  std::function<void()> on_current;
  mutable int asked_left = 0;

 private:
  const TwoClocks& clock_;
  std::shared_ptr<const Configuration> published_;
  std::shared_ptr<const Configuration> current_;
  std::chrono::steady_clock::time_point refreshed_{};
};

class StreamLoopTest : public testing::Test {
 protected:
  StreamLoopTest() {
    StreamHooks hooks;
    hooks.open_store = [this](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
      auto& store = stores_[id];
      if (store == nullptr) store = std::make_shared<test::MemoryViewStore>(CaseStore::Tables().size());
      return std::make_unique<test::SharedViewStore>(store);
    };
    StreamOptions options;
    options.idle_wait = Duration{0};
    loop_ = std::make_unique<StreamLoop>(log_, configuration_, submitters_, clock_, options, hooks);
    EXPECT_TRUE(loop_->Step());
  }
  ~StreamLoopTest() override { EXPECT_TRUE(loop_->Close()); }

  void Submit(const core::Command& command) {
    const auto envelope = codec::SignCommand(codec::EncodeCommand(command), "k1", kKey);
    EXPECT_TRUE(log_.Submit(std::string(command.case_id.uuid.AsBytes()), codec::EncodeSigned(envelope),
                            [](const Result<std::string>&) {}));
  }
  // While the loop is in Poll: it asks for the configuration before and after.
  void WhileItPolls(std::function<void()> what) {
    configuration_.asked_left = 2;
    configuration_.on_current = std::move(what);
  }
  std::vector<core::Event> Events() const {
    std::vector<core::Event> events;
    for (const ports::StoredEvent& stored : log_.events({0})) {
      events.push_back(codec::DecodeEvent(stored.value).value().event);
    }
    return events;
  }

  test::SampleWorld world_;
  TwoClocks clock_;
  test::MemoryEventLog log_{{.partitions = 1}, clock_};
  Submitters submitters_{{{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}};
  WatchedConfiguration configuration_{clock_, SampleConfiguration(world_)};
  std::map<core::PartitionId, std::shared_ptr<test::MemoryViewStore>> stores_;
  std::unique_ptr<StreamLoop> loop_;
};

TEST_F(StreamLoopTest, WhatWasDecidedByAClockThatLeaptInTheMiddleOfATurnIsNotWritten) {
  for (const hours leap : {hours(72), hours(-72)}) {
    Submit(test::MakeCommand(test::SampleCaseId(1), "1", people::Citizen(), test::SampleSubmit()));
    WhileItPolls([&] { clock_.Leap(leap); });
    const auto turned = loop_->Step();
    ASSERT_FALSE(turned);
    EXPECT_EQ(turned.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(turned.error().message, HasSubstr("jumped"));
    EXPECT_TRUE(Events().empty());
    clock_.Leap(-leap);
  }
}

TEST_F(StreamLoopTest, WhatWasDecidedOnDefinitionsThatWereReplacedWhileTheProcessStoodStillIsDecidedAfresh) {
  Submit(test::MakeCommand(test::SampleCaseId(1), "1", people::Citizen(), test::SampleSubmit()));
  // Shorter than a session: the brokers know of nothing.
  WhileItPolls([&] {
    configuration_.Publish(SampleConfiguration(world_, clock_.Now() + seconds(5)));
    clock_.GoOn(seconds(8));
  });
  ASSERT_TRUE(loop_->Step());
  EXPECT_TRUE(Events().empty());
  ASSERT_TRUE(loop_->Step());
  const auto events = Events();
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front().ctx().versions.definition, core::VersionedName("sample@2"));
}

}  // namespace
}  // namespace rasti::runtime
