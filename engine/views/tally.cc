// How cases stand with their clocks at a moment.
#include "engine/core/register_number.h"
#include "engine/views/kept_tenants.h"
#include "engine/views/standing.h"
#include "engine/views/views.h"

namespace rasti::views {
namespace {

void Count(StatusTally& tally, Standing standing) {
  switch (standing) {
    case Standing::kNoDeadline: ++tally.no_deadline; return;
    case Standing::kClosedOnTime: ++tally.closed_on_time; return;
    case Standing::kClosedLate: ++tally.closed_late; return;
    case Standing::kOpenInTime: ++tally.open_in_time; return;
    case Standing::kOpenOverdue: ++tally.open_overdue; return;
  }
}

}  // namespace

Result<StatusTally> Views::Tally(const std::optional<core::TenantId>& tenant, const std::optional<core::ClockId>& clock,
                                 std::optional<Instant> at, Instant now) const {
  StatusTally tally;
  const auto snapshot = store_.Snapshot();
  RASTI_CHECKED(CheckKept(*snapshot, tenant));
  const auto count = [&](const CasePage& page) -> Status {
    if (tenant && page.state.tenant != *tenant) return {};
    if (core::IsRegister(page.state.definition)) return {};
    Count(tally, StandingOf(page.state, clock, at ? *at : EffectiveNow(page.state, now)));
    return {};
  };
  RASTI_CHECKED(HistoryReader(*snapshot, log_).ForEachCase({.at = at, .known_at = {}}, count));
  return tally;
}

}  // namespace rasti::views
