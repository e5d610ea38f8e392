// One simulated run of the engine on the embedded log: a machine, clients, a reader of views and everything that
// befalls them, from one seed.
//
// Streams are the threads of a process. One that stands still in the middle of a call is simulated by letting the
// others go on from within that call, as in world.h; a process that dies takes all of them along.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/temporary_directory.h"
#include "tests/simulation/clients.h"
#include "tests/simulation/embedded/machine.h"
#include "tests/simulation/history.h"
#include "tests/simulation/reader.h"

namespace rasti::simulation {

/// What no disk may do, to see that the checks notice.
enum class EmbeddedMutation : uint8_t {
  kNone,
  kFileSyncLies,       // says that a file is safe, and it is not
  kDirectorySyncLies,  // the same of a directory
  kOlderLog,           // the log is the one of some time ago, the stores are not
};

/// Where simulated disks lie: in memory where the machine has such a place, for what is safe is simulated too.
std::string PlaceForDisks();

struct EmbeddedRunOptions {
  uint64_t seed = 1;
  EmbeddedMutation mutation = EmbeddedMutation::kNone;
};

class EmbeddedWorld {
 public:
  explicit EmbeddedWorld(EmbeddedRunOptions options);

  /// Runs to the end: faults for a while, then none until nothing is left to do. Answers what is wrong.
  std::vector<std::string> Run();

  const EmbeddedRecord& log() const { return record_; }
  const History& history() const { return *history_; }
  Machine& machine() { return *machine_; }
  const Faults& faults() const { return faults_; }

 private:
  std::vector<std::string> violations() const;
  std::vector<std::string> CheckAll();
  Status CheckLog();
  /// A step; where the process dies in it, that too.
  void Live();
  void Step();
  void Advance();
  void TurnSome();
  void Turn(int stream);
  void Start();
  void GoBack();
  void StrikeSomewhere();
  void StrikeClock();
  void Publish();
  void Interrupt(int stream, std::string_view call);
  void Settle();
  /// What is still to be done, or nothing.
  std::string Unsettled();
  void Wrong(const Error& error);

  const EmbeddedRunOptions options_;
  const TemporaryDirectory directory_{PlaceForDisks()};
  Random random_;
  SimTime time_;
  Faults faults_;
  const runtime::Submitters submitters_;
  EmbeddedRecord record_;
  std::unique_ptr<History> history_;
  std::unique_ptr<Clients> clients_;
  std::unique_ptr<Reader> reader_;
  std::unique_ptr<Machine> machine_;
  int power_percent_ = 0;  // of deaths at which the power fails
  Instant full_until_{};   // the disk
  bool is_full_ = false;
  bool published_ = false;
  int depth_ = 0;  // of streams that stand still
  std::vector<std::string> wrong_;
};

}  // namespace rasti::simulation
