// chaos: see tests/acceptance/chaos.sh, which builds and runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <random>

#include "tests/acceptance/chaos/chaos.h"

namespace {

namespace fs = std::filesystem;

// A folder of its own, kept where there is something to find in it.
std::string MakeDirectory() {
  std::string directory = (fs::temp_directory_path() / "rasti-chaos-XXXXXX").string();
  return ::mkdtemp(directory.data()) == nullptr ? std::string() : directory;
}

}  // namespace

int main(int argc, char** argv) {
  rasti::test::ChaosOptions options;
  options.seed = std::random_device()();
  const char* named = std::getenv("RASTI_PROGRAM");  // NOLINT(concurrency-mt-unsafe): nothing runs yet
  options.program = named != nullptr ? named : RASTI_PROGRAM;
  double minutes = 3;
  bool keep = false;
  CLI::App app("Three nodes over three brokers under fire; ends with one JSON line");
  app.add_option("--minutes", minutes, "How long the faults go on")->check(CLI::Range(0.1, 1440.0));
  app.add_option("--assignor", options.assignor)->check(CLI::IsMember({"range", "cooperative-sticky"}));
  app.add_option("--seed", options.seed, "Of the faults and the commands; default: a random one");
  app.add_option("--rate", options.rate, "Commands a second")->check(CLI::Range(4, 1000))->capture_default_str();
  app.add_flag("--outage", options.outage, "All brokers are away for a minute, once; from 10 minutes on always");
  app.add_flag("--trim", options.trim, "Commands are deleted seconds after they were decided");
  app.add_flag("--keep", keep, "Keep the directories and logs of the nodes");
  CLI11_PARSE(app, argc, argv);
  options.length = std::chrono::seconds(static_cast<int64_t>(minutes * 60));
  options.outage = options.outage || minutes >= 10;
  for (const char* name :
       {"RASTI_DATA", "RASTI_BROKERS", "RASTI_LOG", "RASTI_GROUP", "RASTI_NODE", "RASTI_TOPIC_PREFIX",
        "RASTI_SUBMITTERS", "RASTI_KAFKA_SETTINGS", "RASTI_AS", "RASTI_KEEP_COMMANDS", "RASTI_TRIM_EVERY"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): nothing runs yet
  }
  options.directory = MakeDirectory();
  if (options.directory.empty()) {
    fmt::print(stderr, "chaos: no temporary directory\n");
    return 2;
  }
  fmt::print(stderr, "seed {}, {} assignor, {} minutes; nodes and their logs are in {}\n", options.seed,
             options.assignor, minutes, options.directory);
  const auto report = rasti::test::RunChaos(options);
  if (!report) fmt::print(stderr, "chaos: {}\n", report.error().message);
  std::error_code ignored;
  if (report && report->is_clean && !keep) {
    fs::remove_all(options.directory, ignored);
  } else {
    fs::remove_all(options.directory + "/kafka", ignored);
    fmt::print(stderr, "what the nodes left is in {}\n", options.directory);
  }
  if (!report) return 2;
  fmt::print("{}\n", report->figures.dump());
  return report->is_clean ? 0 : 1;
}
