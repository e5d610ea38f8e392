// Flatness: commands a second and memory with few cases and with many.
#include <random>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

// Every case is opened once, in an order that no cache can guess.
double Measure(EngineUnderTest& engine, int64_t cases, int64_t commands) {
  std::mt19937_64 random(7);
  std::vector<int64_t> order(static_cast<size_t>(cases));
  for (size_t i = 0; i < order.size(); ++i) order[i] = static_cast<int64_t>(i);
  std::ranges::shuffle(order, random);
  const double seconds = engine.RunClosedLoop(64, std::min(commands, cases), [&](int64_t n) {
    core::Command command = SubmitCommand(order[static_cast<size_t>(n)]);
    command.command_id = core::CommandId("open");
    command.actor = test::people::Officer();
    command.payload = test::Act("open");
    return command;
  });
  return static_cast<double>(std::min(commands, cases)) / seconds;
}

void Run() {
  const int64_t many = FromEnvironment("RASTI_BENCH_CASES", 2'000'000);
  constexpr int64_t kFew = 10'000;
  constexpr int64_t kCommands = 100'000;
  double few_rate = 0;
  {
    EngineUnderTest engine({});
    engine.RunClosedLoop(1024, kFew, SubmitCommand);
    few_rate = Measure(engine, kFew, kFew);
  }
  EngineUnderTest engine({});
  engine.RunClosedLoop(1024, many, SubmitCommand);
  const double many_rate = Measure(engine, many, kCommands);
  Print({"scale.commands_with_many_cases", many_rate, "commands/s", few_rate, 0.75 * few_rate});
  Print({"scale.resident_memory", static_cast<double>(ResidentBytes()) / 1e6, "MB", std::nullopt, 800, false});
}

}  // namespace

std::vector<Benchmark> ScaleBenchmarks() {
  return {{"scale", "commands with 2,000,000 cases; baseline: with 10,000", Run}};
}

}  // namespace rasti::bench
