// A witness remembers the last checkpoint of each log that it was shown, and cosigns another one only where it is
// proven to be a continuation. So an operator who shows different logs to different people, or a log with another past,
// finds no witness who has seen both.
//
// State: "<origin, with '/' as '~'>": the last note that it cosigned. Threading: one thread, one process for a state.
#pragma once

#include <string>
#include <vector>

#include "engine/audit/note_key.h"
#include "engine/ports/file_store.h"
#include "tools/rasti/audit/checkpoint_reading.h"

namespace rasti::cli {

struct Witness {
  ports::FileStore& state;
  std::vector<audit::VerifierKey> log_keys;  // whose logs it looks at, named by their origins
  audit::SignerKey key;                      // of type kCosignature
};

struct Witnessed {
  CheckpointOf seen;
  std::string note;    // with the cosignature
  int64_t before = 0;  // how many events the log had when it was seen last; 0: never
  bool is_first = false;
};

/// Looks at a partition's tree as `trees` holds it (engine/runtime/tree_projection.h): its checkpoint and its tiles.
/// Errors: kNotFound (no checkpoint, or a tile of it is missing); kInvalidArgument (that of ReadCheckpoint);
/// kCorruption: it is no continuation of what was seen (then both notes stay in the state, the new one as
/// "...refused"), its tiles do not give its root, or the state is damaged; those of the stores.
Result<Witnessed> LookAt(const Witness& witness, const ports::FileStore& trees, core::PartitionId partition,
                         Instant now);

/// "kosovo.example~rasti~3".
std::string WitnessStatePath(const std::string& origin);

}  // namespace rasti::cli
