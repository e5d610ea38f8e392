// Answers questions about events from the log itself. Threading: thread-safe as far as the log is.
#pragma once

#include <memory>
#include <vector>

#include "tools/rasti/events/event_query.h"

namespace rasti::cli {

/// Where committed events come from. Threading: one thread.
class EventSupply {
 public:
  virtual ~EventSupply() = default;
  /// The events of a partition from there on, at most so many; none where there are no more, or none in time.
  virtual Result<std::vector<ports::StoredEvent>> Read(core::PartitionId partition, core::Sequence from,
                                                       size_t most) = 0;
};
/// The log itself, which outlives it.
std::unique_ptr<EventSupply> SupplyOf(ports::EventLog& log);

/// A page of the events before `ends`, which names all partitions; those that the query does not name begin at their
/// end. REQUIRES: no position lies behind its end. Errors: those of the supply; kCorruption.
Result<EventPage> ReadForward(EventSupply& supply, const EventQuery& query, const EventPositions& ends);

/// A page, put together of all partitions by the time at which they recorded. Looks at a bounded number of events, so a
/// page may be empty and not the last: it ends where `behind` is 0.
/// Errors: kInvalidArgument (a partition that there is not, a position behind its end); those of the log.
Result<EventPage> ReadEvents(ports::EventLog& log, const EventQuery& query);

/// The first event of a partition that was recorded at or after `since`: recorded time never goes back in a partition.
/// Errors: those of the log.
Result<core::Sequence> FirstRecordedSince(ports::EventLog& log, core::PartitionId partition, Instant since);

}  // namespace rasti::cli
