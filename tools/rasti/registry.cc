#include "tools/rasti/registry.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <filesystem>

#include "engine/base/system_error.h"
#include "engine/codec/submitters_yaml.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

constexpr size_t kKeyBytes = 32;
constexpr size_t kKeyBytesMost = 4096;

constexpr std::string_view kFresh =
    "# Who may hand commands in: id, keys (files beside this one, 32 bytes or more, readable by their owner only),\n"
    "# and, where they are bounded, the tenants and roles that they may speak for.\n"
    "submitters:\n"
    "  - id: local   # the command line of this machine\n"
    "    keys:\n"
    "      - {id: local, file: local.key}\n";

Status Check(const std::string& what, const std::string& path, const std::error_code& error) {
  if (!error) return {};
  return Fail(SystemError(what, path, error.value()));
}

Result<std::string> ReadKey(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return Fail(SystemError("read", path, errno).At("a key for signing commands"));
  if ((about.st_mode & 077) != 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("{}: others may read or change the key (mode {:04o}); run: chmod 600 {}", path,
                            about.st_mode & 07777, path));
  }
  RASTI_TRY(std::string key, ReadFile(path, kKeyBytesMost));
  if (key.size() < kKeyBytes) {
    return Fail(Error::Invalid(
        fmt::format("{}: {} bytes, a key has at least {}; restore it from a backup", path, key.size(), kKeyBytes)));
  }
  return key;
}

std::string FirstError(std::vector<codec::Issue> issues) {
  return issues.empty() ? std::string("not readable") : issues.front().ToString();
}

}  // namespace

Status CreateRegistry(const DataPaths& paths) {
  std::error_code error;
  fs::create_directory(paths.submitters(), error);
  RASTI_CHECKED(Check("make", paths.submitters(), error));
  fs::permissions(paths.submitters(), fs::perms::owner_all, error);
  RASTI_CHECKED(WriteFileDurably(paths.local_key(), RandomBytes(kKeyBytes), 0600));
  return WriteFileDurably(paths.registry(), kFresh);
}

Status LinkRegistry(const DataPaths& paths, const std::string& directory) {
  std::error_code error;
  const fs::path target = fs::canonical(directory, error);
  RASTI_CHECKED(Check("find", directory, error));
  fs::create_directory_symlink(target, paths.submitters(), error);
  RASTI_CHECKED(Check("link", paths.submitters(), error));
  const auto read = ReadRegistry(paths, Keys::kInUse);
  if (!read) return Fail(read.error());
  return SyncDirectory(paths.root);
}

Result<runtime::Submitters> ReadRegistry(const DataPaths& paths, Keys keys) {
  RASTI_TRY(const std::string yaml, ReadFile(paths.registry()));
  codec::Issues issues(paths.registry());
  const auto entries = codec::ReadSubmitters(yaml, issues);
  if (!entries) return Fail(Error::Invalid(FirstError(std::move(issues).Take())));
  std::vector<runtime::Submitter> submitters;
  for (const codec::SubmitterEntry& entry : *entries) {
    runtime::Submitter submitter{entry.id, {}, entry.tenants, entry.roles};
    for (const codec::SubmitterKey& key : entry.keys) {
      if (key.retired && keys == Keys::kInUse) continue;
      RASTI_TRY(submitter.keys[key.id], ReadKey(fs::path(paths.submitters()) / key.file));
    }
    submitters.push_back(std::move(submitter));
  }
  return runtime::Submitters(std::move(submitters));
}

Result<std::string> ReadLocalKey(const DataPaths& paths) { return ReadKey(paths.local_key()); }

}  // namespace rasti::cli
