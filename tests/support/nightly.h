// How long a test goes on: briefly on every change, for long at night (the preset `nightly` sets RASTI_NIGHTLY=1).
#pragma once

#include <cstdlib>
#include <string_view>

namespace rasti::tests {

inline bool IsNightly() {
  const char* value = std::getenv("RASTI_NIGHTLY");  // NOLINT(concurrency-mt-unsafe): no test sets the environment
  return value != nullptr && std::string_view(value) == "1";
}

/// RoundsOf({.every_change = 50, .nightly = 500}): how many kills, seeds or sizes this run tries.
struct Rounds {
  int every_change = 1;
  int nightly = 1;
};
inline int RoundsOf(Rounds rounds) { return IsNightly() ? rounds.nightly : rounds.every_change; }

}  // namespace rasti::tests
