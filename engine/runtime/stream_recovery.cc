// The stream of a stream loop: opened, given its partitions, caught up with the log, and opened again where it
// failed.
#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "engine/runtime/stream_loop.h"

namespace rasti::runtime {
namespace {

constexpr size_t kReplayBatch = 4096;
// What was committed a moment ago may be late at the end of a log on a network; later than this, it is missing.
constexpr Duration kReplayWait{1'000};
constexpr std::chrono::seconds kStoreWait{10};
constexpr std::chrono::milliseconds kStoreLookAgain{10};
constexpr size_t kFencedMost = 2;
constexpr std::chrono::minutes kFencedWithin{1};

}  // namespace

bool PassesByItself(const Error& error) {
  return error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimedOut ||
         error.code == ErrorCode::kFenced;
}

Status StreamLoop::OpenStream() {
  RASTI_TRY(std::shared_ptr<ports::LogStream> opened, log_.OpenStream(*this));
  const std::lock_guard lock(mutex_);
  stream_ = std::move(opened);
  return {};
}

Result<Duration> StreamLoop::Recover(const Error& error) {
  if (!PassesByItself(error)) return Fail(error);
  const auto now = clock_.Steady();
  if (error.code == ErrorCode::kFenced) {
    std::erase_if(fenced_at_, [&](auto at) { return now - at > kFencedWithin; });
    if (fenced_at_.size() >= kFencedMost) {
      return Fail(error.At("put out for the third time within a minute; give each node a name of its own"));
    }
    fenced_at_.push_back(now);
  }
  // What is installed is committed: writing it to the stores only spares a later replay.
  if (stream_ != nullptr) static_cast<void>(stream_->Close());
  while (!owned_.empty()) Release(owned_.begin()->first, true);
  while (!halted_.empty()) Release(halted_.begin()->first, true);
  while (!catching_up_.empty()) Release(catching_up_.begin()->first, true);
  reopen_wait_ = std::clamp(2 * reopen_wait_, options_.reopen_first, options_.reopen_most);
  if (hooks_.on_trouble) hooks_.on_trouble(error, reopen_wait_);
  const std::lock_guard lock(mutex_);
  stream_.reset();
  return reopen_wait_;
}

Result<std::unique_ptr<CaseStore>> StreamLoop::OpenCases(core::PartitionId id, size_t cached_cases) {
  if (hooks_.take_cases) {
    if (auto kept = hooks_.take_cases(id)) {
      kept->SetCachedCases(cached_cases);
      return kept;
    }
  }
  return OpenStoreOf(id, cached_cases);
}

Result<std::unique_ptr<CaseStore>> StreamLoop::OpenStoreOf(core::PartitionId id, size_t cached_cases) {
  const auto give_up_at = clock_.Steady() + kStoreWait;
  for (;;) {
    auto store = hooks_.open_store(id);
    if (store) return CaseStore::Open(*std::move(store), cached_cases);
    // Another thread of this node had the partition, as after a pause of the process, and is about to learn that it
    // lost it.
    if (store.error().code != ErrorCode::kInUse) return Fail(store.error());
    if (clock_.Steady() > give_up_at) return Fail(ErrorCode::kUnavailable, store.error().message);
    std::this_thread::sleep_for(kStoreLookAgain);
  }
}

Status StreamLoop::OnAssigned(const std::vector<core::PartitionId>& partitions) {
  if (in_use_ == nullptr) {
    RASTI_CHECKED(configuration_.Refresh());
    in_use_ = configuration_.Current();
  }
  for (const core::PartitionId id : partitions) {
    Status taken = TakeOver(id);
    if (taken) continue;
    if (hooks_.give_cases) hooks_.give_cases(id, nullptr);
    if (hooks_.on_released) hooks_.on_released(id, true);
    return taken;
  }
  return {};
}

Status StreamLoop::TakeOver(core::PartitionId id) {
  RASTI_TRY(CatchingUp partition, Admit(id));
  const auto lacks = static_cast<size_t>(partition.end.value - partition.begun.value);
  if (lacks <= options_.catch_up_at_once) {
    RASTI_CHECKED(CatchUp(partition, lacks));
    return Begin(id, std::move(partition));
  }
  RASTI_CHECKED(stream_->SetPaused(id, true));
  catching_up_.emplace(id, std::move(partition));
  return {};
}

Result<StreamLoop::CatchingUp> StreamLoop::Admit(core::PartitionId id) {
  const size_t share = options_.cached_cases_most / static_cast<size_t>(std::max(log_.partition_count(), 1));
  CatchingUp admitted;
  admitted.assigned_at = clock_.Steady();
  if (hooks_.on_assigned) hooks_.on_assigned(id);
  auto cases = OpenCases(id, share);
  if (!cases &&
      (cases.error().code == ErrorCode::kCorruption || cases.error().code == ErrorCode::kUnsupportedVersion)) {
    RASTI_CHECKED(hooks_.drop_store(id));
    cases = OpenStoreOf(id, share);
  }
  if (!cases) return Fail(cases.error());
  admitted.owned.partition = std::make_unique<Partition>(id, *std::move(cases), submitters_, clock_,
                                                         log_.keeps_headers(), log_.partition_count());
  admitted.begun = admitted.owned.partition->cases().position().next_sequence;
  RASTI_TRY(admitted.end, log_.EndSequence(id));
  if (admitted.begun > admitted.end) {
    return Fail(Error::Corruption(
        fmt::format("partition {}: the state store has applied sequence {}, but the log ends with {}: the log has lost "
                    "events; restore it from a backup",
                    id.value, admitted.begun.value - 1, admitted.end.value - 1)));
  }
  RASTI_TRY(admitted.reader, log_.OpenReader(id, admitted.begun));
  return admitted;
}

Status StreamLoop::CatchUp(CatchingUp& partition, size_t events_most) {
  const core::PartitionId id = partition.owned.partition->id();
  CaseStore& cases = partition.owned.partition->cases();
  const int64_t stop =
      std::min(partition.end.value, cases.position().next_sequence.value + static_cast<int64_t>(events_most));
  while (cases.position().next_sequence.value < stop) {
    const auto left = static_cast<size_t>(stop - cases.position().next_sequence.value);
    RASTI_TRY(const auto events, partition.reader->Read(std::min(kReplayBatch, left), kReplayWait));
    if (events.empty()) {
      return Fail(Error::Corruption(fmt::format("partition {}: sequence {} is missing from the log", id.value,
                                                cases.position().next_sequence.value)));
    }
    for (const ports::StoredEvent& stored : events) {
      auto decoded = decoder_.Decode(stored.value);
      if (!decoded)
        return Fail(decoded.error().At(fmt::format("partition {}, sequence {}", id.value, stored.sequence.value)));
      if (cases.dirty_count() >= options_.replay_checkpoint_cases && !cases.WouldSplit(decoded->event)) {
        RASTI_CHECKED(cases.Checkpoint(false));
      }
      if (Status replayed = cases.Replay(decoded->event, decoded->hash, stored.input); !replayed) {
        return Fail(replayed.error().At(fmt::format("partition {}", id.value)));
      }
    }
    if (hooks_.on_recovery) hooks_.on_recovery(id, cases.position().next_sequence, partition.end);
  }
  return {};
}

Status StreamLoop::CatchUpSome() {
  if (catching_up_.empty()) return {};
  const auto first = catching_up_.begin();
  CatchingUp& partition = first->second;
  RASTI_CHECKED(CatchUp(partition, options_.catch_up_piece));
  if (partition.owned.partition->cases().position().next_sequence < partition.end) return {};
  auto whole = catching_up_.extract(first);
  RASTI_CHECKED(Begin(whole.key(), std::move(whole.mapped())));
  return stream_->SetPaused(whole.key(), false);
}

Status StreamLoop::Begin(core::PartitionId id, CatchingUp partition) {
  Owned& owned = partition.owned;
  owned.partition->Drop();
  RASTI_TRY(const auto committed, stream_->Committed(id));
  owned.partition->StartAt(committed);
  owned.partition->Use(in_use_);
  owned.flushed = core::Sequence{-1};
  // Spread out, so that the partitions' turns do not come all at once.
  const auto now = clock_.Steady();
  const auto count = static_cast<size_t>(log_.partition_count());
  const auto turn = [&](Duration every) { return now + every * (owned_.size() % count + 1) / count; };
  owned.checkpoint_at = turn(options_.checkpoint_every);
  owned.flush_at = turn(options_.flush_every);
  const int64_t events = owned.partition->cases().position().next_sequence.value - partition.begun.value;
  owned_[id] = std::move(owned);
  if (hooks_.on_recovered) {
    hooks_.on_recovered(id, events, std::chrono::duration_cast<Duration>(now - partition.assigned_at));
  }
  return {};
}

void StreamLoop::OnRevoked(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) {
    // A checkpoint that fails costs the next owner a longer replay, nothing more. One that still lacks events may stand
    // in the middle of a command, and is not written.
    if (Owned* owned = FindOwned(id)) static_cast<void>(owned->partition->cases().Checkpoint(true));
    Release(id, false);
  }
}

StreamLoop::Owned* StreamLoop::FindOwned(core::PartitionId id) {
  for (auto* partitions : {&owned_, &halted_}) {
    if (const auto found = partitions->find(id); found != partitions->end()) return &found->second;
  }
  return nullptr;
}

void StreamLoop::Release(core::PartitionId id, bool lost) {
  Owned* owned = FindOwned(id);
  const auto behind = catching_up_.find(id);
  if (owned == nullptr && behind == catching_up_.end()) return;
  Partition& partition = owned != nullptr ? *owned->partition : *behind->second.owned.partition;
  released_ += partition.counters();
  // Of one that was lost, what lies on the disk counts.
  std::unique_ptr<CaseStore> cases = lost ? nullptr : partition.TakeCases();
  owned_.erase(id);
  halted_.erase(id);
  catching_up_.erase(id);
  if (hooks_.give_cases) {
    hooks_.give_cases(id, std::move(cases));
  } else {
    cases.reset();
  }
  if (hooks_.on_released) hooks_.on_released(id, lost);
}

void StreamLoop::OnLost(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) Release(id, true);
}

}  // namespace rasti::runtime
