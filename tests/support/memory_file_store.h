// A FileStore in memory for tests, which may look into it and change what is there. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "engine/ports/file_store.h"

namespace rasti::test {

class MemoryFileStore : public ports::FileStore {
 public:
  using Files = std::map<std::string, std::string>;

  Result<std::optional<std::string>> Read(const std::string& path) const override {
    const std::lock_guard lock(mutex_);
    const auto found = files_.find(path);
    if (found == files_.end()) return std::nullopt;
    return found->second;
  }
  Status Write(const std::string& path, std::string_view content) override {
    const std::lock_guard lock(mutex_);
    if (writes_left_ && (*writes_left_)-- <= 0) return Fail(ErrorCode::kNoSpace, "cannot write " + path);
    files_[path] = std::string(content);
    return {};
  }
  Status Remove(const std::string& path) override {
    const std::lock_guard lock(mutex_);
    files_.erase(path);
    return {};
  }
  Status RemoveFolder(const std::string& folder) override {
    const std::lock_guard lock(mutex_);
    std::erase_if(files_, [&](const auto& file) { return file.first.starts_with(folder + "/"); });
    return {};
  }
  Status Sync() override { return {}; }

  // ---- for tests ----
  Files files() const {
    const std::lock_guard lock(mutex_);
    return files_;
  }
  void Replace(Files files) {
    const std::lock_guard lock(mutex_);
    files_ = std::move(files);
  }
  /// Further writes fail, as on a full disk; nothing: none does.
  void FailAfter(std::optional<int> writes) {
    const std::lock_guard lock(mutex_);
    writes_left_ = writes;
  }

 private:
  mutable std::mutex mutex_;
  Files files_;
  std::optional<int> writes_left_;
};

}  // namespace rasti::test
