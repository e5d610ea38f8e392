#include "engine/log/embedded_backups.h"

#include <fmt/format.h>
#include <rocksdb/utilities/backup_engine.h>

#include <filesystem>
#include <set>

#include "engine/base/system_error.h"
#include "engine/log/embedded/database.h"
#include "engine/log/embedded/directory.h"
#include "engine/log/embedded/scan.h"
#include "engine/log/embedded/survey.h"
#include "engine/log/embedded/verify.h"

namespace rasti::log {
namespace {

using namespace embedded;  // NOLINT(google-build-using-namespace): this file is its face
namespace fs = std::filesystem;

constexpr std::string_view kTable = ".sst";

class EmbeddedBackupsImpl final : public EmbeddedBackups {
 public:
  EmbeddedBackupsImpl(std::string directory, std::unique_ptr<rocksdb::BackupEngine> writer,
                      std::unique_ptr<rocksdb::BackupEngineReadOnly> reader)
      : directory_(std::move(directory)), writer_(std::move(writer)), reader_(std::move(reader)) {}

  std::vector<Backup> List() override {
    std::vector<rocksdb::BackupInfo> infos;
    base().GetBackupInfo(&infos);
    std::vector<Backup> backups;
    for (const rocksdb::BackupInfo& info : infos) backups.push_back(BackupOf(info));
    return backups;
  }

  std::vector<Id> Damaged() override {
    std::vector<rocksdb::BackupID> ids;
    base().GetCorruptedBackups(&ids);
    return {ids.begin(), ids.end()};
  }

  Result<Added> Add(const std::string& log) override {
    if (writer_ == nullptr) return Fail(Error::Invalid(directory_ + ": opened for reading only"));
    RASTI_TRY(const std::string format, ReadFormat(log));
    std::vector<RecoveryNote> notes;
    RASTI_TRY(const auto database, Database::Open({.directory = log, .read_only = true, .is_copy = true}, notes));
    const std::set<std::string> before = FilesOfAll();
    rocksdb::BackupID id = 0;
    const auto status =
        writer_->CreateNewBackupWithMetadata(rocksdb::CreateBackupOptions(), &database->db(), format, &id);
    if (!status.ok()) {
      // Half of it would fill the disk that may be full already.
      writer_->GarbageCollect().PermitUncheckedError();
      return Fail(ToError(status, directory_));
    }
    rocksdb::BackupInfo info;
    RASTI_CHECKED(ToStatus(writer_->GetBackupInfo(id, &info, /*include_file_details=*/true), directory_));
    Added added{.backup = BackupOf(info)};
    for (const rocksdb::BackupFileInfo& file : info.file_details) {
      if (before.contains(file.relative_filename)) continue;
      ++added.new_files;
      added.new_bytes += file.size;
      if (!file.relative_filename.ends_with(kTable)) continue;
      if (const Status whole = VerifyTable(directory_ + "/" + file.relative_filename); !whole) {
        writer_->DeleteBackup(id).PermitUncheckedError();
        return Fail(whole.error().At("a file of the log is damaged, so that it was not backed up"));
      }
    }
    return added;
  }

  Status Delete(Id id) override {
    if (writer_ == nullptr) return Fail(Error::Invalid(directory_ + ": opened for reading only"));
    return ToStatus(writer_->DeleteBackup(id), directory_);
  }

  Status CheckFiles(Id id) override {
    return ToStatus(base().VerifyBackup(id, /*verify_with_checksum=*/true), directory_);
  }

