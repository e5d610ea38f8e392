#include "tests/support/memory_log_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "engine/base/check.h"

namespace rasti::test {
namespace {

// As the port says.
constexpr int64_t kMarksKept = 8;

Error Fenced() { return {ErrorCode::kFenced, "another owner took over"}; }

}  // namespace

MemoryEventLog::Stream::~Stream() {
  const std::scoped_lock lock(log_.mutex_);
  log_.Forget(*this);
}

Result<std::vector<ports::InputRecord>> MemoryEventLog::Stream::Poll(size_t most, Duration timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  Lock lock(log_.mutex_);
  while (true) {
    if (dead_) return Fail(Fenced());
    // A stream that is in the middle of a transaction keeps what it owns until that is through.
    if (!transaction_) RASTI_CHECKED(Rebalance(lock));
    auto records = TakeInput(most);
    if (!records.empty() || std::exchange(woken_, false)) return records;
    if (log_.changed_.wait_until(lock, until) == std::cv_status::timeout) {
      if (dead_) return Fail(Fenced());
      return TakeInput(most);
    }
  }
}

Status MemoryEventLog::Stream::Rebalance(Lock& lock) {
  if (!lost_.empty()) {
    const std::vector<core::PartitionId> lost(lost_.begin(), lost_.end());
    lost_.clear();
    lock.unlock();
    listener_.OnLost(lost);
    lock.lock();
  }
  std::vector<core::PartitionId> revoked;
  std::ranges::set_difference(owned_, target_, std::back_inserter(revoked));
  if (!revoked.empty()) {
    lock.unlock();
    listener_.OnRevoked(revoked);
    lock.lock();
    for (const core::PartitionId partition : revoked) {
      owned_.erase(partition);
      paused_.erase(partition);
      positions_.erase(partition);
      log_.At(partition).owner = nullptr;
    }
    log_.changed_.notify_all();
  }
  std::vector<core::PartitionId> assigned;
  for (const core::PartitionId partition : target_) {
    Partition& wanted = log_.At(partition);
    if (wanted.owner != nullptr) continue;
    wanted.owner = this;
    owned_.insert(partition);
    paused_.erase(partition);
    positions_[partition] = wanted.committed;
    assigned.push_back(partition);
  }
  if (assigned.empty()) return {};
  lock.unlock();
  Status taken_over = listener_.OnAssigned(assigned);
  lock.lock();
  return taken_over;
}

std::vector<ports::InputRecord> MemoryEventLog::Stream::TakeInput(size_t most) {
  std::vector<ports::InputRecord> records;
  for (const core::PartitionId partition : owned_) TakeFrom(partition, ports::Input::kFollowUps, most, records);
  for (const core::PartitionId partition : owned_) TakeFrom(partition, ports::Input::kCommands, most, records);
  return records;
}

void MemoryEventLog::Stream::TakeFrom(core::PartitionId partition, ports::Input input, size_t most,
                                      std::vector<ports::InputRecord>& records) {
  if (paused_.contains(partition)) return;
  const bool commands = input == ports::Input::kCommands;
  const auto& waiting = commands ? log_.At(partition).commands : log_.At(partition).follow_ups;
  int64_t& position = commands ? positions_[partition].commands : positions_[partition].follow_ups;
  for (auto next = waiting.lower_bound(position); next != waiting.end() && records.size() < most; ++next) {
    records.push_back({partition, input, next->first, next->second.taken_at, next->second.key, next->second.value});
    position = next->first + 1;
  }
}

void MemoryEventLog::Stream::Wake() {
  const std::scoped_lock lock(log_.mutex_);
  woken_ = true;
  log_.changed_.notify_all();
}

Result<ports::InputPositions> MemoryEventLog::Stream::Committed(core::PartitionId partition) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  return log_.At(partition).committed;
}

Result<ports::InputPositions> MemoryEventLog::Stream::End(core::PartitionId partition) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  return log_.At(partition).end;
}

Result<bool> MemoryEventLog::Stream::Passed(core::PartitionId partition, ports::InputPositions end) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  if (dead_ || !owned_.contains(partition)) return Fail(Fenced());
  const ports::InputPositions& next = positions_[partition];
  return next.commands >= end.commands && next.follow_ups >= end.follow_ups;
}

Result<ports::InputMark> MemoryEventLog::Stream::SetMark(core::PartitionId partition) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  return ports::InputMark{.number = marks_[partition]++, .end = log_.At(partition).end, .dated = log_.clock_.Now()};
}

