#include "engine/log/embedded_event_log.h"

#include <fmt/format.h>

#include <filesystem>

#include "engine/base/system_error.h"
#include "engine/log/embedded/dead_letters.h"
#include "engine/log/embedded/log_core.h"
#include "engine/log/embedded/reader.h"
#include "engine/log/embedded/scan.h"
#include "engine/log/embedded/stream.h"
#include "engine/log/embedded/survey.h"
#include "engine/log/embedded/verify.h"

namespace rasti::log {
namespace {

using namespace embedded;  // NOLINT(google-build-using-namespace): this file is its face

constexpr int kPartitionsMost = 1024;

std::string CheckpointKey(core::PartitionId partition) { return fmt::format("checkpoint/{}", partition.value); }

class EmbeddedEventLogImpl : public EmbeddedEventLog {
 public:
  EmbeddedEventLogImpl(std::shared_ptr<LogCore> core, std::vector<RecoveryNote> notes, int64_t next_definition)
      : core_(std::move(core)), notes_(std::move(notes)), next_definition_(next_definition) {}
  // Without a Close this is what a crash does, except that those who wait are told.
  ~EmbeddedEventLogImpl() override { (void)core_->Close(false); }

  int partition_count() const override { return core_->partition_count(); }
  const std::vector<RecoveryNote>& recovery_notes() const override { return notes_; }
  Status Close() override { return core_->Close(true); }

  Result<std::unique_ptr<ports::LogStream>> OpenStream(ports::AssignmentListener& listener) override {
    if (core_->options().read_only) {
      return Fail(Error::Invalid(core_->options().directory + ": opened for reading only: no streams"));
    }
    return std::make_unique<Stream>(core_, listener);
  }

  Result<std::unique_ptr<ports::EventReader>> OpenReader(core::PartitionId partition, core::Sequence from) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    if (from.value < 0) return Fail(Error::NotFound("the log begins at sequence 0"));
    return std::make_unique<Reader>(core_, partition, from);
  }

  Result<core::Sequence> EndSequence(core::PartitionId partition) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    return core::Sequence{core_->partition(partition).tail.End()};
  }

  Result<std::vector<ports::StoredEvent>> ReadAt(core::PartitionId partition,
                                                 const std::vector<core::Sequence>& sequences) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    return ReadEventsAt(use.database(), partition, core_->partition(partition).tail.End(), sequences);
  }

  Status Submit(std::string key, std::string signed_command, ports::ResultCallback done) override {
    if (core_->options().read_only) return Fail(ErrorCode::kUnavailable, "the log is opened for reading only");
    if (core_->waiting_commands() >= static_cast<int64_t>(core_->options().queue_most)) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("{} commands wait already; try again later", core_->options().queue_most));
    }
    const core::PartitionId partition = ports::PartitionOf(key, core_->partition_count());
    return core_->partition(partition).queue.PushCommand(core_->clock(), std::move(key), std::move(signed_command),
                                                         std::move(done));
  }

  Result<int64_t> Publish(std::string key, std::string value) override {
    const std::lock_guard lock(definitions_mutex_);
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    RowWriter writer;
    const RowKey row(next_definition_);
    rocksdb::WriteBatch batch;
    batch.Put(use.database().family(Family::kDefinitions), ToSlice(row.view()),
              ToSlice(WritePair(writer, row, key, value)));
    RASTI_CHECKED(core_->Write(use, batch));
    return next_definition_++;
  }

  Result<std::vector<ports::DefinitionRecord>> ReadDefinitions(int64_t from) override {
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    std::vector<ports::DefinitionRecord> records;
    RASTI_CHECKED(ScanPairs(use.database(), Family::kDefinitions, from, INT64_MAX, [&](int64_t position, Pair pair) {
      records.push_back({position, std::move(pair.first), std::move(pair.second)});
      return true;
    }));
    return records;
  }

  Status WriteCheckpoint(core::PartitionId partition, std::string note) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    const std::string key = CheckpointKey(partition);
    RowWriter writer;
    rocksdb::WriteBatch batch;
    batch.Put(use.database().family(Family::kMeta), ToSlice(key), ToSlice(writer.Bytes(note).Finish(key)));
    return core_->Write(use, batch);
  }

  Result<std::optional<std::string>> LastCheckpoint(core::PartitionId partition) override {
    RASTI_CHECKED(core_->CheckPartition(partition));
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    Database& database = use.database();
    const std::string key = CheckpointKey(partition);
    rocksdb::PinnableSlice row;
    const auto status = database.db().Get({}, database.family(Family::kMeta), ToSlice(key), &row);
    if (status.IsNotFound()) return std::nullopt;
    RASTI_CHECKED(ToStatus(status, database.path()));
    RowReader reader(key, View(row));
    std::string note(reader.Bytes());
    if (!reader.ok()) return Fail(Error::Corruption(database.path() + ": the row " + key + " is damaged"));
    return note;
  }

  Result<int64_t> WriteDeadLetter(ports::DeadLetterOut note) override {
    return embedded::WriteDeadLetter(*core_, std::move(note));
  }
  Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(int64_t from, size_t most) override {
    return embedded::ReadDeadLetters(*core_, from, most);
  }
  Status TrimDeadLetters(Instant before) override { return embedded::TrimDeadLetters(*core_, before); }

  Result<std::vector<OutboxRecord>> ReadOutbox(int64_t from, size_t most) override {
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    std::vector<OutboxRecord> records;
    if (most == 0) return records;
    RASTI_CHECKED(
        ScanPairs(use.database(), Family::kOutbox, from, core_->OutboxEnd(), [&](int64_t position, Pair pair) {
          records.push_back({position, std::move(pair.first), std::move(pair.second)});
          return records.size() < most;
        }));
    return records;
  }

  Status TrimOutbox(int64_t before) override {
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    // The last one stays: after a restart its position tells which comes next.
    const int64_t to = std::min(before, core_->OutboxEnd() - 1);
    if (to <= 0) return {};
    const RowKey first(0);
    const RowKey end(to);
    rocksdb::WriteBatch batch;
    batch.DeleteRange(use.database().family(Family::kOutbox), ToSlice(first.view()), ToSlice(end.view()));
    // Last in the batch: a row that no flush drops (embedded/wal_check.h).
    constexpr std::string_view kTrimmed = "outbox_trimmed";
    RowWriter writer;
    batch.Put(use.database().family(Family::kMeta), ToSlice(kTrimmed), ToSlice(writer.Number(to).Finish(kTrimmed)));
    return core_->Write(use, batch);
  }

  Status VerifyAll(const std::function<void(int64_t, int64_t)>& progress) override {
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    std::vector<int64_t> ends;
    for (int i = 0; i < partition_count(); ++i) ends.push_back(core_->partition({i}).tail.End());
    return VerifyDatabase(use.database(), ends, progress);
  }

  Status Checkpoint(const std::string& directory) override {
    RASTI_TRY(const LogCore::Use use, core_->Acquire());
    std::error_code error;
    std::filesystem::create_directory(directory, error);
    if (error) return Fail(SystemError("make", directory, error.value()));
    RASTI_TRY(const std::string format, ReadFormat(core_->options().directory));
    RASTI_CHECKED(use.database().Checkpoint(DatabaseOf(directory)));
    return WriteFormat(directory, format);
  }

 private:
  const std::shared_ptr<LogCore> core_;
  const std::vector<RecoveryNote> notes_;
  std::mutex definitions_mutex_;
  int64_t next_definition_;
};

}  // namespace

