// A simulated machine that runs the engine on the embedded log: its disk and its clock stay while processes die on it
// and others start. The log and the state stores are the real ones, on RocksDB.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/log/embedded_event_log.h"
#include "engine/runtime/stream_loop.h"
#include "engine/store/rocksdb_view_store.h"
#include "tests/simulation/definitions.h"
#include "tests/simulation/embedded/background.h"
#include "tests/simulation/embedded/disk.h"
#include "tests/simulation/embedded/recording_log.h"

namespace rasti::simulation {

class Machine {
 public:
  /// Called at each call of a stream: others may go on meanwhile, or the process may die (ProcessDied).
  using Interrupt = std::function<void(int stream, std::string_view call)>;
  using Told = std::function<void(std::string_view result)>;
  struct Hooks {
    Interrupt interrupt;
    Told told;
    Disk::PassTime pass_time;
  };

  /// Makes an empty log below `directory`. All referred to outlives the machine. `streams`: of each process.
  Machine(std::string directory, int streams, EmbeddedRecord& record, const SimTime& time,
          const runtime::Submitters& submitters, Hooks hooks);

  Disk& disk() { return disk_; }
  const SimClock& clock() const { return clock_; }
  void SetSkew(Duration skew);
  bool IsUp() const { return log_ != nullptr; }
  /// A stream of it ended, so that the others are to end too.
  bool IsEnding() const { return ending_; }
  int streams() const { return streams_; }
  /// Whether a stream may be turned now.
  bool IsReady(int stream) const;
  int deaths() const { return deaths_; }
  int starts() const { return starts_; }
  int power_failures() const { return power_failures_; }

  /// A process starts, where none runs. It may die of that, or find the disk full, and then none runs. Errors: what
  /// should not have happened.
  Status Start(bool power_failed);
  /// One turn of a stream. Errors: the same.
  Status Turn(int number);
  Result<bool> IsIdle();
  /// Errors: kUnavailable.
  Status Submit(std::string key, std::string value);
  Result<int64_t> Publish(std::string key, std::string value);
  /// The process died: what it had goes.
  void Died();
  /// In good order, as far as the disk lets it.
  void Stop();

  /// REQUIRES: it runs.
  log::EmbeddedEventLog& log() { return *log_; }
  Result<std::unique_ptr<ports::ViewStore>> OpenStore(core::PartitionId partition);

 private:
  struct Stream {
    std::unique_ptr<RecordingLog> log;
    std::unique_ptr<NodeConfiguration> configuration;
    std::unique_ptr<runtime::StreamLoop> loop;
    Instant next_turn = kEarliestInstant;
    bool is_turning = false;
    bool has_ended = false;
  };

  log::EmbeddedLogOptions LogOptions();
  Status Open();
  void OpenStreams();
  runtime::StreamHooks HooksOf(int stream);
  /// Before and after calls of a stream.
  void AtCall(int stream, std::string_view call);
  void CheckAlive(int stream);
  bool IsOfDisk(const Error& error) const;
  void Close();
  std::string DirectoryOf(core::PartitionId partition) const;

  const std::string directory_;
  const int streams_;
  EmbeddedRecord& record_;
  const SimTime& time_;
  const runtime::Submitters& submitters_;
  const Hooks hooks_;
  SimClock clock_;
  Instant latest_;  // that the clock showed since the process started
  const std::shared_ptr<Disk> disk_files_;
  Disk& disk_;
  Background background_;
  std::shared_ptr<store::StoreBudget> budget_;
  std::unique_ptr<log::EmbeddedEventLog> log_;
  std::vector<Stream> running_;
  bool ending_ = false;
  int deaths_ = 0;
  int starts_ = 0;
  int power_failures_ = 0;
};

}  // namespace rasti::simulation
