// A running clock as lists of deadlines show it, and which clocks stand in them. Thread-safe.
#pragma once

#include <string>

#include "engine/base/time.h"
#include "engine/core/case_state.h"
#include "engine/core/ids.h"

namespace rasti::views {

struct DeadlineRow {
  core::TenantId tenant;
  core::CaseId case_id;
  std::string reference;
  std::string title;
  core::CategoryId category;
  core::StageId stage;
  core::CaseStatus status = core::CaseStatus::kOpen;
  core::Assignment holder;
  core::ClockId clock;
  Instant due_at;
  bool breached = false;
  int escalated_to = 0;
  bool historic = false;  // imported and not live yet
  bool operator==(const DeadlineRow&) const = default;
};

/// True for a clock that time runs for: running, or late already, which no pause undoes.
bool IsListed(const core::ClockState& clock);
/// Where the people are who hold a case: its own tenant, or the one that it was given to. Both have it in their lists.
const core::TenantId& HoldingTenant(const core::CaseState& state);
/// The instant that counts as now for a case: wall time leaves historic cases alone, so theirs ends with the import.
Instant EffectiveNow(const core::CaseState& state, Instant now);
DeadlineRow MakeDeadlineRow(const core::CaseState& state, const core::ClockState& clock);

}  // namespace rasti::views
