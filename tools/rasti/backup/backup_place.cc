#include "tools/rasti/backup/backup_place.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <set>

#include "engine/base/system_error.h"
#include "engine/log/embedded_event_log.h"
#include "engine/ports/clock.h"
#include "tools/rasti/backup/data_files.h"
#include "tools/rasti/files.h"
#include "tools/rasti/version.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr const char* kMarker = "/rasti-backups.json";
constexpr const char* kBackups = "/backups";
constexpr const char* kManifest = "/backup.json";
constexpr const char* kLogs = "/log";
constexpr std::string_view kMaking = ".making";
constexpr size_t kManifestBytesMost = size_t{64} << 20;

Status FromSystem(const std::string& what, const std::string& path, const std::error_code& error) {
  if (!error) return {};
  return Fail(SystemError(what, path, error.value()));
}

Status CheckMarker(const std::string& directory) {
  RASTI_TRY(const std::string text, ReadFile(directory + kMarker));
  const auto json = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || !json.contains("format") || !json["format"].is_number_integer()) {
    return Fail(Error::Corruption(directory + kMarker + ": not what `rasti backup` writes"));
  }
  if (const int format = json["format"].get<int>(); format > kBackupFormat) {
    return Fail(ErrorCode::kUnsupportedVersion,
                fmt::format("{}: backups of format {}, this rasti reads up to {}; use the version that made them, or a "
                            "newer one",
                            directory, format, kBackupFormat));
  }
  return {};
}

// Who may see it decides who may read personal data and sign commands.
Status CheckRights(const std::string& directory) {
  struct stat about {};
  if (::stat(directory.c_str(), &about) != 0) return Fail(SystemError("look at", directory, errno));
  if ((about.st_mode & 007) == 0) return {};
  return Fail(ErrorCode::kPermission,
              fmt::format("{}: others may read it (mode {:04o}), and backups hold personal data and keys; run: chmod "
                          "o-rwx {}",
                          directory, about.st_mode & 07777, directory));
}

// Nothing lies there but what a new file system has, or the beginning of what Open does.
Result<bool> IsEmpty(const std::string& directory) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (name != "lost+found" && name != "LOCK" && "/" + name != kMarker + std::string(kMaking)) return false;
  }
  RASTI_CHECKED(FromSystem("list", directory, error));
  return true;
}

// A directory of its owner's only, in which nothing lies.
Status MakePlace(const std::string& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  RASTI_CHECKED(FromSystem("make", directory, error));
  RASTI_TRY(const bool is_empty, IsEmpty(directory));
  if (!is_empty && !fs::exists(directory + kMarker, error)) {  // which another process may have made meanwhile
    return Fail(ErrorCode::kAlreadyExists,
                fmt::format("{}: something lies there that is no backup of rasti; name a directory that is empty or "
                            "does not exist",
                            directory));
  }
  fs::permissions(directory, fs::perms::owner_all, error);
  return FromSystem("change the rights of", directory, error);
}

Status WriteMarker(const std::string& directory) {
  RASTI_CHECKED(WriteFileDurably(directory + kMarker, nlohmann::json{{"format", kBackupFormat}}.dump() + "\n", 0600));
  return SyncDirectory(fs::absolute(directory).lexically_normal().parent_path().string());
}

std::optional<BackupId> IdOf(std::string_view name) {
  BackupId id = 0;
  const auto read = std::from_chars(name.data(), name.data() + name.size(), id);
  if (read.ec != std::errc() || read.ptr != name.data() + name.size() || id == 0) return std::nullopt;
  return id;
}

// By the names of their folders, whether they are whole or not.
Result<std::set<std::string>> FoldersIn(const std::string& directory) {
  std::set<std::string> names;
  std::error_code error;
  if (!fs::exists(directory, error)) return names;
  for (const auto& entry : fs::directory_iterator(directory, error)) names.insert(entry.path().filename().string());
  RASTI_CHECKED(FromSystem("list", directory, error));
  return names;
}

}  // namespace

