// A stream thread as it runs: its own thread, the log and the stores in memory, the clock in the test's hands.
#include "engine/runtime/stream_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <thread>

#include "engine/codec/command_codec.h"
#include "engine/codec/event_codec.h"
#include "engine/runtime/sample_configuration_for_test.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/sample_definition.h"
#include "tests/support/shared_view_store.h"

namespace rasti::runtime {
namespace {

using std::chrono::hours;
using test::Act;
using test::MakeCommand;
using test::SampleCaseId;
using test::SampleSubmit;
using testing::HasSubstr;
namespace people = test::people;

constexpr char kKey[] = "the key of the socket";
constexpr std::chrono::seconds kLong{60};

// A source that the test changes.
class SettableConfiguration final : public ConfigurationSource {
 public:
  void Set(std::shared_ptr<const Configuration> configuration) {
    const std::lock_guard lock(mutex_);
    configuration_ = std::move(configuration);
  }
  // The definitions cannot be read from now on, and the last look was long ago; or they can again.
  void SetAway(bool away) { away_.store(away); }
  Status Refresh() override {
    ++refreshes_;
    if (away_.load()) return Fail(ErrorCode::kUnavailable, "no definitions");
    return {};
  }
  int refreshes() const { return refreshes_.load(); }
  std::shared_ptr<const Configuration> Current() const override {
    const std::lock_guard lock(mutex_);
    return configuration_;
  }
  std::chrono::steady_clock::duration Age() const override {
    return away_.load() ? std::chrono::hours(1) : std::chrono::hours(0);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Configuration> configuration_;
  std::atomic<bool> away_ = false;
  std::atomic<int> refreshes_ = 0;
};

class StreamThreadTest : public testing::Test {
 public:
  ~StreamThreadTest() override { Stop(); }

 protected:
  StreamThreadTest() {
    configuration_.Set(SampleConfiguration(world_));
    // The clock stands still or leaps, as the test wants it.
    options_.clock_jump_most = Duration::max();
  }

  void Start() {
    StreamHooks hooks;
    hooks.open_store = [this](core::PartitionId id) -> Result<std::unique_ptr<ports::ViewStore>> {
      if (held_elsewhere_-- > 0) return Fail(ErrorCode::kInUse, "held by another thread");
      auto& store = stores_[id];
      if (store == nullptr) store = std::make_shared<test::MemoryViewStore>(CaseStore::Tables().size());
      return std::make_unique<test::SharedViewStore>(store);
    };
    hooks.drop_store = [this](core::PartitionId id) -> Status {
      stores_[id]->Drop();
      return {};
    };
    hooks.on_assigned = [this](core::PartitionId) { ++told_["assigned"]; };
    hooks.on_recovered = [this](core::PartitionId, int64_t events, Duration) {
      ++told_["recovered"];
      told_["replayed"] += events;
    };
    hooks.on_released = [this](core::PartitionId, bool lost) { ++told_[lost ? "lost" : "given up"]; };
    hooks.on_transaction = [this](bool committed) { ++told_[committed ? "committed" : "not committed"]; };
    thread_ = std::make_unique<StreamThread>(log_, configuration_, submitters_, clock_, options_, hooks);
    ASSERT_TRUE(thread_->Start());
  }
  void Stop() {
    if (thread_ != nullptr) static_cast<void>(thread_->Stop());
    thread_.reset();
  }
  void Settle() { ASSERT_TRUE(thread_->WaitUntilIdle(kLong)) << thread_->status().error().message; }

  void Submit(const core::Command& command) {
    const auto envelope = codec::SignCommand(codec::EncodeCommand(command), "k1", kKey);
    const Status taken = log_.Submit(std::string(command.case_id.uuid.AsBytes()), codec::EncodeSigned(envelope),
                                     [this](Result<std::string> bytes) {
                                       const std::lock_guard lock(mutex_);
                                       if (bytes) results_.push_back(codec::DecodeResult(*bytes).value());
                                     });
    ASSERT_TRUE(taken) << taken.error().message;
  }
  // The answer to a command that is decided now.
  codec::CommandResult Ask(const core::Command& command) {
    const size_t before = results().size();
    Submit(command);
    Settle();
    EXPECT_EQ(results().size(), before + 1);
    return results().back();
  }
  std::vector<codec::CommandResult> results() const {
    const std::lock_guard lock(mutex_);
    return results_;
  }
  core::Command Command(const core::CaseId& id, const core::Actor& actor, core::CommandPayload payload) {
    return MakeCommand(id, "c" + std::to_string(++commands_), actor, std::move(payload));
  }
  void SubmitCases(int count) {
    for (int i = 0; i < count; ++i) {
      const core::CaseId id = SampleCaseId(static_cast<uint64_t>(i));
      Submit(Command(id, people::Citizen(), SampleSubmit()));
      Submit(Command(id, people::Officer(), Act("open")));
    }
  }

