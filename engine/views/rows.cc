#include "engine/views/rows.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/state_codec.h"
#include "engine/views/bytes.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

constexpr size_t kUuidBytes = 16;

Error BrokenRow(std::string_view table, std::string_view key) {
  return Error::Corruption(
      fmt::format("views, table {}, key {}: the row is broken; delete the views, they are rebuilt", table, ToHex(key)));
}

}  // namespace

std::string FormatKey() { return "format"; }

std::string PositionKey(core::PartitionId partition) {
  std::string key = "next/";
  AppendSortable(key, int64_t{partition.value});
  return key;
}

std::string EncodePosition(core::Sequence next) {
  std::string value;
  AppendVarint(value, next.value);
  return value;
}

Result<core::Sequence> DecodePosition(std::string_view value) {
  ByteReader reader(value);
  const core::Sequence next{reader.Varint()};
  if (!reader.ok() || !reader.AtEnd() || next.value < 0) return Fail(BrokenRow("meta", "next"));
  return next;
}

Result<std::vector<core::TenantId>> TenantsOf(const ports::ViewReader& reader) {
  std::vector<core::TenantId> tenants;
  const auto rows = reader.Scan(kMeta);
  for (rows->Seek(kTenantPrefix); rows->Valid() && rows->key().starts_with(kTenantPrefix); rows->Next()) {
    tenants.emplace_back(rows->key().substr(kTenantPrefix.size()));
  }
  RASTI_CHECKED(rows->status());
  return tenants;
}

std::string_view CaseKey(const core::CaseId& id) { return id.uuid.AsBytes(); }

std::string EncodeCase(const core::CaseState& state, const Hash256& head, core::PartitionId partition) {
  std::string value(AsBytes(head));
  AppendVarint(value, partition.value);
  value += codec::EncodeState(state);
  return value;
}

Result<CasePage> DecodeCase(std::string_view key, std::string_view value) {
  ByteReader reader(value);
  CasePage page;
  const std::string_view head = reader.Bytes(page.head.size());
  std::ranges::copy(head, page.head.begin());
  page.partition.value = static_cast<int32_t>(reader.Varint());
  if (!reader.ok()) return Fail(BrokenRow("cases", key));
  auto state = codec::DecodeState(reader.Rest());
  if (!state) return Fail(state.error().At(BrokenRow("cases", key).message));
  page.state = *std::move(state);
  return page;
}

std::string HistoryKey(const core::CaseId& id, core::Revision first) {
  std::string key(id.uuid.AsBytes());
  AppendSortable(key, first.value);
  return key;
}

std::string EncodeEntries(const std::vector<HistoryEntry>& entries) {
  std::string value;
  HistoryEntry last;
  for (const HistoryEntry& entry : entries) {
    AppendVarint(value, entry.sequence.value - last.sequence.value);
    AppendVarint(value, (entry.occurred_at - last.occurred_at).count());
    AppendVarint(value, (entry.recorded_at - entry.occurred_at).count());
    last = entry;
  }
  return value;
}

Status DecodeEntries(std::string_view value, std::vector<HistoryEntry>& entries) {
  ByteReader reader(value);
  HistoryEntry entry;
  while (reader.ok() && !reader.AtEnd()) {
    entry.sequence.value += reader.Varint();
    entry.occurred_at += Duration{reader.Varint()};
    entry.recorded_at = entry.occurred_at + Duration{reader.Varint()};
    entries.push_back(entry);
  }
  if (!reader.ok()) return Fail(BrokenRow("history", {}));
  return {};
}

void AppendRecord(std::string& value, std::string_view record) {
  AppendVarint(value, std::ssize(record));
  value += record;
}

Status DecodeRecords(std::string_view value, std::vector<std::string>& records) {
  ByteReader reader(value);
  while (reader.ok() && !reader.AtEnd()) {
    const int64_t size = reader.Varint();
    // A negative one is more than there can be.
    records.emplace_back(reader.Bytes(static_cast<size_t>(size)));
  }
  if (!reader.ok()) return Fail(BrokenRow("events", {}));
  return {};
}

std::string ReferencePrefix(std::string_view reference) {
  std::string key;
  AppendSortable(key, reference);
  return key;
}

std::string ReferenceKey(std::string_view reference, const core::CaseId& id) {
  return ReferencePrefix(reference).append(id.uuid.AsBytes());
}

std::string DeadlinePrefix(const core::TenantId& tenant) {
  std::string key;
  AppendSortable(key, tenant.view());
  return key;
}

std::string DeadlineSeekKey(const core::TenantId& tenant, Instant from) {
  std::string key = DeadlinePrefix(tenant);
  AppendSortable(key, ToUnixMillis(from));
  return key;
}

std::string EncodeDeadlineKey(const DeadlineKey& key) {
  return DeadlineSeekKey(key.tenant, key.due_at).append(key.case_id.uuid.AsBytes()).append(key.clock.view());
}

std::optional<DeadlineKey> DecodeDeadlineKey(std::string_view bytes) {
  ByteReader reader(bytes);
  DeadlineKey key;
  key.tenant = core::TenantId(reader.SortableText());
  key.due_at = InstantFromUnixMillis(reader.Sortable());
  const auto uuid = UuidFromBytes(reader.Bytes(kUuidBytes));
  key.clock = core::ClockId(reader.Rest());
  if (!reader.ok() || !uuid) return std::nullopt;
  key.case_id = core::CaseId{*uuid};
  return key;
}

}  // namespace rasti::views
