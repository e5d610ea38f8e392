// The trees of a log, kept while a node runs, and signed now and then: after so many events, after a time, and at its
// end.
//
//   log --> ProjectionThread --> TreeProjection --> DATA/audit
//                                      `--> CheckpointSigner --> log, DATA/audit
//
// Ownership: log and clock outlive it. Threading: one thread opens and stops; the rest from any.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/clock.h"
#include "engine/ports/event_log.h"
#include "engine/runtime/checkpoint_signer.h"
#include "engine/runtime/projection_thread.h"
#include "engine/runtime/tree_projection.h"
#include "engine/store/file_directory.h"
#include "tools/rasti/audit/audit_keys.h"
#include "tools/rasti/data_directory.h"

namespace rasti::cli {

struct AuditOptions {
  int64_t checkpoint_events = 100'000;  // a checkpoint after so many events, over all partitions
  Duration checkpoint_every{60'000};    // and after this time, if there were any
  /// Told when a tree that is kept is of no use and made again. Called by its thread.
  std::function<void(core::PartitionId, const Error&)> on_damage = {};
};

class NodeAudit {
 public:
  /// REQUIRES: keys sign. Errors: those of the files and of the log.
  static Result<std::unique_ptr<NodeAudit>> Open(const DataPaths& paths, ports::EventLog& log,
                                                 const ports::Clock& clock, AuditKeys keys, AuditOptions options);

  /// What stopped it: that nothing is signed any more.
  std::optional<Error> error() const { return thread_->error(); }
  Result<std::vector<runtime::PartitionLag>> Lag() const { return thread_->Lag(); }
  /// As of the last checkpoint.
  runtime::TreeHead Head(core::PartitionId partition) const { return trees_->Head(partition); }
  /// Takes in what was committed until now, and signs; then it is over. Errors: kTimedOut; what stopped it.
  Status Finish(Duration timeout);

 private:
  NodeAudit(const DataPaths& paths, ports::EventLog& log, const ports::Clock& clock, AuditKeys keys,
            AuditOptions options);

  store::FileDirectory files_;
  runtime::CheckpointSigner signer_;
  std::unique_ptr<runtime::TreeProjection> trees_;
  std::unique_ptr<runtime::ProjectionThread> thread_;
};

}  // namespace rasti::cli
