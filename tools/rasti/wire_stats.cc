// Statistics over the socket.
#include "tools/rasti/wire.h"

namespace rasti::cli {

void ToWire(const views::StatsQuery& query, v1::Request::SumUp& out) {
  for (const core::TenantId& tenant : query.tenants) out.add_tenants(tenant.str());
  for (const Instant bound : query.bounds) out.add_bounds_at_ms(ToUnixMillis(bound));
  out.set_by_tenant(query.by_tenant);
  out.set_by_workflow(query.by_workflow);
  out.set_by_category(query.by_category);
  out.set_by_channel(query.by_channel);
}

Result<views::StatsQuery> FromWire(const v1::Request::SumUp& in) {
  views::StatsQuery query;
  for (const std::string& tenant : in.tenants()) query.tenants.emplace_back(tenant);
  for (const int64_t bound : in.bounds_at_ms()) {
    RASTI_TRY(const Instant at, InstantFromWire(bound));
    query.bounds.push_back(at);
  }
  query.by_tenant = in.by_tenant();
  query.by_workflow = in.by_workflow();
  query.by_category = in.by_category();
  query.by_channel = in.by_channel();
  return query;
}

void ToWire(const views::StatsRow& row, v1::Response::Stats::Row& out) {
  const views::StatsCounters& counters = row.counters;
  out.set_period(static_cast<int32_t>(row.period));
  out.set_tenant(row.group.tenant.str());
  out.set_workflow(row.group.workflow);
  out.set_category(row.group.category.str());
  out.set_channel(row.group.channel);
  out.set_submitted(counters.submitted);
  out.set_responses(counters.responses);
  out.set_first_responses(counters.first_responses);
  out.set_to_response_s(counters.first_response_s);
  out.set_closed(counters.closed);
  out.set_to_close_s(counters.resolution_s);
  out.set_withdrawn(counters.withdrawn);
  out.set_merged(counters.merged);
  out.set_reopened(counters.reopened);
  out.set_escalations(counters.escalations);
  out.set_ratings(counters.ratings);
  out.set_rating_sum(counters.rating_sum);
  out.set_open_at_end(row.open_at_end);
  out.set_open_since_s(row.open_since_s);
  out.set_stopped_at_end(row.stopped_at_end);
  out.set_stopped_at_s(row.stopped_at_s);
  for (const auto& [id, clock] : counters.clocks) {
    v1::Response::Stats::Clock& one = *out.add_clocks();
    one.set_clock(id.str());
    one.set_met_on_time(clock.met_on_time);
    one.set_met_late(clock.met_late);
    one.set_breached(clock.breached);
  }
}

void ToWire(const std::vector<views::StatsRow>& rows, v1::Response::Stats& out) {
  for (const views::StatsRow& row : rows) ToWire(row, *out.add_rows());
}

void ToWire(const views::StatsRow& row, v1::Request::SumUp::Place& out) {
  out.set_period(static_cast<int32_t>(row.period));
  out.set_tenant(row.group.tenant.str());
  out.set_workflow(row.group.workflow);
  out.set_category(row.group.category.str());
  out.set_channel(row.group.channel);
}

views::StatsRow FromWire(const v1::Request::SumUp::Place& in) {
  views::StatsRow row;
  row.period = static_cast<size_t>(in.period());
  row.group.tenant = core::TenantId(in.tenant());
  row.group.workflow = in.workflow();
  row.group.category = core::CategoryId(in.category());
  row.group.channel = in.channel();
  return row;
}

std::vector<views::StatsRow> FromWire(const v1::Response::Stats& in) {
  std::vector<views::StatsRow> rows;
  for (const v1::Response::Stats::Row& from : in.rows()) {
    views::StatsRow& row = rows.emplace_back();
    views::StatsCounters& counters = row.counters;
    row.period = static_cast<size_t>(from.period());
    row.group.tenant = core::TenantId(from.tenant());
    row.group.workflow = from.workflow();
    row.group.category = core::CategoryId(from.category());
    row.group.channel = from.channel();
    counters.submitted = from.submitted();
    counters.responses = from.responses();
    counters.first_responses = from.first_responses();
    counters.first_response_s = from.to_response_s();
    counters.closed = from.closed();
    counters.resolution_s = from.to_close_s();
    counters.withdrawn = from.withdrawn();
    counters.merged = from.merged();
    counters.reopened = from.reopened();
    counters.escalations = from.escalations();
    counters.ratings = from.ratings();
    counters.rating_sum = from.rating_sum();
    row.open_at_end = from.open_at_end();
    row.open_since_s = from.open_since_s();
    row.stopped_at_end = from.stopped_at_end();
    row.stopped_at_s = from.stopped_at_s();
    for (const v1::Response::Stats::Clock& clock : from.clocks()) {
      counters.clocks[core::ClockId(clock.clock())] = {clock.met_on_time(), clock.met_late(), clock.breached()};
    }
  }
  return rows;
}

}  // namespace rasti::cli
