#include "tools/rasti/backup/log_copy.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <thread>

#include "engine/base/system_error.h"
#include "engine/ports/clock.h"
#include "tools/rasti/node_log.h"
#include "tools/rasti/registry.h"
#include "tools/rasti/socket_session.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};

// What root makes there, the service could not write or delete.
Status CheckOwner(const DataPaths& paths) {
  struct stat about {};
  if (::stat(paths.root.c_str(), &about) != 0) return Fail(SystemError("look at", paths.root, errno));
  if (::geteuid() != 0 || about.st_uid == 0) return {};
  return Fail(
      ErrorCode::kPermission,
      fmt::format("{}: it belongs to the user {}, and what root makes there that user cannot use; run it as that "
                  "user: sudo -u '#{}' rasti backup ...",
                  paths.root, about.st_uid, about.st_uid));
}

void RemovePlace(const std::string& place) {
  std::error_code ignored;
  fs::remove(place + "/LOCK", ignored);
  fs::remove(place, ignored);
}

Status MakeAtRest(const DataPaths& paths, const DataMeta& meta, const std::string& to) {
  const ports::SystemClock clock;
  RASTI_TRY(const auto log, NodeLog::Open(paths, meta, clock, NodeLog::Access::kWrite));
  RASTI_CHECKED(log->Checkpoint(to));
  return log->Close();
}

}  // namespace

Result<LogCopy> LogCopy::Make(const DataPaths& paths, const DataMeta& meta, std::chrono::milliseconds patience) {
  if (meta.kafka) {
    return Fail(Error::Invalid(
        fmt::format("{}: its log is at the brokers {}, and is backed up there; deploy/README.md tells how. `rasti "
                    "snapshot` copies stores and views",
                    paths.root, meta.kafka->brokers)));
  }
  RASTI_CHECKED(CheckOwner(paths));
  std::error_code error;
  fs::create_directory(paths.log_copy(), error);
  if (error) return Fail(SystemError("make", paths.log_copy(), error.value()));
  fs::permissions(paths.log_copy(), fs::perms::owner_all, error);
  auto lock = DirectoryLock::Take(paths.log_copy(), DirectoryLock::Mode::kWriter);
  if (!lock) {
    if (lock.error().code == ErrorCode::kInUse) return Fail(lock.error().At("another backup is under way"));
    RemovePlace(paths.log_copy());
    return Fail(lock.error());
  }
  LogCopy copy(paths.log_copy(), *std::move(lock));
  fs::remove_all(copy.path(), error);
  if (error) return Fail(SystemError("delete", copy.path(), error.value()));

  const auto key = ReadLocalKey(paths);  // signs nothing here
  const auto give_up_at = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto session = SocketSession::Connect(paths.socket(), key.value_or(std::string(32, '\0')));
    if (session) {
      RASTI_CHECKED((*session)->CopyLog());
      return copy;
    }
    if (session.error().code != ErrorCode::kUnavailable) return Fail(session.error());
    const Status made = MakeAtRest(paths, meta, copy.path());
    if (made) return copy;
    if (made.error().code != ErrorCode::kInUse) return Fail(made.error());
    if (std::chrono::steady_clock::now() >= give_up_at) {
      return Fail(ErrorCode::kInUse,
                  fmt::format("{}; nobody answers on its socket. Wait for that process to end, or stop it; `rasti "
                              "doctor` tells more",
                              made.error().message));
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

LogCopy::~LogCopy() {
  if (place_.empty()) return;
  std::error_code ignored;  // what stays is cleared by the next backup, and named by `rasti doctor`
  fs::remove_all(path(), ignored);
  RemovePlace(place_);
}

}  // namespace rasti::cli