Result<std::optional<Instant>> MemoryEventLog::Stream::PassedMark(core::PartitionId partition,
                                                                  const ports::InputMark& mark) {
  {
    const std::scoped_lock lock(log_.mutex_);
    if (mark.number < std::max(marks_[partition] - kMarksKept, marks_forgotten_[partition])) {
      return Fail(Error::NotFound(fmt::format("partition {} has no mark {}", partition.value, mark.number)));
    }
    if (log_.holds_marks_) return std::nullopt;
  }
  RASTI_TRY(const bool passed, Passed(partition, mark.end));
  return passed ? std::optional(mark.dated) : std::nullopt;
}

Status MemoryEventLog::Stream::Rewind(core::PartitionId partition, ports::InputPositions positions) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  if (dead_ || !owned_.contains(partition)) return Fail(Fenced());
  const ports::InputPositions committed = log_.At(partition).committed;
  if (positions.commands < committed.commands || positions.follow_ups < committed.follow_ups) {
    return Fail(Error::Invalid(fmt::format("partition {}: a position before the committed one", partition.value)));
  }
  positions_[partition] = positions;
  return {};
}

Status MemoryEventLog::Stream::SetPaused(core::PartitionId partition, bool paused) {
  const std::scoped_lock lock(log_.mutex_);
  RASTI_CHECKED(log_.CheckPartition(partition));
  if (dead_ || !owned_.contains(partition)) return Fail(Fenced());
  if (paused) {
    paused_.insert(partition);
  } else {
    paused_.erase(partition);
  }
  return {};
}

Status MemoryEventLog::Stream::Begin() {
  const std::scoped_lock lock(log_.mutex_);
  if (dead_) return Fail(Fenced());
  RASTI_CHECK(!transaction_, "one transaction at a time");
  transaction_.emplace();
  fenced_ = false;
  return {};
}

template <class Change>
Status MemoryEventLog::Stream::InTransaction(Change change) {
  const std::scoped_lock lock(log_.mutex_);
  if (dead_ || fenced_) return Fail(Fenced());
  RASTI_CHECK(transaction_, "a transaction is open");
  change(*transaction_);
  return {};
}

Status MemoryEventLog::Stream::Append(ports::EventOut event) {
  return InTransaction([&](Transaction& open) { open.events.push_back(std::move(event)); });
}
Status MemoryEventLog::Stream::Append(ports::ResultOut result) {
  return InTransaction([&](Transaction& open) { open.results.push_back(std::move(result)); });
}
Status MemoryEventLog::Stream::Append(ports::OutboxOut entry) {
  return InTransaction([&](Transaction& open) { open.outbox.push_back(std::move(entry)); });
}
Status MemoryEventLog::Stream::Append(ports::FollowUpOut follow_up) {
  return InTransaction([&](Transaction& open) { open.follow_ups.push_back(std::move(follow_up)); });
}
Status MemoryEventLog::Stream::Append(ports::DeadLetterOut letter) {
  return InTransaction([&](Transaction& open) { open.dead_letters.push_back(std::move(letter)); });
}

Status MemoryEventLog::Stream::Commit(const std::map<core::PartitionId, ports::InputPositions>& next) {
  Answers answers;
  Status outcome;
  {
    const std::scoped_lock lock(log_.mutex_);
    if (dead_) return Fail(Fenced());
    RASTI_CHECK(transaction_, "a transaction is open");
    Transaction transaction = *std::exchange(transaction_, std::nullopt);
    if (std::exchange(fenced_, false)) return Fail(Fenced());
    RASTI_CHECKED(log_.CheckTransaction(*this, transaction, next));
    const auto failure = std::exchange(log_.next_commit_fails_, std::nullopt);
    if (failure) outcome = Fail(failure->first);
    if (!failure || failure->second) {
      answers = log_.Install(std::move(transaction), next);
      log_.changed_.notify_all();
    }
  }
  Answer(std::move(answers));
  return outcome;
}

Status MemoryEventLog::Stream::Abort() {
  const std::scoped_lock lock(log_.mutex_);
  transaction_.reset();
  fenced_ = false;
  return {};
}

Status MemoryEventLog::Stream::Close() {
  Lock lock(log_.mutex_);
  if (closed_) return {};
  transaction_.reset();
  const std::vector<core::PartitionId> revoked(owned_.begin(), owned_.end());
  if (!revoked.empty()) {
    lock.unlock();
    listener_.OnRevoked(revoked);
    lock.lock();
  }
  log_.Forget(*this);
  return {};
}

}  // namespace rasti::test
