#include "tools/rasti/audit/audit_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <string_view>
#include <utility>

#include "engine/base/system_error.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace fs = std::filesystem;
namespace {

using audit::NoteKeyType;
using audit::SignerKey;
using audit::VerifierKey;

constexpr std::string_view kEarlierHead =
    "# Public keys that signed checkpoints of this log before; their signatures stay good.\n";

// Calls `line` for each line that says something, with its number.
Status ForEachLine(const std::string& path, std::string_view text,
                   const std::function<Status(std::string_view)>& line) {
  for (int number = 1; !text.empty(); ++number) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!one.empty() && (one.back() == ' ' || one.back() == '\r')) one.remove_suffix(1);
    if (one.empty() || one.front() == '#') continue;
    if (const Status read = line(one); !read) return Fail(read.error().At(fmt::format("{}:{}", path, number)));
  }
  return {};
}

Status AddVerifierKeys(const std::string& path, std::string_view text, std::vector<VerifierKey>& keys) {
  return ForEachLine(path, text, [&](std::string_view line) -> Status {
    RASTI_TRY(VerifierKey key, VerifierKey::Parse(line));
    keys.push_back(std::move(key));
    return {};
  });
}

Status MakeFolder(const DataPaths& paths) {
  std::error_code error;
  fs::create_directory(paths.audit_keys(), error);
  if (error) return Fail(SystemError("make", paths.audit_keys(), error.value()));
  fs::permissions(paths.audit_keys(), fs::perms::owner_all, error);
  if (error) return Fail(SystemError("change the rights of", paths.audit_keys(), error.value()));
  return {};
}

}  // namespace

Result<AuditKeys> ReadAuditKeys(const DataPaths& paths) {
  AuditKeys keys;
  std::error_code error;
  if (!fs::exists(paths.signing_key(), error)) return keys;
  RASTI_TRY(const std::string text, ReadSecret(paths.signing_key(), "the key that signs checkpoints"));
  RASTI_CHECKED(ForEachLine(paths.signing_key(), text, [&](std::string_view line) -> Status {
    RASTI_TRY(SignerKey key, SignerKey::Parse(line));
    if (key.verifier().type() != NoteKeyType::kSignature) return Fail(Error::Invalid("this is the key of a witness"));
    if (!keys.signing.empty() && key.verifier().name() != keys.origin()) {
      return Fail(Error::Invalid(fmt::format("this key is of {}, the first one of {}: a log has one origin",
                                             key.verifier().name(), keys.origin())));
    }
    keys.signing.push_back(std::move(key));
    return {};
  }));
  if (fs::exists(paths.earlier_audit_keys(), error)) {
    RASTI_TRY(const std::string earlier, ReadFile(paths.earlier_audit_keys()));
    RASTI_CHECKED(AddVerifierKeys(paths.earlier_audit_keys(), earlier, keys.earlier));
  }
  return keys;
}

Result<VerifierKey> MakeAuditKey(const DataPaths& paths, const std::string& origin) {
  // Partitions stand behind it: "/0".
  const std::string fault = origin.empty() ? "is empty" : audit::FaultOfKeyName(origin + "/1023");
  if (!fault.empty()) {
    return Fail(
        Error::Invalid(fmt::format("the origin {}; it is like the address of the log: kosovo.example/rasti", fault)));
  }
  RASTI_TRY(const AuditKeys there, ReadAuditKeys(paths));
  if (!there.signing.empty()) {
    return Fail(ErrorCode::kAlreadyExists,
                fmt::format("{}: there is a key already, of {}; `rasti audit keys rotate` makes the next one",
                            paths.signing_key(), there.origin()));
  }
  RASTI_CHECKED(MakeFolder(paths));
  const SignerKey key = SignerKey::Generate(origin, NoteKeyType::kSignature);
  RASTI_CHECKED(WriteFileDurably(paths.signing_key(), key.ToText() + "\n", 0600));
  return key.verifier();
}

Result<VerifierKey> RotateAuditKey(const DataPaths& paths) {
  RASTI_TRY(const AuditKeys there, ReadAuditKeys(paths));
  if (there.signing.empty()) {
    return Fail(Error::NotFound(
        fmt::format("{}: there is no key; `rasti audit keys new ORIGIN` makes one", paths.signing_key())));
  }
  const SignerKey next = SignerKey::Generate(there.origin(), NoteKeyType::kSignature);
  // The earlier ones first: what was signed is never without a key that is known.
  std::string earlier(kEarlierHead);
  for (const VerifierKey& key : there.earlier) earlier += key.ToText() + "\n";
  for (const SignerKey& key : there.signing) earlier += key.verifier().ToText() + "\n";
  RASTI_CHECKED(WriteFileDurably(paths.earlier_audit_keys(), earlier));
  RASTI_CHECKED(WriteFileDurably(paths.signing_key(), next.ToText() + "\n", 0600));
  return next.verifier();
}

Result<std::vector<VerifierKey>> ReadVerifierKeys(const std::string& path) {
  RASTI_TRY(const std::string text, ReadFile(path));
  std::vector<VerifierKey> keys;
  RASTI_CHECKED(AddVerifierKeys(path, text, keys));
  if (keys.empty()) return Fail(Error::Invalid(path + ": no key in it; `rasti audit keys list` prints those of a log"));
  return keys;
}

}  // namespace rasti::cli
