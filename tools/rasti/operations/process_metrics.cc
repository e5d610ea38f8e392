#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tools/rasti/operations/metrics.h"

namespace rasti::cli {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

constexpr int kStartTimeField = 22;  // of /proc/self/stat, from 1

MetricFamily Single(const char* name, const char* help, MetricType type, double value) {
  ClientMetric metric;
  metric.counter.value = value;
  metric.gauge.value = value;
  return {name, help, type, {metric}};
}

double CpuSeconds() {
  rusage usage{};
  if (::getrusage(RUSAGE_SELF, &usage) != 0) return 0;
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double OpenFiles() {
  std::error_code error;
  int64_t count = 0;
  for (std::filesystem::directory_iterator entry("/proc/self/fd", error), end; !error && entry != end;
       entry.increment(error)) {
    ++count;
  }
  return static_cast<double>(count);
}

// Ticks since the machine started, and when that was.
double StartedAt() {
  std::ifstream stat("/proc/self/stat");
  std::string word;
  std::getline(stat, word, ')');  // the program's name may hold spaces
  double ticks = 0;
  for (int field = 3; field <= kStartTimeField && stat >> word; ++field) {
    if (field == kStartTimeField) ticks = std::strtod(word.c_str(), nullptr);
  }
  std::ifstream machine("/proc/stat");
  while (machine >> word) {
    if (word != "btime") continue;
    double booted = 0;
    machine >> booted;
    return booted + ticks / static_cast<double>(::sysconf(_SC_CLK_TCK));
  }
  return 0;
}

}  // namespace

double ResidentBytes() {
  std::ifstream file("/proc/self/statm");
  double total = 0;
  double resident = 0;
  file >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

std::vector<MetricFamily> ProcessMetrics() {
  static const double started = StartedAt();
  return {Single("process_cpu_seconds_total", "Time on processors", MetricType::Counter, CpuSeconds()),
          Single("process_resident_memory_bytes", "Memory in use", MetricType::Gauge, ResidentBytes()),
          Single("process_open_fds", "Open files and sockets", MetricType::Gauge, OpenFiles()),
          Single("process_start_time_seconds", "When the process started, in Unix time", MetricType::Gauge, started)};
}

}  // namespace rasti::cli
