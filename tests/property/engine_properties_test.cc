// Random commands, clocks, timers, follow-ups, aborts and crashes over several cases and partitions. After every
// transaction the live state is compared with a fold of the log, and the log with the laws that it must obey.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>

#include "engine/audit/event_hash.h"
#include "engine/codec/json.h"
#include "tests/property/partition_driver.h"
#include "tests/support/nightly.h"
#include "tests/support/random_commands.h"

namespace rasti::test {
namespace {

// Reads the log as an auditor would, and checks every event against what came before it.
class Auditor {
 public:
  explicit Auditor(PartitionDriver& driver) : driver_(driver) {}

  /// Takes in what was committed since the last call, then compares every touched case with the live one.
  void CatchUp() {
    std::set<core::CaseId> touched;
    for (int32_t p = 0; p < driver_.partition_count(); ++p) {
      const auto events = driver_.log().events({p});
      for (size_t& n = read_[p]; n < events.size(); ++n) {
        const auto decoded = codec::DecodeEvent(events[n].value);
        RC_ASSERT(decoded.has_value());
        RC_ASSERT(decoded->event.sequence.value == static_cast<int64_t>(n));
        Check(p, decoded->event, decoded->hash);
        touched.insert(decoded->event.ctx().case_id);
      }
    }
    for (const core::CaseId& id : touched) {
      const core::CaseState live = driver_.StateOf(id);
      // EXPECT_EQ shows both where they differ; RC_ASSERT ends the run.
      EXPECT_EQ(codec::ToJson(live).dump(1), codec::ToJson(cases_[id]).dump(1));
      RC_ASSERT(live == cases_[id]);
    }
    CheckTimers();
  }

  const std::map<core::CaseId, core::CaseState>& cases() const { return cases_; }
  size_t events() const { return events_; }

 private:
  // The index of timers is a pure function of the states.
  void CheckTimers() {
    std::map<core::PartitionId, std::set<std::pair<Instant, core::CaseId>>> wanted;
    for (const auto& [id, state] : cases_) {
      const auto timer = core::NextWallTimer(state);
      if (timer) wanted[ports::PartitionOf(id.uuid.AsBytes(), driver_.partition_count())].insert({*timer, id});
    }
    for (int32_t p = 0; p < driver_.partition_count(); ++p) {
      const auto& timers = driver_.partition({p}).cases().timers();
      RC_ASSERT(std::ranges::equal(timers, wanted[{p}]));
    }
  }

  void Check(int32_t partition, const core::Event& event, const Hash256& hash) {
    const core::EventContext& context = event.ctx();
    core::CaseState& state = cases_[context.case_id];
    const core::CaseState before = state;
    const auto head = heads_.try_emplace(context.case_id, audit::FirstPrevHash(context.case_id.uuid)).first;
    RC_ASSERT(event.prev_hash == head->second);
    head->second = hash;
    RC_ASSERT(context.recorded_at >= last_recorded_[partition]);
    last_recorded_[partition] = context.recorded_at;
    RC_ASSERT(context.recorded_at <= driver_.clock().Now());
    if (before.Exists()) RC_ASSERT(context.occurred_at >= before.last_occurred_at);

    // An event of time: exactly at its instant, never early. The state before says what was due.
    const bool by_time = context.command_id.view() == "timer";
    if (by_time && event.revision == before.revision.Next() && StartsTimer(event.payload)) {
      const auto timer = core::NextTimer(before);
      RC_ASSERT(timer.has_value());
      RC_ASSERT(context.occurred_at == std::max(timer->due, before.last_occurred_at));
      RC_ASSERT(timer->due < context.recorded_at);
    }
    // Whatever a person does happens after everything that was due before it: a close never overtakes its breach.
    if (!by_time && context.command_id.view() != "replan" && before.Exists()) {
      const auto timer = core::NextTimer(before);
      const bool overtakes = timer && timer->due < context.occurred_at;
      if (overtakes) {
        RC_LOG() << core::EventTypeName(event.payload) << " at " << FormatInstant(context.occurred_at)
                 << " overtakes what was due at " << FormatInstant(timer->due) << ":\n"
                 << codec::ToJson(before).dump(1);
      }
      RC_ASSERT(!overtakes);
    }
    if (const auto* met = std::get_if<core::ClockMet>(&event.payload)) {
      RC_ASSERT(met->on_time == !before.FindClock(met->clock)->breached);
    }
    core::Apply(state, event);
    ++events_;
  }

  static bool StartsTimer(const core::EventPayload& payload) {
    return std::holds_alternative<core::DeadlineWarned>(payload) ||
           std::holds_alternative<core::DeadlineBreached>(payload) ||
           std::holds_alternative<core::CaseEscalated>(payload) ||
           std::holds_alternative<core::FollowUpTimedOut>(payload);
  }

  PartitionDriver& driver_;
  std::map<int32_t, size_t> read_;
  std::map<core::CaseId, core::CaseState> cases_;
  std::map<core::CaseId, Hash256> heads_;
  std::map<int32_t, Instant> last_recorded_;
  size_t events_ = 0;
};

struct Submitted {
  core::Command command;
  size_t index = 0;
};

class RandomRun {
 public:
  explicit RandomRun(uint64_t seed) : random_(seed), driver_(3), commands_(random_, kCases, 15), auditor_(driver_) {}