  std::vector<core::Event> Events() const {
    std::vector<core::Event> events;
    for (int32_t p = 0; p < log_.partition_count(); ++p) {
      for (const ports::StoredEvent& stored : log_.events({p})) {
        events.push_back(codec::DecodeEvent(stored.value).value().event);
      }
    }
    return events;
  }
  template <class Payload>
  int64_t Count() const {
    const auto events = Events();
    return std::ranges::count_if(
        events, [](const core::Event& event) { return std::holds_alternative<Payload>(event.payload); });
  }

  test::SampleWorld world_;
  test::ManualClock clock_{test::SampleStart()};
  test::MemoryEventLog log_{{.partitions = 2, .position_gaps = true, .queue_most = 65'536}, clock_};
  Submitters submitters_{{{core::SubmitterId("socket"), {{"k1", kKey}}, {}, {}}}};
  SettableConfiguration configuration_;
  StreamOptions options_;
  std::map<core::PartitionId, std::shared_ptr<test::MemoryViewStore>> stores_;
  int held_elsewhere_ = 0;               // so often a store is not to be had yet
  std::map<std::string, int64_t> told_;  // by the hooks, how often; read while the thread is idle or has ended
  std::unique_ptr<StreamThread> thread_;
  mutable std::mutex mutex_;
  std::vector<codec::CommandResult> results_;
  int commands_ = 0;
};

TEST_F(StreamThreadTest, AnOutageNeverTurnsATimelyCommandLate) {
  options_.batch_most = 1;
  Start();
  const core::CaseId id = SampleCaseId(1);
  Submit(Command(id, people::Citizen(), SampleSubmit()));
  Settle();
  Stop();
  // Handed in before the deadline, behind others, while nothing runs; the deadline passes meanwhile.
  clock_.Advance(hours(24));
  for (uint64_t n = 100; n < 160; ++n) Submit(Command(SampleCaseId(n), people::Citizen(), SampleSubmit()));
  Submit(Command(id, people::Officer(), Act("open")));
  clock_.Advance(hours(24 * 30));
  Start();
  Settle();
  for (const core::Event& event : Events()) {
    if (event.ctx().case_id != id) continue;
    EXPECT_FALSE(std::holds_alternative<core::DeadlineBreached>(event.payload) &&
                 std::get<core::DeadlineBreached>(event.payload).clock == core::ClockId("acknowledge"));
    if (const auto* met = std::get_if<core::ClockMet>(&event.payload)) {
      EXPECT_TRUE(met->on_time);
    }
  }
  EXPECT_EQ(Count<core::ClockMet>(), 1);
  EXPECT_GE(Count<core::DeadlineBreached>(), 60) << "the others were not opened";
}

TEST_F(StreamThreadTest, AClockThatJumpsStopsDeciding) {
  for (const hours jump : {hours(1), hours(-1)}) {
    options_.clock_jump_most = Duration{60'000};
    Start();
    Settle();
    clock_.Advance(jump);
    // A round that looked at the clock before it jumped may still end.
    while (thread_->WaitUntilIdle(kLong)) {
    }
    const Status ended = thread_->Stop();
    ASSERT_FALSE(ended);
    EXPECT_EQ(ended.error().code, ErrorCode::kUnavailable);
    EXPECT_THAT(ended.error().message, HasSubstr("jumped"));
    EXPECT_THAT(ended.error().message, HasSubstr("set the clock right"));
    thread_.reset();
  }
  Start();
  EXPECT_TRUE(Ask(Command(SampleCaseId(1), people::Citizen(), SampleSubmit())).accepted())
      << "started again, it goes on";
}

TEST_F(StreamThreadTest, AnAbortedTransactionIsDecidedAgainAndAnsweredOnce) {
  Start();
  Settle();
  log_.FailNextCommit({ErrorCode::kAborted, "as the test wants it"});
  EXPECT_TRUE(Ask(Command(SampleCaseId(1), people::Citizen(), SampleSubmit())).accepted());
  EXPECT_EQ(Count<core::CaseSubmitted>(), 1);
  EXPECT_TRUE(thread_->status());
}

TEST_F(StreamThreadTest, ACalendarThatCameIntoForceWhileNobodyRanIsSweptAtTheNextStartAndOnlyThen) {
  Start();
  SubmitCases(20);
  Settle();
  Stop();
  clock_.Advance(hours(1));
  configuration_.Set(SampleConfiguration(world_, clock_.Now()));
  clock_.Advance(hours(1));
  Start();
  Settle();
  EXPECT_EQ(Count<core::ClockReplanned>(), 20) << "resolve moves by a holiday; acknowledge was met";
  EXPECT_EQ(results().size(), 40u) << "by itself, without a command";
  Stop();
  const size_t events = Events().size();
  Start();
  Settle();
  EXPECT_EQ(Events().size(), events);
  // State and what is known of the sweep go together: rebuilt from the log, all cases are looked at, and none moves.
  Stop();
  stores_.clear();
  Start();
  Settle();
  EXPECT_EQ(Events().size(), events);
}

TEST_F(StreamThreadTest, ASweepThatIsAbortedBeginsAgain) {
  Start();
  SubmitCases(20);
  Settle();
  Stop();
  configuration_.Set(SampleConfiguration(world_, clock_.Now()));
  log_.FailNextCommit({ErrorCode::kAborted, "as the test wants it"});
  Start();
  Settle();
  EXPECT_EQ(Count<core::ClockReplanned>(), 20);
}

TEST_F(StreamThreadTest, WhatComesIntoForceWhileItWaitsHoldsForTheNextCommand) {
  options_.idle_wait = Duration{60'000};
  Start();
  Settle();
  configuration_.Set(SampleConfiguration(world_, clock_.Now()));
  Submit(Command(SampleCaseId(1), people::Citizen(), SampleSubmit()));
  Settle();
  EXPECT_EQ(Events().front().ctx().versions.calendar, core::VersionedName("sample-calendar@2"));
  EXPECT_EQ(Events().front().ctx().versions.definition, core::VersionedName("sample@2"));
}

TEST_F(StreamThreadTest, ARebuiltStoreGivesTheSameAnswersWhereverItWasWrittenInBetween) {
  Start();
  std::vector<core::Command> commands;
  for (uint64_t n = 0; n < 12; ++n) {
    commands.push_back(Command(SampleCaseId(n), people::Citizen(), SampleSubmit()));
    commands.push_back(Command(SampleCaseId(n), people::Officer(), Act("open")));
    commands.push_back(Command(SampleCaseId(n), people::Officer(), Act("close", R"({"evidence":"photo"})")));
  }
  std::vector<codec::CommandResult> first;
  for (const core::Command& command : commands) first.push_back(Ask(command));
  Stop();
  stores_.clear();
  options_.replay_checkpoint_cases = 1;
  Start();
  const size_t events = Events().size();
  for (size_t i = 0; i < commands.size(); ++i) EXPECT_EQ(Ask(commands[i]), first[i]) << commands[i].command_id.str();
  EXPECT_EQ(Events().size(), events);
}

TEST_F(StreamThreadTest, AFloodOfTimersIsFiredToTheLastOne) {
  options_.timers_time = Duration{1};
  Start();
  SubmitCases(300);
  Settle();
  clock_.Advance(hours(24 * 365));
  Settle();
  EXPECT_EQ(Count<core::DeadlineBreached>(), 300);
  EXPECT_EQ(Count<core::CaseEscalated>(), 900);
  EXPECT_EQ(thread_->counters().timers_fired, 300 + 300 + 900);
}

TEST_F(StreamThreadTest, TheEnginesOwnCommandIdsAreNobodysElse) {
  Start();
  core::Command command = Command(SampleCaseId(1), people::Citizen(), SampleSubmit());
  command.command_id = core::CommandId("timer");
  const auto answer = Ask(command);
  ASSERT_FALSE(answer.accepted());
  EXPECT_EQ(std::get<core::Rejection>(answer.outcome).field, "command_id");
}

TEST_F(StreamThreadTest, TheOwnerIsToldWhatBecomesOfPartitionsAndTransactionsAndCountersOnlyGrow) {
  const int64_t partitions = log_.partition_count();
  Start();
  SubmitCases(5);
  Settle();
  log_.FailNextCommit({ErrorCode::kAborted, "as the test wants it"});
  Ask(Command(SampleCaseId(50), people::Citizen(), SampleSubmit()));
  log_.LoseAssignments();
  Ask(Command(SampleCaseId(51), people::Citizen(), SampleSubmit()));
  EXPECT_EQ(thread_->counters().events, static_cast<int64_t>(Events().size()));
  ASSERT_TRUE(thread_->Stop());
  EXPECT_EQ(told_["assigned"], 2 * partitions);
  EXPECT_EQ(told_["recovered"], 2 * partitions);
  EXPECT_EQ(told_["lost"], partitions);
  EXPECT_EQ(told_["given up"], partitions);
  EXPECT_EQ(told_["not committed"], 1);
  stores_.clear();
  const int64_t before = told_["replayed"];
  Start();
  Settle();
  Stop();
  EXPECT_EQ(told_["replayed"] - before, static_cast<int64_t>(Events().size()));
}

TEST_F(StreamThreadTest, ALogThatWasAwayLosesAndRepeatsNothing) {
  options_.reopen_first = Duration{1};
  Start();
  SubmitCases(3);
  Settle();
  const size_t before = Events().size();
  for (const bool written : {false, true}) {
    log_.FailNextCommit({ErrorCode::kUnavailable, "the brokers are away"}, written);
    const core::CaseId id = SampleCaseId(written ? 11 : 10);
    const core::Command submit = Command(id, people::Citizen(), SampleSubmit());
    Submit(submit);
    Settle();
    // Where the transaction had been written, only its answer was lost: the same command finds what it made.
    EXPECT_TRUE(Ask(submit).accepted());
    const auto events = Events();
    const auto made = std::ranges::count_if(events, [&](const core::Event& event) {
      return event.ctx().case_id == id && std::holds_alternative<core::CaseSubmitted>(event.payload);
    });
    EXPECT_EQ(made, 1);
  }
  EXPECT_GT(Events().size(), before);
  EXPECT_TRUE(thread_->status());
}

TEST_F(StreamThreadTest, AStoreThatAnotherThreadStillHoldsIsWaitedFor) {
  held_elsewhere_ = 3;
  Start();
  Settle();
  EXPECT_TRUE(Ask(Command(SampleCaseId(1), people::Citizen(), SampleSubmit())).accepted());
  EXPECT_LT(held_elsewhere_, 0);
}

TEST_F(StreamThreadTest, ANodeThatIsPutOutAgainAndAgainEndsAndSaysWhy) {
  options_.reopen_first = Duration{1};
  Start();
  Settle();
  for (uint64_t i = 0; i < 2; ++i) {
    log_.FailNextCommit({ErrorCode::kFenced, "another owner"});
    EXPECT_TRUE(Ask(Command(SampleCaseId(i), people::Citizen(), SampleSubmit())).accepted());
  }
  log_.FailNextCommit({ErrorCode::kFenced, "another owner"});
  Submit(Command(SampleCaseId(2), people::Citizen(), SampleSubmit()));
  EXPECT_FALSE(thread_->WaitUntilIdle(kLong));
  EXPECT_EQ(thread_->status().error().code, ErrorCode::kFenced);
  EXPECT_THAT(thread_->status().error().message, HasSubstr("a name of its own"));
}

TEST_F(StreamThreadTest, NothingIsDecidedWhileTheDefinitionsCannotBeRead) {
  Start();
  Settle();
  const auto await_looks = [&](int count) {
    const int seen = configuration_.refreshes();
    while (configuration_.refreshes() < seen + count) std::this_thread::yield();
  };
  configuration_.SetAway(true);
  await_looks(1);
  Submit(Command(SampleCaseId(1), people::Citizen(), SampleSubmit()));
  await_looks(3);
  EXPECT_TRUE(results().empty());
  EXPECT_TRUE(Events().empty());
  configuration_.SetAway(false);
  Settle();
  EXPECT_EQ(results().size(), 1U);
  EXPECT_TRUE(thread_->status());
}

}  // namespace
}  // namespace rasti::runtime
