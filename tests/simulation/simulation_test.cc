// Runs of the engine on simulated brokers, each from a seed; see README.md.
#include <gtest/gtest.h>

#include "tests/simulation/seeds.h"
#include "tests/simulation/world.h"

namespace rasti::simulation {
namespace {

TEST(Simulation, NothingIsLostOrRepeatedWhateverHappens) {
  int64_t events = 0;
  int64_t deaths = 0;
  int64_t zombies = 0;
  int64_t faults = 0;
  int failed = 0;
  for (const uint64_t seed : Seeds({.every_change = 1'000, .nightly = 10'000})) {
    World world({.seed = seed, .mutation = Mutation::kNone});
    const auto found = world.Run();
    if (!found.empty()) {
      ADD_FAILURE() << Report(seed, "simulation_test", found, world.faults(), world.history());
      if (++failed == 3) break;
    }
    for (int32_t i = 0; i < world.log().partitions(); ++i) events += std::ssize(world.history().entries({i}));
    for (const auto& node : world.nodes()) deaths += node->deaths();
    zombies += world.log().zombies();
    faults += static_cast<int64_t>(world.faults().noted());
  }
  RecordProperty("events", std::to_string(events));
  std::cout << events << " events, " << deaths << " deaths of a process, " << zombies << " put out, " << faults
            << " notes\n";
}

// Broken logs and stores: whatever is broken, some run notices. Each mutation stands for a fault that the engine or the
// log might have, so that a simulation which finds nothing says something.
struct Broken {
  Mutation mutation;
  std::string_view name;
  // In how many of the runs it has to be noticed: some breakages need a fault that not every run has.
  int least;
  uint64_t runs = 60;
};

class BrokenSimulation : public testing::TestWithParam<Broken> {};

TEST_P(BrokenSimulation, IsNoticed) {
  int noticed = 0;
  for (uint64_t seed = 1; seed <= GetParam().runs; ++seed) {
    World world({.seed = seed, .mutation = GetParam().mutation});
    if (!world.Run().empty()) ++noticed;
  }
  std::cout << GetParam().name << ": noticed in " << noticed << " of " << GetParam().runs << " runs\n";
  EXPECT_GE(noticed, GetParam().least);
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenSimulation,
    testing::Values(Broken{Mutation::kCommitTwice, "CommitTwice", 30},
                    Broken{Mutation::kPositionsLost, "PositionsLost", 30}, Broken{Mutation::kNoFencing, "NoFencing", 1},
                    Broken{Mutation::kCommitTorn, "CommitTorn", 8}, Broken{Mutation::kCommitLost, "CommitLost", 30},
                    Broken{Mutation::kEndTooEarly, "EndTooEarly", 30}, Broken{Mutation::kInputLost, "InputLost", 30},
                    Broken{Mutation::kInputReordered, "InputReordered", 30},
                    Broken{Mutation::kBarrierTooEarly, "BarrierTooEarly", 2},
                    Broken{Mutation::kMarkReadable, "MarkReadable", 2, 500},
                    Broken{Mutation::kFollowUpTwice, "FollowUpTwice", 2}, Broken{Mutation::kStoreTorn, "StoreTorn", 5}),
    [](const auto& test) { return std::string(test.param.name); });

// The same seed, the same run: to the byte.
TEST(SimulationSelf, ASeedRunsTheSameTwice) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    const auto run = [&] {
      World world({.seed = seed, .mutation = Mutation::kNone});
      world.Run();
      std::vector<std::string> written(world.faults().trace().begin(), world.faults().trace().end());
      for (int32_t i = 0; i < world.log().partitions(); ++i) {
        for (const EventRecord& event : world.log().topics({i}).events) written.push_back(event.event.value);
      }
      return written;
    };
    EXPECT_EQ(run(), run()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rasti::simulation
