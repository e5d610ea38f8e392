// A signed note as the checkpoint of a partition of a log, as those see it who have the operator's public keys.
#pragma once

#include <string>
#include <vector>

#include "engine/audit/checkpoint.h"
#include "engine/audit/note_key.h"
#include "engine/core/ids.h"

namespace rasti::cli {

struct CheckpointOf {
  core::PartitionId partition;
  audit::Checkpoint checkpoint;
  std::vector<std::string> signers;  // "NAME+ID" of the keys that signed it, at least one
};

/// The keys are named by the log's origin, "kosovo.example/rasti"; that of a checkpoint is this with the partition
/// behind it. `source` stands before what is wrong. Errors: kInvalidArgument: no note, no checkpoint, of another log,
/// signed by none of the keys, or a signature that is forged.
Result<CheckpointOf> ReadCheckpoint(const std::string& source, const std::string& text,
                                    const std::vector<audit::VerifierKey>& keys);

}  // namespace rasti::cli
