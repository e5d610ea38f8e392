#include "tests/bench/bench.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>

namespace rasti::bench {
namespace {

int bounds_missed = 0;

double Rounded(double value) { return value >= 1000 ? std::round(value) : std::round(value * 1000) / 1000; }

std::vector<double> Rounded(std::vector<double> values) {
  for (double& value : values) value = Rounded(value);
  return values;
}

double Median(std::vector<double> values) { return Percentile(values, 0.5); }

}  // namespace

void Print(const Figure& figure) {
  nlohmann::ordered_json line;
  line["name"] = figure.name;
  line["value"] = Rounded(figure.value);
  line["unit"] = figure.unit;
  line["baseline"] = nullptr;
  line["ratio"] = nullptr;
  line["goal"] = nullptr;
  line["met"] = nullptr;
  if (figure.baseline) {
    line["baseline"] = Rounded(*figure.baseline);
    if (*figure.baseline > 0) line["ratio"] = Rounded(figure.value / *figure.baseline);
  }
  if (figure.goal) {
    line["goal"] = *figure.goal;
    const bool is_met = figure.more_is_better ? figure.value >= *figure.goal : figure.value <= *figure.goal;
    line["met"] = is_met;
    if (figure.is_bound && !is_met) ++bounds_missed;
  }
  if (!figure.rounds.empty()) line["rounds"] = Rounded(figure.rounds);
  if (!figure.baseline_rounds.empty()) line["baseline_rounds"] = Rounded(figure.baseline_rounds);
  std::puts(line.dump().c_str());
  std::fflush(stdout);
}

int BoundsMissed() { return bounds_missed; }

Figure MediansOf(const std::string& name, const std::string& unit, const Rounds& rounds) {
  Figure figure{name, Median(rounds.values), unit, Median(rounds.baselines), std::nullopt};
  figure.rounds = rounds.values;
  figure.baseline_rounds = rounds.baselines;
  return figure;
}

double Seconds(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double CpuSeconds() {
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  return static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) * 1e-9;
}

double BestSeconds(const std::function<void()>& work) {
  double best = Seconds(work);
  for (int i = 0; i < 2; ++i) best = std::min(best, Seconds(work));
  return best;
}

double Percentile(std::vector<double>& values, double share) {
  if (values.empty()) return 0;
  const auto index = static_cast<size_t>(share * static_cast<double>(values.size() - 1));
  std::ranges::nth_element(values, values.begin() + static_cast<std::ptrdiff_t>(index));
  return values[index];
}

size_t ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

std::filesystem::path BenchDirectory() {
  const char* directory = std::getenv("RASTI_BENCH_DIR");  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return directory == nullptr ? std::filesystem::current_path() : std::filesystem::path(directory);
}

int64_t FromEnvironment(const char* name, int64_t otherwise) {
  const char* text = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nothing sets it
  return text == nullptr ? otherwise : std::atoll(text);
}

}  // namespace rasti::bench
