#include "tools/rasti/calendar/forecast.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "engine/runtime/configuration_reader.h"
#include "tools/rasti/wire.h"

namespace rasti::cli {
namespace {

constexpr int kClocksMost = 20'000;

// A case comes up with each of its running clocks; it is looked at once, with the one that is due first.
bool IsFirstOf(const core::CaseState& state, const core::ClockState& clock) {
  const auto place = [](const core::ClockState& one) { return std::tie(one.plan.due_at, one.id); };
  return std::ranges::none_of(state.clocks, [&](const core::ClockState& other) {
    return views::IsListed(other) && place(other) < place(clock);
  });
}

bool UsesCalendar(const runtime::Configuration& configuration, const core::CaseState& state, Instant at,
                  const std::string& calendar) {
  const core::Tenant* tenant = configuration.TenantAt(state.tenant, at);
  return tenant != nullptr && tenant->calendar == calendar;
}

}  // namespace

Result<ForecastPage> MakeForecast(const views::Views& views, const std::vector<codec::PublishedPackage>& packages,
                                  const runtime::Configuration& configuration, Instant now,
                                  const ForecastQuery& query) {
  RASTI_TRY(const views::TenantSet kept, views.Kept());
  if (!kept.empty() && !query.tenant) {
    return Fail(
        Error::NotFound("the views here are of chosen tenants only, so that what would move in all of them is not "
                        "known: ask a node that keeps all"));
  }
  std::shared_ptr<const runtime::Configuration> amended;
  if (query.amended) {
    std::vector<codec::PublishedPackage> all = packages;
    all.push_back(*query.amended);
    RASTI_TRY(amended, runtime::ConfigurationReader::Of(all));
  }
  const runtime::Configuration& after = amended == nullptr ? configuration : *amended;
  const Instant at = query.amended ? std::max(now, query.amended->effective_from) : now;

  ForecastPage page;
  const auto look = [&](const views::CasePage& found, const core::ClockState& clock) -> Status {
    const core::CaseState& state = found.state;
    if (!IsFirstOf(state, clock) || !UsesCalendar(after, state, at, query.calendar)) return {};
    ++page.cases;
    runtime::ReplanForecast forecast = runtime::ForecastReplan(configuration, after, state, now, at);
    for (runtime::DeadlineMove& move : forecast.moves) {
      page.moves.push_back({state.tenant, state.id, std::move(move), !state.IsLive()});
    }
    if (forecast.kept) page.kept.push_back({state.tenant, state.id, *std::move(forecast.kept)});
    return {};
  };
  RASTI_TRY(page.next,
            views.ForEachRunning({.tenant = query.tenant, .limit = query.limit, .cursor = query.cursor}, look));
  return page;
}

void ToWire(const ForecastQuery& query, v1::Request::ForecastReplan& out) {
  out.set_calendar(query.calendar);
  if (query.amended) out.mutable_amended()->ParseFromString(codec::EncodePackage(*query.amended));
  if (query.tenant) out.set_tenant(query.tenant->str());
  out.set_most(static_cast<int32_t>(query.limit));
  out.set_cursor(query.cursor);
}

Result<ForecastQuery> FromWire(const v1::Request::ForecastReplan& in) {
  ForecastQuery query;
  query.calendar = in.calendar();
  if (in.has_amended()) {
    RASTI_TRY(query.amended, codec::DecodePackage(in.amended().SerializeAsString()));
    const codec::PackageFiles& files = query.amended->files;
    if (files.kind != codec::PackageKind::kCalendar) {
      return Fail(Error::Invalid(fmt::format("{}: a {}, no calendar", files.id().str(), PackageKindName(files.kind))));
    }
  }
  if (!in.tenant().empty()) query.tenant.emplace(in.tenant());
  if (in.most() > 0) query.limit = static_cast<size_t>(std::min(in.most(), kClocksMost));
  query.cursor = in.cursor();
  return query;
}

void ToWire(const ForecastPage& page, v1::Response::Forecast& out) {
  for (const ForecastMove& row : page.moves) {
    auto& to = *out.add_moves();
    to.set_tenant(row.tenant.str());
    to.set_case_id(std::string(row.case_id.uuid.AsBytes()));
    to.set_clock(row.move.clock.str());
    to.set_due_before_at_ms(ToUnixMillis(row.move.due_before));
    to.set_due_after_at_ms(ToUnixMillis(row.move.due_after));
    to.set_computed_at_ms(ToUnixMillis(row.move.computed));
    to.set_historic(row.historic);
  }
  for (const ForecastKept& row : page.kept) {
    auto& to = *out.add_kept();
    to.set_tenant(row.tenant.str());
    to.set_case_id(std::string(row.case_id.uuid.AsBytes()));
    to.set_reason(row.reason);
  }
  out.set_cases(page.cases);
  out.set_next(page.next);
}

Result<ForecastPage> FromWire(const v1::Response::Forecast& in) {
  ForecastPage page;
  for (const auto& from : in.moves()) {
    ForecastMove& row = page.moves.emplace_back();
    row.tenant = core::TenantId(from.tenant());
    RASTI_TRY(row.case_id.uuid, UuidFromBytes(from.case_id()));
    row.move.clock = core::ClockId(from.clock());
    RASTI_TRY(row.move.due_before, InstantFromWire(from.due_before_at_ms()));
    RASTI_TRY(row.move.due_after, InstantFromWire(from.due_after_at_ms()));
    RASTI_TRY(row.move.computed, InstantFromWire(from.computed_at_ms()));
    row.historic = from.historic();
  }
  for (const auto& from : in.kept()) {
    ForecastKept& row = page.kept.emplace_back();
    row.tenant = core::TenantId(from.tenant());
    RASTI_TRY(row.case_id.uuid, UuidFromBytes(from.case_id()));
    row.reason = from.reason();
  }
  page.cases = in.cases();
  page.next = in.next();
  return page;
}

}  // namespace rasti::cli
