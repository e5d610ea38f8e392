// A FileStore in a directory, which is made with the first file. A file is written beside its place and renamed; Sync
// flushes the file system once, however many files there are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/ports/file_store.h"

namespace rasti::store {

class FileDirectory : public ports::FileStore {
 public:
  /// `mode` of the directories that it makes; files get the same without the right to search.
  explicit FileDirectory(std::string root, unsigned mode = 0700) : root_(std::move(root)), mode_(mode) {}

  Result<std::optional<std::string>> Read(const std::string& path) const override;
  Status Write(const std::string& path, std::string_view content) override;
  Status Remove(const std::string& path) override;
  Status RemoveFolder(const std::string& folder) override;
  Status Sync() override;

 private:
  /// The directories in which the place lies, the root among them.
  Status MakeParent(const std::string& place) const;

  const std::string root_;
  const unsigned mode_;
};

}  // namespace rasti::store
