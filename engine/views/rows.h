// The rows of the views' tables, to and from bytes. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/result.h"
#include "engine/core/case_state.h"
#include "engine/core/ids.h"
#include "engine/ports/view_store.h"

namespace rasti::views {

/// A case as it is or was, and the hash of its last event.
struct CasePage {
  core::CaseState state;
  Hash256 head{};
  core::PartitionId partition;
  bool operator==(const CasePage&) const = default;
};

/// Where an event of a case is, and the times that decide which prefixes it belongs to.
struct HistoryEntry {
  core::Sequence sequence;
  Instant occurred_at;
  Instant recorded_at;
  bool operator==(const HistoryEntry&) const = default;
};

/// The place of a clock in the list of deadlines.
struct DeadlineKey {
  core::TenantId tenant;
  Instant due_at;
  core::CaseId case_id;
  core::ClockId clock;
  bool operator==(const DeadlineKey&) const = default;
};

// ---- meta: "format" -> text; "next/" + partition -> sequence; "tenant/" + tenant -> nothing ----
std::string FormatKey();
std::string PositionKey(core::PartitionId partition);
std::string EncodePosition(core::Sequence next);
/// Errors: kCorruption.
Result<core::Sequence> DecodePosition(std::string_view value);
/// The keys of all tenants that have or had cases begin with this; the tenant's id follows.
inline constexpr std::string_view kTenantPrefix = "tenant/";

/// All tenants that have or had cases. Errors: those of the store.
Result<std::vector<core::TenantId>> TenantsOf(const ports::ViewReader& reader);

// ---- cases: case_id -> head, partition, state ----
std::string_view CaseKey(const core::CaseId& id);
std::string EncodeCase(const core::CaseState& state, const Hash256& head, core::PartitionId partition);
/// Errors: kCorruption.
Result<CasePage> DecodeCase(std::string_view key, std::string_view value);

// ---- history: case_id, first revision -> entries of consecutive revisions ----
std::string HistoryKey(const core::CaseId& id, core::Revision first);
std::string EncodeEntries(const std::vector<HistoryEntry>& entries);
/// Appends the row's entries. Errors: kCorruption.
Status DecodeEntries(std::string_view value, std::vector<HistoryEntry>& entries);

// ---- events: case_id, first revision -> records of consecutive revisions, as the log holds them ----
void AppendRecord(std::string& value, std::string_view record);
/// Appends the row's records. Errors: kCorruption.
Status DecodeRecords(std::string_view value, std::vector<std::string>& records);

// ---- references: reference, case_id -> nothing ----
std::string ReferencePrefix(std::string_view reference);
std::string ReferenceKey(std::string_view reference, const core::CaseId& id);

// ---- deadlines: tenant, due_at, case_id, clock -> nothing ----
std::string DeadlinePrefix(const core::TenantId& tenant);
/// Sorts before all rows of the tenant that are due at `from` or later, and behind all others of it.
std::string DeadlineSeekKey(const core::TenantId& tenant, Instant from);
std::string EncodeDeadlineKey(const DeadlineKey& key);
/// Nothing where the bytes are no such key.
std::optional<DeadlineKey> DecodeDeadlineKey(std::string_view bytes);

}  // namespace rasti::views
