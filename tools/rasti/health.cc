#include "tools/rasti/health.h"

#include <fmt/format.h>
#include <sys/statvfs.h>
#include <sys/un.h>

#include <filesystem>

#include "tools/rasti/registry.h"

namespace rasti::cli {
namespace {

constexpr uint64_t kFreeBytesLeast = uint64_t{1} << 30;

void CheckDisk(const DataPaths& paths, Findings& findings) {
  struct statvfs about {};
  if (::statvfs(paths.root.c_str(), &about) != 0) return;
  const uint64_t free = static_cast<uint64_t>(about.f_bavail) * about.f_frsize;
  const std::string text = fmt::format("{} MiB free on the disk of {}", free >> 20, paths.root);
  if (free >= kFreeBytesLeast) {
    findings.push_back(Good("disk", text));
  } else {
    findings.push_back(Problem("disk", {ErrorCode::kNoSpace, text},
                               "make room: with a full disk commands are refused, and nothing is lost"));
  }
}

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
    findings.push_back(Noted("dead letters", fmt::format("no key to seal them to: what is nobody's command is told of, "
                                                         "but not kept; make one: rasti dead-letters new-key --data {}",
                                                         paths.root)));
    return;
  }
  const std::string id = registry.dead_letter_key()->id();
  const auto key = ReadDeadLetterKey(paths.dead_letter_private_key());
  if (!key && key.error().code != ErrorCode::kNotFound) {
    findings.push_back(Problem("dead letters", key.error(), "chmod 600 that file, or restore it from a backup"));
  } else if (!key) {
    findings.push_back(Good("dead letters", fmt::format("sealed to the key {}, which is kept elsewhere", id)));
  } else if (key->public_key() != *registry.dead_letter_key()) {
    findings.push_back(Noted("dead letters", fmt::format("sealed to the key {}; {} is another one and does not open "
                                                         "them",
                                                         id, paths.dead_letter_private_key())));
  } else {
    findings.push_back(Good("dead letters", fmt::format("sealed to the key {}, which is here", id)));
  }
}

}  // namespace

Finding Good(std::string what, std::string text) {
  return {std::move(what), Health::kGood, std::move(text), "", Exit::kOk};
}
Finding Noted(std::string what, std::string text) {
  return {std::move(what), Health::kNote, std::move(text), "", Exit::kOk};
}
Finding Problem(std::string what, const Error& error, std::string remedy) {
  return {std::move(what), Health::kProblem, error.message, std::move(remedy), ExitOf(error.code)};
}

void CheckFiles(const DataPaths& paths, Findings& findings) {
  const auto meta = ReadDataMeta(paths);
  if (!meta) {
    const bool newer = meta.error().code == ErrorCode::kUnsupportedVersion;
    findings.push_back(Problem("directory", meta.error(),
                               newer ? "install the newer rasti" : "name the right directory, or make one with init"));
    return;
  }
  findings.push_back(
      Good("directory", fmt::format("{}: format {}, {} clock, made {}", paths.root, meta->format,
                                    meta->virtual_clock ? "virtual" : "wall", FormatInstant(meta->created_at))));
  if (const auto registry = ReadRegistry(paths, Keys::kInUse); !registry) {
    findings.push_back(Problem("key", registry.error(), RemedyOfKeys(registry.error(), paths)));
  } else {
    findings.push_back(Good("key", fmt::format("{}: only their owner may read the keys", paths.registry())));
    CheckDeadLetterKey(paths, *registry, findings);
  }
  CheckDisk(paths, findings);
  CheckSocketPath(paths, findings);
}

}  // namespace rasti::cli
