// A stream loop that the test turns step by step, over a log and stores in memory.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/codec/result_codec.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "engine/runtime/stream_loop.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/shared_view_store.h"

namespace rasti::runtime {

class StreamLoopTest : public testing::Test {
 protected:
  using Answers = std::vector<std::pair<core::CaseId, bool>>;

  StreamLoopTest() {
    options_.clock_jump_most = Duration::max();
    options_.idle_wait = Duration{1};
    hooks_.open_store = [this](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
      const std::lock_guard lock(stores_mutex_);
      ++opened_[id];
      auto& store = stores_[id];
      if (store == nullptr) store = std::make_shared<test::MemoryViewStore>(CaseStore::Tables().size());
      return std::make_unique<test::SharedViewStore>(store);
    };
    hooks_.on_halted = [this](core::PartitionId id, const std::string& why) {
      EXPECT_TRUE(halted_.emplace(id, why).second) << "told twice";
    };
    hooks_.on_resumed = [this](core::PartitionId id) { EXPECT_EQ(halted_.erase(id), 1U); };
    hooks_.on_recovered = [this](core::PartitionId id, int64_t events, Duration) { recovered_[id] = events; };
    Publish(true, false);
  }
  ~StreamLoopTest() override { Close(); }

  void Open() {
    loop_ = std::make_unique<StreamLoop>(log_, configuration_, submitters_, clock_, options_, hooks_);
    ASSERT_TRUE(loop_->OpenStream());
  }
  void Close() {
    if (loop_ != nullptr) {
      EXPECT_TRUE(loop_->Close());
    }
    loop_.reset();
  }

  enum class Without { kNothing, kTimeZones, kCalendar, kTenant };

  // The first version of the workflow, the second, or both; what else cases need, or not all of it.
  void Publish(bool first, bool second, Without without = Without::kNothing) {
    const auto must = [](const Status& done) { ASSERT_TRUE(done) << done.error().message; };
    auto configuration = std::make_shared<Configuration>();
    if (without != Without::kTimeZones) must(configuration->AddTimeZones("2025b", kEarliestInstant, 0));
    if (first) must(configuration->AddDefinition(world_.definition, kEarliestInstant, 1));
    if (without != Without::kTenant) must(configuration->AddTenant(world_.tenant, kEarliestInstant, 2));
    must(configuration->AddTenant(world_.ministry, kEarliestInstant, 3));
    if (without != Without::kCalendar) {
      must(configuration->AddCalendar(world_.calendar.spec(), "1", kEarliestInstant, 4));
    }
    if (second) must(configuration->AddDefinition(world_.definition_2, kEarliestInstant, 5));
    must(configuration->Build());
    configuration_.Set(std::move(configuration));
  }

  void StepUntil(const std::function<bool()>& done) {
    constexpr int kStepsMost = 10'000;
    for (int i = 0; i < kStepsMost && !done(); ++i) {
      const auto stepped = loop_->Step();
      ASSERT_TRUE(stepped) << stepped.error().message;
    }
    ASSERT_TRUE(done());
  }
  void Settle() {
    // One turn, so that it has seen the configuration.
    ASSERT_TRUE(loop_->Step());
    StepUntil([&] { return *loop_->IsIdle(); });
  }

  // A new case that lies in this partition.
  core::CaseId CaseIn(int32_t partition) {
    for (;;) {
      const core::CaseId id = test::SampleCaseId(++cases_);
      if (ports::PartitionOf(id.uuid.AsBytes(), log_.partition_count()).value == partition) return id;
    }
  }
  void Submit(const core::CaseId& id, const core::Actor& actor, core::CommandPayload payload) {
    const core::Command command = test::MakeCommand(id, "c" + std::to_string(++commands_), actor, std::move(payload));
    const auto envelope = codec::SignCommand(codec::EncodeCommand(command), "k1", kKey);
    ASSERT_TRUE(log_.Submit(std::string(id.uuid.AsBytes()), codec::EncodeSigned(envelope),
                            [this, id](Result<std::string> bytes) {
                              if (bytes) answers_.emplace_back(id, codec::DecodeResult(*bytes)->accepted());
                            }));
  }
  Answers TakeAnswers() { return std::exchange(answers_, {}); }
  template <class Payload>
  int64_t Count(const core::CaseId& id) const {
    int64_t count = 0;
    for (int32_t p = 0; p < log_.partition_count(); ++p) {
      for (const ports::StoredEvent& stored : log_.events({p})) {
        const core::Event event = codec::DecodeEvent(stored.value)->event;
        if (event.ctx().case_id == id && std::holds_alternative<Payload>(event.payload)) ++count;
      }
    }
    return count;
  }

  static constexpr char kKey[] = "the key of the socket";

  class SettableConfiguration final : public ConfigurationSource {
   public:
    void Set(std::shared_ptr<const Configuration> configuration) { configuration_ = std::move(configuration); }
    Status Refresh() override { return {}; }
    std::shared_ptr<const Configuration> Current() const override { return configuration_; }
    std::chrono::steady_clock::duration Age() const override { return {}; }

   private:
    std::shared_ptr<const Configuration> configuration_;
  };

  test::SampleWorld world_;
  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 2, .position_gaps = true, .queue_most = 65'536}, clock_};
  Submitters submitters_{{{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}};
  SettableConfiguration configuration_;
  StreamOptions options_;
  StreamHooks hooks_;
  std::mutex stores_mutex_;  // a standby opens them in a thread of its own
  std::map<core::PartitionId, std::shared_ptr<test::MemoryViewStore>> stores_;
  std::map<core::PartitionId, int> opened_;          // how often
  std::map<core::PartitionId, std::string> halted_;  // as told
  std::map<core::PartitionId, int64_t> recovered_;   // how many events were replayed the last time
  Answers answers_;
  uint64_t cases_ = 0;
  int commands_ = 0;
  std::unique_ptr<StreamLoop> loop_;
};

}  // namespace rasti::runtime
