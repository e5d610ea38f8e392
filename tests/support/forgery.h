// What somebody can do to a log who can write it: events changed, taken out, put in, exchanged, with or without the
// hashes that would fit. Of one partition. Thread-safe.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/core/event.h"
#include "engine/ports/event_log.h"

namespace rasti::test {

/// As they are told by records that can be read.
std::vector<core::Event> DecodedEvents(const std::vector<ports::StoredEvent>& stored);

/// What a forger makes who can compute every hash: records in this order, with sequences, revisions and chains that
/// fit.
std::vector<ports::StoredEvent> Rechained(core::PartitionId partition, const std::vector<core::Event>& events);

/// Records in this order, numbered so, but otherwise as they are.
std::vector<ports::StoredEvent> Renumbered(std::vector<ports::StoredEvent> records);

/// A kind of change to events from which Rechained makes a log: "field", "back-dated", "definition", "removed",
/// "inserted", "replayed", "swapped".
struct Forgery {
  std::string name;
  /// The first event that is another one afterwards is that at `at`. REQUIRES: it is not the last.
  std::function<void(std::vector<core::Event>& events, size_t at)> make;
};
const std::vector<Forgery>& Forgeries();

}  // namespace rasti::test
