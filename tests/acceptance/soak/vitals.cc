#include "tests/acceptance/soak/vitals.h"

#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace rasti::test {
namespace {

namespace fs = std::filesystem;

constexpr double kKibPerMib = 1024;

void ReadStatus(pid_t process, Vitals& vitals) {
  std::ifstream file(fmt::format("/proc/{}/status", process));
  std::string line;
  while (std::getline(file, line)) {
    std::istringstream words(line);
    std::string name;
    int64_t number = 0;
    words >> name >> number;
    if (name == "RssAnon:") vitals.anonymous_mib = static_cast<double>(number) / kKibPerMib;
    if (name == "Threads:") vitals.threads = number;
  }
}

}  // namespace

Vitals VitalsOf(pid_t process, const std::string& directory) {
  Vitals vitals;
  ReadStatus(process, vitals);
  // Files come and go while they are counted.
  std::error_code ignored;
  const fs::path handles = fmt::format("/proc/{}/fd", process);
  for (auto entry = fs::directory_iterator(handles, ignored); entry != fs::directory_iterator();
       entry.increment(ignored)) {
    ++vitals.handles;
  }
  for (auto entry = fs::recursive_directory_iterator(directory, ignored); entry != fs::recursive_directory_iterator();
       entry.increment(ignored)) {
    if (!entry->is_regular_file(ignored)) continue;
    const auto size = entry->file_size(ignored);
    if (!ignored) vitals.disk_bytes += static_cast<int64_t>(size);
  }
  return vitals;
}

}  // namespace rasti::test
