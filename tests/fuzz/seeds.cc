// Writes the seeds that are made of values of the engine: `fuzz_seeds tests/fuzz/corpus`. To be run again when a type
// of event, command, request or answer was added; what is there under the same name is replaced.
#include "tests/fuzz/seeds.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: %s tests/fuzz/corpus\n", arguments[0]);
    return 2;
  }
  size_t bytes = 0;
  size_t files = 0;
  for (const auto& seeds : {rasti::fuzz::SeedsOfLog(), rasti::fuzz::SeedsOfSocket()}) {
    for (const rasti::fuzz::Seed& seed : seeds) {
      const std::filesystem::path folder = std::filesystem::path(arguments[1]) / seed.target;
      std::filesystem::create_directories(folder);
      std::ofstream file(folder / seed.name, std::ios::binary);
      file << seed.input;
      if (!file.flush()) {
        std::fprintf(stderr, "cannot write %s\n", (folder / seed.name).c_str());
        return 1;
      }
      bytes += seed.input.size();
      ++files;
    }
  }
  std::printf("%zu seeds, %zu bytes\n", files, bytes);
  return 0;
}
