#include "engine/views/inbox.h"

#include <algorithm>

#include "engine/core/register_number.h"
#include "engine/views/bytes.h"
#include "engine/views/deadline_row.h"
#include "engine/views/merged_rows.h"

namespace rasti::views {
namespace {

// The clock that time runs for and that is due first.
const core::ClockState* NextClock(const core::CaseState& state) {
  const core::ClockState* next = nullptr;
  for (const core::ClockState& clock : state.clocks) {
    if (IsListed(clock) && (next == nullptr || clock.plan.due_at < next->plan.due_at)) next = &clock;
  }
  return next;
}

}  // namespace

bool IsHeldIn(const InboxPlace& place, const core::TenantId& tenant, const core::Assignment& holder) {
  if (holder.tenant && *holder.tenant != tenant) return false;
  switch (place.list) {
    case InboxList::kAll: return true;
    case InboxList::kQueue: return holder.queue && holder.queue->view() == place.id;
    case InboxList::kUnclaimed: return holder.queue && !holder.person && holder.queue->view() == place.id;
    case InboxList::kPerson: return holder.person && holder.person->view() == place.id;
    case InboxList::kDirectorate: return holder.directorate && !holder.queue && holder.directorate->view() == place.id;
    case InboxList::kNobody: return holder.IsNobody();
  }
  return false;
}

bool IsInInbox(const core::CaseState& state) {
  const bool is_open = state.status == core::CaseStatus::kOpen || state.status == core::CaseStatus::kFrozen;
  return is_open && !core::IsRegister(state.definition);
}

InboxRow MakeInboxRow(const core::CaseState& state) {
  InboxRow row;
  row.tenant = state.tenant;
  row.case_id = state.id;
  row.reference = state.reference;
  row.title = state.title;
  row.category = state.category;
  row.stage = state.stage;
  row.status = state.status;
  row.holder = state.assignment;
  row.due_at = kLatestInstant;
  if (const core::ClockState* clock = NextClock(state)) {
    row.clock = clock->id;
    row.due_at = clock->plan.due_at;
    row.breached = clock->breached;
  }
  for (const core::ClockState& clock : state.clocks) row.escalated_to = std::max(row.escalated_to, clock.escalated_to);
  row.submitted_at = state.submitted_at;
  row.last_occurred_at = state.last_occurred_at;
  row.historic = !state.IsLive();
  if (row.historic) row.ended_at = EffectiveNow(state, kLatestInstant);
  return row;
}

std::string InboxPrefix(const core::TenantId& tenant, const InboxPlace& place) {
  std::string prefix;
  AppendSortable(prefix, tenant.view());
  prefix += static_cast<char>(place.list);
  AppendSortable(prefix, place.id);
  return prefix;
}

std::string InboxStagePrefix(const std::string& prefix, const core::StageId& stage) {
  std::string with_stage = prefix;
  AppendSortable(with_stage, stage.view());
  return with_stage;
}

std::vector<std::string> InboxKeysOf(const core::CaseState& state) {
  std::vector<std::string> keys;
  if (!IsInInbox(state)) return keys;
  const core::ClockState* clock = NextClock(state);
  const Instant due_at = clock == nullptr ? kLatestInstant : clock->plan.due_at;
  const std::string position = EncodeListPosition({ToUnixMillis(due_at), state.id});
  const auto add = [&](const core::TenantId& tenant, InboxList list, std::string_view id) {
    keys.push_back(InboxStagePrefix(InboxPrefix(tenant, {list, std::string(id)}), state.stage) + position);
  };
  const core::Assignment& holder = state.assignment;
  const core::TenantId& tenant = HoldingTenant(state);
  add(state.tenant, InboxList::kAll, "");
  if (tenant != state.tenant) add(tenant, InboxList::kAll, "");
  if (holder.person) add(tenant, InboxList::kPerson, holder.person->view());
  if (holder.queue) {
    add(tenant, InboxList::kQueue, holder.queue->view());
    if (!holder.person) add(tenant, InboxList::kUnclaimed, holder.queue->view());
  } else if (holder.directorate) {
    add(tenant, InboxList::kDirectorate, holder.directorate->view());
  }
  if (holder.IsNobody()) add(tenant, InboxList::kNobody, "");
  std::ranges::sort(keys);
  return keys;
}

}  // namespace rasti::views
