// Reads a log and tells every event that is not as the rules want it, and every checkpoint that the log does not
// continue. Trusts nothing but the public keys that it is given.
//
// What a forger can do who rewrites a chain from some event on, with all hashes, only a checkpoint shows: which event
// it was, only tiles that give the checkpoint's root (engine/runtime/tree_projection.h). Events behind the last
// checkpoint are covered by their chains alone; the report says how many they are.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/audit/note_key.h"
#include "engine/ports/event_log.h"
#include "engine/ports/file_store.h"
#include "tools/rasti/audit/checkpoint_reading.h"

namespace rasti::cli {

struct AuditFinding {
  core::PartitionId partition;
  std::optional<core::Sequence> sequence;  // nothing: it is of no single event
  std::string rule;                        // those of ChainFault; "record", "checkpoint", "package"
  std::string case_id;                     // where it is known
  std::string message;
};

/// A checkpoint that the log was held against.
struct CheckedPoint {
  CheckpointOf of;
  std::string source;     // "the log's checkpoint", or the file
  bool compared = false;  // what was read reaches it, from the log's beginning on
  bool holds = false;
};

struct AuditWish {
  std::vector<core::PartitionId> partitions;  // none: all
  std::optional<core::TenantId> tenant;       // findings of its events only; checkpoints are held against all
  std::optional<core::CaseId> case_id;        // likewise
  core::Sequence from;                        // where it is not 0, no checkpoint can be held against it
  std::optional<core::Sequence> to;           // the last one but one
  /// Whose signatures count, under any partition's origin. None: checkpoints are not looked at.
  std::vector<audit::VerifierKey> keys;
  /// Signed notes beside those that the log keeps, with where they are from.
  std::vector<std::pair<std::string, std::string>> checkpoints;
  const ports::FileStore* tiles = nullptr;  // to find the event where a checkpoint does not hold; may be null
  int threads = 1;
  size_t findings_most = 100;  // of each partition
  /// Gets (done, total) events, by several threads.
  std::function<void(int64_t, int64_t)> progress = {};
};

struct AuditReport {
  int64_t events = 0;
  int64_t cases = 0;
  int64_t covered = 0;  // events that lie in a checkpoint that holds
  std::vector<CheckedPoint> checkpoints;
  std::vector<AuditFinding> findings;  // by partition and sequence
  bool cut = false;                    // there are more than findings_most of a partition
};

/// Errors: those of the log that leave nothing to go on with; kInvalidArgument: a note of `checkpoints` that is none,
/// is of no partition of this log, or is signed by none of the keys.
Result<AuditReport> AuditLog(ports::EventLog& log, const AuditWish& wish);

}  // namespace rasti::cli
