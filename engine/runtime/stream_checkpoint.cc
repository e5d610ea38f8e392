// The checkpoints of a stream loop's stores: what changed goes there in pieces, and now and then to disk.
#include <algorithm>

#include "engine/runtime/stream_loop.h"

namespace rasti::runtime {

// One piece of one partition's checkpoint a round, of the one that waits longest: people's commands wait meanwhile.
Status StreamLoop::CheckpointIfDue() {
  const auto now = clock_.Steady();
  Owned* next = nullptr;
  for (auto& [id, owned] : owned_) {
    if (owned.partition->cases().IsCheckpointing()) return ContinueCheckpoint(owned);
    if (owned.partition->cases().Backlog() >= options_.checkpoint_cases) {
      owned.checkpoint_at = std::min(owned.checkpoint_at, now);
    }
    if (owned.checkpoint_at <= now && (next == nullptr || owned.checkpoint_at < next->checkpoint_at)) next = &owned;
  }
  if (next == nullptr) return {};
  CaseStore& cases = next->partition->cases();
  next->checkpoint_at = now + options_.checkpoint_every;
  // A quiet partition's memtable would never fill up by itself, and every restart would replay it.
  const bool flush = next->flush_at <= now;
  if (flush) next->flush_at = now + options_.flush_every;
  next->flush_pending = flush && next->flushed != cases.position().next_sequence;
  if (cases.dirty_count() == 0 && !next->flush_pending) return {};
  next->flushed_next = cases.position().next_sequence;
  cases.BeginCheckpoint();
  return ContinueCheckpoint(*next);
}

Status StreamLoop::ContinueCheckpoint(Owned& owned) {
  CaseStore& cases = owned.partition->cases();
  // Cases must not change faster than they are written.
  RASTI_CHECKED(cases.ContinueCheckpoint(std::max(options_.checkpoint_piece, cases.Backlog() / 4)));
  if (cases.IsCheckpointing() || !owned.flush_pending) return {};
  owned.flush_pending = false;
  owned.flushed = owned.flushed_next;
  // In the background: a command would wait for a disk that a snapshot keeps busy.
  return cases.store().BeginFlush();
}

}  // namespace rasti::runtime
