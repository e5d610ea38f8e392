#include "engine/views/projector.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "engine/codec/state_codec.h"
#include "engine/core/apply.h"
#include "engine/views/deadline_row.h"
#include "engine/views/inbox.h"
#include "engine/views/merged_rows.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

constexpr size_t kRowsDroppedAtOnce = 10'000;

Status DropRows(ports::ViewStore& store) {
  const auto batch = store.NewBatch();
  for (size_t i = 0; i < ViewTables().size(); ++i) {
    const ports::Table table{static_cast<int>(i)};
    const auto rows = store.Scan(table);
    size_t count = 0;
    for (rows->Seek({}); rows->Valid(); rows->Next()) {
      batch->Delete(table, rows->key());
      if (++count % kRowsDroppedAtOnce != 0) continue;
      RASTI_CHECKED(store.Write(*batch));
      batch->Clear();
    }
    RASTI_CHECKED(rows->status());
  }
  return store.Write(*batch);
}

Error AtEvent(core::PartitionId partition, core::Sequence sequence, Error error) {
  // Whatever is wrong with an event that was committed: it is not what was written.
  if (error.code == ErrorCode::kInvalidArgument) error.code = ErrorCode::kCorruption;
  return error.At(fmt::format("partition {}, sequence {}", partition.value, sequence.value));
}

// The keys of the rows that a case has in the lists of deadlines, sorted: in its tenant's, and in that of the tenant
// that holds it.
std::vector<std::string> DeadlineKeysOf(const core::CaseState& state) {
  std::vector<std::string> keys;
  for (const core::ClockState& clock : state.clocks) {
    if (!IsListed(clock)) continue;
    keys.push_back(EncodeDeadlineKey({state.tenant, clock.plan.due_at, state.id, clock.id}));
    const core::TenantId& holder = HoldingTenant(state);
    if (holder != state.tenant) keys.push_back(EncodeDeadlineKey({holder, clock.plan.due_at, state.id, clock.id}));
  }
  std::ranges::sort(keys);
  return keys;
}

}  // namespace

Projector::Projector(ports::ViewStore& store, ProjectorOptions options)
    : store_(store),
      keep_events_(options.keep_events),
      kept_tenants_(std::move(options.tenants)),
      batch_(store.NewBatch()),
      cache_(options.cached_cases_most),
      inbox_counts_(store, kInboxCounts),
      public_counts_(store, kPublicCounts),
      find_definition_(std::move(options.find_definition)) {}

std::string Projector::CurrentFormat(const ProjectorOptions& options) {
  std::string format = fmt::format("views {}, states {}{}", kViewFormat, codec::kStateFormat,
                                   options.keep_events ? ", with events" : "");
  if (!options.tenants.empty()) format += ", of chosen tenants";
  return format;
}

Result<std::optional<std::string>> Projector::StoredFormat(const ports::ViewReader& store) {
  return store.Get(kMeta, FormatKey());
}

Result<bool> Projector::Fits(const ports::ViewReader& store, const ProjectorOptions& options) {
  RASTI_TRY(const auto format, StoredFormat(store));
  if (!format) return true;
  if (*format != CurrentFormat(options)) return false;
  RASTI_TRY(const TenantSet kept, KeptTenants(store));
  return kept == options.tenants;
}

Result<std::unique_ptr<Projector>> Projector::Open(ports::ViewStore& store, ProjectorOptions options) {
  RASTI_TRY(const auto format, StoredFormat(store));
  RASTI_TRY(const bool fits, Fits(store, options));
  if (!format || !fits) {
    RASTI_CHECKED(DropRows(store));
    const auto batch = store.NewBatch();
    batch->Put(kMeta, FormatKey(), CurrentFormat(options));
    if (!options.tenants.empty()) batch->Put(kMeta, KeptTenantsKey(), EncodeKeptTenants(options.tenants));
    RASTI_CHECKED(store.Write(*batch));
  }
  return std::unique_ptr<Projector>(new Projector(store, std::move(options)));
}

Result<core::Sequence> Projector::NextSequence(core::PartitionId partition) {
  if (const auto known = next_.find(partition); known != next_.end()) return known->second;
  RASTI_TRY(const auto value, store_.Get(kMeta, PositionKey(partition)));
  core::Sequence next;
  if (value) {
    RASTI_TRY(next, DecodePosition(*value));
  }
  next_[partition] = next;
  return next;
}

