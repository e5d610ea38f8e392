// Which runs a simulation makes, and what is said of one that went wrong.
//
//   RASTI_SEED=4711   this run alone, with its events
//   RASTI_SEEDS=100   so many
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/faults.h"
#include "tests/simulation/history.h"
#include "tests/support/nightly.h"

namespace rasti::simulation {

/// So many, where the environment asks for nothing else.
std::vector<uint64_t> Seeds(tests::Rounds rounds);

/// What went wrong, what had happened, and how to see it again. `program`: the test's. Of the test that runs.
std::string Report(uint64_t seed, std::string_view program, const std::vector<std::string>& found, const Faults& faults,
                   const History& history);

}  // namespace rasti::simulation
