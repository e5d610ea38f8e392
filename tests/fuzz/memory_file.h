// A file without a disk, for readers that take a path. One thread.
#pragma once

#include <string>
#include <string_view>

namespace rasti::fuzz {

class MemoryFile {
 public:
  MemoryFile();
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  /// Replaces the content.
  void Write(std::string_view content) const;
  /// Of this process, as long as this is there.
  std::string path() const;

 private:
  const int file_;
};

}  // namespace rasti::fuzz
