// Flatness: commands a second and memory with few cases and with many.
#include <chrono>
#include <cstdio>
#include <random>
#include <thread>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr int64_t kFew = 10'000;
constexpr int64_t kCommands = 100'000;
// What the load leaves behind (compaction) is not what is measured.
constexpr std::chrono::seconds kRest{10};

// The same commands whatever the number of cases: messages to cases in an order that no cache can guess.
double CommandsPerSecond(EngineUnderTest& engine, int64_t cases) {
  std::mt19937_64 random(7);
  std::vector<int64_t> chosen(kCommands);
  for (int64_t& one : chosen) one = static_cast<int64_t>(random() % static_cast<uint64_t>(cases));
  const double seconds = engine.RunClosedLoop(64, kCommands, [&](int64_t n) {
    core::Command command = SubmitCommand(chosen[static_cast<size_t>(n)]);
    command.command_id = core::CommandId("message " + std::to_string(n));
    command.actor = test::people::Officer();
    const std::string id = std::to_string(n);
    command.payload = core::AddMessage{core::Direction::kToCitizen,
                                       id,
                                       {command.case_id,
                                        "/message/" + id,
                                        core::SubjectId(test::people::Citizen().id.str()),
                                        {},
                                        "\"Where?\"",
                                        false}};
    return command;
  });
  return static_cast<double>(kCommands) / seconds;
}

struct Measured {
  double rate = 0;
  size_t resident = 0;
};

Measured Measure(int64_t cases) {
  EngineUnderTest engine({});
  engine.RunClosedLoop(1024, cases, SubmitCommand);
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(5)), "the submissions settle");
  std::fprintf(stderr, "scale: %lld cases are in\n", static_cast<long long>(cases));
  std::this_thread::sleep_for(kRest);
  const double rate = CommandsPerSecond(engine, cases);
  return {rate, ResidentBytes()};
}

void Run() {
  const int64_t many = FromEnvironment("RASTI_BENCH_CASES", 2'000'000);
  const Measured few_cases = Measure(kFew);
  const Measured many_cases = Measure(many);
  Print({"scale.commands_with_many_cases", many_cases.rate, "commands/s", few_cases.rate, 0.75 * few_cases.rate});
  Print({"scale.resident_memory", static_cast<double>(many_cases.resident) / 1e6, "MB", std::nullopt, 800, false});
}

}  // namespace

std::vector<Benchmark> ScaleBenchmarks() {
  return {{"scale", "commands with 2,000,000 cases; baseline: with 10,000", Run}};
}

}  // namespace rasti::bench
