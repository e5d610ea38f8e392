#include "engine/log/embedded/input_queue.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::log::embedded {
namespace {

int64_t EndOf(const std::map<int64_t, FollowUp>& stored, int64_t committed) {
  return stored.empty() ? committed : std::max(committed, stored.rbegin()->first + 1);
}

}  // namespace

InputQueue::InputQueue(core::PartitionId partition, ports::InputPositions committed, std::map<int64_t, FollowUp> stored,
                       std::atomic<int64_t>& waiting_commands)
    : partition_(partition),
      committed_(committed),
      cursor_(committed),
      follow_ups_(std::move(stored)),
      follow_up_positions_(EndOf(follow_ups_, committed.follow_ups)),
      waiting_commands_(waiting_commands) {
  UpdateHints();
}

// Requires the lock, as RaiseOwner does.
void InputQueue::UpdateHints() {
  has_commands_ = cursor_.commands < committed_.commands + static_cast<int64_t>(commands_.size());
  const auto next = follow_ups_.lower_bound(cursor_.follow_ups);
  has_follow_ups_ = next != follow_ups_.end() && next->first < follow_up_positions_.VisibleEnd();
}

void InputQueue::RaiseOwner() {
  if (owner_) owner_->Raise();
}

Status InputQueue::PushCommand(const ports::Clock& clock, std::string key, std::string value,
                               ports::ResultCallback done) {
  const std::lock_guard lock(mutex_);
  if (closed_) return Fail(ErrorCode::kUnavailable, "the log is closed");
  commands_.push_back({clock.Now(), std::move(key), std::move(value), std::move(done)});
  has_commands_ = true;
  waiting_commands_.fetch_add(1, std::memory_order_relaxed);
  RaiseOwner();
  return {};
}

int64_t InputQueue::AllocateFollowUps(const ports::Clock& clock, std::vector<FollowUp>& follow_ups) {
  const std::lock_guard lock(mutex_);
  for (FollowUp& follow_up : follow_ups) follow_up.taken_at = clock.Now();
  return follow_up_positions_.Allocate(static_cast<int64_t>(follow_ups.size()));
}

void InputQueue::FinishFollowUps(int64_t first, std::vector<FollowUp> follow_ups) {
  const std::lock_guard lock(mutex_);
  int64_t position = first;
  for (FollowUp& follow_up : follow_ups) follow_ups_.emplace(position++, std::move(follow_up));
  follow_up_positions_.Finish(first);
  UpdateHints();
  if (has_follow_ups_) RaiseOwner();
}

void InputQueue::SetOwner(std::shared_ptr<StreamSignal> signal) {
  const std::lock_guard lock(mutex_);
  owner_ = std::move(signal);
  cursor_ = committed_;
  UpdateHints();
  if (has_commands_ || has_follow_ups_) RaiseOwner();
}

bool InputQueue::HasWaiting(ports::Input input) const {
  return input == ports::Input::kCommands ? has_commands_.load() : has_follow_ups_.load();
}

size_t InputQueue::Take(ports::Input input, PollRoom& room, std::vector<ports::InputRecord>& to) {
  const std::lock_guard lock(mutex_);
  const size_t taken = input == ports::Input::kCommands ? TakeCommands(room, to) : TakeFollowUps(room, to);
  UpdateHints();
  return taken;
}

size_t InputQueue::TakeCommands(PollRoom& room, std::vector<ports::InputRecord>& to) {
  const size_t begin = static_cast<size_t>(cursor_.commands - committed_.commands);
  size_t next = begin;
  for (; next < commands_.size() && !room.is_full(); ++next) {
    // Copied: a rewind delivers it again.
    const Command& command = commands_[next];
    room.Use(command.key.size() + command.value.size());
    to.push_back(
        {partition_, ports::Input::kCommands, cursor_.commands++, command.taken_at, command.key, command.value});
  }
  return next - begin;
}

size_t InputQueue::TakeFollowUps(PollRoom& room, std::vector<ports::InputRecord>& to) {
  const int64_t visible_end = follow_up_positions_.VisibleEnd();
  size_t taken = 0;
  for (auto it = follow_ups_.lower_bound(cursor_.follow_ups);
       it != follow_ups_.end() && it->first < visible_end && !room.is_full(); ++it, ++taken) {
    const FollowUp& follow_up = it->second;
    room.Use(follow_up.key.size() + follow_up.value.size());
    to.push_back({partition_, ports::Input::kFollowUps, it->first, follow_up.taken_at, follow_up.key, follow_up.value});
    cursor_.follow_ups = it->first + 1;
  }
  return taken;
}

