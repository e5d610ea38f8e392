#include "engine/runtime/case_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/audit/event_hash.h"
#include "engine/base/check.h"
#include "engine/codec/state_codec.h"
#include "engine/core/apply.h"
#include "engine/runtime/case_store_rows.h"
#include "engine/runtime/row_keys.h"

namespace rasti::runtime {
namespace {

// The row of a command costs about a quarter of a case's.
constexpr size_t kCommandsACase = 4;

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
  record.commands.AppendTo(bytes);
  bytes += codec::EncodeState(record.state);
  return bytes;
}

Result<std::shared_ptr<CaseRecord>> DecodeRecord(std::string_view bytes) {
  auto record = std::make_shared<CaseRecord>();
  const auto cut_off = [] { return Fail(Error::Corruption("state store: a case's row is cut off")); };
  if (bytes.size() < record->head.size()) return cut_off();
  std::copy_n(bytes.begin(), record->head.size(), record->head.begin());
  bytes.remove_prefix(record->head.size());
  auto commands = CommandFilter::TakeFrom(bytes);
  if (!commands) return cut_off();
  record->commands = *std::move(commands);
  RASTI_TRY(record->state, codec::DecodeState(bytes));
  return record;
}

}  // namespace

bool IsRemembered(const core::CommandId& command) { return command.view() != "timer" && command.view() != "replan"; }

Result<CaseRef> CaseStore::Find(const core::CaseId& id) {
  RASTI_TRY(CaseRef record, FindRecord(id));
  return record;
}