Status EmbeddedEventLog::Create(const std::string& directory, int partitions) {
  if (partitions < 1 || partitions > kPartitionsMost) {
    return Fail(Error::Invalid(fmt::format("{} partitions: a log has 1 to {}", partitions, kPartitionsMost)));
  }
  namespace fs = std::filesystem;
  std::error_code error;
  if (fs::exists(directory, error) && !fs::is_empty(directory, error)) {
    return Fail(ErrorCode::kAlreadyExists, directory + ": not empty");
  }
  // Made beside its place and moved there when it is whole, so that no crash leaves half a log.
  const std::string making =
      fs::path(directory).lexically_normal().parent_path() /
      (fs::path(directory + "/").lexically_normal().parent_path().filename().string() + ".making");
  fs::remove_all(making, error);
  fs::create_directories(making, error);
  if (error) return Fail(SystemError("make", making, error.value()));
  RASTI_CHECKED(Database::Create(DatabaseOf(making), partitions));
  RASTI_CHECKED(WriteFormat(making, CurrentFormat()));
  fs::rename(making, directory, error);
  if (error) return Fail(SystemError("make", directory, error.value()));
  return SyncDirectory(fs::path(making).parent_path());
}

Result<std::vector<std::string>> EmbeddedEventLog::Survey(const std::string& directory) {
  RASTI_TRY(const TableSurvey survey, SurveyTables(DatabaseOf(directory), TableReading::kEveryBlock));
  return survey.Lines();
}

Result<std::unique_ptr<EmbeddedEventLog>> EmbeddedEventLog::Open(const EmbeddedLogOptions& options,
                                                                 const ports::Clock& clock) {
  std::vector<RecoveryNote> notes;
  RASTI_TRY(std::shared_ptr<LogCore> core, LogCore::Open(options, clock, notes));
  int64_t next_definition = 0;
  {
    RASTI_TRY(const LogCore::Use use, core->Acquire());
    RASTI_TRY(next_definition, EndOfNumbers(use.database(), Family::kDefinitions));
  }
  return std::make_unique<EmbeddedEventLogImpl>(std::move(core), std::move(notes), next_definition);
}

}  // namespace rasti::log
