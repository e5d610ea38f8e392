#include "tests/acceptance/soak/soak.h"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "tests/acceptance/process.h"
#include "tests/acceptance/soak/load.h"
#include "tests/acceptance/soak/vitals.h"
#include "tests/end_to_end/program.h"

namespace rasti::test {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kListensWithin{60};
constexpr std::chrono::seconds kStopsWithin{120};
constexpr std::chrono::seconds kSampleEvery{5};
// As many when the top is measured as afterwards: half of what they can do leaves room to make up for a pause.
constexpr int kDesks = 64;
// What counts as flat: the last quarter of the run beside its second one. The first fills caches.
constexpr double kMemoryMost = 1.10;
// Files of databases come and go with merges, some dozens at a time.
constexpr double kHandlesMost = 1.10;
constexpr double kDiskMost = 1.15;
constexpr double kLatencyMost = 1.50;
// Below this a time is the machine's own unrest: another's turn on a core takes as long.
constexpr double kLatencyFloorMs = 20;

struct Sample {
  Vitals vitals;
  int64_t events = 0;
  int64_t lag = 0;  // events that the views did not show yet
  Notes::Taken taken;
};

// One quarter of the run.
struct Quarter {
  double memory_mib = 0;
  double handles = 0;
  double threads = 0;
  double bytes_per_event = 0;
  double lag_most = 0;
  double command_p50 = 0;
  double command_p99 = 0;
  double query_p99 = 0;
};

double Percentile(std::vector<double>& times, double part) {
  if (times.empty()) return 0;
  const auto at = times.begin() + static_cast<std::ptrdiff_t>(part * static_cast<double>(times.size() - 1));
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

Quarter SumUp(const std::vector<Sample>& samples, size_t from, size_t to) {
  Quarter quarter;
  std::vector<double> commands;
  std::vector<double> queries;
  for (size_t i = from; i < to; ++i) {
    const Sample& sample = samples[i];
    quarter.memory_mib += sample.vitals.anonymous_mib;
    quarter.handles += static_cast<double>(sample.vitals.handles);
    quarter.threads += static_cast<double>(sample.vitals.threads);
    quarter.lag_most = std::max(quarter.lag_most, static_cast<double>(sample.lag));
    commands.insert(commands.end(), sample.taken.commands.begin(), sample.taken.commands.end());
    queries.insert(queries.end(), sample.taken.queries.begin(), sample.taken.queries.end());
  }
  const auto count = static_cast<double>(to - from);
  quarter.memory_mib /= count;
  quarter.handles /= count;
  quarter.threads /= count;
  const Sample& last = samples[to - 1];
  quarter.bytes_per_event =
      static_cast<double>(last.vitals.disk_bytes) / static_cast<double>(std::max<int64_t>(last.events, 1));
  quarter.command_p50 = Percentile(commands, 0.5);
  quarter.command_p99 = Percentile(commands, 0.99);
  quarter.query_p99 = Percentile(queries, 0.99);
  return quarter;
}

bool IsFlat(double before, double after, double most, double floor = 0) {
  return after <= std::max(before * most, floor);
}

class Service {
 public:
  Service(const std::string& program, const std::string& data, const std::string& log)
      : process_({program, "run", "--json", "--data", data}, log), data_(data) {}

  Result<std::unique_ptr<cli::Session>> Connect() {
    std::optional<Result<std::unique_ptr<cli::Session>>> session;
    const bool listens = WaitUntil(
        [&] {
          session = rasti::test::Connect(data_);
          return session->has_value();
        },
        kListensWithin);
    if (!listens) return Fail(ErrorCode::kTimedOut, "the service does not listen");
    return std::move(*session);
  }
  Process& process() { return process_; }

  Status Stop() {
    process_.Signal(SIGTERM);
    const auto status = process_.WaitUntilEnded(kStopsWithin);
    if (!status) return Fail(ErrorCode::kTimedOut, "the service did not stop within two minutes of SIGTERM");
    if (WIFEXITED(*status) && WEXITSTATUS(*status) == 0) return {};
    return Fail(ErrorCode::kInternal, "the service ended with " + HowItEnded(*status));
  }

 private:
  Process process_;
  const std::string data_;
};

Result<Sample> TakeSample(Service& service, cli::Session& session, const std::string& data, Notes& notes) {
  if (const auto ended = service.process().Ended()) {
    return Fail(ErrorCode::kUnavailable, "the service ended by itself, with " + HowItEnded(*ended));
  }
  Sample sample;
  sample.vitals = VitalsOf(service.process().id(), data);
  RASTI_TRY(const auto views, session.Views());
  for (const runtime::PartitionLag& lag : views.lags) {
    sample.events += lag.end.value;
    sample.lag += lag.events();
  }
  sample.taken = notes.Take();
  return sample;
}

// What happened when, for whoever asks why a figure grew: one JSON line a sample.
std::string TrackLine(const Sample& sample, double seconds) {
  std::vector<double> commands = sample.taken.commands;
  std::vector<double> queries = sample.taken.queries;
  const auto round = [](double value) { return std::round(value * 10) / 10; };
  return nlohmann::ordered_json{{"second", std::round(seconds)},
                                {"commands", commands.size()},
                                {"command_ms_p50", round(Percentile(commands, 0.5))},
                                {"command_ms_p99", round(Percentile(commands, 0.99))},
                                {"command_ms_most", round(Percentile(commands, 1))},
                                {"query_ms_p99", round(Percentile(queries, 0.99))},
                                {"views_behind", sample.lag},
                                {"memory_mib", round(sample.vitals.anonymous_mib)},
                                {"handles", sample.vitals.handles},
                                {"disk_mib", sample.vitals.disk_bytes >> 20},
                                {"events", sample.events}}
      .dump();
}

double MeasureTop(const SoakOptions& options, const std::string& data, Notes& notes) {
  int64_t commands = 0;
  {
    const Load load({.data = data, .name = "top", .desks = kDesks, .rate = 0, .reads = true}, notes);
    Halt never;
    never.WaitFor(options.top_for);
    commands = load.commands();
  }
  return static_cast<double>(commands) / std::chrono::duration<double>(options.top_for).count();
}

nlohmann::ordered_json Both(double before, double after) {
  const auto round = [](double value) { return std::round(value * 10) / 10; };
  return {round(before), round(after)};
}

}  // namespace

Result<SoakReport> RunSoak(const SoakOptions& options) {
  const std::string data = options.directory + "/data";
  const Finished made = Child({options.program, "init", "--data", data}).Finish();
  if (made.exit_code != 0) return Fail(ErrorCode::kUnavailable, "init: " + made.err);
  Service service(options.program, data, options.directory + "/service.log");
  RASTI_TRY(const auto session, service.Connect());
  Notes notes;

  const double top = options.rate > 0 ? 0 : MeasureTop(options, data, notes);
  const double rate = options.rate > 0 ? options.rate : top / 2;
  if (top > 0) fmt::print(stderr, "{:.0f} commands a second at the top\n", top);
  fmt::print(stderr, "{:.0f} commands a second for {} s\n", rate, options.length.count());
  RASTI_CHECKED(session->Settle(kStopsWithin));
  static_cast<void>(notes.Take());

  std::vector<Sample> samples;
  int64_t commands = 0;
  {
    const Load load({.data = data, .name = "soak", .desks = kDesks, .rate = rate}, notes);
    std::ofstream track(options.directory + "/track.jsonl");
    const auto began = steady_clock::now();
    const auto ends = began + options.length;
    Halt never;
    while (steady_clock::now() < ends) {
      never.WaitFor(kSampleEvery);
      RASTI_TRY(Sample sample, TakeSample(service, *session, data, notes));
      track << TrackLine(sample, std::chrono::duration<double>(steady_clock::now() - began).count()) << std::endl;
      samples.push_back(std::move(sample));
    }
    commands = load.commands();
  }
  for (const std::string& what : notes.what_went_wrong()) fmt::print(stderr, "wrong: {}\n", what);
  RASTI_CHECKED(session->Settle(kStopsWithin));
  RASTI_CHECKED(service.Stop());

  const size_t quarter = samples.size() / 4;
  if (quarter == 0) return Fail(Error::Invalid("too short: nothing can be compared"));
  Quarter before = SumUp(samples, quarter, 2 * quarter);
  Quarter after = SumUp(samples, 3 * quarter, samples.size());
  SoakReport report;
  report.is_flat = notes.wrong() == 0 && IsFlat(before.memory_mib, after.memory_mib, kMemoryMost) &&
                   IsFlat(before.handles, after.handles, kHandlesMost) &&
                   IsFlat(before.threads, after.threads, kHandlesMost) &&
                   IsFlat(before.bytes_per_event, after.bytes_per_event, kDiskMost) &&
                   IsFlat(before.command_p99, after.command_p99, kLatencyMost, kLatencyFloorMs) &&
                   IsFlat(before.query_p99, after.query_p99, kLatencyMost, kLatencyFloorMs);
  nlohmann::ordered_json figures = {
      {"seconds", options.length.count()},
      {"rate_per_second", std::round(static_cast<double>(commands) / static_cast<double>(options.length.count()))},
      {"commands", commands},
      {"events", samples.back().events},
      {"wrong", notes.wrong()},
      {"memory_mib", Both(before.memory_mib, after.memory_mib)},
      {"handles", Both(before.handles, after.handles)},
      {"threads", Both(before.threads, after.threads)},
      {"bytes_per_event", Both(before.bytes_per_event, after.bytes_per_event)},
      {"command_ms_p50", Both(before.command_p50, after.command_p50)},
      {"command_ms_p99", Both(before.command_p99, after.command_p99)},
      {"query_ms_p99", Both(before.query_p99, after.query_p99)},
      {"views_behind_most", Both(before.lag_most, after.lag_most)},
      {"flat", report.is_flat}};
  if (top > 0) figures["top_per_second"] = std::round(top);
  report.figures = figures.dump();
  return report;
}

}  // namespace rasti::test
