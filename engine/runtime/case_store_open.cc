// A case store as it is found.
#include <fmt/format.h>

#include <algorithm>

#include "engine/codec/state_codec.h"
#include "engine/runtime/case_store.h"
#include "engine/runtime/case_store_rows.h"
#include "engine/runtime/row_keys.h"

namespace rasti::runtime {

std::vector<std::string> CaseStore::Tables() { return {"meta", "cases", "commands", "timers"}; }

CaseStore::CaseStore(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most)
    : store_(std::move(store)), generation_most_(std::max<size_t>(cached_cases_most / 2, 1)) {}

Result<std::unique_ptr<CaseStore>> CaseStore::Open(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most) {
  std::unique_ptr<CaseStore> cases(new CaseStore(std::move(store), cached_cases_most));
  RASTI_CHECKED(cases->Load());
  return cases;
}

void CaseStore::SetCachedCases(size_t most) { generation_most_ = std::max<size_t>(most / 2, 1); }

Status CaseStore::Load() {
  const std::string format = fmt::format("rows {}, states {}", kRowFormat, codec::kStateFormat);
  RASTI_TRY(const auto stored_format, store_->Get(kMeta, kFormatRow));
  if (!stored_format) {
    auto batch = store_->NewBatch();
    batch->Put(kMeta, kFormatRow, format);
    return store_->Write(*batch);
  }
  if (*stored_format != format) {
    return Fail(
        ErrorCode::kUnsupportedVersion,
        fmt::format(
            "the state store has the format '{}', this version writes '{}'; delete the directory, it is rebuilt "
            "from the log",
            *stored_format, format));
  }
  RASTI_TRY(const StoredPosition stored, PositionIn(*store_));
  position_ = stored.position;
  ahead_ = stored.reaches;
  RASTI_TRY(const auto swept, store_->Get(kMeta, kSweptRow));
  if (swept) {
    RowReader row(*swept);
    swept_epoch_ = row.Number();
    if (!row.Complete()) return Fail(Error::Corruption("state store: the row of the sweep is damaged"));
  }
  const auto cursor = store_->Scan(kTimers);
  for (cursor->Seek({}); cursor->Valid(); cursor->Next()) {
    RowReader row(cursor->key());
    const Instant due = InstantFromUnixMillis(row.Number());
    auto id = UuidFromBytes(row.Rest());
    if (!id) return Fail(Error::Corruption("state store: a timer's row is damaged"));
    timers_.insert(timers_.end(), {due, core::CaseId{*id}});
  }
  return cursor->status();
}

Result<CaseStore::StoredPosition> CaseStore::PositionIn(const ports::ViewReader& store) {
  StoredPosition stored;
  RASTI_TRY(const auto position, store.Get(kMeta, kPositionRow));
  if (position) {
    RowReader row(*position);
    stored.position.next_sequence.value = row.Number();
    stored.position.last_recorded_at = InstantFromUnixMillis(row.Number());
    stored.position.input.commands = row.Number();
    stored.position.input.follow_ups = row.Number();
    if (!row.Complete()) return Fail(Error::Corruption("state store: the position's row is damaged"));
  }
  stored.reaches = stored.position.next_sequence;
  RASTI_TRY(const auto ahead, store.Get(kMeta, kAheadRow));
  if (ahead) {
    RowReader row(*ahead);
    stored.reaches.value = std::max(stored.reaches.value, row.Number());
    if (!row.Complete()) return Fail(Error::Corruption("state store: the row of the checkpoint is damaged"));
  }
  return stored;
}

}  // namespace rasti::runtime
