#include "engine/views/public_register.h"

#include "engine/core/guards.h"
#include "engine/views/bytes.h"
#include "engine/views/merged_rows.h"

namespace rasti::views {
namespace {

constexpr std::string_view kWithTitle = "t";

Instant ReceivedAt(const core::CaseState& state) { return state.received_at.value_or(state.submitted_at); }

}  // namespace

bool IsEnded(const core::CaseState& state) {
  return state.status != core::CaseStatus::kOpen && state.status != core::CaseStatus::kFrozen;
}

PublicRow MakePublicRow(const core::CaseState& state, bool with_title) {
  PublicRow row;
  row.tenant = state.tenant;
  row.reference = state.reference;
  row.definition = state.definition;
  row.category = state.category;
  if (with_title) row.title = state.title;
  row.stage = state.stage;
  row.status = state.status;
  row.received_at = ReceivedAt(state);
  row.stage_since = state.stage_entered_at;
  row.responses = state.responses;
  return row;
}

std::string PublicPrefix(const core::TenantId& tenant) {
  std::string prefix;
  AppendSortable(prefix, tenant.view());
  return prefix;
}

std::string PublicPrefix(const core::TenantId& tenant, const core::WorkflowId& workflow) {
  std::string prefix = PublicPrefix(tenant);
  AppendSortable(prefix, workflow.view());
  return prefix;
}

std::optional<PublicEntry> PublicEntryOf(const core::CaseState& state, const core::Definition& definition) {
  if (!core::IsPublic(definition, state)) return std::nullopt;
  PublicEntry entry;
  const std::string prefix = PublicPrefix(state.tenant, core::WorkflowId(core::NameOf(state.definition)));
  entry.key = prefix + EncodeListPosition({-ToUnixMillis(ReceivedAt(state)), state.id});
  if (definition.public_register->title) entry.value = kWithTitle;
  entry.count_key = prefix;
  AppendSortable(entry.count_key, state.category.view());
  entry.count_key += IsEnded(state) ? 'e' : 'o';
  return entry;
}

bool PublicTitleIn(std::string_view value) { return value == kWithTitle; }

Result<bool> CountsAsAsked(std::string_view key_behind_workflow, const PublicQuery& query) {
  ByteReader bytes(key_behind_workflow);
  const std::string category = bytes.SortableText();
  const std::string_view ended = bytes.Rest();
  if (!bytes.ok() || (ended != "e" && ended != "o")) {
    return Fail(Error::Corruption("views, table public_counts: a row is broken; delete the views, they are rebuilt"));
  }
  return (!query.category || query.category->view() == category) && (!query.ended || *query.ended == (ended == "e"));
}

}  // namespace rasti::views
