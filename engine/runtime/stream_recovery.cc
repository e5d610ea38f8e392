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
  if (taking_ && hooks_.on_released) hooks_.on_released(*taking_, true);
  taking_.reset();
  reopen_wait_ = std::clamp(2 * reopen_wait_, options_.reopen_first, options_.reopen_most);
  if (hooks_.on_trouble) hooks_.on_trouble(error, reopen_wait_);
  const std::lock_guard lock(mutex_);
  stream_.reset();
  return reopen_wait_;
}

Result<std::unique_ptr<CaseStore>> StreamLoop::OpenCases(core::PartitionId id, size_t cached_cases) {
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
  const auto now = clock_.Steady();
  const size_t share = options_.cached_cases_most / static_cast<size_t>(std::max(log_.partition_count(), 1));
  for (const core::PartitionId id : partitions) {
    const auto assigned_at = clock_.Steady();
    if (hooks_.on_assigned) hooks_.on_assigned(id);
    taking_ = id;
    auto cases = OpenCases(id, share);
    if (!cases &&
        (cases.error().code == ErrorCode::kCorruption || cases.error().code == ErrorCode::kUnsupportedVersion)) {
      RASTI_CHECKED(hooks_.drop_store(id));
      cases = OpenCases(id, share);
    }
    if (!cases) return Fail(cases.error());
    Owned owned;
    owned.partition = std::make_unique<Partition>(id, *std::move(cases), submitters_, clock_, log_.keeps_headers(),
                                                  log_.partition_count());
    const int64_t before = owned.partition->cases().position().next_sequence.value;
    RASTI_CHECKED(CatchUp(*owned.partition));
    RASTI_TRY(const auto committed, stream_->Committed(id));
    owned.partition->StartAt(committed);
    owned.partition->Use(in_use_);
    owned.flushed = core::Sequence{-1};
    // Spread out, so that the partitions' turns do not come all at once.
    const auto turn = [&](Duration every) { return now + every * (owned_.size() + 1) / partitions.size(); };
    owned.checkpoint_at = turn(options_.checkpoint_every);
    owned.flush_at = turn(options_.flush_every);
    const int64_t events = owned.partition->cases().position().next_sequence.value - before;
    owned_[id] = std::move(owned);
    taking_.reset();
    if (hooks_.on_recovered) {
      hooks_.on_recovered(id, events, std::chrono::duration_cast<Duration>(clock_.Steady() - assigned_at));
    }
  }
  return {};
}

Status StreamLoop::CatchUp(Partition& partition) {
  const core::PartitionId id = partition.id();
  CaseStore& cases = partition.cases();
  RASTI_TRY(const core::Sequence end, log_.EndSequence(id));
  if (cases.position().next_sequence > end) {
    return Fail(Error::Corruption(
        fmt::format("partition {}: the state store has applied sequence {}, but the log ends with {}: the log has lost "
                    "events; restore it from a backup",
                    id.value, cases.position().next_sequence.value - 1, end.value - 1)));
  }
  RASTI_TRY(const auto reader, log_.OpenReader(id, cases.position().next_sequence));
  codec::EventDecoder decoder;
  while (cases.position().next_sequence < end) {
    RASTI_TRY(const auto events, reader->Read(kReplayBatch, kReplayWait));
    if (events.empty()) {
      return Fail(Error::Corruption(fmt::format("partition {}: sequence {} is missing from the log", id.value,
                                                cases.position().next_sequence.value)));
    }
    for (const ports::StoredEvent& stored : events) {
      auto decoded = decoder.Decode(stored.value);
      if (!decoded)
        return Fail(decoded.error().At(fmt::format("partition {}, sequence {}", id.value, stored.sequence.value)));
      if (cases.dirty_count() >= options_.replay_checkpoint_cases && !cases.WouldSplit(decoded->event)) {
        RASTI_CHECKED(cases.Checkpoint(false));
      }
      if (Status replayed = cases.Replay(decoded->event, decoded->hash, stored.input); !replayed) {
        return Fail(replayed.error().At(fmt::format("partition {}", id.value)));
      }
    }
    if (hooks_.on_recovery) hooks_.on_recovery(id, cases.position().next_sequence, end);
  }
  partition.Drop();
  return {};
}

void StreamLoop::OnRevoked(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) {
    const auto found = owned_.find(id);
    if (found == owned_.end()) continue;
    // A checkpoint that fails costs the next owner a longer replay, nothing more.
    static_cast<void>(found->second.partition->cases().Checkpoint(true));
    Release(id, false);
  }
}

void StreamLoop::Release(core::PartitionId id, bool lost) {
  const auto found = owned_.find(id);
  if (found == owned_.end()) return;
  released_ += found->second.partition->counters();
  owned_.erase(found);
  if (hooks_.on_released) hooks_.on_released(id, lost);
}

void StreamLoop::OnLost(const std::vector<core::PartitionId>& partitions) {
  for (const core::PartitionId id : partitions) Release(id, true);
}

}  // namespace rasti::runtime