  void Step() {
    driver_.clock().Advance(Duration{static_cast<int64_t>(Below(20) == 0 ? Below(200'000'000) : Below(4'000'000))});
    switch (Below(12)) {
      case 0: driver_.Checkpoint(Below(2) == 0); break;
      case 1:
        if (Below(4) == 0) driver_.Crash();
        break;
      case 2:
        if (Below(3) == 0) driver_.log().FailNextCommit({ErrorCode::kAborted, "as the test wants it"});
        break;
      case 3:
        if (Below(6) == 0 && !second_configuration_) {
          second_configuration_ = true;
          driver_.UseSecondConfiguration();
        }
        break;
      case 4: Repeat(); break;
      case 5:
        driver_.CheckpointPiece(1 + Below(2));
        SubmitSome();
        break;
      default: SubmitSome(); break;
    }
    driver_.Round(1 + Below(6), 1 + Below(4));
    auditor_.CatchUp();
    CheckRepeats();
  }

  void End() {
    driver_.Settle();
    auditor_.CatchUp();
    CheckRepeats();
    // Nothing that is due was forgotten, and every command was answered.
    for (const auto& [id, state] : auditor_.cases()) {
      const auto timer = core::NextWallTimer(state);
      RC_ASSERT(!timer || *timer >= driver_.clock().Now());
      RC_ASSERT(state.status != core::CaseStatus::kFrozen || !state.follow_ups.empty());
    }
    // A process that starts from nothing but the log gets to the same.
    driver_.Crash();
    for (const auto& [id, state] : auditor_.cases()) RC_ASSERT(driver_.StateOf(id) == state);
  }

  size_t events() const { return auditor_.events(); }
  int recoveries_from_the_middle() const { return driver_.recoveries_from_the_middle(); }

 private:
  static constexpr int kCases = 9;

  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : random_() % bound; }

  void SubmitSome() {
    for (uint64_t n = 1 + Below(3); n > 0; --n) {
      const core::CaseId id = SampleCaseId(Below(kCases));
      const core::CaseState state = driver_.StateOf(id);
      core::Command command = commands_.Next(driver_.DefinitionOf(state), id, state, driver_.clock().Now());
      if (Below(4) == 0)
        command.expected_revision = core::Revision{static_cast<int64_t>(Below(state.revision.value + 2))};
      submitted_.push_back({command, driver_.Submit(command)});
    }
  }

  // The same command once more: whenever it was accepted, it gets the same answer and makes nothing.
  void Repeat() {
    if (submitted_.empty()) return;
    const Submitted original = submitted_[Below(submitted_.size())];
    repeats_.emplace_back(original.index, driver_.Submit(original.command));
  }

  void CheckRepeats() {
    std::erase_if(repeats_, [&](const std::pair<size_t, size_t>& pair) {
      const auto& first = driver_.result(pair.first);
      const auto& second = driver_.result(pair.second);
      if (!first || !second) return false;
      if (first->accepted()) RC_ASSERT(*second == *first);
      return true;
    });
  }

  std::mt19937_64 random_;
  PartitionDriver driver_;
  RandomCommands commands_;
  Auditor auditor_;
  std::vector<Submitted> submitted_;
  std::vector<std::pair<size_t, size_t>> repeats_;
  bool second_configuration_ = false;
};

int StepCount() { return tests::RoundsOf({.every_change = 300, .nightly = 2'000}); }

TEST(EngineProperties, LiveStateIsTheFoldOfTheLogWhateverHappens) {
  int recoveries_from_the_middle = 0;
  ASSERT_TRUE(rc::check([&](uint64_t seed) {
    RandomRun run(seed);
    for (int i = 0; i < StepCount(); ++i) run.Step();
    run.End();
    RC_ASSERT(run.events() > 20u);
    recoveries_from_the_middle += run.recoveries_from_the_middle();
  }));
  EXPECT_GT(recoveries_from_the_middle, 0) << "checkpoints that were cut short are part of it";
}

// The law of expected_revision: it conflicts with what other people did since, and with nothing else.
TEST(EngineProperties, ExpectedRevisionConflictsOnlyWithOtherPeople) {
  PartitionDriver driver(1);
  const core::CaseId id = SampleCaseId(1);
  const auto run = [&](const core::Command& command) {
    const size_t index = driver.Submit(command);
    driver.Settle();
    return *driver.result(index);
  };
  ASSERT_TRUE(run(MakeCommand(id, "1", people::Citizen(), SampleSubmit())).accepted());
  ASSERT_TRUE(run(MakeCommand(id, "2", people::Officer(), Act("open"))).accepted());
  const core::Revision seen = driver.StateOf(id).revision;

  // A month of warnings, breaches and escalations goes by.
  driver.clock().Advance(std::chrono::hours(24 * 40));
  driver.Settle();
  ASSERT_GT(driver.StateOf(id).revision, seen);
  ASSERT_TRUE(driver.StateOf(id).FindClock(core::ClockId("resolve"))->breached);

  core::Command ask = MakeCommand(id, "3", people::Head(), Act("ask"));
  ask.expected_revision = seen;
  EXPECT_TRUE(run(ask).accepted());

  core::Command late = MakeCommand(id, "4", people::Officer(), Act("answer"));
  late.expected_revision = seen;
  const auto conflict = run(late);
  ASSERT_FALSE(conflict.accepted());
  EXPECT_EQ(std::get<core::Rejection>(conflict.outcome).code, core::RejectionCode::kRevisionConflict);

  core::Command own = MakeCommand(id, "5", people::Head(), core::ReleaseCase{"again"});
  own.expected_revision = seen;
  EXPECT_TRUE(run(own).accepted()) << "what the same person did is no conflict";
}

}  // namespace
}  // namespace rasti::test
