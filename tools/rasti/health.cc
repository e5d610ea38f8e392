#include "tools/rasti/health.h"

#include <fmt/format.h>
#include <sys/un.h>

#include <array>
#include <filesystem>

#include "engine/ports/clock.h"
#include "tools/rasti/backup/last_backup.h"
#include "tools/rasti/health_parts.h"
#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr auto kBackupAgeMost = std::chrono::days(7);

constexpr std::array kChecks{
    CheckInfo{"directory", "the data directory is there, says what it is, and is of a format that this version reads"},
    CheckInfo{"restore", "no restore into it was cut short"},
    CheckInfo{"rights", "all files belong to the directory's owner, and nobody else may read or write them"},
    CheckInfo{"key", "the registry of submitters and its keys can be read, by their owner only"},
    CheckInfo{"dead-letters", "what is set aside is sealed to a key, and the key that opens it is known"},
    CheckInfo{"disk", "there is room left, and the file system can be written"},
    CheckInfo{"inodes", "the file system can hold more files"},
    CheckInfo{"leftovers", "nothing lies around from what was cut short"},
    CheckInfo{"socket", "the path of the socket is short enough for every client"},
    CheckInfo{"backup", "a backup was made within the last 7 days, and its directory is there"},
    CheckInfo{"service", "`rasti run` answers, and no partition stands still"},
    CheckInfo{"lock", "no process holds the directory without answering"},
    CheckInfo{"log", "every file and record of the log is whole, and no sequence is missing"},
    CheckInfo{"chain", "the hashes of all events agree, and each case's events follow each other"},
    CheckInfo{"audit", "the log continues what was signed of it, and nobody else has the key that signs"},
    CheckInfo{"clock", "the clock does not lie before what was recorded, and a time service keeps it right"},
    CheckInfo{"packages", "workflows and tenants are in force, with the calendars that they use"},
    CheckInfo{"calendars", "calendars cover the days to come"},
    CheckInfo{"definitions", "every version that an open case needs is published"},
    CheckInfo{"state", "state stores are whole, of this version's format, and not ahead of the log"},
    CheckInfo{"views", "views are whole, of this version's format, and not ahead of the log"},
};

void CheckSocketPath(const DataPaths& paths, Findings& findings) {
  constexpr size_t kMost = sizeof(sockaddr_un::sun_path) - 1;
  if (paths.socket().size() > kMost) {
    findings.push_back(Noted("socket", fmt::format("the path has {} bytes, more than the {} that the system takes; "
                                                   "rasti goes round that, other clients need a shorter path",
                                                   paths.socket().size(), kMost)));
  }
}

std::string RemedyOfKeys(const Error& error, const DataPaths& paths) {
  if (error.code == ErrorCode::kPermission) return "chmod 600 that file (and chown it to who runs rasti)";
  if (error.code == ErrorCode::kInvalidArgument)
    return fmt::format("mend {} or the key that it names", paths.registry());
  return "restore it from a backup; without it no command can be given here, while the log stays readable";
}

void CheckDeadLetterKey(const DataPaths& paths, const runtime::Submitters& registry, Findings& findings) {
  if (!registry.dead_letter_key()) {
    findings.push_back(Noted("dead-letters",
                             "no key to seal them to: what is nobody's command is told of, but not kept",
                             "make one: rasti dead-letters new-key --data " + paths.root));
    return;
  }
  const std::string id = registry.dead_letter_key()->id();
  const auto key = ReadDeadLetterKey(paths.dead_letter_private_key());
  if (!key && key.error().code != ErrorCode::kNotFound) {
    findings.push_back(Problem("dead-letters", key.error(), "chmod 600 that file, or restore it from a backup"));
  } else if (!key) {
    findings.push_back(Good("dead-letters", fmt::format("sealed to the key {}, which is kept elsewhere", id)));
  } else if (key->public_key() != *registry.dead_letter_key()) {
    findings.push_back(Noted("dead-letters", fmt::format("sealed to the key {}; {} is another one and does not open "
                                                         "them",
                                                         id, paths.dead_letter_private_key())));
  } else {
    findings.push_back(Good("dead-letters", fmt::format("sealed to the key {}, which is here", id)));
  }
}

