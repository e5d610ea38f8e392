#include "engine/runtime/projection_thread.h"

#include <absl/cleanup/cleanup.h>
#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace rasti::runtime {

Result<std::unique_ptr<ProjectionThread>> ProjectionThread::Start(ports::EventLog& log, ports::Projection& projection,
                                                                  ProjectionOptions options) {
  std::vector<Partition> partitions;
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    const core::PartitionId id{i};
    RASTI_TRY(const core::Sequence next, projection.NextSequence(id));
    RASTI_TRY(const core::Sequence end, log.EndSequence(id));
    if (next > end) {
      return Fail(Error::Corruption(
          fmt::format("partition {}: the views are at sequence {}, ahead of the log's end {}: they are of another log; "
                      "delete the views, they are rebuilt",
                      i, next.value, end.value)));
    }
    RASTI_TRY(auto reader, log.OpenReader(id, next));
    partitions.push_back({id, next, std::move(reader)});
  }
  return std::unique_ptr<ProjectionThread>(
      new ProjectionThread(log, projection, std::move(options), std::move(partitions)));
}

ProjectionThread::ProjectionThread(ports::EventLog& log, ports::Projection& projection, ProjectionOptions options,
                                   std::vector<Partition> partitions)
    : log_(log), projection_(projection), options_(std::move(options)), partitions_(std::move(partitions)) {
  for (const Partition& partition : partitions_) applied_.push_back(partition.next);
  thread_ = std::thread([this] { Run(); });
}

ProjectionThread::~ProjectionThread() { static_cast<void>(Stop()); }

void ProjectionThread::Run() {
  const Status outcome = RunUntilStopped();
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
    if (!outcome) error_ = outcome.error();
  }
  progress_.notify_all();
  if (!outcome && options_.on_error) options_.on_error(outcome.error());
}

Status ProjectionThread::RunUntilStopped() {
  bool any = false;
  while (!stopping()) {
    const auto began = std::chrono::steady_clock::now();
    size_t most = 0;
    for (Partition& partition : partitions_) {
      RASTI_TRY(const size_t events, ProjectSome(partition));
      most = std::max(most, events);
      any = any || events > 0;
      if (stopping()) break;
    }
    RASTI_CHECKED(FlushWhenDue());
    if (most == 0) {
      WaitForWork();
    } else if (most < options_.batch_most) {
      Gather(began);
    }
  }
  if (!any) return {};
  // Also where nothing came since the last one began: that may not be over.
  return projection_.Flush();
}

Result<size_t> ProjectionThread::ProjectSome(Partition& partition) {
  if (std::chrono::steady_clock::now() < partition.not_before) return 0;
  const auto events = partition.reader->Read(options_.batch_most, Duration{0});
  // A log that is away for a while: looked at again after the wait.
  if (!events && events.error().code == ErrorCode::kUnavailable) return 0;
  if (!events) return Fail(events.error());
  if (events->empty()) return 0;
  if (Status projected = projection_.Project(partition.id, *events); !projected) {
    if (projected.error().code != ErrorCode::kUnavailable) return Fail(projected.error());
    RASTI_TRY(partition.reader, log_.OpenReader(partition.id, partition.next));
    partition.not_before = std::chrono::steady_clock::now() + options_.try_again;
    return 0;
  }
  const auto count = static_cast<int64_t>(events->size());
  unflushed_ += count;
  partition.next.value += count;
  {
    const std::scoped_lock lock(mutex_);
    applied_[static_cast<size_t>(partition.id.value)] = partition.next;
  }
  progress_.notify_all();
  return events->size();
}

Status ProjectionThread::FlushWhenDue() {
  if (unflushed_ == 0) return {};
  const auto now = std::chrono::steady_clock::now();
  if (unflushed_ < options_.flush_events && now - flushed_at_ < options_.flush_interval) return {};
  flushed_at_ = now;
  const Status begun = projection_.BeginFlush();
  // What it needs is away for a while: again after the interval.
  if (!begun && (begun.error().code == ErrorCode::kUnavailable || begun.error().code == ErrorCode::kTimedOut))
    return {};
  unflushed_ = 0;
  return begun;
}

