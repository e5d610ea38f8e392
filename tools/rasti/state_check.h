// One partition's part of a replay: its events folded as recovery folds them, and compared with its state store.
#pragma once

#include "tools/rasti/replay_check.h"

namespace rasti::cli {

/// What one partition adds to the report. Damage and differences are part of it.
Result<ReplayReport> CheckPartition(ports::EventLog& log, core::PartitionId partition, const ReplayPlan& plan);

}  // namespace rasti::cli
