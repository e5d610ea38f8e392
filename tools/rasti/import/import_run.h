// One import: rows from the files through planner and pipeline, refused ones into the rejects file. A row that is a
// case goes on its way as soon as it was read; rows that are events are brought together by case first.
//
// Owned by one thread; what it is handed by reference outlives it.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tools/rasti/context.h"
#include "tools/rasti/import/event_planner.h"
#include "tools/rasti/import/event_spill.h"
#include "tools/rasti/import/interrupt.h"
#include "tools/rasti/import/pipeline.h"
#include "tools/rasti/import/rejects_file.h"
#include "tools/rasti/import/report.h"
#include "tools/rasti/import/row_planner.h"
#include "tools/rasti/session.h"

namespace rasti::cli {

using RowSources = std::vector<std::unique_ptr<RowSource>>;

class ImportRun {
 public:
  /// REQUIRES: at least one source; each has the columns that the mapping names.
  ImportRun(const Context& context, Session& session, const ImportSetting& setting, RowSources sources,
            const std::string& rejects_path);

  /// Errors: those of the engine, of reading, of the rejects file and of the scratch directory.
  Result<ImportReport> Run(bool open_rejects);

 private:
  using SteadyClock = std::chrono::steady_clock;

  double Seconds() const { return std::chrono::duration<double>(SteadyClock::now() - started_).count(); }
  bool Interrupted(const InterruptGuard& guard);
  Status ReadFiles(const InterruptGuard& guard);
  /// The row with the columns that the mapping names, in their order.
  void Project(size_t file, TableRow& row) const;
  Status Take(size_t file, TableRow row);
  Status TakeCase(size_t file, const TableRow& row);
  Status KeepEvent(size_t file, TableRow row);
  Status TakeEvents(const InterruptGuard& guard);
  Status TakeEventsOf(const std::vector<EventRow>& rows);
  Status Reject(const RejectedRow& row);
  /// What an earlier import could not take has gone in.
  void RemoveOlderRejects();
  Status Finished(const ImportRow& row);
  void CountEvents(const ImportRow& row);
  void ShowProgress();

  const Context& context_;
  Session& session_;
  const codec::ImportMapping& mapping_;
  const core::TenantId tenant_;
  const RowSources sources_;
  const std::vector<std::string> header_;    // the columns that the mapping names
  std::vector<std::vector<size_t>> places_;  // of these columns in each file
  RowPlanner planner_;
  std::optional<EventPlanner> events_;
  EventSpill spill_;
  absl::flat_hash_map<Uuid, size_t> rows_of_;  // of each case in a log of events
  std::optional<double> share_;                // of the cases of a log, once all rows were read
  RejectsFile rejects_;
  ImportPipeline pipeline_;
  ImportReport report_;
  std::vector<core::Sequence> ends_before_;
  const SteadyClock::time_point started_ = SteadyClock::now();
  SteadyClock::time_point shown_ = started_;
};

}  // namespace rasti::cli
