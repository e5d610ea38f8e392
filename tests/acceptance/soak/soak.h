// A service under mixed load for long: whether it takes as much of its machine at the end as at the beginning, and as
// long.
#pragma once

#include <chrono>
#include <string>

#include "engine/base/result.h"

namespace rasti::test {

struct SoakOptions {
  std::string program;    // `rasti`
  std::string directory;  // empty; everything lies in it
  std::chrono::seconds length{3'600};
  std::chrono::seconds top_for{30};  // how long the top rate is measured
  double rate = 0;                   // commands a second; 0: half of the top rate
};

struct SoakReport {
  std::string figures;  // one JSON object
  bool is_flat = false;
};

/// Errors: the run could not be made.
Result<SoakReport> RunSoak(const SoakOptions& options);

}  // namespace rasti::test
