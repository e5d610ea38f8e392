// The writing side of the read views: folds events into the case page, the history index, the references and the
// deadlines, and commits each batch with the position it reflects.
//
// Ownership: the store outlives the projector, which is its only writer.
// Threading: one thread. Readers (views.h) read the same store meanwhile.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <vector>

#include "engine/codec/event_codec.h"
#include "engine/core/definition.h"
#include "engine/ports/projection.h"
#include "engine/ports/view_store.h"
#include "engine/views/case_cache.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/row_counts.h"
#include "engine/views/sorted_rows.h"
#include "engine/views/stats.h"

namespace rasti::views {

/// The definition of that version, which says what of its cases is public. Errors: kUnavailable (it is not known, at
/// least not yet), those of the log.
using FindDefinition =
    std::function<Result<std::shared_ptr<const core::Definition>>(const core::VersionedName& definition)>;

struct ProjectorOptions {
  bool keep_events = false;             // beside the index, so that a history is read without the log
  size_t cached_cases_most = 16'384;    // hot case states kept in memory, about 2 KB each
  FindDefinition find_definition = {};  // none: no case is public
  TenantSet tenants = {};               // whose cases are kept; empty: those of all
};

class Projector : public ports::Projection {
 public:
  /// `store` was opened with ViewTables() (tables.h). Views of another format are emptied, so that they are rebuilt.
  /// Errors: those of the store.
  static Result<std::unique_ptr<Projector>> Open(ports::ViewStore& store, ProjectorOptions options = {});

  /// What views say of their format, and what those of this version and of these options say: where they differ, Open
  /// empties them.
  static Result<std::optional<std::string>> StoredFormat(const ports::ViewReader& store);
  static std::string CurrentFormat(const ProjectorOptions& options);
  /// False for views that Open would empty. Errors: those of the store.
  static Result<bool> Fits(const ports::ViewReader& store, const ProjectorOptions& options);

  Result<core::Sequence> NextSequence(core::PartitionId partition) override;
  Status Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) override;
  Status Flush() override { return store_.Flush(); }
  Status BeginFlush() override { return store_.BeginFlush(); }

 private:
  Projector(ports::ViewStore& store, ProjectorOptions options);

  Status ProjectBatch(core::PartitionId partition, core::Sequence next, std::span<const ports::StoredEvent> events);
  Status ProjectOne(core::PartitionId partition, core::Sequence expected, const ports::StoredEvent& stored);
  Result<CachedCase*> Load(const core::CaseId& id, core::PartitionId partition);
  Status WriteRows(CachedCase& cached);
  void WriteInboxRows(CachedCase& cached);
  Status WritePublicRow(CachedCase& cached);
  /// The case's row in the public register, if it has one. Errors: those of FindDefinition.
  Result<std::optional<PublicEntry>> PublicEntryFor(const core::CaseState& state);
  /// Adds what the batch changed to the statistics.
  Status WriteStats();
  /// Forgets the batch in hand, and with it the states that it may have changed.
  void Forget();

  ports::ViewStore& store_;
  const bool keep_events_;
  const TenantSet kept_tenants_;
  std::unique_ptr<ports::WriteBatch> batch_;
  SortedRows rows_;  // of cases, for the batch in hand
  codec::EventDecoder decoder_;
  CaseCache cache_;
  std::vector<CachedCase*> touched_;                  // by the batch in hand
  std::map<core::PartitionId, core::Sequence> next_;  // as committed, once asked for
  std::set<core::TenantId> tenants_;                  // that were written since the start
  RowCounts inbox_counts_;
  RowCounts public_counts_;
  StatsChanges stats_changes_;  // by the batch in hand
  const FindDefinition find_definition_;
  std::map<core::VersionedName, std::shared_ptr<const core::Definition>> definitions_;  // once asked for
};

}  // namespace rasti::views