Status Projector::Project(core::PartitionId partition, std::span<const ports::StoredEvent> events) {
  RASTI_TRY(const core::Sequence next, NextSequence(partition));
  auto status = ProjectBatch(partition, next, events);
  if (!status) {
    Forget();
    return status;
  }
  cache_.Trim();
  return {};
}

Status Projector::ProjectBatch(core::PartitionId partition, core::Sequence next,
                               std::span<const ports::StoredEvent> events) {
  for (const ports::StoredEvent& stored : events) {
    auto status = ProjectOne(partition, next, stored);
    if (!status) return Fail(AtEvent(partition, next, std::move(status).error()));
    next = next.Next();
  }
  for (CachedCase* cached : touched_) RASTI_CHECKED(WriteRows(*cached));
  touched_.clear();
  rows_.MoveTo(*batch_);
  RASTI_CHECKED(inbox_counts_.Write(*batch_));
  RASTI_CHECKED(public_counts_.Write(*batch_));
  RASTI_CHECKED(WriteStats());
  batch_->Put(kMeta, PositionKey(partition), EncodePosition(next));
  RASTI_CHECKED(store_.Write(*batch_));
  batch_->Clear();
  next_[partition] = next;
  return {};
}

Status Projector::ProjectOne(core::PartitionId partition, core::Sequence expected, const ports::StoredEvent& stored) {
  if (stored.partition != partition || stored.sequence != expected) {
    return Fail(Error::Corruption(
        fmt::format("the log gave the event {} of partition {} instead: sequences are dense and come once",
                    stored.sequence.value, stored.partition.value)));
  }
  RASTI_TRY(const codec::DecodedEvent decoded, decoder_.Decode(stored.value));
  const core::Event& event = decoded.event;
  const core::EventContext& context = event.ctx();
  if (event.sequence != expected) {
    return Fail(Error::Corruption(fmt::format("the event says that its sequence is {}", event.sequence.value)));
  }
  if (stored.key != context.case_id.uuid.AsBytes()) {
    return Fail(Error::Corruption(fmt::format("the event is of case {}, its key is not", context.case_id.str())));
  }
  if (!kept_tenants_.empty() && !kept_tenants_.contains(context.tenant)) return {};
  RASTI_TRY(CachedCase* const cached, Load(context.case_id, partition));
  core::CaseState& state = cached->page.state;
  if (event.prev_hash != cached->page.head || event.revision != state.revision.Next()) {
    return Fail(
        Error::Corruption(fmt::format("revision {} of case {} does not follow its revision {}: the chain is broken",
                                      event.revision.value, context.case_id.str(), state.revision.value)));
  }
  const auto* submitted = std::get_if<core::CaseSubmitted>(&event.payload);
  if (const auto why_not = core::WhyNotNext(state, event)) {
    return Fail(Error::Corruption(fmt::format("revision {} of case {} is {}: {}", event.revision.value,
                                              context.case_id.str(), core::EventTypeName(event.payload), *why_not)));
  }
  if (!cached->touched) {
    cached->touched = true;
    cached->first_added = event.revision;
    touched_.push_back(cached);
  }
  const StatsBefore before(state);
  core::Apply(state, event);
  CountEvent(before, state, event, stats_changes_);
  cached->page.head = decoded.hash;
  cached->added.push_back({expected, context.occurred_at, context.recorded_at});
  if (keep_events_) AppendRecord(cached->added_events, stored.value);
  if (submitted != nullptr) {
    rows_.Put(kReferences, ReferenceKey(submitted->reference, context.case_id), {});
    if (tenants_.insert(context.tenant).second) {
      batch_->Put(kMeta, std::string(kTenantPrefix).append(context.tenant.view()), {});
    }
  }
  return {};
}

Result<CachedCase*> Projector::Load(const core::CaseId& id, core::PartitionId partition) {
  if (CachedCase* cached = cache_.Find(id)) return cached;
  CachedCase loaded;
  RASTI_TRY(const auto row, store_.Get(kCases, CaseKey(id)));
  if (row) {
    RASTI_TRY(loaded.page, DecodeCase(CaseKey(id), *row));
    loaded.deadline_keys = DeadlineKeysOf(loaded.page.state);
    loaded.inbox_keys = InboxKeysOf(loaded.page.state);
    RASTI_TRY(loaded.public_entry, PublicEntryFor(loaded.page.state));
  } else {
    loaded.page.head = Sha256({id.uuid.AsBytes()});
    loaded.page.partition = partition;
  }
  return cache_.Insert(id, std::move(loaded));
}

