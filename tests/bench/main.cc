// rasti_bench [NAME...]: runs the benchmarks whose names begin with one of the arguments; without any, all.
#include <algorithm>
#include <cstdio>
#include <string_view>
#include <vector>

#include "tests/bench/bench.h"

int main(int argc, char** argv) {
  if (const int ended = rasti::bench::RunBenchNode(argc, argv); ended >= 0) return ended;
  std::vector<rasti::bench::Benchmark> all;
  for (const auto& group :
       {rasti::bench::DecideBenchmarks(), rasti::bench::ReplayBenchmarks(), rasti::bench::EngineBenchmarks(),
        rasti::bench::KafkaBenchmarks(), rasti::bench::TimersBenchmarks(), rasti::bench::ScaleBenchmarks(),
        rasti::bench::ViewsBenchmarks(), rasti::bench::StatsBenchmarks(), rasti::bench::FollowBenchmarks(),
        rasti::bench::PackagesBenchmarks(), rasti::bench::AuditBenchmarks(), rasti::bench::TakeoverBenchmarks()}) {
    all.insert(all.end(), group.begin(), group.end());
  }
  const std::vector<std::string_view> wanted(argv + 1, argv + argc);
  if (!wanted.empty() && (wanted.front() == "--help" || wanted.front() == "--list")) {
    for (const auto& benchmark : all) std::printf("%-12s %s\n", benchmark.name.c_str(), benchmark.about.c_str());
    return 0;
  }
  int run = 0;
  for (const auto& benchmark : all) {
    const auto named = [&](std::string_view name) { return benchmark.name.starts_with(name); };
    if (!wanted.empty() && std::ranges::none_of(wanted, named)) continue;
    std::fprintf(stderr, "%s: %s\n", benchmark.name.c_str(), benchmark.about.c_str());
    benchmark.run();
    ++run;
  }
  if (run == 0) {
    std::fputs("no benchmark of that name; --list shows them\n", stderr);
    return 2;
  }
  if (const int missed = rasti::bench::BoundsMissed(); missed > 0) {
    std::fprintf(stderr, "%d figures are beyond their bounds: see \"met\": false of those in MB\n", missed);
    return 1;
  }
  return 0;
}