bool ProjectionThread::stopping() const {
  const std::scoped_lock lock(mutex_);
  return stopping_;
}

void ProjectionThread::WaitForWork() {
  std::unique_lock lock(mutex_);
  work_.wait_for(lock, options_.idle_wait, [this] { return notified_ || stopping_; });
  notified_ = false;
}

void ProjectionThread::Gather(std::chrono::steady_clock::time_point began) {
  std::unique_lock lock(mutex_);
  work_.wait_until(lock, began + options_.gather, [this] { return waiting_ > 0 || stopping_; });
}

void ProjectionThread::Notify() {
  {
    const std::scoped_lock lock(mutex_);
    notified_ = true;
  }
  work_.notify_one();
}

Status ProjectionThread::WaitFor(const codec::Token& token, Duration timeout) {
  if (token.sequence.value < 0 || token.sequence.value == std::numeric_limits<int64_t>::max()) {
    return Fail(Error::Invalid(fmt::format("the token names sequence {}, which no event has", token.sequence.value)));
  }
  return WaitUntilApplied({{token.partition, token.sequence.Next()}}, timeout);
}

Status ProjectionThread::WaitForEnd(Duration timeout) {
  std::vector<std::pair<core::PartitionId, core::Sequence>> wanted;
  for (int32_t i = 0; i < log_.partition_count(); ++i) {
    RASTI_TRY(const core::Sequence end, log_.EndSequence(core::PartitionId{i}));
    wanted.emplace_back(core::PartitionId{i}, end);
  }
  Notify();
  return WaitUntilApplied(wanted, timeout);
}

Status ProjectionThread::WaitUntilApplied(const std::vector<std::pair<core::PartitionId, core::Sequence>>& wanted,
                                          Duration timeout) {
  const auto until = std::chrono::steady_clock::now() + timeout;
  std::unique_lock lock(mutex_);
  ++waiting_;
  const absl::Cleanup gone = [this] { --waiting_; };
  work_.notify_one();
  for (const auto& token : wanted) {
    // A lambda takes no structured binding (clang).
    const core::PartitionId partition = token.first;
    const core::Sequence next = token.second;
    const auto index = static_cast<size_t>(partition.value);
    if (partition.value < 0 || index >= applied_.size()) {
      return Fail(Error::Invalid(fmt::format("the token names partition {}; the log has {}, counted from 0",
                                             partition.value, applied_.size())));
    }
    const auto done = [&] { return applied_[index] >= next || ended_; };
    if (!progress_.wait_until(lock, until, done)) {
      return Fail(ErrorCode::kTimedOut,
                  fmt::format("partition {}: the views are at sequence {} and did not reach {} within {} ms; ask again",
                              partition.value, applied_[index].value, next.value, timeout.count()));
    }
    if (applied_[index] >= next) continue;
    if (error_) return Fail(*error_);
    return Fail(ErrorCode::kUnavailable, "the projection was stopped");
  }
  return {};
}

Result<std::vector<PartitionLag>> ProjectionThread::Lag() const {
  std::vector<PartitionLag> lags;
  for (int32_t i = 0; i < log_.partition_count(); ++i) {
    const core::PartitionId partition{i};
    RASTI_TRY(const core::Sequence end, log_.EndSequence(partition));
    lags.push_back({partition, {}, end});
  }
  const std::scoped_lock lock(mutex_);
  for (PartitionLag& lag : lags) {
    lag.applied = applied_[static_cast<size_t>(lag.partition.value)];
    // It may have gone on since the end was asked for.
    lag.end = std::max(lag.end, lag.applied);
  }
  return lags;
}

std::optional<Error> ProjectionThread::error() const {
  const std::scoped_lock lock(mutex_);
  return error_;
}

Status ProjectionThread::Stop() {
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  work_.notify_one();
  {
    const std::scoped_lock join(join_mutex_);
    if (thread_.joinable()) thread_.join();
  }
  if (const auto kept = error()) return Fail(*kept);
  return {};
}

}  // namespace rasti::runtime
