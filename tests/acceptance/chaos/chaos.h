// Three nodes over three brokers, load, faults, and what is left of it all.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "engine/base/result.h"

namespace rasti::test {

struct ChaosOptions {
  std::string program;    // `rasti`
  std::string directory;  // empty; everything lies in it
  std::string assignor = "range";
  std::chrono::seconds length{180};
  uint64_t seed = 1;
  int rate = 80;  // commands a second
  int partitions = 6;
  bool outage = false;  // all brokers are away for a minute
  bool trim = false;    // commands are deleted seconds after they were decided
};

struct ChaosReport {
  nlohmann::ordered_json figures;
  bool is_clean = false;  // every count of a fault is zero
};

/// Errors: the run could not be made, or not be examined.
Result<ChaosReport> RunChaos(const ChaosOptions& options);

}  // namespace rasti::test
