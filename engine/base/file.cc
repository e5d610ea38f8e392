#include "engine/base/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "engine/base/system_error.h"

namespace rasti {
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

enum class Durable : bool { kNo, kYes };

Status WriteAll(int file, const std::string& path, std::string_view content, Durable durable) {
  while (!content.empty()) {
    const ssize_t put = ::write(file, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return Fail(SystemError("write", path, errno));
    content.remove_prefix(static_cast<size_t>(put));
  }
  if (durable == Durable::kYes && ::fsync(file) != 0) return Fail(SystemError("write", path, errno));
  return {};
}

Status Replace(const std::string& path, std::string_view content, unsigned mode, Durable durable) {
  const std::string making = path + ".making";
  {
    const Descriptor file(::open(making.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (file.get() < 0) return Fail(SystemError("write", making, errno));
    // The mode of open() is only for new files and under the umask.
    if (::fchmod(file.get(), mode) != 0) return Fail(SystemError("write", making, errno));
    RASTI_CHECKED(WriteAll(file.get(), making, content, durable));
  }
  if (::rename(making.c_str(), path.c_str()) != 0) return Fail(SystemError("write", path, errno));
  return {};
}

}  // namespace

Result<std::string> ReadDescriptor(int descriptor, const std::string& name, size_t most) {
  std::string content;
  std::array<char, 65536> buffer{};
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return Fail(SystemError("read", name, errno));
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<size_t>(got));
    if (content.size() > most) {
      return Fail(Error::OutOfRange(fmt::format("{}: more than {} bytes", name, most)));
    }
  }
}

Result<std::string> ReadFile(const std::string& path, size_t most) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.get() < 0) return Fail(SystemError("read", path, errno));
  return ReadDescriptor(file.get(), path, most);
}

Status ReplaceFile(const std::string& path, std::string_view content, unsigned mode) {
  return Replace(path, content, mode, Durable::kNo);
}

Status WriteFileDurably(const std::string& path, std::string_view content, unsigned mode) {
  RASTI_CHECKED(Replace(path, content, mode, Durable::kYes));
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

Status SyncFileSystem(const std::string& directory) {
  const Descriptor file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0) return Fail(SystemError("open", directory, errno));
  if (::syncfs(file.get()) != 0) return Fail(SystemError("sync", directory, errno));
  return {};
}

}  // namespace rasti
