// A directory of its own for what is made on the way.
#pragma once

#include <string>
#include <utility>

#include "engine/base/result.h"

namespace rasti::cli {

/// Gone, with everything in it, when this is. Moves; threading: one thread.
class ScratchDirectory {
 public:
  /// `purpose` is part of its name. `under`: where; empty: in the system's place for such (TMPDIR). Errors: kIo.
  static Result<ScratchDirectory> Make(const std::string& purpose, const std::string& under);
  ScratchDirectory(ScratchDirectory&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  ScratchDirectory& operator=(ScratchDirectory&&) = delete;
  ~ScratchDirectory();
  const std::string& path() const { return path_; }

 private:
  explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
  std::string path_;
};

}  // namespace rasti::cli
