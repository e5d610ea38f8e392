// Projection: what makes views of events. It commits its position with what it wrote, so that after any crash it says
// itself where to go on.
//
// Threading: one thread drives a projection.
#pragma once

#include <span>

#include "engine/base/result.h"
#include "engine/ports/event_log.h"

namespace rasti::ports {

class Projection {
 public:
  virtual ~Projection() = default;

  /// The sequence of the partition's event that Project wants next. Errors: those of the store.
  virtual Result<Sequence> NextSequence(PartitionId partition) = 0;
  /// Takes in the partition's next events; all of them or, on an error, none. When it returns, readers see them.
  /// Errors: kCorruption names partition and sequence (a gap, a repeat, a broken chain, bytes that are no event);
  /// kUnsupportedVersion (an event of a newer version); those of the store (kIo, kNoSpace).
  virtual Status Project(PartitionId partition, std::span<const StoredEvent> events) = 0;
  /// Makes all that was projected survive a crash, so that a restart has little to read again. Errors: those of the
  /// store.
  virtual Status Flush() = 0;
  /// The same soon, without waiting for it. Where that fails, a later call says so.
  virtual Status BeginFlush() = 0;
};

}  // namespace rasti::ports
