// FileStore: named files, each written as a whole, of which others (a web server, an auditor with a copy) may read what
// is there at any time. Paths are relative and have '/' between their parts: "3/tile/0/x001/234".
//
// Threading: thread-safe, but one writer for each path.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::ports {

class FileStore {
 public:
  virtual ~FileStore() = default;
  /// Nothing where there is no such file. Errors: kPermission, kIo.
  virtual Result<std::optional<std::string>> Read(const std::string& path) const = 0;
  /// Makes or replaces the file: readers see either content, never a part. It survives a crash after Sync. Errors:
  /// kNoSpace, kPermission, kIo.
  virtual Status Write(const std::string& path, std::string_view content) = 0;
  /// Errors: kPermission, kIo; that it is not there is none.
  virtual Status Remove(const std::string& path) = 0;
  /// The same with all files whose paths begin with `folder` and a '/'.
  virtual Status RemoveFolder(const std::string& folder) = 0;
  /// Makes all that was written until now survive a crash of the machine. Errors: kNoSpace, kIo.
  virtual Status Sync() = 0;
};

}  // namespace rasti::ports
