// Room, rights and leftovers: what `rasti doctor` sees without opening anything.
#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <vector>

#include "engine/base/directory_lock.h"
#include "engine/base/system_error.h"
#include "tools/rasti/health_parts.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr uint64_t kFreeInodesLeast = 10'000;
constexpr size_t kNamedMost = 3;

std::string NameOf(uid_t uid) {
  std::array<char, 4096> buffer{};
  struct passwd entry {};
  struct passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return fmt::format("the user {}", uid);
  }
  return entry.pw_name;
}

// Those that have one fault in common: the first few by name, and how many they are.
class Paths {
 public:
  void Add(const std::string& path) {
    if (++count_ <= kNamedMost) first_.push_back(path);
  }
  bool empty() const { return count_ == 0; }
  std::string Text() const {
    const size_t more = count_ - first_.size();
    return fmt::format("{}{}", fmt::join(first_, ", "), more == 0 ? "" : fmt::format(" and {} more", more));
  }

 private:
  std::vector<std::string> first_;
  size_t count_ = 0;
};

bool IsKey(const fs::path& path) { return path.extension() == ".key"; }

struct Faults {
  Paths foreign;   // of another owner than the directory
  Paths writable;  // by others
  Paths closed;    // to their owner
  Paths open_keys;
};

void Look(const fs::path& path, uid_t owner, Faults& faults) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) return;
  if (about.st_uid != owner) faults.foreign.Add(path.string());
  if (S_ISLNK(about.st_mode)) return;
  const mode_t needed = S_ISDIR(about.st_mode) ? S_IRWXU : S_IRUSR;
  if ((about.st_mode & needed) != needed) faults.closed.Add(path.string());
  if ((about.st_mode & 022) != 0 && !S_ISSOCK(about.st_mode)) faults.writable.Add(path.string());
  if (S_ISREG(about.st_mode) && IsKey(path) && (about.st_mode & 077) != 0) faults.open_keys.Add(path.string());
}

void CheckOwnerAndMode(const DataPaths& paths, const struct stat& root, Findings& findings) {
  if ((root.st_mode & 007) != 0) {
    findings.push_back(Problem(
        "rights",
        {ErrorCode::kPermission, fmt::format("{}: others may look into it (mode {:04o}), and it holds personal data",
                                             paths.root, root.st_mode & 07777)},
        "chmod o-rwx " + paths.root));
  }
  if ((root.st_mode & 020) != 0) {
    findings.push_back(Problem("rights",
                               {ErrorCode::kPermission, fmt::format("{}: its group may delete what is in it (mode "
                                                                    "{:04o})",
                                                                    paths.root, root.st_mode & 07777)},
                               "chmod g-w " + paths.root));
  }
  const uid_t self = ::geteuid();
  if (self == root.st_uid) return;
  if (self == 0) {
    findings.push_back(Noted("rights",
                             fmt::format("it belongs to {}, and you are root: a command that opens it now leaves files "
                                         "there that {} may not write",
                                         NameOf(root.st_uid), NameOf(root.st_uid)),
                             "run rasti as that user"));
  } else {
    findings.push_back(Noted("rights",
                             fmt::format("it belongs to {}, and you are {}: what you may not read looks damaged here",
                                         NameOf(root.st_uid), NameOf(self)),
                             "run rasti as that user"));
  }
}

uint64_t BytesBelow(const std::string& directory) {
  uint64_t bytes = 0;
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(directory, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    std::error_code ignored;
    if (entry->is_regular_file(ignored)) bytes += entry->file_size(ignored);
  }
  return bytes;
}

constexpr int kMiBShift = 20;

// See view_home.h.
void CheckViewLeftovers(const DataPaths& paths, Findings& findings) {
  std::error_code error;
  const std::string shown = fs::read_symlink(paths.views(), error).string();
  if (error) return;  // none yet, or of a snapshot
  for (const auto& entry : fs::directory_iterator(paths.view_home(), error)) {
    const std::string name = entry.path().filename().string();
    if (entry.path() == paths.views() || name == shown) continue;
    findings.push_back(Noted("leftovers", entry.path().string() +
                                              ": views that are not shown: being built, or left by a rebuild that was "
                                              "cut short; the next start deletes them"));
  }
}

}  // namespace

void JudgeRoom(const DiskRoom& room, const std::string& where, uint64_t free_bytes_least, uint64_t rebuild_bytes,
               Findings& findings) {
  const std::string text = fmt::format("{} MiB free on the disk of {}", room.free_bytes >> kMiBShift, where);
  if (room.read_only) {
    findings.push_back(Problem("disk", Error::Io(fmt::format("{}: the file system can only be read", where)),
                               "mount it for writing; after an error of the disk, look at the system's log first"));
  } else if (room.free_bytes < free_bytes_least) {
    findings.push_back(Problem("disk", {ErrorCode::kNoSpace, text},
                               "make room: with a full disk commands are refused, and nothing is lost"));
  } else if (room.free_bytes < rebuild_bytes) {
    findings.push_back(Noted("disk",
                             fmt::format("{}: less than the {} MiB that state and views may take when they are built "
                                         "anew beside the old ones",
                                         text, rebuild_bytes >> kMiBShift),
                             "make room before the next upgrade"));
  } else {
    findings.push_back(Good("disk", text));
  }
  if (room.inodes == 0) return;
  const std::string files = fmt::format("{} of {} inodes free on the disk of {}", room.free_inodes, room.inodes, where);
  if (room.free_inodes < kFreeInodesLeast) {
    findings.push_back(Problem("inodes", {ErrorCode::kNoSpace, files},
                               "delete files there, or make the file system anew with more inodes: without one no file "
                               "can be made, however much room there is"));
  } else {
    findings.push_back(Good("inodes", files));
  }
}

