#include "tools/rasti/events/event_query.h"

#include <algorithm>

#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

constexpr int kEventsMost = 10'000;

template <class List, class Value>
bool Names(const List& list, const Value& value) {
  return std::ranges::find(list, value) != list.end();
}

}  // namespace

bool EventFilter::MayFit(const ports::StoredEvent& stored) const {
  return cases.empty() ||
         std::ranges::any_of(cases, [&](const core::CaseId& id) { return id.uuid.AsBytes() == stored.key; });
}

bool EventFilter::Fits(const core::Event& event) const {
  const core::EventContext& context = event.ctx();
  if (!tenants.empty() && !Names(tenants, context.tenant)) return false;
  if (!cases.empty() && !Names(cases, context.case_id)) return false;
  if (!calendar.empty() && context.versions.calendar != calendar) return false;
  if (!types.empty() && !Names(types, core::EventTypeName(event.payload))) return false;
  return workflows.empty() ||
         Names(workflows, core::WorkflowId(std::string(core::NameOf(context.versions.definition))));
}

void ToWire(const EventQuery& query, v1::Request::ReadEvents& out) {
  for (const auto& [partition, next] : query.from) {
    auto& position = *out.add_from();
    position.set_partition(partition.value);
    position.set_sequence(next.value);
  }
  if (query.since) out.set_since_at_ms(ToUnixMillis(*query.since));
  out.set_last(static_cast<int32_t>(query.last));
  out.set_most(static_cast<int32_t>(query.limit));
  auto& filter = *out.mutable_filter();
  for (const auto& tenant : query.filter.tenants) filter.add_tenants(tenant.str());
  for (const auto& workflow : query.filter.workflows) filter.add_workflows(workflow.str());
  for (const auto& id : query.filter.cases) filter.add_case_ids(std::string(id.uuid.AsBytes()));
  for (const auto& type : query.filter.types) filter.add_types(type);
  filter.set_calendar(query.filter.calendar.str());
}

Result<EventQuery> FromWire(const v1::Request::ReadEvents& in) {
  EventQuery query;
  for (const auto& position : in.from()) query.from[{position.partition()}] = core::Sequence{position.sequence()};
  if (in.has_since_at_ms()) {
    RASTI_TRY(query.since, InstantFromWire(in.since_at_ms()));
  }
  query.last = static_cast<size_t>(std::clamp(in.last(), 0, kEventsMost));
  if (in.most() > 0) query.limit = static_cast<size_t>(std::min(in.most(), kEventsMost));
  for (const auto& tenant : in.filter().tenants()) query.filter.tenants.emplace_back(tenant);
  for (const auto& workflow : in.filter().workflows()) query.filter.workflows.emplace_back(workflow);
  for (const auto& bytes : in.filter().case_ids()) {
    RASTI_TRY(const Uuid uuid, UuidFromBytes(bytes));
    query.filter.cases.push_back({uuid});
  }
  query.filter.types.assign(in.filter().types().begin(), in.filter().types().end());
  query.filter.calendar = core::VersionedName(in.filter().calendar());
  return query;
}

void ToWire(EventPage page, v1::Response::Events& out) {
  for (FoundEvent& event : page.events) {
    auto& to = *out.add_events();
    to.set_partition(event.partition.value);
    to.set_stored(std::move(event.stored));
  }
  for (const auto& [partition, next] : page.next) {
    auto& to = *out.add_next();
    to.set_partition(partition.value);
    to.set_sequence(next.value);
  }
  out.set_behind(page.behind);
  out.set_cut(page.cut);
}

Result<EventPage> FromWire(const v1::Response::Events& in) {
  EventPage page;
  codec::EventDecoder decoder;
  for (const auto& from : in.events()) {
    FoundEvent& event = page.events.emplace_back();
    event.partition = {from.partition()};
    event.stored = from.stored();
    RASTI_TRY(event.decoded, decoder.Decode(event.stored));
  }
  for (const auto& position : in.next()) page.next[{position.partition()}] = core::Sequence{position.sequence()};
  page.behind = in.behind();
  page.cut = in.cut();
  return page;
}

}  // namespace rasti::cli
