#include "engine/log/embedded/database.h"

#include <fmt/format.h>
#include <rocksdb/utilities/checkpoint.h>

#include <algorithm>
#include <iterator>

#include "engine/log/embedded/database_options.h"
#include "engine/log/embedded/directory.h"
#include "engine/log/embedded/survey.h"
#include "engine/log/embedded/wal_check.h"

namespace rasti::log::embedded {
namespace {

constexpr std::string_view kPartitionsKey = "partitions";
constexpr int kPartitionsNamed = 16;

}  // namespace

Status Database::Create(const std::string& path, int partitions) {
  Database database(path);
  EmbeddedLogOptions options;
  rocksdb::DBOptions db_options = DatabaseOptions(database.warnings_);
  db_options.create_if_missing = true;
  db_options.create_missing_column_families = true;
  db_options.error_if_exists = true;
  rocksdb::DB* db = nullptr;
  RASTI_CHECKED(ToStatus(rocksdb::DB::Open(db_options, path, FamilyOptions(options), &database.opened_, &db), path));
  database.db_.reset(db);
  std::ranges::copy(database.opened_, database.handles_.begin());

  RowWriter writer;
  rocksdb::WriteOptions durable;
  durable.sync = true;
  RASTI_CHECKED(ToStatus(db->Put(durable, database.family(Family::kMeta), ToSlice(kPartitionsKey),
                                 ToSlice(writer.Number(partitions).Finish(kPartitionsKey))),
                         path));
  return database.Flush();
}

Status Database::OpenForWriting(const EmbeddedLogOptions& options) {
  rocksdb::DBOptions db_options = DatabaseOptions(warnings_);
  if (options.env != nullptr) db_options.env = options.env;
  // A log that was made before the last of them gets it when it is opened.
  db_options.create_missing_column_families = true;
  rocksdb::DB* db = nullptr;
  RASTI_CHECKED(ToStatus(rocksdb::DB::Open(db_options, path_, FamilyOptions(options), &opened_, &db), path_));
  db_.reset(db);
  std::ranges::copy(opened_, handles_.begin());
  return {};
}

Status Database::OpenForReading(const EmbeddedLogOptions& options, Reading reading) {
  rocksdb::DBOptions db_options = DatabaseOptions(warnings_);
  if (options.env != nullptr) db_options.env = options.env;
  if (reading == Reading::kTolerant) db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  std::vector<std::string> there;
  RASTI_CHECKED(ToStatus(rocksdb::DB::ListColumnFamilies(db_options, path_, &there), path_));
  const auto all = FamilyOptions(options);
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::ranges::copy_if(all, std::back_inserter(families), [&](const rocksdb::ColumnFamilyDescriptor& family) {
    return std::ranges::find(there, family.name) != there.end();
  });
  rocksdb::DB* db = nullptr;
  RASTI_CHECKED(ToStatus(rocksdb::DB::OpenForReadOnly(db_options, path_, families, &opened_, &db), path_));
  db_.reset(db);
  for (size_t i = 0; i < kFamilies; ++i) {
    const auto found = std::ranges::find(
        opened_, all[i].name, [](const auto* handle) -> const auto& { return handle->GetName(); });
    // An older log lacks the families that came later, and a reader cannot make them: the default one stands in for
    // them, which is always empty.
    handles_[i] = found != opened_.end() ? *found : opened_.front();
  }
  return {};
}

Result<std::unique_ptr<Database>> Database::Open(const EmbeddedLogOptions& options, std::vector<RecoveryNote>& notes) {
  std::unique_ptr<Database> database(new Database(DatabaseOf(options.directory)));
  const auto damaged = [&](Error error) {
    // What is whole is read without writing, so that the message can say how far the log is good.
    Database reader(database->path_);
    if (reader.OpenForReading(options, Reading::kTolerant)) {
      error.message += "; last good: " + reader.LastGood();
    } else if (const auto survey = SurveyTables(database->path_, TableReading::kEnds)) {
      error.message += "; last good, in the files that are whole: " + survey->LastGood();
    } else {
      error.message += "; the last good sequence cannot be read";
    }
    error.message += "; nothing was changed; keep the directory and restore a copy";
    return Fail(std::move(error));
  };

  auto checks = CheckDatabaseLogs(database->path_, options.is_copy);
  if (!checks) return checks.error().code == ErrorCode::kCorruption ? damaged(checks.error()) : Fail(checks.error());
  uint64_t next_sequence = 0;
  std::vector<RecoveryNote> torn;
  for (const LogFileCheck& check : *checks) {
    if (check.next_sequence != 0) next_sequence = check.next_sequence;
    if (check.verdict != LogFileCheck::Verdict::kTorn) continue;
    // Cut here and not left to RocksDB, so that a second crash during recovery cannot leave it in the middle of the
    // log.
    if (!options.read_only) RASTI_CHECKED(CutTornTail(check));
    torn.push_back({check.path, fmt::format("a write that a crash cut short, and that was never acknowledged, was "
                                            "dropped: bytes {} to {}",
                                            check.good_bytes, check.size_bytes)});
  }

  // A reader may not cut the tail off: RocksDB is told to stop before it. That it stops no earlier is checked below.
  const Reading reading = torn.empty() ? Reading::kStrict : Reading::kTolerant;
  const auto opened =
      options.read_only ? database->OpenForReading(options, reading) : database->OpenForWriting(options);
  if (!opened) {
    return opened.error().code == ErrorCode::kCorruption ? damaged(opened.error()) : Fail(opened.error());
  }
  if (next_sequence != 0 && database->db_->GetLatestSequenceNumber() + 1 < next_sequence) {
    return Fail(Error::Corruption(fmt::format("{}: RocksDB recovered {} records of {}; last good: {}", database->path_,
                                              database->db_->GetLatestSequenceNumber(), next_sequence - 1,
                                              database->LastGood())));
  }
  if (auto read = database->ReadMeta(); !read) return Fail(database->WithLastGood(read.error()));
  if (auto agree = database->CheckEnds(); !agree) return Fail(database->WithLastGood(agree.error()));
  for (RecoveryNote& note : torn) {
    note.message += "; last good: " + database->LastGood();
    notes.push_back(std::move(note));
  }
  for (std::string& warning : database->warnings_->Take()) notes.push_back({database->path_, std::move(warning)});
  return database;
}

Result<std::unique_ptr<Database>> Database::OpenInBackup(const std::string& path, rocksdb::Env& env) {
  std::unique_ptr<Database> database(new Database(path));
  // Its log files were looked at when it was backed up. One may end within a write that was never acknowledged.
  RASTI_CHECKED(database->OpenForReading({.directory = path, .read_only = true, .env = &env}, Reading::kTolerant));
  RASTI_CHECKED(database->ReadMeta());
  if (auto agree = database->CheckEnds(); !agree) return Fail(database->WithLastGood(agree.error()));
  return database;
}

Status Database::FinishRestored(const std::string& path) {
  Database database(path);
  RASTI_CHECKED(database.OpenForWriting({.directory = path}));
  RASTI_CHECKED(database.ReadMeta());
  RASTI_CHECKED(database.CheckEnds());
  return database.Flush();
}

Database::~Database() {
  if (!db_) return;
  for (auto* handle : opened_) db_->DestroyColumnFamilyHandle(handle);
}

Status Database::ReadMeta() {
  rocksdb::PinnableSlice row;
  const auto status = db_->Get({}, family(Family::kMeta), ToSlice(kPartitionsKey), &row);
  if (status.IsNotFound()) return Fail(Error::Corruption(path_ + ": does not say how many partitions it has"));
  RASTI_CHECKED(ToStatus(status, path_));
  RowReader reader(kPartitionsKey, View(row));
  partition_count_ = static_cast<int>(reader.Number());
  if (!reader.ok()) return Fail(Error::Corruption(path_ + ": the number of partitions is damaged"));
  return {};
}

Result<PartitionRow> Database::ReadPartitionRow(core::PartitionId partition) {
  const RowKey key(partition);
  rocksdb::PinnableSlice row;
  const auto status = db_->Get({}, family(Family::kPositions), ToSlice(key.view()), &row);
  if (status.IsNotFound()) return PartitionRow{};
  RASTI_CHECKED(ToStatus(status, path_));
  const auto read = ReadPartition(key.view(), View(row));
  if (!read) {
    return Fail(
        Error::Corruption(fmt::format("{}: the positions of partition {} are damaged", path_, partition.value)));
  }
  return *read;
}

Result<int64_t> Database::EventsEnd(core::PartitionId partition) {
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator({}, family(Family::kEvents)));
  rows->SeekForPrev(ToSlice(RowKey(partition, INT64_MAX).view()));
  RASTI_CHECKED(ToStatus(rows->status(), path_));
  if (!rows->Valid()) return 0;
  const auto last = ParsePartitionRow(View(rows->key()));
  if (!last) return Fail(Error::Corruption(path_ + ": an event has no key of an event"));
  return last->first == partition ? last->second + 1 : 0;
}

