#include "tools/rasti/scratch_directory.h"

#include <fmt/format.h>
#include <stdlib.h>  // NOLINT(modernize-deprecated-headers): mkdtemp is POSIX's

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace rasti::cli {
namespace fs = std::filesystem;

Result<ScratchDirectory> ScratchDirectory::Make(const std::string& purpose, const std::string& under) {
  std::error_code error;
  const fs::path parent = under.empty() ? fs::temp_directory_path(error) : fs::path(under);
  std::string name = (parent / fmt::format("rasti-{}-XXXXXX", purpose)).string();
  if (error || ::mkdtemp(name.data()) == nullptr) {
    return Fail(Error::Io(fmt::format("cannot make a directory in {}: {}; name another with --scratch", parent.string(),
                                      std::strerror(errno))));  // NOLINT(concurrency-mt-unsafe)
  }
  return ScratchDirectory(std::move(name));
}

ScratchDirectory::~ScratchDirectory() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace rasti::cli
