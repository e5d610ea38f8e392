#include "tools/rasti/files.h"

#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "engine/base/check.h"
#include "engine/base/system_error.h"

namespace rasti::cli {
namespace {

constexpr size_t kKeyBytesMost = 4096;

}  // namespace

Result<std::string> TextOrFile(const std::string& argument) {
  if (argument == "-") return ReadDescriptor(STDIN_FILENO, "the standard input");
  if (argument.starts_with('@')) return ReadFile(argument.substr(1));
  return argument;
}

Result<std::string> ReadSecret(const std::string& path, const std::string& what) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return Fail(SystemError("read", path, errno).At(what));
  if ((about.st_mode & 077) != 0) {
    return Fail(ErrorCode::kPermission,
                fmt::format("{}: others may read or change the key (mode {:04o}); run: chmod 600 {}", path,
                            about.st_mode & 07777, path));
  }
  return ReadFile(path, kKeyBytesMost);
}

std::string RandomBytes(size_t count) {
  std::string bytes(count, '\0');
  for (size_t done = 0; done < count;) {
    const ssize_t got = ::getrandom(bytes.data() + done, count - done, 0);
    RASTI_CHECK(got > 0 || errno == EINTR, "the system's generator gives no random bytes");
    if (got > 0) done += static_cast<size_t>(got);
  }
  return bytes;
}

Uuid RandomUuid() {
  const std::string random = RandomBytes(16);
  Uuid uuid;
  std::memcpy(uuid.bytes.data(), random.data(), random.size());
  uuid.bytes[6] = static_cast<uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
  uuid.bytes[8] = static_cast<uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
  return uuid;
}

Uuid NewCaseUuid(Instant now) {
  const std::string random = RandomBytes(10);
  std::array<uint8_t, 10> bytes{};
  std::memcpy(bytes.data(), random.data(), random.size());
  return UuidV7(now, bytes);
}

}  // namespace rasti::cli
