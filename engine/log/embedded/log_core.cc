#include "engine/log/embedded/log_core.h"

#include <fmt/format.h>
#include <rocksdb/write_batch.h>

#include "engine/log/embedded/dead_letters.h"
#include "engine/log/embedded/scan.h"

namespace rasti::log::embedded {
LogCore::LogCore(EmbeddedLogOptions options, const ports::Clock& clock, DirectoryLock lock,
                 std::unique_ptr<Database> database)
    : options_(std::move(options)),
      clock_(clock),
      assignment_(database->partition_count()),
      lock_(std::move(lock)),
      database_(std::move(database)) {}

Result<std::shared_ptr<LogCore>> LogCore::Open(const EmbeddedLogOptions& options, const ports::Clock& clock,
                                               std::vector<RecoveryNote>& notes) {
  RASTI_CHECKED(ReadFormat(options.directory));
  const auto mode = options.read_only ? DirectoryLock::Mode::kReader : DirectoryLock::Mode::kWriter;
  RASTI_TRY(DirectoryLock lock, DirectoryLock::Take(options.directory, mode));
  RASTI_TRY(std::unique_ptr<Database> database, Database::Open(options, notes));
  std::shared_ptr<LogCore> core(new LogCore(options, clock, std::move(lock), std::move(database)));
  if (auto loaded = core->Load(); !loaded) return Fail(core->database_->WithLastGood(loaded.error()));
  return core;
}

Status LogCore::Load() {
  for (int i = 0; i < database_->partition_count(); ++i) {
    const core::PartitionId id{i};
    RASTI_TRY(const PartitionRow row, database_->ReadPartitionRow(id));
    std::map<int64_t, FollowUp> waiting;
    RASTI_CHECKED(ScanFollowUps(*database_, id, row.committed.follow_ups, [&](int64_t position, FollowUp follow_up) {
      waiting.emplace(position, std::move(follow_up));
    }));
    partitions_.push_back(std::make_unique<Partition>(id, row, std::move(waiting), waiting_commands_));
  }
  RASTI_TRY(const int64_t outbox_end, EndOfNumbers(*database_, Family::kOutbox));
  outbox_positions_ = PositionAllocator(outbox_end);
  RASTI_TRY(const int64_t dead_letters_end, EndOfDeadLetters(*database_));
  dead_letter_positions_ = PositionAllocator(dead_letters_end);
  return {};
}

Status LogCore::CheckPartition(core::PartitionId id) const {
  if (id.value >= 0 && id.value < partition_count()) return {};
  return Fail(Error::Invalid(fmt::format("no partition {}: the log has {}", id.value, partition_count())));
}

Result<LogCore::Use> LogCore::Acquire() {
  std::shared_lock lock(open_mutex_, std::defer_lock);
  if (!closing_) lock.lock();
  if (!lock || !database_) return Fail(ErrorCode::kUnavailable, options_.directory + ": the log is closed");
  return Use(std::move(lock), *database_);
}

Status LogCore::Write(const Use& use, rocksdb::WriteBatch& batch) {
  if (options_.read_only) return Fail(Error::Invalid(options_.directory + ": opened for reading only"));
  {
    const std::lock_guard lock(failure_mutex_);
    if (failure_) return Fail(*failure_);
  }
  rocksdb::WriteOptions durable;
  durable.sync = true;
  const auto status = use.database().db().Write(durable, &batch);
  if (status.ok()) return {};
  const std::lock_guard lock(failure_mutex_);
  Error error = ToError(status, use.database().path());
  error.message +=
      "; no more is written until the log is opened again, which also shows whether this write is in it "
      "(its outcome is unknown)";
  if (!failure_) failure_ = error;
  return Fail(std::move(error));
}

int64_t LogCore::AllocateOutbox(int64_t count) {
  const std::lock_guard lock(outbox_mutex_);
  return outbox_positions_.Allocate(count);
}

void LogCore::FinishOutbox(int64_t first) {
  const std::lock_guard lock(outbox_mutex_);
  outbox_positions_.Finish(first);
}

int64_t LogCore::OutboxEnd() const {
  const std::lock_guard lock(outbox_mutex_);
  return outbox_positions_.VisibleEnd();
}

int64_t LogCore::AllocateDeadLetters(int64_t count) {
  const std::lock_guard lock(dead_letters_mutex_);
  return dead_letter_positions_.Allocate(count);
}

void LogCore::FinishDeadLetters(int64_t first) {
  const std::lock_guard lock(dead_letters_mutex_);
  dead_letter_positions_.Finish(first);
}

int64_t LogCore::DeadLettersEnd() const {
  const std::lock_guard lock(dead_letters_mutex_);
  return dead_letter_positions_.VisibleEnd();
}

Status LogCore::Close(bool flush) {
  std::vector<Answer> answers;
  Status flushed;
  closing_ = true;
  {
    const std::unique_lock lock(open_mutex_);
    if (!database_) return {};
    const Error closed{ErrorCode::kUnavailable, "the log was closed before the command was decided"};
    for (const auto& partition : partitions_) {
      for (Answer& answer : partition->queue.FailAll(closed)) answers.push_back(std::move(answer));
      partition->tail.Close();
    }
    const bool healthy = !failure_;
    if (flush && healthy && !options_.read_only) flushed = database_->Flush();
    database_.reset();
    lock_ = DirectoryLock();
  }
  assignment_.RaiseAll();
  for (Answer& answer : answers) answer.first(std::move(answer.second));
  return flushed;
}

}  // namespace rasti::log::embedded
