// What a process takes of its machine, as Linux tells it (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

namespace rasti::test {

struct Vitals {
  double anonymous_mib = 0;  // resident memory that is no file's
  int64_t handles = 0;       // open files and sockets
  int64_t threads = 0;
  int64_t disk_bytes = 0;  // of all files below the directory
};

/// Zeros where it is gone.
Vitals VitalsOf(pid_t process, const std::string& directory);

}  // namespace rasti::test
