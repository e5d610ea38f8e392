// `rasti init`: a new data directory, with its first packages.
#include <fmt/format.h>

#include <filesystem>

#include "tools/rasti/commands.h"
#include "tools/rasti/direct_session.h"
#include "tools/rasti/package_folders.h"

namespace rasti::cli {
namespace {

struct InitOptions {
  int partitions = 4;
  std::vector<std::string> packages;
  bool no_packages = false;
  std::string virtual_start;
};

// The packages of where the person stands, unless others are named.
std::vector<std::string> FoldersOf(const InitOptions& options) {
  if (options.no_packages) return {};
  if (!options.packages.empty()) return options.packages;
  std::error_code error;
  return std::filesystem::is_directory("workflows", error) ? std::vector<std::string>{"workflows"}
                                                           : std::vector<std::string>{};
}

Outcome<void> RunInit(const Context& context, const InitOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const auto virtual_start, GivenInstant("--virtual-time", options.virtual_start));
  if (options.no_packages && !options.packages.empty())
    return Misused("--packages and --no-packages exclude each other");
  // Everything that can be wrong with the packages shows before anything is made.
  RASTI_TRY(const PackageScan scan, ScanPackages(FoldersOf(options), {}));
  if (scan.HasErrors()) {
    PrintIssues(scan.issues, context.out);
    context.out.Json({{"issues", IssuesJson(scan.issues)}});
    return Refuse(IssuesFailure(scan.issues));
  }
  const Instant wall = ports::SystemClock().Now();
  RASTI_CHECKED(CreateDataDirectory(
      paths, {.partitions = options.partitions, .virtual_start = virtual_start, .created_at = wall}));
  RASTI_TRY(auto engine, LocalEngine::Open(paths, {}));
  const Instant now = engine->clock().Now();
  DirectSession session(std::move(engine));
  const auto packages = ToPublish(scan, now, now);
  if (!packages.empty()) RASTI_CHECKED(session.Publish(packages));
  RASTI_CHECKED(session.Close());

  context.out.Line(fmt::format("{} is ready: {} partitions, {} packages published, {}", paths.root, options.partitions,
                               packages.size(),
                               virtual_start ? "a virtual clock at " + FormatInstant(now) : "the machine's clock"));
  auto published = nlohmann::ordered_json::array();
  for (const auto& package : packages) published.push_back(package.Key());
  context.out.Json({{"data", paths.root},
                    {"partitions", options.partitions},
                    {"clock", virtual_start ? "virtual" : "wall"},
                    {"now", FormatInstant(now)},
                    {"packages", std::move(published)}});
  return {};
}

}  // namespace

void AddInitCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = AddCommand(app, context, "init", "Make a data directory with an empty log and its first packages",
                                 "  rasti init --data /var/lib/rasti --packages workflows\n"
                                 "  rasti init --data /tmp/demo --virtual-time 2026-11-21T08:00:00+01:00",
                                 [&context, options] { return RunInit(context, *options); });
  command->add_option("--partitions", options->partitions, "How many partitions the log has, for ever (1 to 1024)")
      ->check(CLI::Range(1, 1024))
      ->capture_default_str();
  command
      ->add_option("--packages", options->packages,
                   "Folders whose packages are published at once, in force from now on; default: ./workflows, if "
                   "there is such a folder")
      ->type_name("DIR");
  command->add_flag("--no-packages", options->no_packages, "Publish nothing");
  command
      ->add_option("--virtual-time", options->virtual_start,
                   "The log's clock is virtual, starts here, and moves only when told to: for demonstrations")
      ->type_name("TIME");
}

}  // namespace rasti::cli
