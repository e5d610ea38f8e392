// A flood of timers: everything falls due at once while people go on working.
#include <atomic>
#include <thread>

#include "engine/base/check.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

void Run() {
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 1'000'000);
  EngineUnderTest engine({});
  // Each case has one clock, whose warning-free deadline is its only timer.
  engine.RunClosedLoop(1024, cases, SubmitCommand);
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(5)), "the submissions settle");
  auto quiet = engine.RunOpenLoop(500, 5, [&](int64_t n) { return SubmitCommand(cases + n); });

  const int64_t fired_before = engine.engine().counters().timers_fired;
  engine.AdvanceClock(std::chrono::hours(24 * 30));
  const auto start = std::chrono::steady_clock::now();
  std::vector<double> busy;
  std::thread people(
      [&] { busy = engine.RunOpenLoop(500, 5, [&](int64_t n) { return SubmitCommand(2 * cases + n); }); });
  RASTI_CHECK(engine.engine().WaitUntilIdle(std::chrono::minutes(10)), "all timers fire");
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  people.join();
  const auto fired = static_cast<double>(engine.engine().counters().timers_fired - fired_before);
  Print({"timers.overdue", fired / seconds, "timers/s", std::nullopt, 25'000});
  Print({"timers.ack_p99_meanwhile", Percentile(busy, 0.99), "ms", Percentile(quiet, 0.99), 100, false});
}

}  // namespace

std::vector<Benchmark> TimersBenchmarks() {
  return {{"timers", "1,000,000 overdue timers with commands at 500/s; baseline: the same commands without them", Run}};
}

}  // namespace rasti::bench
