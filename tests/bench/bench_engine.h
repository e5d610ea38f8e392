// The engine as a benchmark needs it: a directory of its own, the sample workflow, submitters in threads. Its log is
// embedded, or at brokers.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/embedded_event_log.h"
#include "engine/log/kafka_event_log.h"
#include "engine/ports/clock.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/standby.h"
#include "engine/views/projector.h"
#include "tests/support/manual_clock.h"
#include "tests/support/sample_definition.h"

namespace rasti::bench {

class EngineUnderTest {
 public:
  struct Options {
    int partitions = 4;
    int threads = 2;
    runtime::StreamOptions stream;
    std::filesystem::path keep_in;  // the stores stay there; empty: in a folder that goes with the engine
    bool standby = false;           // of all partitions
    int64_t packages_more = 0;      // published beside those that are needed
    Duration behind{0};             // its clock, of the wall's: brokers date by theirs, and no timer overtakes that
    // As StreamHooks has them.
    std::function<void(core::PartitionId)> on_assigned;
    std::function<void(core::PartitionId, int64_t events, Duration took)> on_recovered;
    std::function<void(core::PartitionId, bool lost)> on_released;
    std::optional<log::KafkaLogOptions> kafka;  // its topics are there; `partitions` is not looked at then
  };
  explicit EngineUnderTest(Options options);
  /// Ends the engine and deletes the directory.
  ~EngineUnderTest();

  /// Wall time plus an offset that only grows.
  void AdvanceClock(Duration by) { offset_.fetch_add(by.count()); }
  Instant Now() const { return clock_.Now(); }

  /// Hands in a command; `done` learns whether it was accepted. Waits and tries again while the queue is full.
  void Submit(const core::Command& command, std::function<void(bool accepted)> done);
  /// So many closed-loop submitters, each with one command in flight, until `count` commands are answered; answers the
  /// seconds. `make` gets a number that counts up.
  double RunClosedLoop(int submitters, int64_t count, const std::function<core::Command(int64_t)>& make);
  /// Commands at a fixed rate for some seconds; answers each one's milliseconds from when it was due to its answer.
  std::vector<double> RunOpenLoop(int per_second, double seconds, const std::function<core::Command(int64_t)>& make);

  runtime::Engine& engine() { return *engine_; }
  ports::EventLog& log() { return *log_; }
  /// For views: what of a case is public. The engine outlives it.
  views::FindDefinition definitions() const;
  std::map<core::PartitionId, core::Sequence> standby_positions() const { return standby_->positions(); }
  int64_t commits() const { return commits_.load(); }
  const std::filesystem::path& directory() const { return directory_; }
  /// Stops the engine, keeping log and directory.
  void Stop();
  /// Stop then makes the group forget this node at once. REQUIRES: its log is at brokers.
  void LeaveForGood() { leave_for_good_(); }

 private:
  class OffsetClock final : public ports::Clock {
   public:
    explicit OffsetClock(const std::atomic<int64_t>& offset) : offset_(offset) {}
    Instant Now() const override { return system_.Now() + Duration{offset_.load()}; }

   private:
    ports::SystemClock system_;
    const std::atomic<int64_t>& offset_;
  };

  // Cases are public, as most of real ones are.
  struct World : test::SampleWorld {
    World() { definition.public_register = test::SamplePublicRegister(definition.form); }
  };

  const World world_;
  const bool keeps_directory_;
  std::filesystem::path directory_;
  std::atomic<int64_t> offset_;
  OffsetClock clock_{offset_};
  std::unique_ptr<ports::EventLog> log_;
  ports::CommandChannel* channel_ = nullptr;  // the same log
  std::function<Status()> close_log_;
  std::function<void()> leave_for_good_;
  std::unique_ptr<runtime::FixedConfiguration> configuration_;
  runtime::Submitters submitters_;
  std::atomic<int64_t> commits_ = 0;
  std::unique_ptr<runtime::Standby> standby_;
  std::unique_ptr<runtime::Engine> engine_;
};

/// The same through any channel. Each answer must be an acceptance.
double RunClosedLoop(ports::CommandChannel& channel, int submitters, int64_t count,
                     const std::function<core::Command(int64_t)>& make);
std::vector<double> RunOpenLoop(ports::CommandChannel& channel, int per_second, double seconds,
                                const std::function<core::Command(int64_t)>& make);

/// One command: `done` learns whether it was accepted. Waits and tries again while the queue is full.
void SubmitTo(ports::CommandChannel& channel, const core::Command& command, std::function<void(bool accepted)> done);

/// So many cases' timers fall due at once while people go on handing in 500 commands/s.
struct FloodOfTimers {
  int64_t fired = 0;
  double seconds = 0;
  double p99_before_ms = 0;
  double p99_meanwhile_ms = 0;
};
FloodOfTimers RunFloodOfTimers(EngineUnderTest& engine, int64_t cases);

/// A submission and an action, as most benches use them.
core::Command SubmitCommand(int64_t n);
/// Five commands a case: submitted, opened, sent to the citizen and back, closed. First all cases' first command, then
/// their second: a case's commands are far apart.
core::Command LifeCommand(int64_t cases, int64_t n);
/// The command as its record holds it: signed.
std::string SignedBytes(const core::Command& command);

/// The events of random but valid lives of cases, all of one partition.
std::vector<ports::StoredEvent> LifeEvents(size_t count);

}  // namespace rasti::bench