Status Projector::WriteRows(CachedCase& cached) {
  const core::CaseState& state = cached.page.state;
  rows_.Put(kCases, CaseKey(state.id), EncodeCase(state, cached.page.head, cached.page.partition));
  rows_.Put(kHistory, HistoryKey(state.id, cached.first_added), EncodeEntries(cached.added));
  if (keep_events_) rows_.Put(kEvents, HistoryKey(state.id, cached.first_added), cached.added_events);

  std::vector<std::string> keys = DeadlineKeysOf(state);
  std::vector<std::string> changed;
  std::ranges::set_difference(cached.deadline_keys, keys, std::back_inserter(changed));
  for (const std::string& key : changed) rows_.Delete(kDeadlines, key);
  changed.clear();
  std::ranges::set_difference(keys, cached.deadline_keys, std::back_inserter(changed));
  for (const std::string& key : changed) rows_.Put(kDeadlines, key, {});

  cached.deadline_keys = std::move(keys);
  WriteInboxRows(cached);
  RASTI_CHECKED(WritePublicRow(cached));
  cached.touched = false;
  cached.added.clear();
  cached.added_events.clear();
  return {};
}

void Projector::WriteInboxRows(CachedCase& cached) {
  std::vector<std::string> keys = InboxKeysOf(cached.page.state);
  const auto count = [this](const std::string& key, int64_t change) {
    inbox_counts_.Add(key.substr(0, key.size() - kPositionBytes), change);
  };
  std::vector<std::string> changed;
  std::ranges::set_difference(cached.inbox_keys, keys, std::back_inserter(changed));
  for (const std::string& key : changed) {
    rows_.Delete(kInbox, key);
    count(key, -1);
  }
  changed.clear();
  std::ranges::set_difference(keys, cached.inbox_keys, std::back_inserter(changed));
  for (const std::string& key : changed) {
    rows_.Put(kInbox, key, {});
    count(key, 1);
  }
  cached.inbox_keys = std::move(keys);
}

Result<std::optional<PublicEntry>> Projector::PublicEntryFor(const core::CaseState& state) {
  if (!find_definition_) return std::nullopt;
  auto known = definitions_.find(state.definition);
  if (known == definitions_.end()) {
    RASTI_TRY(auto found, find_definition_(state.definition));
    known = definitions_.emplace(state.definition, std::move(found)).first;
  }
  return PublicEntryOf(state, *known->second);
}

Status Projector::WritePublicRow(CachedCase& cached) {
  RASTI_TRY(std::optional<PublicEntry> entry, PublicEntryFor(cached.page.state));
  if (entry == cached.public_entry) return {};
  if (cached.public_entry) {
    if (!entry || entry->key != cached.public_entry->key) rows_.Delete(kPublic, cached.public_entry->key);
    public_counts_.Add(cached.public_entry->count_key, -1);
  }
  if (entry) {
    rows_.Put(kPublic, entry->key, entry->value);
    public_counts_.Add(entry->count_key, 1);
  }
  cached.public_entry = std::move(entry);
  return {};
}

// Rows are read again for each batch: of the many that there are in time, few are written twice.
Status Projector::WriteStats() {
  for (const auto& [place, changes] : stats_changes_) {
    const std::string key = StatsKey(place.first, place.second);
    RASTI_TRY(const auto row, store_.Get(kStats, key));
    StatsCounters counters;
    if (row) {
      RASTI_TRY(counters, DecodeStatsCounters(*row));
    }
    counters.Add(changes);
    batch_->Put(kStats, key, EncodeStatsCounters(counters));
  }
  stats_changes_.clear();
  return {};
}

void Projector::Forget() {
  batch_->Clear();
  rows_.Clear();
  touched_.clear();
  cache_.Clear();
  next_.clear();
  tenants_.clear();
  inbox_counts_.Forget();
  public_counts_.Forget();
  stats_changes_.clear();
}

}  // namespace rasti::views
