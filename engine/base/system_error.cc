#include "engine/base/system_error.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace rasti {
namespace {

ErrorCode CodeOf(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG: return ErrorCode::kNoSpace;
    case EACCES:
    case EPERM:
    case EROFS: return ErrorCode::kPermission;
    case ENOENT:
    case ENOTDIR: return ErrorCode::kNotFound;
    default: return ErrorCode::kIo;
  }
}

}  // namespace

Error SystemError(const std::string& what, const std::string& path, int error) {
  return Error{CodeOf(error),
               fmt::format("cannot {} {}: {}", what, path, std::strerror(error))};  // NOLINT(concurrency-mt-unsafe)
}

}  // namespace rasti