Status CheckApart(const std::string& backups, const std::string& data) {
  const auto whole = [](const std::string& directory) {
    std::error_code ignored;  // a directory that cannot be seen is told of by who opens it
    std::string path = fs::weakly_canonical(fs::absolute(directory, ignored), ignored).string();
    if (!path.ends_with('/')) path.push_back('/');
    return path;
  };
  const std::string one = whole(backups);
  const std::string other = whole(data);
  if (!one.starts_with(other) && !other.starts_with(one)) return {};
  return Fail(Error::Invalid(fmt::format(
      "{} and {} lie within each other: name a directory elsewhere, on another disk at best", backups, data)));
}

std::string BackupPlace::Folder(BackupId id) const { return fmt::format("{}{}/{}", directory_, kBackups, id); }

Result<BackupPlace> BackupPlace::Open(const std::string& directory, Access access) {
  std::error_code error;
  const bool is_there = fs::exists(directory + kMarker, error);
  RASTI_CHECKED(FromSystem("look at", directory + kMarker, error));
  if (!is_there && access != Access::kWrite) {
    return Fail(Error::NotFound(directory + ": no backups here; make one with `rasti backup " + directory + "`"));
  }
  if (is_there) {
    RASTI_CHECKED(CheckMarker(directory));
  } else {
    RASTI_CHECKED(MakePlace(directory));
  }
  RASTI_CHECKED(CheckRights(directory));
  DirectoryLock lock;
  // A copy on a medium that can only be read may lack the file.
  const bool is_locked = access == Access::kWrite || fs::exists(directory + "/LOCK", error);
  if (access != Access::kLook && is_locked) {
    const auto mode = access == Access::kWrite ? DirectoryLock::Mode::kWriter : DirectoryLock::Mode::kReader;
    RASTI_TRY(lock, DirectoryLock::Take(directory, mode));
  }
  // Whoever holds the lock is alone, whoever came first.
  if (!fs::exists(directory + kMarker, error)) RASTI_CHECKED(WriteMarker(directory));
  using Logs = log::EmbeddedBackups;
  const bool has_logs = fs::is_directory(directory + kLogs, error);
  std::unique_ptr<Logs> logs;
  if (has_logs || access == Access::kWrite) {
    RASTI_TRY(logs,
              Logs::Open(directory + kLogs, access == Access::kWrite ? Logs::Access::kWrite : Logs::Access::kRead));
  }
  return BackupPlace(directory, std::move(lock), std::move(logs));
}

Result<BackupListing> BackupPlace::List() const {
  BackupListing listing;
  if (logs_ == nullptr) return listing;
  std::map<BackupId, log::EmbeddedBackups::Backup> logs;
  for (const auto& backup : logs_->List()) logs.emplace(backup.id, backup);
  std::set<std::string> unfinished;
  RASTI_TRY(const auto folders, FoldersIn(directory_ + kBackups));
  std::set<BackupId> complete;
  for (const std::string& name : folders) {
    const auto id = IdOf(name);
    std::error_code error;
    if (!id || !fs::exists(Folder(*id) + kManifest, error)) {
      unfinished.insert(name.substr(0, name.find('.')));
      continue;
    }
    complete.insert(*id);
    RASTI_TRY(const std::string text, ReadFile(Folder(*id) + kManifest, kManifestBytesMost));
    auto manifest = BackupManifestFromJson(text, Folder(*id) + kManifest);
    const auto log = logs.find(*id);
    if (!manifest && manifest.error().code == ErrorCode::kUnsupportedVersion) return Fail(manifest.error());
    if (!manifest) {
      listing.damaged.push_back(fmt::format("backup {}: {}", *id, manifest.error().message));
    } else if (log == logs.end() || log->second.bytes != manifest->log_bytes) {
      listing.damaged.push_back(fmt::format("backup {}: files of its log below {}{} are missing or have another size",
                                            *id, directory_, kLogs));
    } else {
      BackupEntry entry{*id, *std::move(manifest), log->second.bytes, log->second.files};
      for (const BackupFile& file : entry.manifest.files) entry.bytes += file.size;
      entry.files += static_cast<int>(entry.manifest.files.size());
      listing.whole.push_back(std::move(entry));
    }
  }
  for (const auto& [id, log] : logs) {
    if (!complete.contains(id)) unfinished.insert(std::to_string(id));
  }
  for (const BackupId id : logs_->Damaged()) {
    if (!complete.contains(id)) unfinished.insert(std::to_string(id));
  }
  listing.unfinished = static_cast<int>(unfinished.size());
  std::ranges::sort(listing.whole, {}, &BackupEntry::id);
  return listing;
}

