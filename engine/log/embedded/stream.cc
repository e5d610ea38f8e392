#include "engine/log/embedded/stream.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::log::embedded {

Stream::Stream(std::shared_ptr<LogCore> core, ports::AssignmentListener& listener)
    : core_(std::move(core)), listener_(listener), member_(core_->assignment().Join(signal_)) {}

Stream::~Stream() {
  if (closed_) return;
  for (const core::PartitionId partition : owned_) core_->partition(partition).queue.SetOwner(nullptr);
  core_->assignment().Leave(member_);
}

Status Stream::Rebalance() {
  Assignment& assignment = core_->assignment();
  const uint64_t generation = assignment.generation();
  if (generation == seen_generation_) return {};

  const auto revoked = assignment.ToRevoke(member_);
  if (!revoked.empty()) {
    // Still the owner here: the listener may commit what it has.
    listener_.OnRevoked(revoked);
    for (const core::PartitionId partition : revoked) {
      core_->partition(partition).queue.SetOwner(nullptr);
      std::erase(owned_, partition);
      paused_.erase(partition);
    }
    assignment.Release(member_, revoked);
  }

  const auto assigned = assignment.Acquire(member_);
  if (!assigned.empty()) {
    owned_.insert(owned_.end(), assigned.begin(), assigned.end());
    std::sort(owned_.begin(), owned_.end());
    for (const core::PartitionId partition : assigned) core_->partition(partition).queue.SetOwner(signal_);
    if (auto taken = listener_.OnAssigned(assigned); !taken) {
      // Not taken over: free again, and tried again in the next Poll.
      for (const core::PartitionId partition : assigned) {
        core_->partition(partition).queue.SetOwner(nullptr);
        std::erase(owned_, partition);
        paused_.erase(partition);
      }
      assignment.Release(member_, assigned);
      return taken;
    }
  }
  seen_generation_ = generation;
  return {};
}

void Stream::Take(ports::Input input, PollRoom& room, std::vector<ports::InputRecord>& to) {
  const size_t count = owned_.size();
  for (size_t i = 0; i < count && !room.is_full(); ++i) {
    const size_t turn = (next_turn_ + i) % count;
    InputQueue& queue = core_->partition(owned_[turn]).queue;
    if (!queue.HasWaiting(input) || paused_.contains(owned_[turn])) continue;
    // The others come first next time, so that one with a long queue does not keep them waiting.
    if (queue.Take(input, room, to) > 0 && room.is_full()) next_turn_ = (turn + 1) % count;
  }
}

Result<std::vector<ports::InputRecord>> Stream::Poll(size_t most, Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  std::vector<ports::InputRecord> records;
  while (true) {
    signal_->Clear();
    // Not held: the listener reads the log while it takes partitions over.
    if (auto use = core_->Acquire(); !use) return Fail(use.error());
    // A partition is not given up in the middle of a transaction.
    if (!transaction_.open) RASTI_CHECKED(Rebalance());
    PollRoom room(most);
    Take(ports::Input::kFollowUps, room, records);
    Take(ports::Input::kCommands, room, records);
    if (woken_.exchange(false) || !records.empty()) return records;
    if (!signal_->Wait(deadline)) return records;
  }
}

void Stream::Wake() {
  woken_ = true;
  signal_->Raise();
}

Status Stream::CheckOwned(core::PartitionId partition) const {
  if (std::binary_search(owned_.begin(), owned_.end(), partition)) return {};
  return Fail(ErrorCode::kFenced, fmt::format("partition {} is not this stream's", partition.value));
}

Result<ports::InputPositions> Stream::Committed(core::PartitionId partition) {
  RASTI_CHECKED(CheckOwned(partition));
  return core_->partition(partition).queue.Committed();
}

Result<ports::InputPositions> Stream::End(core::PartitionId partition) {
  RASTI_CHECKED(CheckOwned(partition));
  return core_->partition(partition).queue.End();
}

Result<bool> Stream::Passed(core::PartitionId partition, ports::InputPositions end) {
  RASTI_CHECKED(CheckOwned(partition));
  return core_->partition(partition).queue.Passed(end);
}

Result<ports::InputMark> Stream::SetMark(core::PartitionId partition) {
  RASTI_CHECKED(CheckOwned(partition));
  return core_->partition(partition).queue.Mark(core_->clock());
}

Result<std::optional<Instant>> Stream::PassedMark(core::PartitionId partition, const ports::InputMark& mark) {
  RASTI_TRY(const bool passed, Passed(partition, mark.end));
  return passed ? std::optional(mark.dated) : std::nullopt;
}

Status Stream::Rewind(core::PartitionId partition, ports::InputPositions positions) {
  RASTI_CHECKED(CheckOwned(partition));
  return core_->partition(partition).queue.Rewind(positions);
}

Status Stream::SetPaused(core::PartitionId partition, bool paused) {
  RASTI_CHECKED(CheckOwned(partition));
  if (paused) {
    paused_.insert(partition);
  } else {
    paused_.erase(partition);
  }
  return {};
}

Status Stream::Close() {
  if (closed_) return {};
  if (transaction_.open) RASTI_CHECKED(Abort());
  if (!owned_.empty()) listener_.OnRevoked(owned_);
  for (const core::PartitionId partition : owned_) core_->partition(partition).queue.SetOwner(nullptr);
  owned_.clear();
  core_->assignment().Leave(member_);
  closed_ = true;
  return {};
}

}  // namespace rasti::log::embedded
