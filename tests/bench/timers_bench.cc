// A flood of timers: everything falls due at once while people go on working.
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

void Run() {
  EngineUnderTest engine({});
  const FloodOfTimers flood = RunFloodOfTimers(engine, FromEnvironment("RASTI_BENCH_CASES", 1'000'000));
  Print({"timers.overdue", static_cast<double>(flood.fired) / flood.seconds, "timers/s", std::nullopt, 25'000});
  Print({"timers.ack_p99_meanwhile", flood.p99_meanwhile_ms, "ms", flood.p99_before_ms, 100, false});
}

}  // namespace

std::vector<Benchmark> TimersBenchmarks() {
  return {{"timers", "1,000,000 overdue timers with commands at 500/s; baseline: the same commands without them", Run}};
}

}  // namespace rasti::bench
