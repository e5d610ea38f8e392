// Writes hand-made events of cases behind each other into a log: chained, numbered, but otherwise as the test wants
// them.
//
// Threading: one thread. The log outlives it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/codec/event_codec.h"
#include "engine/core/event.h"
#include "tests/support/memory_event_log.h"

namespace rasti::test {

class EventWriter {
 public:
  /// `definition`: that the cases are of.
  explicit EventWriter(MemoryEventLog& log, core::VersionedName definition = core::VersionedName("sample@1"))
      : log_(log), definition_(std::move(definition)) {}

  /// The case's next event, by a clerk of that tenant; recorded when it occurred unless said otherwise.
  core::Event Write(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                    core::EventPayload payload, std::optional<Instant> recorded_at = {});
  /// The event stamped and encoded, but not written.
  ports::StoredEvent Prepare(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                             core::EventPayload payload, std::optional<Instant> recorded_at = {});

 private:
  struct Chain {
    core::Revision revision;
    Hash256 head{};
  };

  core::Event Stamp(const core::CaseId& id, const core::TenantId& tenant, Instant occurred_at,
                    core::EventPayload payload, std::optional<Instant> recorded_at);
  codec::EncodedEvent Encode(const core::Event& event);

  MemoryEventLog& log_;
  const core::VersionedName definition_;
  codec::EventEncoder encoder_;
  std::map<core::CaseId, Chain> chains_;
};

/// A submission, and a clock of a given deadline, as payloads.
core::CaseSubmitted Submitted(const core::CaseId& id, std::string title = "Pothole");
core::ClockStarted Started(const std::string& clock, Instant started_at, Instant due_at);

}  // namespace rasti::test
