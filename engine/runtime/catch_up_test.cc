// Stores that lack events: caught up beside the deciding, kept up by a standby and handed over.
#include <gmock/gmock.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "engine/runtime/standby.h"
#include "engine/runtime/stream_loop_fixture_for_test.h"

namespace rasti::runtime {
namespace {

using test::Act;
using test::SampleSubmit;
namespace people = test::people;

class CatchUpTest : public StreamLoopTest {
 protected:
  // Cases in this partition, each opened and closed.
  std::vector<core::CaseId> Fill(int32_t partition, int count) {
    std::vector<core::CaseId> filled;
    for (int i = 0; i < count; ++i) {
      filled.push_back(CaseIn(partition));
      Submit(filled.back(), people::Citizen(), SampleSubmit());
      Submit(filled.back(), people::Officer(), Act("open"));
    }
    Settle();
    return filled;
  }
};

TEST_F(CatchUpTest, OtherPartitionsDecideMeanwhile) {
  Open();
  const auto filled = Fill(0, 50);
  Fill(1, 1);
  Close();
  stores_.erase(core::PartitionId{0});
  TakeAnswers();
  const auto lacking = static_cast<int64_t>(log_.events({0}).size());

  options_.catch_up_at_once = 10;
  options_.catch_up_piece = 1;
  recovered_.clear();
  Open();
  const core::CaseId here = CaseIn(0);
  const core::CaseId there = CaseIn(1);
  Submit(filled.front(), people::Officer(), Act("close", R"({"evidence":"photo"})"));
  Submit(here, people::Citizen(), SampleSubmit());
  Submit(there, people::Citizen(), SampleSubmit());
  StepUntil([&] { return !answers_.empty(); });
  EXPECT_EQ(TakeAnswers(), (Answers{{there, true}}));
  EXPECT_TRUE(recovered_.contains({1}));
  EXPECT_FALSE(recovered_.contains({0})) << "the other one is far from its end";
  EXPECT_FALSE(*loop_->IsIdle());
  Settle();
  EXPECT_EQ(recovered_[{0}], lacking);
  EXPECT_EQ(TakeAnswers(), (Answers{{filled.front(), true}, {here, true}}));
}

TEST_F(CatchUpTest, APartitionThatIsTakenAwayMeanwhileIsTakenOverAsAnyOther) {
  Open();
  Fill(0, 20);
  Close();
  stores_.clear();
  options_.catch_up_at_once = 0;
  options_.catch_up_piece = 1;
  Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(loop_->Step());
  log_.LoseAssignments();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(loop_->Step());
  Close();
  Open();
  Settle();
  TakeAnswers();
  const core::CaseId id = CaseIn(0);
  Submit(id, people::Citizen(), SampleSubmit());
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{id, true}}));
}

// The standby works in a thread of its own.
class StandbyTest : public CatchUpTest {
 protected:
  StandbyTest() {
    StandbyHooks hooks;
    hooks.open_store = hooks_.open_store;
    hooks.drop_store = [](core::PartitionId) -> Status { return {}; };
    hooks.on_trouble = [this](core::PartitionId id, const Error& error) {
      const std::lock_guard lock(mutex_);
      troubles_[id] = error;
    };
    StandbyOptions options;
    options.idle_wait = Duration{1};
    options.batch_most = 3;
    options.checkpoint_cases = 2;
    options.core_share_most = 1;
    standby_ = std::make_unique<Standby>(log_, options, hooks);
    hooks_.take_cases = [this](core::PartitionId id) {
      auto cases = standby_->Take(id);
      if (cases != nullptr) handed_over_.insert(id);
      return cases;
    };
    hooks_.give_cases = [this](core::PartitionId id, std::unique_ptr<CaseStore> cases) {
      standby_->Give(id, std::move(cases));
    };
  }
  ~StandbyTest() override {
    Close();
    standby_.reset();
  }

  // Until the standby's stores are at the end of the log, or it gave them up.
  void Await(const std::function<bool()>& done) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!done() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
    ASSERT_TRUE(done());
  }
  bool IsKeptUp() {
    const auto kept = standby_->positions();
    for (int32_t p = 0; p < log_.partition_count(); ++p) {
      const auto found = kept.find({p});
      if (found == kept.end() || found->second != *log_.EndSequence({p})) return false;
    }
    return true;
  }
  std::map<core::PartitionId, Error> troubles() {
    const std::lock_guard lock(mutex_);
    return troubles_;
  }

  std::mutex mutex_;
  std::map<core::PartitionId, Error> troubles_;  // guarded by mutex_
  std::set<core::PartitionId> handed_over_;
  std::unique_ptr<Standby> standby_;
};

TEST_F(StandbyTest, StoresAreHandedOverOpenAndTakenBack) {
  Open();
  const auto filled = Fill(0, 20);
  Fill(1, 20);
  EXPECT_TRUE(handed_over_.empty()) << "there was nothing yet";
  Close();
  // What the loop gave back is kept; nothing was closed meanwhile.
  standby_->Start();
  Await([&] { return IsKeptUp(); });
  opened_.clear();
  recovered_.clear();
  TakeAnswers();
  Open();
  Settle();
  EXPECT_EQ(handed_over_.size(), 2U);
  EXPECT_TRUE(opened_.empty());
  EXPECT_EQ(recovered_[{0}], 0);
  EXPECT_TRUE(standby_->positions().empty()) << "its owner has it";
  Submit(filled.front(), people::Officer(), Act("close", R"({"evidence":"photo"})"));
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{filled.front(), true}}));
}