Result<BackupEntry> BackupPlace::Find(std::optional<BackupId> id) const {
  RASTI_TRY(BackupListing listing, List());
  for (const std::string& damaged : listing.damaged) {
    if (id && damaged.starts_with(fmt::format("backup {}:", *id))) return Fail(Error::Corruption(damaged));
  }
  if (!id && listing.whole.empty()) {
    return Fail(listing.damaged.empty() ? Error::NotFound(directory_ + ": no whole backup here")
                                        : Error::Corruption(directory_ + ": " + listing.damaged.back()));
  }
  if (!id) return std::move(listing.whole.back());
  const auto found = std::ranges::find(listing.whole, *id, &BackupEntry::id);
  if (found == listing.whole.end()) {
    std::vector<BackupId> there;
    for (const BackupEntry& entry : listing.whole) there.push_back(entry.id);
    return Fail(
        Error::NotFound(fmt::format("{}: no backup {}; there {}", directory_, *id,
                                    there.empty() ? "is none" : fmt::format("are {}", fmt::join(there, ", ")))));
  }
  return std::move(*found);
}

// A directory that was made anew, or another one, must not push good backups out.
Status BackupPlace::CheckContinues(const BackupListing& listing, ports::EventLog& log) const {
  if (listing.whole.empty()) return {};
  const BackupEntry& latest = listing.whole.back();
  RASTI_TRY(const auto why_not, WhyNotAfter(latest.manifest.marks, log));
  if (!why_not) return {};
  return Fail(Error::Invalid(
      fmt::format("{}: backup {} there is of another log, or of this one before an older backup was restored: {}; "
                  "back up into another directory, so that both stay",
                  directory_, latest.id, *why_not)));
}

Status BackupPlace::ClearUnfinished(const BackupListing& listing) {
  std::set<BackupId> whole;
  for (const BackupEntry& entry : listing.whole) whole.insert(entry.id);
  for (const auto& backup : logs_->List()) {
    if (!whole.contains(backup.id)) RASTI_CHECKED(logs_->Delete(backup.id));
  }
  for (const BackupId id : logs_->Damaged()) RASTI_CHECKED(logs_->Delete(id));
  RASTI_TRY(const auto folders, FoldersIn(directory_ + kBackups));
  for (const std::string& name : folders) {
    const auto id = IdOf(name);
    if (id && whole.contains(*id)) continue;
    std::error_code error;
    const std::string path = directory_ + kBackups + "/" + name;
    fs::remove_all(path, error);
    RASTI_CHECKED(FromSystem("delete", path, error));
  }
  return {};
}

Status BackupPlace::Finish(BackupId id, const DataPaths& paths, BackupManifest& manifest) const {
  const std::string making = Folder(id) + std::string(kMaking);
  std::error_code error;
  fs::create_directories(making, error);
  RASTI_CHECKED(FromSystem("make", making, error));
  RASTI_TRY(manifest.files, CopyDataFiles(paths, making + "/files"));
  RASTI_CHECKED(WriteFileDurably(making + kManifest, ToJson(manifest).dump(2) + "\n", 0600));
  fs::rename(making, Folder(id), error);
  RASTI_CHECKED(FromSystem("make", Folder(id), error));
  RASTI_CHECKED(SyncDirectory(directory_ + kBackups));
  return SyncDirectory(directory_);
}

