// Random but valid lives of cases: commands of all kinds, timers, re-planning and follow-ups over several cases and
// partitions, decided by core::Decide and written to a log as the runtime would. The same seed gives the same events.
//
// Threading: one thread.
#pragma once

#include <map>
#include <random>
#include <vector>

#include "engine/codec/event_codec.h"
#include "engine/core/decide.h"
#include "engine/ports/event_log.h"
#include "tests/support/memory_event_log.h"
#include "tests/support/random_commands.h"
#include "tests/support/sample_definition.h"

namespace rasti::test {

struct RandomLifeOptions {
  uint64_t seed = 1;
  int cases = 8;
  Duration step_most{std::chrono::hours(30)};  // how far time goes on between steps, at most
  int historic_percent = 15;                   // of the submissions
};

class RandomLife {
 public:
  /// Events go to `log`, which nobody else writes. World and log outlive this.
  RandomLife(const SampleWorld& world, MemoryEventLog& log, RandomLifeOptions options);

  /// Time goes on; then a timer fires, a follow-up is decided or somebody does something. Returns how many events that
  /// made: 0 where the command was rejected.
  size_t Step();
  /// Steps until there are so many events in all.
  void RunTo(size_t events);

  Instant now() const { return now_; }
  size_t events() const { return events_; }
  /// The cases as they are: the folds that deciding kept.
  const std::map<core::CaseId, core::CaseState>& cases() const { return cases_; }
  const std::map<core::CaseId, Hash256>& heads() const { return heads_; }
  core::PartitionId PartitionOf(const core::CaseId& id) const;
  /// Another random number below `bound`, for tests that want to share the seed.
  uint64_t Below(uint64_t bound) { return commands_.Below(bound); }

 private:
  core::Config ConfigOf(const core::CaseState& state) const;
  core::CaseState StateOf(const core::CaseId& id) const;
  size_t FireEarliestTimer();
  size_t DecideFollowUp();
  size_t DecideCommand();
  size_t Decide(const core::Command& command);
  size_t FireTimersBefore(const core::CaseId& id, Instant at);
  size_t ReplanWhereNeeded(const core::CaseId& id);
  size_t Write(const core::CaseId& id, core::Decision decision);
  Instant RecordedAt(const core::CaseId& id);

  const SampleWorld& world_;
  MemoryEventLog& log_;
  const RandomLifeOptions options_;
  std::mt19937_64 random_;
  RandomCommands commands_;
  Instant now_;
  bool second_calendar_ = false;
  size_t events_ = 0;
  codec::EventEncoder encoder_;
  std::map<core::CaseId, core::CaseState> cases_;
  std::map<core::CaseId, Hash256> heads_;
  std::map<core::PartitionId, Instant> last_recorded_;
  std::vector<core::Command> follow_ups_;
};

}  // namespace rasti::test