TEST_F(StandbyTest, ItFollowsTheLogFromNothing) {
  hooks_.take_cases = nullptr;
  hooks_.give_cases = nullptr;
  Open();
  const auto filled = Fill(0, 30);
  Close();
  stores_.clear();
  standby_->Start();
  Await([&] { return IsKeptUp(); });
  // As its own thread left it.
  auto cases = standby_->Take({0});
  ASSERT_NE(cases, nullptr);
  EXPECT_EQ(cases->position().next_sequence, *log_.EndSequence({0}));
  for (const core::CaseId& id : filled) {
    const auto record = cases->Find(id);
    ASSERT_TRUE(record && *record != nullptr);
    EXPECT_EQ((*record)->state.stage, core::StageId("open"));
  }
  EXPECT_FALSE(cases->timers().empty());
  standby_->Give({0}, std::move(cases));
  // After a stop the stores say themselves how far they are.
  standby_->Stop();
  const auto stored = CaseStore::PositionIn(*stores_[{0}]);
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->position.next_sequence, *log_.EndSequence({0}));
}

TEST_F(StandbyTest, AStoreThatWasLostIsOpenedAgain) {
  Open();
  Fill(0, 5);
  standby_->Start();
  log_.LoseAssignments();
  Settle();
  const core::CaseId id = CaseIn(0);
  TakeAnswers();
  Submit(id, people::Citizen(), SampleSubmit());
  Settle();
  EXPECT_EQ(TakeAnswers(), (Answers{{id, true}}));
}

TEST_F(StandbyTest, AnOwnerThatLearnsLateThatItLostAPartitionDoesNotGiveAwayTheNextOnes) {
  hooks_.take_cases = nullptr;
  hooks_.give_cases = nullptr;
  Open();
  Fill(0, 5);
  Fill(1, 5);
  standby_->Start();
  Await([&] { return IsKeptUp(); });
  const auto first = standby_->Take({0});
  EXPECT_NE(first, nullptr);
  EXPECT_EQ(standby_->Take({0}), nullptr);
  standby_->Give({0}, nullptr);
  // Its thread comes by more than once.
  for (int i = 0; i < 2; ++i) {
    Fill(1, 1);
    Await([&] {
      const auto kept = standby_->positions();
      return kept.contains({1}) && kept.at({1}) == *log_.EndSequence({1});
    });
  }
  EXPECT_FALSE(standby_->positions().contains({0}));
  standby_->Give({0}, nullptr);
  Await([&] { return IsKeptUp(); });
}

TEST_F(StandbyTest, WhatItCannotReadItLeavesAloneAndSays) {
  hooks_.take_cases = nullptr;
  hooks_.give_cases = nullptr;
  Open();
  Fill(0, 5);
  Fill(1, 5);
  Close();
  stores_.clear();
  log_.FlipByte({0}, {3}, 40);
  standby_->Start();
  Await([&] { return troubles().contains({0}); });
  EXPECT_EQ(troubles()[{0}].code, ErrorCode::kCorruption);
  Await([&] {
    const auto kept = standby_->positions();
    return kept.contains({1}) && kept.at({1}) == *log_.EndSequence({1});
  });
  EXPECT_FALSE(standby_->positions().contains({0}));
}

// A log that stops to answer where it ends, and counts who of the test's own thread asks.
class AwayLog final : public ports::EventLog {
 public:
  explicit AwayLog(ports::EventLog& log) : log_(log) {}

  int partition_count() const override { return log_.partition_count(); }
  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override {
    return log_.OpenStream(listener);
  }
  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override {
    return log_.OpenReader(partition, from);
  }
  Result<core::Sequence> EndSequence(core::PartitionId partition) override {
    if (!away) return log_.EndSequence(partition);
    if (std::this_thread::get_id() == tester_) ++asked;
    return Fail(ErrorCode::kUnavailable, "away");
  }
  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override {
    return log_.ReadAt(partition, sequences);
  }
  Result<int64_t> Publish(std::string key, std::string value) override {
    return log_.Publish(std::move(key), std::move(value));
  }
  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override {
    return log_.ReadDefinitions(from);
  }
  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override { return log_.WriteDeadLetter(std::move(note)); }
  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override {
    return log_.ReadDeadLetters(from, most);
  }

  std::atomic<bool> away = false;
  int asked = 0;

 private:
  ports::EventLog& log_;
  const std::thread::id tester_ = std::this_thread::get_id();
};

TEST_F(StandbyTest, AStopDoesNotAskALogThatIsAwayForEachPartition) {
  hooks_.take_cases = nullptr;
  hooks_.give_cases = nullptr;
  Open();
  Fill(0, 5);
  Fill(1, 5);
  Close();
  stores_.clear();
  AwayLog log(log_);
  StandbyHooks hooks;
  hooks.open_store = hooks_.open_store;
  hooks.drop_store = [](core::PartitionId) -> Status { return {}; };
  Standby standby(log, {}, hooks);
  standby.Start();
  Await([&] {
    const auto kept = standby.positions();
    return kept.size() == 2 && kept.at({0}) == *log_.EndSequence({0}) && kept.at({1}) == *log_.EndSequence({1});
  });
  log.away = true;
  standby.Stop();
  EXPECT_EQ(log.asked, 1);
  EXPECT_TRUE(standby.positions().empty());
}

}  // namespace
}  // namespace rasti::runtime
