#include "tests/fuzz/memory_file.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/base/check.h"

namespace rasti::fuzz {

MemoryFile::MemoryFile() : file_(::memfd_create("fuzz", MFD_CLOEXEC)) {
  RASTI_CHECK(file_ >= 0, "the system makes files in memory");
}

MemoryFile::~MemoryFile() { ::close(file_); }

void MemoryFile::Write(std::string_view content) const {
  const bool written = ::ftruncate(file_, 0) == 0 &&
                       ::pwrite(file_, content.data(), content.size(), 0) == static_cast<ssize_t>(content.size());
  RASTI_CHECK(written, "there is memory for an input");
}

std::string MemoryFile::path() const { return fmt::format("/proc/self/fd/{}", file_); }

}  // namespace rasti::fuzz
