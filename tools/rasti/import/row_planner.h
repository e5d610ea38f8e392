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
#include "tools/rasti/import/csv_reader.h"

namespace rasti::cli {

/// What a row becomes: its commands in the order in which they are to be decided.
struct PlannedCase {
  core::CaseId id;
  std::vector<core::Command> commands;
};
/// Why a row cannot be imported.
struct RowFault {
  std::string column;
  std::string reason;
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
};

/// Owned by one thread; what the setting names outlives it.
class RowPlanner {
 public:
  /// REQUIRES: mapping, definition, tenant and header were checked against each other.
  RowPlanner(ImportSetting setting, const std::vector<std::string>& header);

  /// REQUIRES: a row without fault. A row of a case never sorts before its opening: what happened earlier by the
  /// table's account happened at the opening. What lies behind `until` has not happened yet.
  Plan PlanRow(const CsvRow& row);

  const core::Actor& importer() const { return importer_; }

 private:
  template <class T>
  using Read = tl::expected<T, RowFault>;

  const std::string& Cell(const CsvRow& row, const codec::MappedName& column) const;
  Read<std::optional<Instant>> TimeIn(const CsvRow& row, const codec::MappedName& column) const;
  Read<Instant> ParseTime(const std::string& text, const std::string& column) const;
  /// What the cell means, as text; nothing where it is empty and has no default.
  Read<std::optional<std::string>> TextIn(const CsvRow& row, const codec::MappedValue& value) const;
  Read<std::string> RequiredText(const CsvRow& row, const codec::MappedValue& value, std::string_view what) const;
  Read<std::optional<nlohmann::json>> ValueIn(const CsvRow& row, const codec::MappedValue& value) const;

  Read<PlannedCase> PlanCase(const CsvRow& row, const std::string& key, Instant opened);
  Read<core::SubmitCase> PlanSubmission(const CsvRow& row, const std::string& key, const core::CaseId& id) const;
  Read<void> FillForm(const CsvRow& row, const std::string& key, const core::CaseId& id,
                      core::SubmitCase& submit) const;
  Read<std::optional<core::AssignCase>> PlanAssignment(const CsvRow& row) const;
  /// In order of time. `closes` is set when the last one ends the case.
  Read<void> PlanActions(const CsvRow& row, Instant opened, PlannedCase& planned, bool& closes);
  void Append(PlannedCase& planned, std::string id, std::optional<Instant> occurred_at, core::CommandPayload payload);

  const ImportSetting setting_;
  absl::flat_hash_map<std::string, size_t> columns_;
  core::Actor importer_;
  absl::flat_hash_map<Uuid, int64_t> lines_;  // of the keys seen so far
};

}  // namespace rasti::cli