  Result<std::vector<core::Sequence>> Read(Id id,
                                           const std::function<Status(const ports::StoredEvent&)>& event) override {
    rocksdb::BackupInfo info;
    RASTI_CHECKED(ToStatus(base().GetBackupInfo(id, &info, /*include_file_details=*/true), directory_));
    RASTI_CHECKED(CheckFormat(info.app_metadata, directory_));
    RASTI_TRY(const auto database, Database::OpenInBackup(info.name_for_open, *info.env_for_open));
    std::vector<int64_t> ends;
    for (int i = 0; i < database->partition_count(); ++i) {
      RASTI_TRY(const PartitionRow row, database->ReadPartitionRow({i}));
      ends.push_back(row.end_sequence);
      RASTI_CHECKED(ScanEvents(*database, {i}, 0, row.end_sequence,
                               [&](const ports::StoredEvent& stored) { return event(stored); }));
    }
    RASTI_CHECKED(VerifyDatabase(*database, ends, nullptr));
    std::vector<core::Sequence> sequences;
    for (const int64_t end : ends) sequences.push_back({end});
    return sequences;
  }

  Status Restore(Id id, const std::string& directory) override {
    rocksdb::BackupInfo info;
    RASTI_CHECKED(ToStatus(base().GetBackupInfo(id, &info), directory_));
    RASTI_CHECKED(CheckFormat(info.app_metadata, directory_));
    std::error_code error;
    fs::create_directories(directory, error);
    if (error) return Fail(SystemError("make", directory, error.value()));
    const std::string database = DatabaseOf(directory);
    const Status made =
        ToStatus(base().RestoreDBFromBackup(rocksdb::RestoreOptions(), id, database, database), directory_);
    if (!made && made.error().code == ErrorCode::kCorruption) RASTI_CHECKED(CheckFiles(id));  // which names the file
    RASTI_CHECKED(made);
    RASTI_CHECKED(Database::FinishRestored(database));
    return WriteFormat(directory, info.app_metadata);
  }

 private:
  static Backup BackupOf(const rocksdb::BackupInfo& info) {
    return {info.backup_id, info.size, static_cast<int>(info.number_files)};
  }

  rocksdb::BackupEngineReadOnlyBase& base() const {
    return writer_ != nullptr ? static_cast<rocksdb::BackupEngineReadOnlyBase&>(*writer_) : *reader_;
  }

  std::set<std::string> FilesOfAll() const {
    std::vector<rocksdb::BackupInfo> infos;
    base().GetBackupInfo(&infos, /*include_file_details=*/true);
    std::set<std::string> files;
    for (const rocksdb::BackupInfo& info : infos) {
      for (const rocksdb::BackupFileInfo& file : info.file_details) files.insert(file.relative_filename);
    }
    return files;
  }

  const std::string directory_;
  const std::unique_ptr<rocksdb::BackupEngine> writer_;  // or the reader
  const std::unique_ptr<rocksdb::BackupEngineReadOnly> reader_;
};

}  // namespace

Result<std::unique_ptr<EmbeddedBackups>> EmbeddedBackups::Open(const std::string& directory, Access access) {
  std::error_code error;
  // A backup is opened where it lies by its whole path.
  const std::string whole = fs::absolute(directory, error).lexically_normal().string();
  if (access == Access::kRead && !fs::is_directory(whole, error)) {
    return Fail(Error::NotFound(whole + ": no backups here"));
  }
  const rocksdb::BackupEngineOptions options(whole);
  std::unique_ptr<rocksdb::BackupEngine> writer;
  std::unique_ptr<rocksdb::BackupEngineReadOnly> reader;
  if (access == Access::kWrite) {
    rocksdb::BackupEngine* opened = nullptr;
    RASTI_CHECKED(ToStatus(rocksdb::BackupEngine::Open(options, rocksdb::Env::Default(), &opened), whole));
    writer.reset(opened);
  } else {
    rocksdb::BackupEngineReadOnly* opened = nullptr;
    RASTI_CHECKED(ToStatus(rocksdb::BackupEngineReadOnly::Open(options, rocksdb::Env::Default(), &opened), whole));
    reader.reset(opened);
  }
  return std::make_unique<EmbeddedBackupsImpl>(whole, std::move(writer), std::move(reader));
}

}  // namespace rasti::log
