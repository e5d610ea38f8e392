#include "tools/rasti/backup/restore.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <set>
#include <vector>

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

// Makes the directory, with those above it that are not there, and makes their names durable. Whether it was made.
Result<bool> MakeTarget(const std::string& directory) {
  std::error_code error;
  std::vector<fs::path> missing;
  for (fs::path at = fs::absolute(directory).lexically_normal(); !fs::exists(at, error) && at.has_relative_path();
       at = at.parent_path()) {
    missing.push_back(at);
  }
  const bool is_new = fs::create_directories(directory, error);
  RASTI_CHECKED(FromSystem("make", directory, error));
  if (is_new) fs::permissions(directory, fs::perms::owner_all, error);
  for (const fs::path& made : missing) RASTI_CHECKED(SyncDirectory(made.parent_path().string()));
  return is_new;
}

// What a restore that was cut short left in the target; refuses where anything else lies. `was_begun`: some restore
// made restore.making before.
Result<std::vector<fs::path>> FindLeftovers(const DataPaths& paths, const BackupEntry& entry, bool was_begun) {
  std::error_code error;
  const bool was_cut_short = was_begun && !fs::exists(paths.meta(), error);
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
  return leftovers;
}

// restore.making with the lock in it: only its holder changes anything in the target.
struct Making {
  DirectoryLock lock;
  bool is_new = false;  // no restore was cut short here, nor is one under way
};

Result<Making> TakeMaking(const DataPaths& paths) {
  for (;;) {
    std::error_code error;
    const bool is_new = fs::create_directory(paths.restoring(), error);
    RASTI_CHECKED(FromSystem("make", paths.restoring(), error));
    fs::permissions(paths.restoring(), fs::perms::owner_all, error);
    auto lock = DirectoryLock::Take(paths.restoring(), DirectoryLock::Mode::kWriter);
    if (lock) return Making{*std::move(lock), is_new};
    // A restore that ended meanwhile took it away.
    if (lock.error().code == ErrorCode::kNotFound) continue;
    const bool is_held = lock.error().code == ErrorCode::kInUse;
    return Fail(is_held ? lock.error().At("another restore is under way") : lock.error());
  }
}

Status ClearMaking(const DataPaths& paths) {
  std::error_code error;
  for (const auto& leftover : fs::directory_iterator(paths.restoring(), error)) {
    if (leftover.path().filename() == "LOCK") continue;
    std::error_code removing;
    fs::remove_all(leftover.path(), removing);
    RASTI_CHECKED(FromSystem("delete", leftover.path().string(), removing));
  }
  return FromSystem("list", paths.restoring(), error);
}

// The lock goes last: until then nobody else comes in.
Status RemoveMaking(const DataPaths& paths) {
  RASTI_CHECKED(ClearMaking(paths));
  std::error_code error;
  fs::remove(paths.restoring() + "/LOCK", error);
  RASTI_CHECKED(FromSystem("delete", paths.restoring() + "/LOCK", error));
  fs::remove(paths.restoring(), error);
  // From here on it may be another restore's.
  if (error == std::errc::directory_not_empty) return {};
  return FromSystem("delete", paths.restoring(), error);
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
  return RemoveMaking(paths);
}

}  // namespace

Status RestoreBackup(const BackupPlace& place, const BackupEntry& entry, const DataPaths& paths,
                     const std::function<void(const std::string&)>& progress) {
  RASTI_CHECKED(CheckFormat(place, entry));
  RASTI_TRY(const bool is_new, MakeTarget(paths.root));
  struct stat owner {};
  if (::stat(paths.root.c_str(), &owner) != 0) return Fail(SystemError("look at", paths.root, errno));
  const auto give_up = [&](bool remove_making, const Error& why) {
    // What stays is no data directory, and the next restore clears it.
    if (remove_making) static_cast<void>(RemoveMaking(paths));
    std::error_code ignored;
    if (is_new) fs::remove(paths.root, ignored);  // unless something lies there
    return Fail(why);
  };

  // First without making anything, so that a target that is refused stays as it is.
  std::error_code error;
  RASTI_CHECKED(FindLeftovers(paths, entry, fs::is_directory(paths.restoring(), error)));
  const auto making = TakeMaking(paths);
  if (!making) return give_up(false, making.error());
  // What looked like the leftovers of a restore may have been another one under way; nobody else changes it now.
  const auto leftovers = FindLeftovers(paths, entry, !making->is_new);
  // Another restore may have come to its end meanwhile, and could not delete what this one holds the lock of.
  if (!leftovers) return give_up(making->is_new || fs::exists(paths.meta(), error), leftovers.error());
  for (const fs::path& leftover : *leftovers) {
    fs::remove_all(leftover, error);
    RASTI_CHECKED(FromSystem("delete", leftover.string(), error));
  }
  RASTI_CHECKED(ClearMaking(paths));

  const auto undo = [&](const Error& why) { return give_up(true, why); };
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
