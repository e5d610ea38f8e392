// What a calendar's coming into force does to deadlines, before and after: the forecast of all pages, what the log says
// was planned anew, and how the two compare. Threading: one thread.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/rasti/calendar/forecast.h"
#include "tools/rasti/context.h"

namespace rasti::cli {

/// All pages of a forecast.
struct WholeForecast {
  std::vector<ForecastMove> moves;
  std::vector<ForecastKept> kept;
  int64_t cases = 0;  // that were looked at
};

/// Asks page after page; `progress` is told how many cases were looked at. Failures: those of the session.
Outcome<WholeForecast> ForecastAll(Session& session, ForecastQuery query, const std::function<void(int64_t)>& progress);

/// How many deadlines the version in force has still to move. Failures: those of the session.
Outcome<int64_t> StillToMove(Session& session, const std::string& calendar);

/// A deadline that was planned anew, as the log tells it.
struct MovedDeadline {
  core::TenantId tenant;
  core::CaseId case_id;
  core::Revision revision;
  core::ClockId clock;
  Instant recorded_at;
  std::optional<Instant> due_before;  // where it is known
  Instant due_after;
  Instant computed;
};

/// What was planned anew because this version of a calendar came into force: from these positions on, or since then.
/// Failures: those of the session.
Outcome<std::vector<MovedDeadline>> ReadMoved(Session& session, const core::VersionedName& calendar,
                                              const EventPositions& from, std::optional<Instant> since);
/// Looks the deadline before up in the case's history. Failures: those of the session.
Outcome<void> LookUpBefore(Session& session, MovedDeadline& moved);

struct ReplanComparison {
  struct Otherwise {
    ForecastMove forecast;
    MovedDeadline moved;
  };
  int64_t as_forecast = 0;
  std::vector<Otherwise> otherwise;         // moved, but elsewhere
  std::vector<ForecastMove> not_moved;      // they were forecast
  std::vector<MovedDeadline> not_forecast;  // opened, resumed or corrected since
};

/// A deadline that is held up stands at the instant of planning, which a forecast cannot know to the millisecond; so
/// two of them are alike. Fills in where the deadlines that moved stood before.
ReplanComparison Compare(const std::vector<ForecastMove>& forecast, std::vector<MovedDeadline>& moved);

/// How many there are, and where they go.
struct MoveTotals {
  int64_t all = 0;
  int64_t later = 0;
  int64_t earlier = 0;
  int64_t at_once = 0;  // of the earlier ones: held up, due at the instant of planning
  int64_t stay = 0;     // their warnings and escalations move
  int64_t unknown = 0;  // nobody looked up where they stood before
  std::map<core::TenantId, int64_t> by_tenant;

  void Add(const core::TenantId& tenant, std::optional<Instant> before, const runtime::DeadlineMove& after);
  nlohmann::ordered_json AsJson() const;
};
MoveTotals TotalsOf(const std::vector<ForecastMove>& moves);
MoveTotals TotalsOf(const std::vector<MovedDeadline>& moves);

/// "VRD7-7XDA-MQVB-4  prishtine/resolve  Fri ... -> Mon ...  3 d later".
std::vector<std::string> MoveCells(const core::TenantId& tenant, const core::CaseId& case_id,
                                   const core::ClockId& clock, std::optional<Instant> before, Instant after,
                                   Instant computed, const sla::Calendar* calendar);
std::vector<std::string> MoveCells(const ForecastMove& move, const sla::Calendar* calendar);
std::vector<std::string> MoveCells(const MovedDeadline& move, const sla::Calendar* calendar);
nlohmann::ordered_json MoveJson(const ForecastMove& move);
nlohmann::ordered_json MoveJson(const MovedDeadline& move);

}  // namespace rasti::cli
