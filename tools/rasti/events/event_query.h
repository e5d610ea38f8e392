// Events of all partitions as they were recorded, page by page: what is asked for, what is answered, and how both go
// over the socket. Threading: thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/event_codec.h"
#include "engine/ports/event_log.h"
#include "proto/rasti/v1/socket.pb.h"

namespace rasti::cli {

/// Which events are wanted. Where several of its members name something, an event has to fit all of them.
struct EventFilter {
  std::vector<core::TenantId> tenants;
  std::vector<core::WorkflowId> workflows;
  std::vector<core::CaseId> cases;
  std::vector<std::string> types;  // "clock_replanned"
  core::VersionedName calendar;    // that the event was decided with; empty: any

  /// What can be said without opening the record.
  bool MayFit(const ports::StoredEvent& stored) const;
  bool Fits(const core::Event& event) const;
};

using EventPositions = std::map<core::PartitionId, core::Sequence>;

struct EventQuery {
  /// The next event of each partition. Those that are not named begin at `since`; without it, with the log.
  EventPositions from;
  std::optional<Instant> since;  // recorded then or later
  /// Instead of all that: so many of the last ones that fit; 0: not asked for.
  size_t last = 0;
  EventFilter filter;
  size_t limit = 1'000;      // events in the answer
  int64_t examine = 20'000;  // events that are looked at for it; not asked for over the socket
};

struct FoundEvent {
  core::PartitionId partition;
  std::string stored;  // as the log holds it: serialised rasti.v1.Stored
  codec::DecodedEvent decoded;
};

struct EventPage {
  std::vector<FoundEvent> events;  // by recorded_at; of a partition by sequence
  EventPositions next;             // of all partitions: where to go on
  int64_t behind = 0;              // events between there and the end
  bool cut = false;                // the last ones were asked for, and not all of the log was looked through
};

void ToWire(const EventQuery& query, v1::Request::ReadEvents& out);
/// The limit is bounded to what goes into an answer. Errors: kInvalidArgument.
Result<EventQuery> FromWire(const v1::Request::ReadEvents& in);
/// The page's records move into the message.
void ToWire(EventPage page, v1::Response::Events& out);
/// Errors: kCorruption.
Result<EventPage> FromWire(const v1::Response::Events& in);

}  // namespace rasti::cli
