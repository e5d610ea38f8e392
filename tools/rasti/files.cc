#include "tools/rasti/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "engine/base/check.h"
#include "engine/base/system_error.h"

namespace rasti::cli {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int file) : file_(file) {}
  ~Descriptor() {
    if (file_ >= 0) ::close(file_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return file_; }

 private:
  int file_;
};

Result<std::string> ReadAll(int file, const std::string& name, size_t most) {
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(file, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(SystemError("read", name, errno));
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(got));
    if (content.size() > most) {
      return Fail(Error::OutOfRange(fmt::format("{}: more than {} bytes", name, most)));
    }
  }
}

Status WriteAll(int file, const std::string& path, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(file, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Fail(SystemError("write", path, errno));
    content.remove_prefix(static_cast<size_t>(put));
  }
  if (::fsync(file) != 0) return Fail(SystemError("write", path, errno));
  return {};
}

}  // namespace

Result<std::string> ReadFile(const std::string& path, size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Fail(SystemError("read", path, errno));
  return ReadAll(file.get(), path, most);
}

Status WriteFileDurably(const std::string& path, std::string_view content, unsigned mode) {
  const std::string making = path + ".making";
  {
    const Descriptor file(::open(making.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return Fail(SystemError("write", making, errno));
    // The mode of open() is only for new files and under the umask.
    if (::fchmod(file.get(), mode) != 0) return Fail(SystemError("write", making, errno));
    RASTI_CHECKED(WriteAll(file.get(), making, content));
  }
  if (::rename(making.c_str(), path.c_str()) != 0) return Fail(SystemError("write", path, errno));
  return SyncDirectory(std::filesystem::path(path).parent_path());
}

Status SyncFile(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Fail(SystemError("open", path, errno));
  if (::fsync(file.get()) != 0) return Fail(SystemError("sync", path, errno));
  return {};
}

Status SyncDirectory(const std::string& path) {
  const std::string name = path.empty() ? "." : path;
  const Descriptor file(::open(name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0) return Fail(SystemError("open", name, errno));
  if (::fsync(file.get()) != 0) return Fail(SystemError("sync", name, errno));
  return {};
}

Result<std::string> TextOrFile(const std::string& argument) {
  if (argument == "-") return ReadAll(STDIN_FILENO, "the standard input", size_t{16} << 20);
  if (argument.starts_with('@')) return ReadFile(argument.substr(1));
  return argument;
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
