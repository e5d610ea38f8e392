// Runs of the engine on simulated brokers, each from a seed; see README.md.
//
//   RASTI_SEED=4711   this run alone
//   RASTI_SEEDS=100   so many, instead of 1,000 (10,000 where RASTI_NIGHTLY=1)
#include <gtest/gtest.h>

#include <charconv>
#include <cstdlib>
#include <numeric>
#include <optional>
#include <sstream>

#include "tests/simulation/world.h"
#include "tests/support/nightly.h"

namespace rasti::simulation {
namespace {

std::optional<uint64_t> FromEnvironment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): no test sets the environment
  if (value == nullptr) return std::nullopt;
  const std::string_view text(value);
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) ADD_FAILURE() << name << " is no number: " << text;
  return number;
}

// All committed events, for who looks at one run.
std::string Events(const World& world) {
  std::ostringstream out;
  for (int32_t i = 0; i < world.log().options().partitions; ++i) {
    for (const HistoryEntry& entry : world.history().entries({i})) {
      const core::EventContext& context = entry.event.ctx();
      out << "  " << i << '/' << entry.event.sequence.value << " transaction " << entry.transaction << " input "
          << entry.input.commands << ',' << entry.input.follow_ups << ' ' << context.case_id.str().substr(0, 4) << '/'
          << entry.event.revision.value << ' ' << core::EventTypeName(entry.event.payload) << " ("
          << context.command_id.view() << ") occurred " << FormatInstant(context.occurred_at) << " recorded "
          << FormatInstant(context.recorded_at) << '\n';
    }
  }
  return out.str();
}

// What went wrong, what had happened, and how to see it again.
std::string Report(uint64_t seed, const World& world, const std::vector<std::string>& found) {
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  std::ostringstream out;
  out << "seed " << seed << ":\n";
  for (size_t i = 0; i < std::min<size_t>(found.size(), 10); ++i) out << "  " << found[i] << '\n';
  out << "what had happened, at the end:\n";
  for (const std::string& line : world.faults().trace()) out << "  " << line << '\n';
  if (std::getenv("RASTI_SEED") != nullptr) out << Events(world);  // NOLINT(concurrency-mt-unsafe)
  out << "again: RASTI_SEED=" << seed
      << " build/tests/simulation/simulation_test --gtest_filter=" << test->test_suite_name() << '.' << test->name()
      << '\n';
  return out.str();
}

class Simulation : public testing::Test {
 protected:
  static std::vector<uint64_t> Seeds(int every_change, int nightly) {
    if (const auto seed = FromEnvironment("RASTI_SEED")) return {*seed};
    const auto asked = FromEnvironment("RASTI_SEEDS");
    std::vector<uint64_t> seeds(
        asked ? *asked : static_cast<size_t>(tests::RoundsOf({.every_change = every_change, .nightly = nightly})));
    std::iota(seeds.begin(), seeds.end(), 1);
    return seeds;
  }
};

TEST_F(Simulation, NothingIsLostOrRepeatedWhateverHappens) {
  int64_t events = 0;
  int64_t deaths = 0;
  int64_t zombies = 0;
  int64_t faults = 0;
  int failed = 0;
  for (const uint64_t seed : Seeds(1'000, 10'000)) {
    World world({.seed = seed, .mutation = Mutation::kNone});
    const auto found = world.Run();
    if (!found.empty()) {
      ADD_FAILURE() << Report(seed, world, found);
      if (++failed == 3) break;
    }
    for (int32_t i = 0; i < world.log().options().partitions; ++i) events += std::ssize(world.history().entries({i}));
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
      for (int32_t i = 0; i < world.log().options().partitions; ++i) {
        for (const EventRecord& event : world.log().topics({i}).events) written.push_back(event.event.value);
      }
      return written;
    };
    EXPECT_EQ(run(), run()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rasti::simulation
