// Signs checkpoints of the partitions' trees: what the operator says of the log at a moment and cannot take back. A
// checkpoint is signed only where the last one is proven to be the beginning of the tree. The last one lies in the log,
// so that whoever signs next, on whatever machine, continues it.
//
// File, of partition 3: "3/checkpoint", a copy of the signed note (engine/audit/checkpoint.h) of the origin "ORIGIN/3",
// in the place where C2SP tlog-tiles has it.
//
// Ownership: files, log and clock outlive it. Threading: one thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/audit/checkpoint.h"
#include "engine/audit/signed_note.h"
#include "engine/ports/clock.h"
#include "engine/ports/event_log.h"
#include "engine/ports/file_store.h"
#include "engine/runtime/tree_projection.h"

namespace rasti::runtime {

struct CheckpointOptions {
  std::string origin;                  // "kosovo.example/rasti"; partition 3 is "kosovo.example/rasti/3"
  std::vector<audit::SignerKey> keys;  // at least one; each signs, under the partition's origin
  /// Of keys that signed before and do not any more.
  std::vector<audit::VerifierKey> earlier_keys = {};
};

class CheckpointSigner {
 public:
  CheckpointSigner(ports::FileStore& files, ports::EventLog& log, const ports::Clock& clock, CheckpointOptions options)
      : files_(files), log_(log), clock_(clock), options_(std::move(options)) {}

  /// Signs the head, unless it was signed already by all keys, or is not as far as what was signed because the tree is
  /// being made again. Errors: kCorruption: the tree, or the log, is not a continuation of what was signed, or the
  /// last checkpoint is damaged or signed by none of the keys; those of files and log.
  Status Sign(core::PartitionId partition, const TreeHead& head);

 private:
  struct Signed {
    audit::SignedNote note;
    audit::Checkpoint checkpoint;
    size_t keys = 0;  // how many of `options_.keys` signed it
  };

  Result<std::optional<Signed>> LastInLog(core::PartitionId partition) const;
  /// Empty where the head continues what was signed; else why it is not to be signed.
  Result<std::string> WhyNoContinuation(core::PartitionId partition, const audit::Checkpoint& last,
                                        const TreeHead& head) const;

  ports::FileStore& files_;
  ports::EventLog& log_;
  const ports::Clock& clock_;
  const CheckpointOptions options_;
  std::map<core::PartitionId, Signed> last_;  // once it was looked for: where brokers keep it, that is a whole topic
};

/// "kosovo.example/rasti/3".
std::string OriginOf(const std::string& origin, core::PartitionId partition);
/// "3/checkpoint".
std::string CheckpointPath(core::PartitionId partition);

}  // namespace rasti::runtime
