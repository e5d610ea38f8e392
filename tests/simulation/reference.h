// The reference: every decision of a run decided once more, one after another, by core::Decide and core::Apply alone,
// with the input that its events name, the configuration in force and the state that the events before it give.
//
// What the engine wrote must be what comes out, and nothing may be missing: timers before the commands that they
// precede, follow-ups, notifications.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/decide.h"
#include "engine/runtime/configuration.h"
#include "tests/simulation/history.h"

namespace rasti::simulation {

struct AcceptedCommand {
  core::Revision first_revision;
  core::Revision last_revision;
  core::Sequence last_sequence;
};
using CommandKey = std::pair<core::CaseId, core::CommandId>;

class Reference {
 public:
  /// All outlives the reference.
  Reference(const LogRecord& log, const History& history);

  /// Decides everything anew; false where something differs: violations() says what.
  bool Decide();
  const std::vector<std::string>& violations() const { return violations_; }

  // What the decisions made.
  const std::map<CommandKey, AcceptedCommand>& accepted() const { return accepted_; }
  const std::map<core::CaseId, core::CaseState>& cases() const { return cases_; }
  const std::map<std::string, std::string>& follow_ups() const { return follow_ups_; }  // by command id: the command
  const std::vector<std::string>& outbox() const { return outbox_; }

 private:
  struct Found {
    core::Command command;
    Instant taken_at;
    Instant compared_at;
    std::string signed_command;  // empty for follow-ups
  };

  /// Decides what begins at an entry; answers how many entries it makes up, 0 where that fails.
  size_t DecideAt(core::PartitionId partition, size_t at);
  std::optional<core::Decision> Expect(core::PartitionId partition, const HistoryEntry& entry);
  std::optional<core::Decision> ExpectCommand(core::PartitionId partition, const HistoryEntry& entry);
  std::optional<Found> FindInput(core::PartitionId partition, const HistoryEntry& entry) const;
  void CheckTime(core::PartitionId partition, size_t at, const core::CaseState& before);
  void Wrong(const HistoryEntry& entry, std::string_view what);

  const LogRecord& log_;
  const History& history_;
  std::shared_ptr<const runtime::Configuration> configuration_;
  std::map<core::CaseId, core::CaseState> cases_;
  std::map<core::CaseId, Hash256> heads_;
  std::map<core::CaseId, Instant> breached_;  // the latest deadline that passed by itself
  std::map<CommandKey, AcceptedCommand> accepted_;
  std::map<std::string, std::string> follow_ups_;
  std::vector<std::string> outbox_;
  std::vector<std::string> violations_;
};

}  // namespace rasti::simulation
