#include "tests/support/forgery.h"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <utility>

#include "engine/audit/event_hash.h"
#include "engine/codec/event_codec.h"

namespace rasti::test {
namespace {

using core::Event;

// Changes what the events of a decision share, of this one alone.
template <class Change>
void ChangeContext(Event& event, const Change& change) {
  auto context = std::make_shared<core::EventContext>(event.ctx());
  change(*context);
  event.context = std::move(context);
}

void ChangeField(std::vector<Event>& events, size_t at) {
  ChangeContext(events[at], [](core::EventContext& context) { context.actor.id = core::ActorId("somebody-else"); });
}
void BackDate(std::vector<Event>& events, size_t at) {
  ChangeContext(events[at], [](core::EventContext& context) {
    context.occurred_at -= std::chrono::hours(24);
    context.recorded_at -= std::chrono::hours(24);
  });
}
void ChangeDefinition(std::vector<Event>& events, size_t at) {
  ChangeContext(events[at],
                [](core::EventContext& context) { context.versions.definition = core::VersionedName("sample@77"); });
}
void Remove(std::vector<Event>& events, size_t at) { events.erase(events.begin() + static_cast<std::ptrdiff_t>(at)); }
void Insert(std::vector<Event>& events, size_t at) {
  Event added = events[at];
  added.payload = core::CaseRated{3, std::nullopt};
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(at), std::move(added));
}
// The one before it once more; the first is met again at its end.
void Replay(std::vector<Event>& events, size_t at) {
  const Event again = at == 0 ? events.back() : events[at - 1];
  events.insert(events.begin() + static_cast<std::ptrdiff_t>(at), again);
}
void Swap(std::vector<Event>& events, size_t at) { std::swap(events[at], events[at + 1]); }

}  // namespace

std::vector<Event> DecodedEvents(const std::vector<ports::StoredEvent>& stored) {
  std::vector<Event> events;
  codec::EventDecoder decoder;
  for (const ports::StoredEvent& one : stored) events.push_back(decoder.Decode(one.value).value().event);
  return events;
}

std::vector<ports::StoredEvent> Rechained(core::PartitionId partition, const std::vector<Event>& events) {
  struct Chain {
    int64_t revision = 0;
    Hash256 head{};
  };
  std::map<core::CaseId, Chain> chains;
  std::vector<ports::StoredEvent> stored;
  codec::EventEncoder encoder;
  for (Event event : events) {
    const core::CaseId& id = event.ctx().case_id;
    const auto [chain, is_new] = chains.try_emplace(id);
    if (is_new) chain->second.head = audit::FirstPrevHash(id.uuid);
    event.revision = {++chain->second.revision};
    event.prev_hash = chain->second.head;
    event.sequence = {static_cast<int64_t>(stored.size())};
    codec::EncodedEvent encoded = encoder.Encode(event).value();
    chain->second.head = encoded.hash;
    stored.push_back({partition, event.sequence, std::string(id.uuid.AsBytes()), std::move(encoded.stored), {}});
  }
  return stored;
}

std::vector<ports::StoredEvent> Renumbered(std::vector<ports::StoredEvent> records) {
  for (size_t i = 0; i < records.size(); ++i) records[i].sequence = {static_cast<int64_t>(i)};
  return records;
}

const std::vector<Forgery>& Forgeries() {
  static const std::vector<Forgery> kForgeries = {
      {"field", ChangeField}, {"back-dated", BackDate}, {"definition", ChangeDefinition},
      {"removed", Remove},    {"inserted", Insert},     {"replayed", Replay},
      {"swapped", Swap}};
  return kForgeries;
}

}  // namespace rasti::test