// Every transaction writes where its partition then ends, beside the events themselves: a lost end cannot hide.
Status Database::CheckEnds() {
  for (int i = 0; i < partition_count_; ++i) {
    const core::PartitionId partition{i};
    RASTI_TRY(const PartitionRow row, ReadPartitionRow(partition));
    RASTI_TRY(const int64_t end, EventsEnd(partition));
    if (end == row.end_sequence) continue;
    return Fail(
        Error::Corruption(fmt::format("{}: partition {} was committed up to sequence {} and its last good "
                                      "sequence is {}",
                                      path_, i, row.end_sequence - 1, end - 1)));
  }
  return {};
}

// Walks over the events themselves and not over the partitions that should be there, so that it helps when those cannot
// be read.
std::string Database::LastGood() {
  const std::unique_ptr<rocksdb::Iterator> rows(db_->NewIterator({}, family(Family::kEvents)));
  std::string text;
  int named = 0;
  rows->SeekToFirst();
  while (rows->Valid()) {
    const auto first = ParsePartitionRow(View(rows->key()));
    if (!first) break;
    if (++named > kPartitionsNamed) return text + ", ...";
    const auto end = EventsEnd(first->first);
    text += fmt::format("{}partition {} ", text.empty() ? "" : ", ", first->first.value);
    text += end ? fmt::format("sequence {}", *end - 1) : "unreadable";
    rows->Seek(ToSlice(RowKey(first->first.Next()).view()));
  }
  if (!rows->status().ok()) return text + (text.empty() ? "" : ", ") + "the rest unreadable";
  return text.empty() ? "no events" : text;
}

Error Database::WithLastGood(Error error) {
  const bool said = error.message.find("last good") != std::string::npos;
  if (error.code == ErrorCode::kCorruption && !said) error.message += "; last good: " + LastGood();
  return error;
}

Status Database::Flush() {
  rocksdb::FlushOptions options;
  options.wait = true;
  return ToStatus(db_->Flush(options, {handles_.begin(), handles_.end()}), path_);
}

Status Database::Checkpoint(const std::string& path) {
  rocksdb::Checkpoint* made = nullptr;
  RASTI_CHECKED(ToStatus(rocksdb::Checkpoint::Create(db_.get(), &made), path_));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  // Flushes first, so that what is new is in a sorted file, which later copies share.
  return ToStatus(checkpoint->CreateCheckpoint(path, 0), path);
}

}  // namespace rasti::log::embedded