ports::InputPositions InputQueue::Committed() const {
  const std::lock_guard lock(mutex_);
  return committed_;
}

ports::InputPositions InputQueue::End() const {
  const std::lock_guard lock(mutex_);
  return {.commands = committed_.commands + static_cast<int64_t>(commands_.size()),
          .follow_ups = follow_up_positions_.VisibleEnd()};
}

ports::InputMark InputQueue::Mark(const ports::Clock& clock) const {
  const std::lock_guard lock(mutex_);
  return {.number = 0,
          .end = {.commands = committed_.commands + static_cast<int64_t>(commands_.size()),
                  .follow_ups = follow_up_positions_.End()},
          .dated = clock.Now()};
}

bool InputQueue::Passed(ports::InputPositions end) const {
  const std::lock_guard lock(mutex_);
  return cursor_.commands >= end.commands && cursor_.follow_ups >= end.follow_ups;
}

Status InputQueue::Rewind(ports::InputPositions positions) {
  const ports::InputPositions end = End();
  const std::lock_guard lock(mutex_);
  if (positions.commands < committed_.commands || positions.follow_ups < committed_.follow_ups ||
      positions.commands > end.commands || positions.follow_ups > end.follow_ups) {
    return Fail(
        Error::Invalid(fmt::format("partition {}: a rewind to commands {}, follow-ups {} is not between the "
                                   "committed {}, {} and the end {}, {}",
                                   partition_.value, positions.commands, positions.follow_ups, committed_.commands,
                                   committed_.follow_ups, end.commands, end.follow_ups)));
  }
  cursor_ = positions;
  UpdateHints();
  if (has_commands_ || has_follow_ups_) RaiseOwner();
  return {};
}

Status InputQueue::CheckNext(ports::InputPositions next) const {
  const std::lock_guard lock(mutex_);
  if (next.commands < committed_.commands || next.follow_ups < committed_.follow_ups ||
      next.commands > cursor_.commands || next.follow_ups > cursor_.follow_ups) {
    return Fail(
        Error::Internal(fmt::format("partition {}: next positions {}, {} are not between the committed {}, {} "
                                    "and the delivered {}, {}",
                                    partition_.value, next.commands, next.follow_ups, committed_.commands,
                                    committed_.follow_ups, cursor_.commands, cursor_.follow_ups)));
  }
  return {};
}

std::vector<int64_t> InputQueue::FollowUpsBefore(int64_t next) const {
  const std::lock_guard lock(mutex_);
  std::vector<int64_t> positions;
  for (auto it = follow_ups_.begin(); it != follow_ups_.end() && it->first < next; ++it) positions.push_back(it->first);
  return positions;
}

std::vector<Answer> InputQueue::MarkCommitted(ports::InputPositions next, std::map<int64_t, std::string> results) {
  const std::lock_guard lock(mutex_);
  std::vector<Answer> answers;
  for (; committed_.commands < next.commands; ++committed_.commands) {
    ports::ResultCallback done = std::move(commands_.front().done);
    commands_.pop_front();
    waiting_commands_.fetch_sub(1, std::memory_order_relaxed);
    if (!done) continue;
    const auto result = results.find(committed_.commands);
    if (result != results.end()) {
      answers.emplace_back(std::move(done), std::move(result->second));
    } else {
      answers.emplace_back(std::move(done), Fail(ErrorCode::kAborted, "the command was set aside without a result"));
    }
  }
  committed_.follow_ups = std::max(committed_.follow_ups, next.follow_ups);
  follow_ups_.erase(follow_ups_.begin(), follow_ups_.lower_bound(committed_.follow_ups));
  cursor_.commands = std::max(cursor_.commands, committed_.commands);
  cursor_.follow_ups = std::max(cursor_.follow_ups, committed_.follow_ups);
  UpdateHints();
  return answers;
}

std::vector<Answer> InputQueue::FailAll(const Error& error) {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  std::vector<Answer> answers;
  // The commands keep their places until the queue itself goes: a stream may still be reading.
  for (Command& command : commands_) {
    if (command.done) answers.emplace_back(std::exchange(command.done, nullptr), Fail(error));
  }
  return answers;
}

}  // namespace rasti::log::embedded
