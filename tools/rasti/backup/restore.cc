#include "tools/rasti/backup/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>

#include "engine/base/directory_lock.h"
#include "engine/base/system_error.h"
#include "engine/log/embedded_event_log.h"
#include "engine/ports/clock.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

Status FromSystem(const std::string& what, const std::string& path, const std::error_code& error) {
  if (!error) return {};
  return Fail(SystemError(what, path, error.value()));
}

// The names that a restored directory has, of this backup and of any other.
std::set<std::string> NamesOf(const BackupEntry& entry) {
  std::set<std::string> names{"log", "clock", "submitters", "dead-letters.key", "rasti.json.making"};
  for (const BackupFile& file : entry.manifest.files) names.insert(file.path.substr(0, file.path.find('/')));
  names.erase("rasti.json");
  return names;
}

// Removes what a restore that was cut short left; refuses where anything else lies.
Status ClearTarget(const DataPaths& paths, const BackupEntry& entry) {
  std::error_code error;
  const bool was_cut_short = fs::is_directory(paths.restoring(), error) && !fs::exists(paths.meta(), error);
  const auto ours = NamesOf(entry);
  std::vector<fs::path> leftovers;
  for (const auto& there : fs::directory_iterator(paths.root, error)) {
    const std::string name = there.path().filename().string();
    if (name == "lost+found" || there.path() == paths.restoring()) continue;
    if (!was_cut_short || !ours.contains(name)) {
      return Fail(ErrorCode::kAlreadyExists,
                  fmt::format("{}: not empty ('{}' lies there); name a directory that is empty or does not exist. "
                              "Nothing was changed",
                              paths.root, name));
    }
    leftovers.push_back(there.path());
  }
  RASTI_CHECKED(FromSystem("list", paths.root, error));
  for (const fs::path& leftover : leftovers) {
    fs::remove_all(leftover, error);
    RASTI_CHECKED(FromSystem("delete", leftover.string(), error));
  }
  return {};
}

Status CheckFormat(const BackupPlace& place, const BackupEntry& entry) {
  if (entry.manifest.data_format > kDataFormat) {
    return Fail(
        ErrorCode::kUnsupportedVersion,
        fmt::format("backup {}: its data are in format {} (rasti {} made it), this rasti reads up to {}; nothing "
                    "was changed; use that version, or a newer one",
                    entry.id, entry.manifest.data_format, entry.manifest.rasti, kDataFormat));
  }
  const auto meta = place.ReadDataFile(entry, "rasti.json");
  if (!meta) return Fail(Error::Corruption(fmt::format("backup {}: {}", entry.id, meta.error().message)));
  return {};
}

Status CheckRestored(const std::string& directory, const BackupEntry& entry,
                     const std::function<void(const std::string&)>& progress) {
  const ports::SystemClock clock;
  RASTI_TRY(const auto log, log::EmbeddedEventLog::Open({.directory = directory, .read_only = true}, clock));
  const auto tell = [&](int64_t done, int64_t total) {
    if (progress) progress(fmt::format("checking: {} of {} events", done, total));
  };
  RASTI_CHECKED(log->VerifyAll(tell));
  RASTI_TRY(const ChainReport report, CheckChains(*log, tell));
  if (report.marks == entry.manifest.marks) return {};
  return Fail(Error::Corruption(fmt::format("backup {}: its log does not end where backup.json says", entry.id)));
}

// What root restores belongs to whom the directory was made for.
Status GiveTo(const struct stat& owner, const std::string& directory) {
  if (::geteuid() != 0 || (owner.st_uid == 0 && owner.st_gid == 0)) return {};
  std::error_code error;
  for (auto below = fs::recursive_directory_iterator(directory, error); below != fs::recursive_directory_iterator();
       below.increment(error)) {
    RASTI_CHECKED(FromSystem("list", directory, error));
    if (::lchown(below->path().c_str(), owner.st_uid, owner.st_gid) != 0) {
      return Fail(SystemError("change the owner of", below->path().string(), errno));
    }
  }
  return FromSystem("list", directory, error);
}

// rasti.json last.
Status MoveIntoPlace(const DataPaths& paths) {
  std::error_code error;
  std::vector<fs::path> parts;
  for (const auto& part : fs::directory_iterator(paths.restoring(), error)) parts.push_back(part.path());
  RASTI_CHECKED(FromSystem("list", paths.restoring(), error));
  const auto move = [&](const fs::path& part) {
    fs::rename(part, fs::path(paths.root) / part.filename(), error);
    return FromSystem("move", part.string(), error);
  };
  for (const fs::path& part : parts) {
    if (part.filename() != "rasti.json" && part.filename() != "LOCK") RASTI_CHECKED(move(part));
  }
  RASTI_CHECKED(SyncDirectory(paths.root));
  RASTI_CHECKED(move(paths.restoring() + "/rasti.json"));
  RASTI_CHECKED(SyncDirectory(paths.root));
  fs::remove_all(paths.restoring(), error);
  return FromSystem("delete", paths.restoring(), error);
}

}  // namespace

Status RestoreBackup(const BackupPlace& place, const BackupEntry& entry, const DataPaths& paths,
                     const std::function<void(const std::string&)>& progress) {
  RASTI_CHECKED(CheckFormat(place, entry));
  std::error_code error;
  const bool is_new = fs::create_directories(paths.root, error);
  RASTI_CHECKED(FromSystem("make", paths.root, error));
  if (is_new) fs::permissions(paths.root, fs::perms::owner_all, error);
  struct stat owner {};
  if (::stat(paths.root.c_str(), &owner) != 0) return Fail(SystemError("look at", paths.root, errno));
  RASTI_CHECKED(ClearTarget(paths, entry));
  fs::create_directory(paths.restoring(), error);
  RASTI_CHECKED(FromSystem("make", paths.restoring(), error));
  fs::permissions(paths.restoring(), fs::perms::owner_all, error);
  auto lock = DirectoryLock::Take(paths.restoring(), DirectoryLock::Mode::kWriter);
  if (!lock) {
    const bool is_held = lock.error().code == ErrorCode::kInUse;
    return Fail(is_held ? lock.error().At("another restore is under way") : lock.error());
  }
  for (const auto& leftover : fs::directory_iterator(paths.restoring(), error)) {
    if (leftover.path().filename() == "LOCK") continue;
    std::error_code removing;
    fs::remove_all(leftover.path(), removing);
    RASTI_CHECKED(FromSystem("delete", leftover.path().string(), removing));
  }
  RASTI_CHECKED(FromSystem("list", paths.restoring(), error));

  const auto undo = [&](const Error& why) {
    std::error_code ignored;  // what stays is no data directory, and the next restore clears it
    fs::remove_all(paths.restoring(), ignored);
    if (is_new) fs::remove(paths.root, ignored);
    return Fail(why);
  };
  const std::string log = paths.restoring() + "/log";
  if (progress) progress("copying");
  if (Status made = place.RestoreLog(entry, log); !made) return undo(made.error());
  if (Status made = place.RestoreFiles(entry, paths.restoring()); !made) return undo(made.error());
  if (Status whole = CheckRestored(log, entry, progress); !whole) return undo(whole.error());
  if (Status given = GiveTo(owner, paths.restoring()); !given) return undo(given.error());
  RASTI_CHECKED(SyncDirectory(paths.restoring()));
  return MoveIntoPlace(paths);
}

}  // namespace rasti::cli