Result<BackupPlace::Added> BackupPlace::Add(const std::string& log_copy, const DataPaths& paths, const DataMeta& meta,
                                            Instant now) {
  RASTI_TRY(const BackupListing listing, List());
  if (!listing.damaged.empty()) {
    return Fail(
        Error::Corruption(fmt::format("{}: {}; a new backup shares files with those that are there: keep that "
                                      "directory as it is, and back up into another one",
                                      directory_, listing.damaged.front())));
  }
  BackupManifest manifest;
  manifest.made_at = now;
  manifest.rasti = kVersion;
  manifest.data_format = meta.format;
  {
    const ports::SystemClock clock;
    RASTI_TRY(const auto log,
              log::EmbeddedEventLog::Open({.directory = log_copy, .read_only = true, .is_copy = true}, clock));
    RASTI_TRY(manifest.marks, MarksOf(*log));
    RASTI_TRY(manifest.last_recorded_at, LastRecordedAt(*log));
    RASTI_CHECKED(CheckContinues(listing, *log));
  }
  RASTI_CHECKED(ClearUnfinished(listing));

  RASTI_TRY(const auto log, logs_->Add(log_copy));
  const BackupId id = log.backup.id;
  manifest.log_bytes = log.backup.bytes;
  if (Status finished = Finish(id, paths, manifest); !finished) {
    // Half of it would fill the disk that may be full already; what stays is cleared by the next one.
    std::error_code ignored;
    fs::remove_all(Folder(id), ignored);
    fs::remove_all(Folder(id) + std::string(kMaking), ignored);
    [[maybe_unused]] const Status dropped = logs_->Delete(id);
    return Fail(std::move(finished.error()));
  }

  Added added{{id, std::move(manifest), log.backup.bytes, log.backup.files}, log.new_bytes, log.new_files};
  for (const BackupFile& file : added.entry.manifest.files) {
    added.entry.bytes += file.size;
    added.new_bytes += file.size;
  }
  added.entry.files += static_cast<int>(added.entry.manifest.files.size());
  added.new_files += static_cast<int>(added.entry.manifest.files.size());
  return added;
}

Status BackupPlace::Delete(BackupId id) {
  std::error_code error;
  // From here on it is an unfinished one, which the next backup clears if this is cut short.
  fs::remove(Folder(id) + kManifest, error);
  RASTI_CHECKED(FromSystem("delete", Folder(id) + kManifest, error));
  RASTI_CHECKED(SyncDirectory(Folder(id)));
  RASTI_CHECKED(logs_->Delete(id));
  fs::remove_all(Folder(id), error);
  return FromSystem("delete", Folder(id), error);
}

Result<std::vector<BackupId>> BackupPlace::Keep(size_t most) {
  RASTI_TRY(const BackupListing listing, List());
  std::vector<BackupId> deleted;
  for (size_t i = 0; i + most < listing.whole.size(); ++i) {
    RASTI_CHECKED(Delete(listing.whole[i].id));
    deleted.push_back(listing.whole[i].id);
  }
  return deleted;
}

Status BackupPlace::Verify(const BackupEntry& entry, bool thorough) const {
  const auto of_this = [&](const Error& error) { return Fail(error.At(fmt::format("backup {}", entry.id))); };
  if (const Status whole = logs_->CheckFiles(entry.id); !whole) return of_this(whole.error());
  if (const Status whole = CheckDataFiles(entry.manifest.files, FilesOf(entry.id)); !whole) {
    return of_this(whole.error());
  }
  if (!thorough) return {};
  std::vector<ChainCheck> chains;
  for (size_t i = 0; i < entry.manifest.marks.size(); ++i) {
    chains.emplace_back(core::PartitionId{static_cast<int32_t>(i)});
  }
  const auto read = logs_->Read(entry.id, [&](const ports::StoredEvent& stored) -> Status {
    const auto partition = static_cast<size_t>(stored.partition.value);
    if (partition >= chains.size()) return Fail(Error::Corruption("more partitions than backup.json says"));
    return chains[partition].See(stored);
  });
  if (!read) return of_this(read.error());
  for (size_t i = 0; i < chains.size(); ++i) {
    if (chains[i].mark() == entry.manifest.marks[i]) continue;
    return of_this(Error::Corruption(
        fmt::format("partition {} ends at sequence {} and with another event than backup.json says ({})", i,
                    chains[i].mark().next.value - 1, entry.manifest.marks[i].next.value - 1)));
  }
  return {};
}

Status BackupPlace::RestoreLog(const BackupEntry& entry, const std::string& directory) const {
  return logs_->Restore(entry.id, directory);
}

Status BackupPlace::RestoreFiles(const BackupEntry& entry, const std::string& files_to) const {
  return RestoreDataFiles(entry.manifest.files, FilesOf(entry.id), files_to);
}

Result<std::string> BackupPlace::ReadDataFile(const BackupEntry& entry, const std::string& path) const {
  return ReadFile(FilesOf(entry.id) + "/" + path);
}

}  // namespace rasti::cli
