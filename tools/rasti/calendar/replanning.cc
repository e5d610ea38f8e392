#include "tools/rasti/calendar/replanning.h"

#include <fmt/format.h>

#include <utility>

#include "engine/core/apply.h"
#include "tools/rasti/case_text.h"

namespace rasti::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kReplanned = "clock_replanned";
// What the engine plans by itself, and not for the sake of a correction.
const core::CommandId& Replan() {
  static const core::CommandId id("replan");
  return id;
}

bool IsHeldUp(Instant due, Instant computed) { return computed < due; }

}  // namespace

Outcome<WholeForecast> ForecastAll(Session& session, ForecastQuery query,
                                   const std::function<void(int64_t)>& progress) {
  WholeForecast whole;
  do {
    RASTI_TRY(ForecastPage page, session.Forecast(query));
    for (ForecastMove& move : page.moves) whole.moves.push_back(std::move(move));
    for (ForecastKept& kept : page.kept) whole.kept.push_back(std::move(kept));
    whole.cases += page.cases;
    query.cursor = page.next;
    if (progress) progress(whole.cases);
  } while (!query.cursor.empty());
  return whole;
}

Outcome<int64_t> StillToMove(Session& session, const std::string& calendar) {
  ForecastQuery query;
  query.calendar = calendar;
  RASTI_TRY(const WholeForecast still, ForecastAll(session, query, {}));
  return std::ssize(still.moves);
}

Outcome<std::vector<MovedDeadline>> ReadMoved(Session& session, const core::VersionedName& calendar,
                                              const EventPositions& from, std::optional<Instant> since) {
  EventQuery query;
  query.from = from;
  query.since = since;
  query.filter.types = {kReplanned};
  query.filter.calendar = calendar;
  query.limit = 10'000;
  std::vector<MovedDeadline> moved;
  for (;;) {
    RASTI_TRY(const EventPage page, session.ReadEvents(query));
    for (const FoundEvent& found : page.events) {
      const core::Event& event = found.decoded.event;
      const core::EventContext& context = event.ctx();
      const auto* replanned = std::get_if<core::ClockReplanned>(&event.payload);
      if (replanned == nullptr || context.command_id != Replan()) continue;
      moved.push_back({context.tenant, context.case_id, event.revision, replanned->clock, context.recorded_at,
                       std::nullopt, replanned->plan.due_at, replanned->plan.computed_due_at});
    }
    if (page.behind == 0 || page.next == query.from) return moved;
    query.from = page.next;
  }
}

Outcome<void> LookUpBefore(Session& session, MovedDeadline& moved) {
  RASTI_TRY(const views::CaseHistory history, session.History(moved.case_id.str(), {}));
  core::CaseState state;
  for (const codec::DecodedEvent& event : history.events) {
    if (event.event.revision == moved.revision) break;
    core::Apply(state, event.event);
  }
  const core::ClockState* clock = state.FindClock(moved.clock);
  if (clock != nullptr) moved.due_before = clock->plan.due_at;
  return {};
}

ReplanComparison Compare(const std::vector<ForecastMove>& forecast, std::vector<MovedDeadline>& moved) {
  std::map<std::pair<core::CaseId, core::ClockId>, const ForecastMove*> expected;
  for (const ForecastMove& move : forecast) expected[{move.case_id, move.move.clock}] = &move;
  ReplanComparison comparison;
  for (MovedDeadline& one : moved) {
    const auto found = expected.find({one.case_id, one.clock});
    if (found == expected.end()) {
      comparison.not_forecast.push_back(one);
      continue;
    }
    const ForecastMove& wanted = *found->second;
    one.due_before = wanted.move.due_before;
    const bool both_held_up =
        IsHeldUp(one.due_after, one.computed) && IsHeldUp(wanted.move.due_after, wanted.move.computed);
    if (one.computed == wanted.move.computed && (both_held_up || one.due_after == wanted.move.due_after)) {
      ++comparison.as_forecast;
    } else {
      comparison.otherwise.push_back({wanted, one});
    }
    expected.erase(found);
  }
  for (const ForecastMove& move : forecast) {
    if (expected.contains({move.case_id, move.move.clock})) comparison.not_moved.push_back(move);
  }
  return comparison;
}