void CheckLastBackup(const DataPaths& paths, const DataMeta& meta, Findings& findings) {
  if (meta.kafka) return;
  const std::string remedy = fmt::format("rasti backup DIR --data {}", paths.root);
  const auto last = ReadLastBackup(paths);
  if (!last && last.error().code != ErrorCode::kNotFound) {
    findings.push_back(Noted("backup", last.error().message, remedy));
  } else if (!last) {
    findings.push_back(Noted("backup", "none was made of this directory by `rasti backup`", remedy));
  } else {
    std::string text =
        fmt::format("the last one was made at {}: {} in {}", FormatInstant(last->made_at), last->id, last->directory);
    std::error_code unseen;  // a directory that may not be looked into may be there
    if (!fs::exists(last->directory, unseen) && !unseen) {
      findings.push_back(Noted("backup", text + ", which is not there", "mount its disk, or: " + remedy));
      return;
    }
    const bool is_old = ports::SystemClock().Now() - last->made_at > kBackupAgeMost;
    findings.push_back(is_old ? Noted("backup", std::move(text), remedy) : Good("backup", std::move(text)));
  }
}

// No directory of rasti: what lies there may tell why.
void CheckNoDirectory(const DataPaths& paths, const Error& why, Findings& findings) {
  std::error_code ignored;
  if (fs::exists(paths.restoring(), ignored)) {
    findings.push_back(Problem(
        "restore", Error::NotFound(fmt::format("{}: a restore into it was cut short, or is under way", paths.root)),
        "run the same `rasti restore` again: it begins anew"));
    return;
  }
  if (why.code == ErrorCode::kNotFound && fs::exists(paths.log() + "/FORMAT", ignored)) {
    findings.push_back(Problem("directory",
                               Error::Corruption(fmt::format("{}: there is a log, but no rasti.json", paths.root)),
                               "restore rasti.json from a backup; it says which clock the log has"));
    return;
  }
  const bool newer = why.code == ErrorCode::kUnsupportedVersion;
  const bool damaged = why.code == ErrorCode::kCorruption;
  const bool closed = why.code == ErrorCode::kPermission;
  findings.push_back(Problem("directory", why,
                             newer     ? "install the newer rasti"
                             : closed  ? "run rasti as the user whose the directory is"
                             : damaged ? "restore rasti.json from a backup; it says which clock the log has"
                                       : "name the right directory, or make one with init"));
}

}  // namespace

std::span<const CheckInfo> AllChecks() { return kChecks; }

Finding Good(std::string what, std::string text) {
  return {std::move(what), Health::kGood, std::move(text), "", Exit::kOk};
}
Finding Noted(std::string what, std::string text, std::string remedy) {
  return {std::move(what), Health::kNote, std::move(text), std::move(remedy), Exit::kOk};
}
Finding Problem(std::string what, const Error& error, std::string remedy) {
  return {std::move(what), Health::kProblem, error.message, std::move(remedy), ExitOf(error.code)};
}

std::string RemedyOfLog(const DataPaths& paths) {
  if (const auto meta = ReadDataMeta(paths); meta && meta->kafka) {
    return "restore the topics at the brokers from their backup";
  }
  const auto last = ReadLastBackup(paths);
  return fmt::format(
      "keep the directory as it is, and restore a backup into another one: rasti restore {} --data NEW{}",
      last ? last->directory : "BACKUPS",
      last ? fmt::format(" (the last one is of {})", FormatInstant(last->made_at)) : "");
}

void CheckFiles(const DataPaths& paths, const HealthOptions& options, Findings& findings) {
  const auto meta = ReadDataMeta(paths);
  if (!meta) {
    CheckNoDirectory(paths, meta.error(), findings);
    return;
  }
  findings.push_back(
      Good("directory", fmt::format("{}: format {}, {} clock, made {}", paths.root, meta->format,
                                    meta->virtual_clock ? "virtual" : "wall", FormatInstant(meta->created_at))));
  CheckRights(paths, findings);
  if (const auto registry = ReadRegistry(paths, Keys::kInUse); !registry) {
    findings.push_back(Problem("key", registry.error(), RemedyOfKeys(registry.error(), paths)));
  } else {
    findings.push_back(Good("key", fmt::format("{}: only their owner may read the keys", paths.registry())));
    CheckDeadLetterKey(paths, *registry, findings);
  }
  CheckRoom(paths, options.free_bytes_least, findings);
  CheckLeftovers(paths, findings);
  CheckSocketPath(paths, findings);
  CheckLastBackup(paths, *meta, findings);
}

}  // namespace rasti::cli
