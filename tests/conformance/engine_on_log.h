// An engine on a log under test, with random commands from seeds: it is stopped, its log dies without warning, its
// stores are lost or fall back, the clock goes on by days. What it answered and what its stores hold is compared with a
// fold of the events.
#pragma once

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/codec/result_codec.h"
#include "engine/ports/clock.h"
#include "engine/runtime/configuration_source.h"
#include "engine/runtime/engine.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "tests/conformance/event_log_fixture.h"
#include "tests/support/memory_view_store.h"
#include "tests/support/random_commands.h"
#include "tests/support/sample_definition.h"

namespace rasti::conformance {

/// Wall time less an offset that only shrinks: brokers date by the wall, and no timer may overtake that.
class LateClock final : public ports::Clock {
 public:
  Instant Now() const override { return wall_.Now() - behind_.load(); }
  /// No further than to the wall's time.
  void Advance(Duration by) { behind_ = std::max(Duration{0}, behind_.load() - by); }

 private:
  ports::SystemClock wall_;
  std::atomic<Duration> behind_{std::chrono::hours(24 * 120)};
};

class EngineOnLog {
 public:
  /// The fixture has an empty log, and outlives this.
  EngineOnLog(EventLogFixture& fixture, uint64_t seed);
  ~EngineOnLog();
  EngineOnLog(const EngineOnLog&) = delete;
  EngineOnLog& operator=(const EngineOnLog&) = delete;

  /// Hands some commands in and waits for their answers; or something befalls engine, stores or log meanwhile.
  void Turn();
  /// Lets everything come to rest, and compares all there is; then once more with an engine that has nothing but the
  /// log.
  void End();

  size_t events() const { return events_; }
  size_t accepted() const { return accepted_.size(); }

 private:
  struct Asked {
    core::Command command;
    std::optional<codec::CommandResult> answer;
  };

  void Start();
  /// Ends the engine in good order. Every store then holds what it held.
  void Stop();
  uint64_t Below(uint64_t bound) { return random_() % bound; }
  void Ask(const core::Command& command);
  void HandIn(size_t index);
  void AwaitAnswers();
  /// Until every partition is decided by somebody and all its input and what was due are: a broker takes its time to
  /// say whose a partition is.
  void AwaitRest();
  /// REQUIRES: mutex_ is held.
  bool AllAreDecided();
  /// Reads what was committed since, and checks it against what came before it.
  void ReadOn();
  void Check(const ports::StoredEvent& stored);
  void CheckAnswers();
  /// REQUIRES: it is stopped.
  void CheckStores();
  void CheckViews();

  EventLogFixture& fixture_;
  std::mt19937_64 random_;
  test::SampleWorld world_;
  LateClock clock_;
  runtime::FixedConfiguration configuration_;
  runtime::Submitters submitters_;
  test::RandomCommands commands_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable answered_;
  std::condition_variable decided_changed_;
  std::vector<Asked> asked_;
  size_t unanswered_ = 0;
  std::map<core::PartitionId, std::shared_ptr<test::MemoryViewStore>> stores_;
  std::set<core::PartitionId> decided_;  // those that a thread has and that have caught up
  int64_t released_ = 0;                 // how often one was given up

  std::unique_ptr<runtime::Engine> engine_;
  test::MemoryViewStore views_{views::ViewTables().size()};
  std::unique_ptr<views::Projector> projector_;

  // The fold.
  std::map<core::PartitionId, core::Sequence> next_;
  std::map<core::CaseId, core::CaseState> cases_;
  std::map<core::CaseId, Hash256> heads_;
  std::map<std::pair<core::CaseId, core::CommandId>, std::pair<core::Revision, core::Revision>> accepted_;
  size_t events_ = 0;
};

}  // namespace rasti::conformance
