#include "engine/views/deadline_row.h"

#include <algorithm>

#include "engine/views/rows.h"

namespace rasti::views {

bool IsListed(const core::ClockState& clock) {
  return clock.status == core::ClockStatus::kRunning || (clock.status == core::ClockStatus::kPaused && clock.breached);
}

const core::TenantId& HoldingTenant(const core::CaseState& state) {
  return state.assignment.tenant ? *state.assignment.tenant : state.tenant;
}

Instant EffectiveNow(const core::CaseState& state, Instant now) {
  if (state.IsLive()) return now;
  return std::min(now, state.advanced_to.value_or(state.last_occurred_at));
}

DeadlineRow MakeDeadlineRow(const core::CaseState& state, const core::ClockState& clock) {
  DeadlineRow row;
  row.tenant = state.tenant;
  row.case_id = state.id;
  row.reference = state.reference;
  row.title = state.title;
  row.category = state.category;
  row.stage = state.stage;
  row.status = state.status;
  row.holder = state.assignment;
  row.clock = clock.id;
  row.due_at = clock.plan.due_at;
  row.breached = clock.breached;
  row.escalated_to = clock.escalated_to;
  row.historic = !state.IsLive();
  return row;
}

}  // namespace rasti::views
