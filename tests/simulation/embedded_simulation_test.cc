// Runs of the engine on the embedded log and a simulated disk, each from a seed; see README.md.
#include <gtest/gtest.h>

#include <cstdint>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/simulation/embedded/embedded_world.h"
#include "tests/simulation/seeds.h"

namespace rasti::simulation {
namespace {

TEST(EmbeddedSimulation, NothingIsLostOrRepeatedWhateverHappens) {
  int64_t events = 0;
  int64_t deaths = 0;
  int64_t power_failures = 0;
  int64_t calls = 0;
  int failed = 0;
  for (const uint64_t seed : Seeds({.every_change = 1'000, .nightly = 10'000})) {
    EmbeddedWorld world({.seed = seed, .mutation = EmbeddedMutation::kNone});
    const auto found = world.Run();
    if (!found.empty()) {
      ADD_FAILURE() << Report(seed, "embedded_simulation_test", found, world.faults(), world.history());
      if (++failed == 3) break;
    }
    for (int32_t i = 0; i < world.log().partitions(); ++i) events += std::ssize(world.history().entries({i}));
    deaths += world.machine().deaths();
    power_failures += world.machine().power_failures();
    calls += world.machine().disk().calls();
  }
  std::cout << events << " events, " << deaths << " deaths of a process, " << power_failures
            << " failures of the power, " << calls << " calls that write\n";
}

// A disk that does what none may do: some runs notice, so that a simulation which finds nothing says something.
struct Broken {
  EmbeddedMutation mutation;
  std::string_view name;
  int least;  // of the runs
};

class BrokenEmbeddedSimulation : public testing::TestWithParam<Broken> {};

TEST_P(BrokenEmbeddedSimulation, IsNoticed) {
  constexpr uint64_t kRuns = 30;
  int noticed = 0;
  for (uint64_t seed = 1; seed <= kRuns; ++seed) {
    EmbeddedWorld world({.seed = seed, .mutation = GetParam().mutation});
    if (!world.Run().empty()) ++noticed;
  }
  std::cout << GetParam().name << ": noticed in " << noticed << " of " << kRuns << " runs\n";
  EXPECT_GE(noticed, GetParam().least);
}

INSTANTIATE_TEST_SUITE_P(All, BrokenEmbeddedSimulation,
                         testing::Values(Broken{EmbeddedMutation::kFileSyncLies, "FileSyncLies", 5},
                                         Broken{EmbeddedMutation::kDirectorySyncLies, "DirectorySyncLies", 3},
                                         Broken{EmbeddedMutation::kOlderLog, "OlderLog", 5}),
                         [](const auto& test) { return std::string(test.param.name); });

// The same seed, the same run: as far as the log goes to the byte.
TEST(EmbeddedSimulationSelf, ASeedRunsTheSameTwice) {
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const auto run = [&] {
      EmbeddedWorld world({.seed = seed, .mutation = EmbeddedMutation::kNone});
      world.Run();
      std::vector<std::string> written;
      for (int32_t i = 0; i < world.log().partitions(); ++i) {
        for (const auto& event : world.log().Stable({i}, {}, SIZE_MAX)) written.push_back(event.value);
      }
      return written;
    };
    EXPECT_EQ(run(), run()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rasti::simulation
