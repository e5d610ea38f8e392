#include "tools/rasti/socket_address.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace rasti::cli {
namespace {

// With room for the closing NUL.
constexpr size_t kPathBytesMost = sizeof(sockaddr_un::sun_path) - 1;

}  // namespace

Result<SocketAddress> SocketAddress::Of(const std::string& path) {
  if (path.size() <= kPathBytesMost) return SocketAddress(path, -1);
  const std::filesystem::path whole(path);
  const int directory = ::open(whole.parent_path().c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kPermission;
    return Fail(code, fmt::format("cannot open {}: {}", whole.parent_path().string(),
                                  std::strerror(errno)));  // NOLINT(concurrency-mt-unsafe)
  }
  SocketAddress address(fmt::format("/proc/self/fd/{}/{}", directory, whole.filename().string()), directory);
  if (address.path_.size() > kPathBytesMost) {
    return Fail(Error::Invalid(fmt::format("{}: the name of a socket has at most {} bytes", path, kPathBytesMost)));
  }
  return address;
}

SocketAddress::SocketAddress(SocketAddress&& other) noexcept
    : path_(std::move(other.path_)), directory_(std::exchange(other.directory_, -1)) {}

SocketAddress::~SocketAddress() {
  if (directory_ >= 0) ::close(directory_);
}

}  // namespace rasti::cli