void CheckRoom(const DataPaths& paths, uint64_t free_bytes_least, Findings& findings) {
  struct statvfs about {};
  if (::statvfs(paths.root.c_str(), &about) != 0) {
    findings.push_back(Problem("disk", SystemError("look at the file system of", paths.root, errno),
                               "look at the system's log, and see that the disk is mounted"));
    return;
  }
  const DiskRoom room{.free_bytes = static_cast<uint64_t>(about.f_bavail) * about.f_frsize,
                      .inodes = about.f_files,
                      .free_inodes = about.f_favail,
                      .read_only = (about.f_flag & ST_RDONLY) != 0};
  JudgeRoom(room, paths.root, free_bytes_least, BytesBelow(paths.log()), findings);
}

void CheckRights(const DataPaths& paths, Findings& findings) {
  struct stat root {};
  if (::stat(paths.root.c_str(), &root) != 0) return;
  const size_t before = findings.size();
  CheckOwnerAndMode(paths, root, findings);
  Faults faults;
  if ((root.st_mode & S_IRWXU) != S_IRWXU) faults.closed.Add(paths.root);
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(paths.root, fs::directory_options::skip_permission_denied, error);
       !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    Look(entry->path(), root.st_uid, faults);
  }
  // What goes away meanwhile is what a service deletes.
  if (error && error != std::errc::no_such_file_or_directory) {
    findings.push_back(Problem("rights", SystemError("list", paths.root, error.value()), "look at the system's log"));
  }
  // A registry that nodes share lies elsewhere.
  if (std::error_code ignored; fs::is_symlink(paths.submitters(), ignored)) {
    for (const auto& entry : fs::directory_iterator(paths.submitters() + "/", ignored)) {
      if (struct stat about{}; ::stat(entry.path().c_str(), &about) == 0) Look(entry.path(), about.st_uid, faults);
    }
  }
  if (!faults.foreign.empty()) {
    findings.push_back(Problem("rights",
                               {ErrorCode::kPermission, fmt::format("not of {}, whose the directory is: {}",
                                                                    NameOf(root.st_uid), faults.foreign.Text())},
                               fmt::format("chown -R --no-dereference --reference={} {}", paths.root, paths.root)));
  }
  if (!faults.closed.empty()) {
    findings.push_back(
        Problem("rights", {ErrorCode::kPermission, "their owner may not read or not enter: " + faults.closed.Text()},
                fmt::format("chmod -R u+rwX {}", paths.root)));
  }
  // Where nobody else gets through the directory, it does not matter.
  if (!faults.writable.empty() && (root.st_mode & 011) != 0) {
    findings.push_back(Problem("rights", {ErrorCode::kPermission, "others may write: " + faults.writable.Text()},
                               fmt::format("chmod -R go-w {}", paths.root)));
  }
  if (!faults.open_keys.empty()) {
    findings.push_back(Problem("key", {ErrorCode::kPermission, "others may read: " + faults.open_keys.Text()},
                               "chmod 600 those files; if others were on this machine, make new keys: whoever has one "
                               "can sign commands"));
  }
  if (findings.size() == before) {
    findings.push_back(Good("rights", fmt::format("all of {}, for nobody else", NameOf(root.st_uid))));
  }
}

void CheckLeftovers(const DataPaths& paths, Findings& findings) {
  CheckViewLeftovers(paths, findings);
  std::error_code error;
  std::vector<fs::path> places{paths.root, paths.states(), paths.submitters()};
  for (const fs::path& place : places) {
    for (const auto& entry : fs::directory_iterator(place, error)) {
      const std::string path = entry.path().string();
      if (entry.path().extension() != ".making") continue;
      const bool is_locked =
          fs::exists(path + "/LOCK", error) && !DirectoryLock::Take(path, DirectoryLock::Mode::kReader).has_value();
      if (is_locked) {
        findings.push_back(Noted("leftovers", path + ": a backup or a restore is under way"));
      } else if (path == paths.log_copy()) {
        findings.push_back(Noted("leftovers", path + ": of a backup that was cut short; it keeps old files of the log",
                                 "make a backup again, which clears it, or delete it"));
      } else {
        findings.push_back(Noted("leftovers", path + ": of something that was cut short",
                                 "delete it while nothing runs; nothing reads it"));
      }
    }
  }
}

}  // namespace rasti::cli
