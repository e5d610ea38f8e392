// From a row of a legacy system's table to the commands that make a historic case of it. Pure: what it needs is handed
// in, and the same row always gives the same commands with the same ids, so that importing it again adds nothing.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <cctz/time_zone.h>

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/codec/import_mapping.h"
#include "engine/core/command.h"
#include "engine/core/definition.h"
#include "engine/core/tenant.h"
#include "tools/rasti/import/row_cells.h"

namespace rasti::cli {

/// The longest key of a case, in bytes: it is part of command ids.
inline constexpr size_t kKeyBytesMost = 200;

/// Where a command of a case comes from.
struct Origin {
  size_t row = 0;          // of those that make up the case
  bool of_event = false;   // of that row alone, not of the case
  bool skippable = false;  // where it is refused, those behind it are given all the same
  bool note = false;       // of an event that became a note
  bool later = false;      // of an event behind the end of its case
};
/// What a row, or the rows of a case in a log of events, become.
struct PlannedCase {
  core::CaseId id;
  std::vector<core::Command> commands;  // in the order in which they are to be decided
  std::vector<Origin> origins;          // of each of them
};
/// Something that was done in a case, to be put in its place in the order of time.
struct Happening {
  Instant at;
  std::string command;  // the last part of its command id
  core::TakeAction action;
  bool is_note = false;                  // of an event that is no action of the workflow
  std::optional<core::TakeAction> note;  // instead, where the case stands in a stage in which `action` is not possible
  std::optional<size_t> row;             // of those that make up the case; none: a column of the case
};
/// Opened after the end of the history.
struct NotYetOpened {};

using Plan = std::variant<PlannedCase, RowFault, NotYetOpened>;

struct ImportSetting {
  const codec::ImportMapping* mapping = nullptr;
  const core::Definition* definition = nullptr;
  const core::Tenant* tenant = nullptr;
  cctz::time_zone zone;              // of times without an offset
  std::optional<Instant> until;      // the end of the history
  std::optional<Instant> live_from;  // open cases are handed to wall time

  bool SkipsRows() const { return mapping->events && mapping->events->faulty_rows == codec::FaultyRows::kLeaveOut; }
};

/// Owned by one thread; what the setting names outlives it.
class RowPlanner {
 public:
  /// REQUIRES: mapping, definition, tenant and header were checked against each other.
  RowPlanner(ImportSetting setting, const std::vector<std::string>& header);

  /// REQUIRES: a row without fault. A row of a case never sorts before its opening: what happened earlier by the
  /// table's account happened at the opening. What lies behind `until` has not happened yet.
  Plan PlanRow(const TableRow& row);

  template <class T>
  using Read = RowCells::Read<T>;

  /// The case that the row tells of, with what happened in it beside the mapping's actions; at equal times in the given
  /// order and before those. REQUIRES: nothing that lies behind `until`.
  Read<PlannedCase> PlanCase(const TableRow& row, const std::string& key, Instant opened,
                             std::vector<Happening> happenings);
  Read<void> CheckKey(const std::string& key) const;
  core::CaseId IdOf(const std::string& key) const;

  const RowCells& cells() const { return cells_; }

 private:
  Read<core::SubmitCase> PlanSubmission(const TableRow& row, const std::string& key, const core::CaseId& id) const;
  Read<void> FillForm(const TableRow& row, const std::string& key, const core::CaseId& id,
                      core::SubmitCase& submit) const;
  Read<std::optional<core::AssignCase>> PlanAssignment(const TableRow& row) const;
  /// The mapping's actions whose column says when.
  Read<std::vector<Happening>> ColumnActions(const TableRow& row) const;
  /// In order of time, none before the opening. Whether the last stage is a closed one, by this account.
  bool AppendInOrder(const std::string& key, Instant opened, std::vector<Happening> happenings, PlannedCase& planned);
  void Append(PlannedCase& planned, std::string id, std::optional<Instant> occurred_at, core::CommandPayload payload);

  const ImportSetting setting_;
  const RowCells cells_;
  core::Actor importer_;
  absl::flat_hash_map<Uuid, int64_t> lines_;  // of the keys seen so far
};

}  // namespace rasti::cli
