// soak: see tests/acceptance/soak.sh, which builds and runs it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/acceptance/soak/soak.h"

namespace {

namespace fs = std::filesystem;

// A folder of its own; empty where there is no place for one.
std::string MakeDirectory() {
  std::string directory = (fs::temp_directory_path() / "rasti-soak-XXXXXX").string();
  return ::mkdtemp(directory.data()) == nullptr ? std::string() : directory;
}

}  // namespace

// NOLINTNEXTLINE(bugprone-exception-escape): no memory or no terminal: it may end of that
int main(int argc, char** argv) {
  rasti::test::SoakOptions options;
  const char* named = std::getenv("RASTI_PROGRAM");  // NOLINT(concurrency-mt-unsafe): nothing runs yet
  options.program = named != nullptr ? named : RASTI_PROGRAM;
  double minutes = 60;
  double top_seconds = 30;
  bool keep = false;
  CLI::App app("A service under mixed load for long; ends with one JSON line");
  app.add_option("--minutes", minutes, "How long")->check(CLI::Range(0.5, 10'080.0))->capture_default_str();
  app.add_option("--top-seconds", top_seconds, "How long the top rate is measured")
      ->check(CLI::Range(1.0, 600.0))
      ->capture_default_str();
  app.add_option("--rate", options.rate, "Commands a second; default: half of the top rate")
      ->check(CLI::Range(1.0, 1e6));
  app.add_flag("--keep", keep, "Keep the data directory");
  CLI11_PARSE(app, argc, argv);
  options.length = std::chrono::seconds(static_cast<int64_t>(minutes * 60));
  options.top_for = std::chrono::seconds(static_cast<int64_t>(top_seconds));
  for (const char* name : {"RASTI_DATA", "RASTI_AS", "RASTI_TENANT"}) {
    ::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): nothing runs yet
  }
  options.directory = MakeDirectory();
  if (options.directory.empty()) {
    fmt::print(stderr, "soak: no temporary directory\n");
    return 2;
  }
  fmt::print(stderr, "the service's data and its log are in {}\n", options.directory);
  const auto report = rasti::test::RunSoak(options);
  if (!report) fmt::print(stderr, "soak: {}\n", report.error().message);
  std::error_code ignored;
  if (report && !keep) fs::remove_all(options.directory, ignored);
  if (!report) return 2;
  fmt::print("{}\n", report->figures);
  return report->is_flat ? 0 : 1;
}
