#include "tools/rasti/registry.h"

#include <fmt/format.h>

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
  RASTI_TRY(std::string key, ReadSecret(path, "a key for signing commands"));
  if (key.size() < kKeyBytes) {
    return Fail(Error::Invalid(
        fmt::format("{}: {} bytes, a key has at least {}; restore it from a backup", path, key.size(), kKeyBytes)));
  }
  return key;
}

// None: what is refused is told of, but not kept.
Result<std::optional<privacy::PublicKey>> ReadPublicKey(const std::string& path) {
  std::error_code error;
  if (!fs::exists(path, error)) return std::nullopt;
  RASTI_TRY(const std::string text, ReadFile(path, kKeyBytesMost));
  auto key = privacy::ParsePublicKey(text);
  if (!key) return Fail(key.error().At(path));
  return *key;
}

std::string FirstError(std::vector<codec::Issue> issues) {
  return issues.empty() ? std::string("not readable") : issues.front().ToString();
}

// `directory`: where it lies, as DataPaths::submitters does.
Result<runtime::Submitters> ReadRegistryIn(const std::string& directory, Keys keys) {
  const std::string file = directory + "/submitters.yaml";
  RASTI_TRY(const std::string yaml, ReadFile(file));
  codec::Issues issues(file);
  const auto entries = codec::ReadSubmitters(yaml, issues);
  if (!entries) return Fail(Error::Invalid(FirstError(std::move(issues).Take())));
  std::vector<runtime::Submitter> submitters;
  for (const codec::SubmitterEntry& entry : *entries) {
    runtime::Submitter submitter{entry.id, {}, entry.tenants, entry.roles};
    for (const codec::SubmitterKey& key : entry.keys) {
      if (key.retired && keys == Keys::kInUse) continue;
      RASTI_TRY(submitter.keys[key.id], ReadKey(fs::path(directory) / key.file));
    }
    submitters.push_back(std::move(submitter));
  }
  RASTI_TRY(const auto dead_letter_key, ReadPublicKey(directory + "/dead-letters.pub"));
  return runtime::Submitters(std::move(submitters), dead_letter_key);
}

}  // namespace

Status CreateRegistry(const DataPaths& paths) {
  std::error_code error;
  fs::create_directory(paths.submitters(), error);
  RASTI_CHECKED(Check("make", paths.submitters(), error));
  fs::permissions(paths.submitters(), fs::perms::owner_all, error);
  RASTI_CHECKED(WriteFileDurably(paths.local_key(), RandomBytes(kKeyBytes), 0600));
  RASTI_CHECKED(MakeDeadLetterKey(paths, paths.dead_letter_private_key()));
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
  return ReadRegistryIn(paths.submitters(), keys);
}

Status CheckRegistry(const std::string& directory) {
  RASTI_CHECKED(ReadRegistryIn(directory, Keys::kInUse));
  RASTI_CHECKED(ReadKey(directory + "/local.key"));
  return {};
}

Result<std::string> ReadLocalKey(const DataPaths& paths) { return ReadKey(paths.local_key()); }

Result<privacy::PublicKey> MakeDeadLetterKey(const DataPaths& paths, const std::string& private_path) {
  std::error_code error;
  if (fs::exists(private_path, error)) {
    return Fail(
        ErrorCode::kAlreadyExists,
        fmt::format("{}: there is a key already, and what was sealed to it is opened with it only; name another "
                    "file",
                    private_path));
  }
  const privacy::PrivateKey key = privacy::PrivateKey::Generate();
  // The private half first: nothing is ever sealed to a key that nobody has.
  RASTI_CHECKED(WriteFileDurably(private_path, ToText(key), 0600));
  RASTI_CHECKED(WriteFileDurably(paths.dead_letter_public_key(), ToText(key.public_key())));
  return key.public_key();
}

Result<privacy::PrivateKey> ReadDeadLetterKey(const std::string& path) {
  RASTI_TRY(const std::string text, ReadSecret(path, "the key that opens dead letters"));
  auto key = privacy::ParsePrivateKey(text);
  if (!key) return Fail(key.error().At(path));
  return key;
}

}  // namespace rasti::cli