Result<std::shared_ptr<CaseRecord>> CaseStore::FindRecord(const core::CaseId& id) {
  if (const auto found = dirty_.find(id); found != dirty_.end()) return found->second;
  if (frozen_) {
    if (const auto found = frozen_->cases.find(id); found != frozen_->cases.end()) return found->second;
  }
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

Result<std::optional<CommandOutcome>> CaseStore::FindCommand(const CaseRecord& record, const core::CommandId& command) {
  if (!record.commands.MayHave(command)) return std::optional<CommandOutcome>();
  const core::CaseId& id = record.state.id;
  const CommandKey key{id, command};
  if (const auto found = new_commands_.find(key); found != new_commands_.end()) return found->second;
  if (frozen_) {
    if (const auto found = frozen_->commands.find(key); found != frozen_->commands.end()) return found->second;
  }
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
  RASTI_CHECK(!frozen_, "no checkpoint is under way while a store catches up");
  RASTI_TRY(std::shared_ptr<CaseRecord> record, FindRecord(context.case_id));
  const bool is_new = record == nullptr;
  if (is_new) record = std::make_shared<CaseRecord>();
  // A checkpoint that was cut short had written the case as it was later.
  const bool applied = !is_new && event.sequence < ahead_ && event.revision <= record->state.revision;
  if (applied) {
    if (event.revision == record->state.revision && hash != record->head)
      return corrupt("its hash is not the stored one");
  } else if (Status changed = ReplayNew(event, hash, record, is_new); !changed) {
    return corrupt(changed.error().message);
  }

  if (IsRemembered(context.command_id)) {
    auto& outcome = new_commands_[CommandKey{context.case_id, context.command_id}];
    if (outcome.first_revision.value == 0) outcome.first_revision = event.revision;
    outcome.last_revision = event.revision;
    outcome.last_sequence = event.sequence;
    if (!applied) record->commands.Add(context.command_id);
  }
  last_replayed_ = CommandKey{context.case_id, context.command_id};
  position_.next_sequence = event.sequence.Next();
  position_.last_recorded_at = context.recorded_at;
  position_.input = input;
  return {};
}

Status CaseStore::ReplayNew(const core::Event& event, const Hash256& hash, const std::shared_ptr<CaseRecord>& record,
                            bool is_new) {
  const core::EventContext& context = event.ctx();
  if (const auto why_not = core::WhyNotNext(record->state, event)) return Fail(Error::Corruption(*why_not));
  const Hash256 wanted = is_new ? audit::FirstPrevHash(context.case_id.uuid) : record->head;
  if (event.prev_hash != wanted)
    return Fail(Error::Corruption("it does not follow the case's event before: the hash chain is broken"));

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
  return {};
}

void CaseStore::MoveTimer(const core::CaseId& id, std::optional<Instant> from, std::optional<Instant> to) {
  if (from == to) return;
  if (from) timers_.erase({*from, id});
  if (to) timers_.insert({*to, id});
}

void CaseStore::InstallCommand(const core::CaseId& id, const core::CommandId& command, const CommandOutcome& outcome) {
  new_commands_[CommandKey{id, command}] = outcome;
  const auto changed = dirty_.find(id);
  RASTI_CHECK(changed != dirty_.end(), "a command that was accepted changed its case");
  changed->second->commands.Add(command);
}

std::optional<std::pair<Instant, core::CaseId>> CaseStore::EarliestTimer() const {
  if (timers_.empty()) return std::nullopt;
  return *timers_.begin();
}

bool CaseStore::WouldSplit(const core::Event& next) const {
  return last_replayed_ == CommandKey{next.ctx().case_id, next.ctx().command_id} && IsRemembered(next.ctx().command_id);
}

size_t CaseStore::Backlog() const { return dirty_.size() + new_commands_.size() / kCommandsACase; }

CaseStore::Frozen::Frozen(Cache changed, Commands accepted, StoredTimers timers, const PartitionPosition& at,
                          int64_t epoch)
    : cases(std::move(changed)),
      commands(std::move(accepted)),
      stored_timers(std::move(timers)),
      position(at),
      swept_epoch(epoch) {
  case_order.reserve(cases.size());
  for (const auto& [id, record] : cases) case_order.emplace_back(id, &record);
  std::ranges::sort(case_order, {}, [](const auto& entry) { return entry.first; });
  command_order.reserve(commands.size());
  for (const auto& command : commands) command_order.push_back(&command);
  std::ranges::sort(command_order, {}, [](const auto* command) -> const CommandKey& { return command->first; });
}

void CaseStore::BeginCheckpoint() {
  RASTI_CHECK(!frozen_, "one checkpoint at a time");
  frozen_.emplace(std::exchange(dirty_, {}), std::exchange(new_commands_, {}), std::exchange(stored_timers_, {}),
                  position_, swept_epoch_);
}

void CaseStore::PutCase(ports::WriteBatch& batch, const CaseRecord& record, std::vector<TimerRow>& timers) const {
  const core::CaseId& id = record.state.id;
  batch.Put(kCases, id.uuid.AsBytes(), EncodeRecord(record));
  const auto stored = frozen_->stored_timers.find(id);
  const auto before = stored == frozen_->stored_timers.end() ? std::nullopt : stored->second;
  const auto now = core::NextWallTimer(record.state);
  if (before == now) return;
  if (before) timers.push_back({*before, id, false});
  if (now) timers.push_back({*now, id, true});
}

void CaseStore::PutCommands(ports::WriteBatch& batch, size_t most) {
  for (; most > 0 && frozen_->next_command < frozen_->command_order.size(); --most) {
    const auto& [key, outcome] = *frozen_->command_order[frozen_->next_command++];
    std::string row;
    AppendOrdered(row, outcome.first_revision.value);
    AppendOrdered(row, outcome.last_revision.value);
    AppendOrdered(row, outcome.last_sequence.value);
    batch.Put(kCommands, CommandRowKey(key.case_id, key.command), row);
  }
}

// The last piece: from now on the store reflects the position at which the checkpoint began.
void CaseStore::PutEnd(ports::WriteBatch& batch) const {
  std::string position;
  AppendOrdered(position, frozen_->position.next_sequence.value);
  AppendOrdered(position, ToUnixMillis(frozen_->position.last_recorded_at));
  AppendOrdered(position, frozen_->position.input.commands);
  AppendOrdered(position, frozen_->position.input.follow_ups);
  batch.Put(kMeta, kPositionRow, position);
  std::string swept;
  AppendOrdered(swept, frozen_->swept_epoch);
  batch.Put(kMeta, kSweptRow, swept);
}

Status CaseStore::ContinueCheckpoint(size_t cases_most) {
  RASTI_CHECK(frozen_.has_value(), "a checkpoint was begun");
  auto batch = store_->NewBatch();
  // One that an earlier process left in the middle reaches further than this one, while the log is replayed up to it.
  std::string ahead;
  AppendOrdered(ahead, std::max(ahead_, frozen_->position.next_sequence).value);
  batch->Put(kMeta, kAheadRow, ahead);
  const size_t begin = frozen_->next_case;
  const size_t end = begin + std::min(std::max<size_t>(cases_most, 1), frozen_->case_order.size() - begin);
  std::vector<TimerRow> timers;
  for (size_t i = begin; i < end; ++i) PutCase(*batch, **frozen_->case_order[i].second, timers);
  // With their cases: the index is read as it stands where a crash cuts the checkpoint short.
  std::ranges::sort(timers);
  for (const TimerRow& row : timers) {
    const std::string key = TimerRowKey(row.due, row.id);
    if (row.is_there) {
      batch->Put(kTimers, key, {});
    } else {
      batch->Delete(kTimers, key);
    }
  }
  const size_t left = std::max<size_t>(cases_most, 1) - (end - begin);
  PutCommands(*batch, left > SIZE_MAX / kCommandsACase ? SIZE_MAX : left * kCommandsACase);
  frozen_->next_case = end;
  if (frozen_->done()) PutEnd(*batch);
  RASTI_CHECKED(store_->Write(*batch));

  for (size_t i = begin; i < end; ++i) {
    const auto& [id, record] = frozen_->case_order[i];
    if (!dirty_.contains(id)) Remember(*record);
  }
  if (frozen_->done()) frozen_.reset();
  return {};
}

Status CaseStore::Checkpoint(bool durable) {
  if (frozen_) RASTI_CHECKED(ContinueCheckpoint(SIZE_MAX));
  BeginCheckpoint();
  RASTI_CHECKED(ContinueCheckpoint(SIZE_MAX));
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
