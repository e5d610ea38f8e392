// Benchmarks: each prints its figures as JSON lines, beside a baseline that was measured in the same run, because
// machines differ and are noisy and only ratios travel.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/result.h"

namespace rasti::bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  std::optional<double> baseline;  // in the same unit
  std::optional<double> goal;      // in the same unit
  bool more_is_better = true;
  std::vector<double> rounds{};           // of which `value` is the median; none: it was measured once
  std::vector<double> baseline_rounds{};  // likewise
  /// The goal is a bound that no machine is too slow or too busy for: the program fails where it is missed.
  bool is_bound = false;
};

/// Prints {name, value, unit, baseline, ratio, goal, met} as one line on stdout; {rounds, baseline_rounds} too where
/// there were any.
void Print(const Figure& figure);
/// Figures printed so far that are beyond their bound.
int BoundsMissed();

/// What was measured of an engine and of its baseline in turns: what the machine does to one it does to the other too.
struct Rounds {
  std::vector<double> values;
  std::vector<double> baselines;
};
inline constexpr int kRounds = 3;
/// The medians of both.
Figure MediansOf(const std::string& name, const std::string& unit, const Rounds& rounds);

struct Benchmark {
  std::string name;
  std::string about;
  std::function<void()> run;
};

std::vector<Benchmark> DecideBenchmarks();
std::vector<Benchmark> ReplayBenchmarks();
std::vector<Benchmark> EngineBenchmarks();
std::vector<Benchmark> KafkaBenchmarks();
std::vector<Benchmark> TimersBenchmarks();
std::vector<Benchmark> ScaleBenchmarks();
std::vector<Benchmark> TakeoverBenchmarks();
std::vector<Benchmark> ViewsBenchmarks();
std::vector<Benchmark> StatsBenchmarks();
std::vector<Benchmark> FollowBenchmarks();
std::vector<Benchmark> PackagesBenchmarks();
std::vector<Benchmark> AuditBenchmarks();

/// What a process does that a benchmark started as a node (node_process.h); -1 where the arguments are not those.
int RunBenchNode(int argc, char** argv);

/// What a benchmark cannot go on without: ends the program where it failed.
template <class T>
T Must(Result<T> result) {
  RASTI_CHECK(result.has_value(), result ? "" : result.error().message.c_str());
  return *std::move(result);
}
inline void Must(const Status& status) {
  RASTI_CHECK(status.has_value(), status ? "" : status.error().message.c_str());
}

/// Seconds that `work` takes.
double Seconds(const std::function<void()>& work);
/// Seconds of all cores that this process has used up to now.
double CpuSeconds();
/// The best of three runs: noise only ever slows down.
double BestSeconds(const std::function<void()>& work);
/// The value below which `share` (0..1) of them lie. Sorts them.
double Percentile(std::vector<double>& values, double share);
/// Bytes of memory this process holds now (resident).
size_t ResidentBytes();
/// Where databases are made: RASTI_BENCH_DIR, or the working folder.
std::filesystem::path BenchDirectory();
/// A number from the environment, so that a quick look can be had with less: RASTI_BENCH_CASES=100000.
int64_t FromEnvironment(const char* name, int64_t otherwise);

}  // namespace rasti::bench
