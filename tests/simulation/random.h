// The one source of chance of a simulated run. The same seed gives the same numbers on every platform: the standard
// library's distributions do not, so none is used.
#pragma once

#include <cstdint>
#include <random>

namespace rasti::simulation {

class Random {
 public:
  explicit Random(uint64_t seed) : engine_(seed) {}

  uint64_t Below(uint64_t bound) { return bound == 0 ? 0 : engine_() % bound; }
  /// From `least` to `most`, both included.
  int64_t Between(int64_t least, int64_t most) {
    return least + static_cast<int64_t>(Below(static_cast<uint64_t>(most - least) + 1));
  }
  bool Permille(uint64_t chance) { return Below(1000) < chance; }
  bool Percent(uint64_t chance) { return Below(100) < chance; }

  std::mt19937_64& engine() { return engine_; }

 private:
  std::mt19937_64 engine_;
};

}  // namespace rasti::simulation
