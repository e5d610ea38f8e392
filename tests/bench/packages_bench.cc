// What a thousand published packages cost a command that needs one of them.
#include <fmt/format.h>

#include <cstdio>

#include "engine/base/check.h"
#include "engine/runtime/configuration.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr int64_t kMany = 1'000;

double CommandsPerSecond(int64_t packages_more, int64_t commands) {
  EngineUnderTest::Options options;
  options.packages_more = packages_more;
  EngineUnderTest engine(options);
  engine.RunClosedLoop(256, commands / 10, SubmitCommand);
  const int64_t first = commands / 10;
  const double seconds = engine.RunClosedLoop(256, commands, [&](int64_t n) { return SubmitCommand(first + n); });
  return static_cast<double>(commands) / seconds;
}

void Run() {
  const int64_t commands = FromEnvironment("RASTI_BENCH_CASES", 100'000);
  Rounds rounds;
  for (int i = 0; i < kRounds; ++i) {
    rounds.baselines.push_back(CommandsPerSecond(0, commands));
    rounds.values.push_back(CommandsPerSecond(kMany, commands));
  }
  Figure figure = MediansOf("packages.commands_with_1000_more", "commands/s", rounds);
  figure.goal = 0.95 * *figure.baseline;
  Print(figure);
}

}  // namespace

std::vector<Benchmark> PackagesBenchmarks() {
  return {{"packages", "commands with 1,000 packages more than are needed; baseline: without those", Run}};
}

}  // namespace rasti::bench
