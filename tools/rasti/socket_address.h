// The address of a Unix socket whose path may be longer than the 107 bytes that the kernel takes.
#pragma once

#include <string>

#include "engine/base/result.h"

namespace rasti::cli {

/// A path that the kernel takes, for as long as this lives: the path itself or, where it is too long, the same file by
/// way of an open handle on its directory.
class SocketAddress {
 public:
  /// Errors: kNotFound, kPermission (the directory), kInvalidArgument (even the file's name is too long).
  static Result<SocketAddress> Of(const std::string& path);
  SocketAddress(SocketAddress&& other) noexcept;
  SocketAddress& operator=(SocketAddress&&) = delete;
  ~SocketAddress();

  const std::string& path() const { return path_; }

 private:
  SocketAddress(std::string path, int directory) : path_(std::move(path)), directory_(directory) {}
  std::string path_;
  int directory_ = -1;
};

}  // namespace rasti::cli
