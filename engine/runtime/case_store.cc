#include "engine/runtime/case_store.h"

#include <fmt/format.h>

#include "engine/audit/event_hash.h"
#include "engine/codec/state_codec.h"
#include "engine/core/apply.h"
#include "engine/runtime/row_keys.h"

namespace rasti::runtime {
namespace {

constexpr ports::Table kMeta{0};
constexpr ports::Table kCases{1};
constexpr ports::Table kCommands{2};
constexpr ports::Table kTimers{3};

constexpr std::string_view kFormatRow = "format";
constexpr std::string_view kPositionRow = "position";
constexpr std::string_view kSweptRow = "swept";

std::string CommandRowKey(const core::CaseId& id, const core::CommandId& command) {
  std::string key(id.uuid.AsBytes());
  key += command.view();
  return key;
}

std::string TimerRowKey(Instant due, const core::CaseId& id) {
  std::string key;
  AppendOrdered(key, ToUnixMillis(due));
  key += id.uuid.AsBytes();
  return key;
}

std::string EncodeRecord(const CaseRecord& record) {
  std::string bytes(AsBytes(record.head));
  bytes += codec::EncodeState(record.state);
  return bytes;
}

Result<std::shared_ptr<CaseRecord>> DecodeRecord(std::string_view bytes) {
  auto record = std::make_shared<CaseRecord>();
  if (bytes.size() < record->head.size()) return Fail(Error::Corruption("state store: a case's row is cut off"));
  std::copy_n(bytes.begin(), record->head.size(), record->head.begin());
  RASTI_TRY(record->state, codec::DecodeState(bytes.substr(record->head.size())));
  return record;
}

}  // namespace

std::vector<std::string> CaseStore::Tables() { return {"meta", "cases", "commands", "timers"}; }

CaseStore::CaseStore(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most)
    : store_(std::move(store)), generation_most_(std::max<size_t>(cached_cases_most / 2, 1)) {}

Result<std::unique_ptr<CaseStore>> CaseStore::Open(std::unique_ptr<ports::ViewStore> store, size_t cached_cases_most) {
  std::unique_ptr<CaseStore> cases(new CaseStore(std::move(store), cached_cases_most));
  RASTI_CHECKED(cases->Load());
  return cases;
}

Status CaseStore::Load() {
  const std::string format = std::to_string(codec::kStateFormat);
  RASTI_TRY(const auto stored_format, store_->Get(kMeta, kFormatRow));
  if (!stored_format) {
    auto batch = store_->NewBatch();
    batch->Put(kMeta, kFormatRow, format);
    return store_->Write(*batch);
  }
  if (*stored_format != format) {
    return Fail(
        ErrorCode::kUnsupportedVersion,
        fmt::format("the state store has format {}, this version writes {}; delete the directory, it is rebuilt "
                    "from the log",
                    *stored_format, format));
  }
  RASTI_TRY(const auto position, store_->Get(kMeta, kPositionRow));
  if (position) {
    RowReader row(*position);
    position_.next_sequence.value = row.Number();
    position_.last_recorded_at = InstantFromUnixMillis(row.Number());
    position_.input.commands = row.Number();
    position_.input.follow_ups = row.Number();
    if (!row.Complete()) return Fail(Error::Corruption("state store: the position's row is damaged"));
  }
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

bool IsRemembered(const core::CommandId& command) { return command.view() != "timer" && command.view() != "replan"; }

Result<CaseRef> CaseStore::Find(const core::CaseId& id) {
  RASTI_TRY(CaseRef record, FindRecord(id));
  return record;
}

Result<std::shared_ptr<CaseRecord>> CaseStore::FindRecord(const core::CaseId& id) {
  if (const auto found = dirty_.find(id); found != dirty_.end()) return found->second;
  if (const auto found = young_.find(id); found != young_.end()) return found->second;
  if (const auto found = old_.find(id); found != old_.end()) {
    std::shared_ptr<CaseRecord> record = std::move(found->second);
    old_.erase(found);
    Remember(record);
    return record;
  }
  RASTI_TRY(const auto bytes, store_->Get(kCases, id.uuid.AsBytes()));
  if (!bytes) return std::shared_ptr<CaseRecord>();
  RASTI_TRY(std::shared_ptr<CaseRecord> record, DecodeRecord(*bytes));
  Remember(record);
  return record;
}

void CaseStore::Remember(std::shared_ptr<CaseRecord> record) {
  if (young_.size() >= generation_most_) {
    old_ = std::move(young_);
    young_.clear();
  }
  const core::CaseId id = record->state.id;
  young_[id] = std::move(record);
}

Result<std::optional<CommandOutcome>> CaseStore::FindCommand(const core::CaseId& id, const core::CommandId& command) {
  if (const auto found = new_commands_.find(CommandKey{id, command}); found != new_commands_.end())
    return found->second;
  RASTI_TRY(const auto bytes, store_->Get(kCommands, CommandRowKey(id, command)));
  if (!bytes) return std::optional<CommandOutcome>();
  RowReader row(*bytes);
  CommandOutcome outcome;
  outcome.first_revision.value = row.Number();
  outcome.last_revision.value = row.Number();
  outcome.last_sequence.value = row.Number();
  if (!row.Complete()) return Fail(Error::Corruption("state store: a command's row is damaged"));
  return std::optional(outcome);
}

void CaseStore::Install(const CaseRef& before, CaseRef after) {
  const core::CaseId id = after->state.id;
  const std::optional<Instant> timer = core::NextWallTimer(after->state);
  // The caller gives the record away; only the store changes one, and only while it replays.
  auto record = std::const_pointer_cast<CaseRecord>(std::move(after));
  if (const auto found = dirty_.find(id); found != dirty_.end()) {
    MoveTimer(id, core::NextWallTimer(found->second->state), timer);
    found->second = std::move(record);
    return;
  }
  // The first change since the checkpoint: the timer of the clean record is the one that stands in the store.
  const auto stored = before == nullptr ? std::nullopt : core::NextWallTimer(before->state);
  young_.erase(id);
  old_.erase(id);
  stored_timers_[id] = stored;
  MoveTimer(id, stored, timer);
  dirty_.emplace(id, std::move(record));
}

Status CaseStore::Replay(const core::Event& event, const Hash256& hash, const ports::InputPositions& input) {
  const core::EventContext& context = event.ctx();
  const auto corrupt = [&](std::string_view what) {
    return Fail(Error::Corruption(fmt::format("sequence {}, event {}: {}", event.sequence.value,
                                              core::EventId(context.case_id, event.revision), what)));
  };
  if (event.sequence != position_.next_sequence) {
    return corrupt(fmt::format("sequence {} is wanted here", position_.next_sequence.value));
  }
  RASTI_TRY(std::shared_ptr<CaseRecord> record, FindRecord(context.case_id));
  const bool is_new = record == nullptr;
  if (is_new) record = std::make_shared<CaseRecord>();
  if (const auto why_not = core::WhyNotNext(record->state, event)) return corrupt(*why_not);
  const Hash256 wanted = is_new ? audit::FirstPrevHash(context.case_id.uuid) : record->head;
  if (event.prev_hash != wanted) return corrupt("it does not follow the case's event before: the hash chain is broken");

  const auto timer_before = is_new ? std::nullopt : core::NextWallTimer(record->state);
  if (!dirty_.contains(context.case_id)) {
    young_.erase(context.case_id);
    old_.erase(context.case_id);
    stored_timers_[context.case_id] = timer_before;
    dirty_.emplace(context.case_id, record);
  }
  core::Apply(record->state, event);
  record->head = hash;
  MoveTimer(context.case_id, timer_before, core::NextWallTimer(record->state));

  if (IsRemembered(context.command_id)) {
    auto& outcome = new_commands_[CommandKey{context.case_id, context.command_id}];
    if (outcome.first_revision.value == 0) outcome.first_revision = event.revision;
    outcome.last_revision = event.revision;
    outcome.last_sequence = event.sequence;
  }
  last_replayed_ = CommandKey{context.case_id, context.command_id};
  position_.next_sequence = event.sequence.Next();
  position_.last_recorded_at = context.recorded_at;
  position_.input = input;
  return {};
}

void CaseStore::MoveTimer(const core::CaseId& id, std::optional<Instant> from, std::optional<Instant> to) {
  if (from == to) return;
  if (from) timers_.erase({*from, id});
  if (to) timers_.insert({*to, id});
}

void CaseStore::InstallCommand(const core::CaseId& id, const core::CommandId& command, const CommandOutcome& outcome) {
  new_commands_[CommandKey{id, command}] = outcome;
}

std::optional<std::pair<Instant, core::CaseId>> CaseStore::EarliestTimer() const {
  if (timers_.empty()) return std::nullopt;
  return *timers_.begin();
}

bool CaseStore::WouldSplit(const core::Event& next) const {
  return last_replayed_ == CommandKey{next.ctx().case_id, next.ctx().command_id} && IsRemembered(next.ctx().command_id);
}

Status CaseStore::Checkpoint(bool durable) {
  auto batch = store_->NewBatch();
  for (const auto& [id, record] : dirty_) {
    batch->Put(kCases, id.uuid.AsBytes(), EncodeRecord(*record));
    const auto stored = stored_timers_.find(id);
    const auto before = stored == stored_timers_.end() ? std::nullopt : stored->second;
    const auto now = core::NextWallTimer(record->state);
    if (before == now) continue;
    if (before) batch->Delete(kTimers, TimerRowKey(*before, id));
    if (now) batch->Put(kTimers, TimerRowKey(*now, id), {});
  }
  for (const auto& [key, outcome] : new_commands_) {
    std::string row;
    AppendOrdered(row, outcome.first_revision.value);
    AppendOrdered(row, outcome.last_revision.value);
    AppendOrdered(row, outcome.last_sequence.value);
    batch->Put(kCommands, CommandRowKey(key.case_id, key.command), row);
  }
  std::string position;
  AppendOrdered(position, position_.next_sequence.value);
  AppendOrdered(position, ToUnixMillis(position_.last_recorded_at));
  AppendOrdered(position, position_.input.commands);
  AppendOrdered(position, position_.input.follow_ups);
  batch->Put(kMeta, kPositionRow, position);
  std::string swept;
  AppendOrdered(swept, swept_epoch_);
  batch->Put(kMeta, kSweptRow, swept);
  RASTI_CHECKED(store_->Write(*batch));

  for (auto& [id, record] : dirty_) Remember(std::move(record));
  dirty_.clear();
  new_commands_.clear();
  stored_timers_.clear();
  if (durable) RASTI_CHECKED(store_->Flush());
  return {};
}

Result<std::optional<core::CaseId>> CaseStore::ForEach(std::optional<core::CaseId> after, size_t most,
                                                       const std::function<Status(const CaseRecord&)>& visit) {
  const auto cursor = store_->Scan(kCases);
  cursor->Seek(after ? after->uuid.AsBytes() : std::string_view());
  if (after && cursor->Valid() && cursor->key() == after->uuid.AsBytes()) cursor->Next();
  std::optional<core::CaseId> last;
  for (size_t seen = 0; cursor->Valid() && seen < most; ++seen, cursor->Next()) {
    RASTI_TRY(const CaseRef record, DecodeRecord(cursor->value()));
    last = record->state.id;
    RASTI_CHECKED(visit(*record));
  }
  RASTI_CHECKED(cursor->status());
  return last;
}

}  // namespace rasti::runtime
