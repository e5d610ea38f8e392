// Runs a target over files, and over what is in folders: `event_fuzz tests/fuzz/corpus/event`, or a finding of
// tools/fuzz.sh. In place of libFuzzer, so that every compiler builds it.
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "tests/fuzz/fuzz.h"

namespace {

std::string current;

// Which input it was; what was wrong with it is told already.
void OnAbort(int /*signal*/) {
  constexpr const char* kBegin = "on the input ";
  static_cast<void>(!::write(STDERR_FILENO, kBegin, std::strlen(kBegin)));
  static_cast<void>(!::write(STDERR_FILENO, current.data(), current.size()));
  static_cast<void>(!::write(STDERR_FILENO, "\n", 1));
}

bool Collect(const std::filesystem::path& path, std::set<std::filesystem::path>& files) {
  std::error_code error;
  if (!std::filesystem::is_directory(path, error)) {
    files.insert(path);
    return std::filesystem::is_regular_file(path, error);
  }
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path, error)) {
    if (entry.is_regular_file()) files.insert(entry.path());
  }
  return !error;
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: %s FILE|FOLDER...\n", arguments[0]);
    return 2;
  }
  std::set<std::filesystem::path> files;
  for (int i = 1; i < count; ++i) {
    if (Collect(arguments[i], files)) continue;
    std::fprintf(stderr, "%s: no such file or folder\n", arguments[i]);
    return 2;
  }
  if (files.empty()) {
    std::fprintf(stderr, "%s: there is no input\n", arguments[1]);
    return 2;
  }
  for (const int signal : {SIGABRT, SIGSEGV, SIGFPE, SIGILL, SIGBUS}) {
    struct sigaction action {};
    action.sa_handler = OnAbort;
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    ::sigaction(signal, &action, nullptr);
  }
  for (const std::filesystem::path& path : files) {
    current = path.string();
    std::ifstream file(path, std::ios::binary);
    const std::string input{std::istreambuf_iterator<char>(file), {}};
    if (!file) {
      std::fprintf(stderr, "%s: cannot be read\n", current.c_str());
      return 2;
    }
    // In a block of its own size, so that AddressSanitizer sees every byte that is read behind it.
    auto* data = new uint8_t[input.size()];
    std::copy(input.begin(), input.end(), data);
    LLVMFuzzerTestOneInput(data, input.size());
    delete[] data;
  }
  std::printf("%zu inputs, nothing found\n", files.size());
  return 0;
}