void MoveTotals::Add(const core::TenantId& tenant, std::optional<Instant> before, const runtime::DeadlineMove& after) {
  ++all;
  ++by_tenant[tenant];
  if (!before) {
    ++unknown;
  } else if (after.due_after == *before) {
    ++stay;
  } else if (after.due_after > *before) {
    ++later;
  } else {
    ++earlier;
    if (IsHeldUp(after.due_after, after.computed)) ++at_once;
  }
}

Json MoveTotals::AsJson() const {
  auto tenants = nlohmann::ordered_json::object();
  for (const auto& [tenant, count] : by_tenant) tenants[tenant.str()] = count;
  nlohmann::ordered_json json{
      {"total", all}, {"later", later}, {"earlier", earlier}, {"due_at_once", at_once}, {"due_stays", stay}};
  if (unknown > 0) json["before_unknown"] = unknown;
  json["by_tenant"] = std::move(tenants);
  return json;
}

MoveTotals TotalsOf(const std::vector<ForecastMove>& moves) {
  MoveTotals totals;
  for (const ForecastMove& move : moves) totals.Add(move.tenant, move.move.due_before, move.move);
  return totals;
}

MoveTotals TotalsOf(const std::vector<MovedDeadline>& moves) {
  MoveTotals totals;
  for (const MovedDeadline& move : moves) {
    totals.Add(move.tenant, move.due_before, {move.clock, {}, move.due_after, move.computed});
  }
  return totals;
}

std::vector<std::string> MoveCells(const core::TenantId& tenant, const core::CaseId& case_id,
                                   const core::ClockId& clock, std::optional<Instant> before, Instant after,
                                   Instant computed, const sla::Calendar* calendar) {
  std::string how;
  if (before && after > *before) how = LengthText(after - *before) + " later";
  if (before && after < *before) how = LengthText(*before - after) + " earlier";
  if (before == after) {
    how = "stays; its warnings and escalations move";
  } else if (IsHeldUp(after, computed)) {
    how += ", due at once";
  }
  return {core::PublicReference(case_id), fmt::format("{}/{}", tenant.str(), clock.str()),
          fmt::format("{} -> {}", before ? LocalText(*before, calendar) : "?", LocalText(after, calendar)), how};
}

std::vector<std::string> MoveCells(const ForecastMove& move, const sla::Calendar* calendar) {
  auto cells = MoveCells(move.tenant, move.case_id, move.move.clock, move.move.due_before, move.move.due_after,
                         move.move.computed, calendar);
  if (move.historic) cells.back() += " (historic)";
  return cells;
}

std::vector<std::string> MoveCells(const MovedDeadline& move, const sla::Calendar* calendar) {
  return MoveCells(move.tenant, move.case_id, move.clock, move.due_before, move.due_after, move.computed, calendar);
}

namespace {

Json RowJson(const core::TenantId& tenant, const core::CaseId& case_id, const core::ClockId& clock,
             std::optional<Instant> before, Instant after, Instant computed) {
  Json json{{"case_id", case_id.str()},
            {"reference", core::PublicReference(case_id)},
            {"tenant", tenant.str()},
            {"clock", clock.str()}};
  if (before) json["due_before"] = FormatInstant(*before);
  json["due_after"] = FormatInstant(after);
  json["computed"] = FormatInstant(computed);
  return json;
}

}  // namespace

Json MoveJson(const ForecastMove& move) {
  Json json = RowJson(move.tenant, move.case_id, move.move.clock, move.move.due_before, move.move.due_after,
                      move.move.computed);
  if (move.historic) json["historic"] = true;
  return json;
}

Json MoveJson(const MovedDeadline& move) {
  Json json = RowJson(move.tenant, move.case_id, move.clock, move.due_before, move.due_after, move.computed);
  json["recorded_at"] = FormatInstant(move.recorded_at);
  return json;
}

}  // namespace rasti::cli
