// Views that follow an engine at its full rate: how far they are behind, and what part of the machine they take.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <thread>

#include "engine/base/check.h"
#include "engine/runtime/projection_thread.h"
#include "engine/store/rocksdb_view_store.h"
#include "engine/views/projector.h"
#include "engine/views/tables.h"
#include "tests/bench/bench.h"
#include "tests/bench/bench_engine.h"

namespace rasti::bench {
namespace {

constexpr std::chrono::milliseconds kLookEvery{100};
constexpr Duration kWaitMost{600'000};

struct Followed {
  double commands_per_second = 0;
  double cpu_us_a_command = 0;
  double seconds = 0;             // until the views showed all of it
  std::vector<double> behind_ms;  // from a moment to the views showing all that was committed by then
};

Followed RunAlone(int64_t cases) {
  EngineUnderTest engine({});
  const double before = CpuSeconds();
  const auto commands = 5 * cases;
  const double seconds = engine.RunClosedLoop(256, commands, [&](int64_t n) { return LifeCommand(cases, n); });
  return {static_cast<double>(commands) / seconds,
          1e6 * (CpuSeconds() - before) / static_cast<double>(commands),
          seconds,
          {}};
}

Followed RunFollowed(int64_t cases) {
  const std::filesystem::path directory = BenchDirectory() / "rasti-bench-follow";
  std::filesystem::remove_all(directory);
  store::RocksDbViewStoreOptions options;
  options.directory = directory.string();
  options.tables = views::ViewTables();
  options.budget = store::StoreBudget::Create(160u << 20, 96u << 20);
  auto store = Must(store::OpenRocksDbViewStore(options));
  Followed followed;
  {
    EngineUnderTest engine({});
    auto projector = Must(views::Projector::Open(*store, {.find_definition = engine.definitions()}));
    auto projection = Must(runtime::ProjectionThread::Start(engine.log(), *projector));
    std::atomic<bool> done = false;
    std::thread looks([&] {
      while (!done.load()) {
        const auto asked = std::chrono::steady_clock::now();
        Must(projection->WaitForEnd(kWaitMost));
        const auto took = std::chrono::steady_clock::now() - asked;
        followed.behind_ms.push_back(std::chrono::duration<double, std::milli>(took).count());
        std::this_thread::sleep_for(kLookEvery);
      }
    });
    const double before = CpuSeconds();
    const auto commands = 5 * cases;
    double seconds = 0;
    followed.seconds = Seconds([&] {
      seconds = engine.RunClosedLoop(256, commands, [&](int64_t n) { return LifeCommand(cases, n); });
      Must(projection->WaitForEnd(kWaitMost));
    });
    followed.commands_per_second = static_cast<double>(commands) / seconds;
    followed.cpu_us_a_command = 1e6 * (CpuSeconds() - before) / static_cast<double>(commands);
    done = true;
    looks.join();
    Must(projection->Stop());
  }
  store.reset();
  std::filesystem::remove_all(directory);
  return followed;
}

void Run() {
  const int64_t cases = FromEnvironment("RASTI_BENCH_CASES", 60'000);
  Followed alone = RunAlone(cases);
  Followed followed = RunFollowed(cases);
  Print({"follow.commands", followed.commands_per_second, "commands/s", alone.commands_per_second, {}});
  Print({"follow.behind_p50", Percentile(followed.behind_ms, 0.5), "ms", {}, {}, false});
  Print({"follow.behind_worst", Percentile(followed.behind_ms, 1.0), "ms", {}, 1'000, false});
  const double of_views_us = followed.cpu_us_a_command - alone.cpu_us_a_command;
  const double cores = std::max(1U, std::thread::hardware_concurrency());
  const auto commands = static_cast<double>(5 * cases);
  Print({"follow.share_of_machine", of_views_us * 1e-6 * commands / (followed.seconds * cores), "", {}, 0.5, false});
  // Of all the processor time that a command takes, submitters included.
  Print({"follow.share_of_processor_time", of_views_us / followed.cpu_us_a_command, "", {}, {}, false});
}

}  // namespace

std::vector<Benchmark> FollowBenchmarks() {
  return {{"follow", "views following an engine at its full rate; baseline: the engine without views", Run}};
}

}  // namespace rasti::bench
