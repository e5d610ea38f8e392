// What a log that several nodes share says of packages beside an EventLog: when each was taken in.
#pragma once

#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/ports/event_log.h"

namespace rasti::ports {

struct DatedDefinition {
  DefinitionRecord record;
  Instant taken_at;  // by the log's clock, so that it is the same for whoever reads it
};

/// Implemented by an EventLog whose readers learn of a package some time after it was taken in, each at its own. One
/// that a single process decides on is none.
class DatedDefinitions {
 public:
  virtual ~DatedDefinitions() = default;
  /// As EventLog::ReadDefinitions.
  virtual Result<std::vector<DatedDefinition>> ReadDatedDefinitions(int64_t from) = 0;
};

}  // namespace rasti::ports
