// `rasti init`: a new data directory, with its first packages.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "tools/rasti/commands.h"
#include "tools/rasti/direct_session.h"
#include "tools/rasti/log_choice.h"
#include "tools/rasti/package_folders.h"

namespace rasti::cli {
namespace {

constexpr int kPartitions = 4;

struct InitOptions {
  int partitions = 0;  // not said
  std::vector<std::string> packages;
  bool no_packages = false;
  std::string virtual_start;
  LogChoice log;
};

// The packages of where the person stands, unless others are named.
std::vector<std::string> FoldersOf(const InitOptions& options) {
  if (options.no_packages) return {};
  if (!options.packages.empty()) return options.packages;
  std::error_code error;
  return std::filesystem::is_directory("workflows", error) ? std::vector<std::string>{"workflows"}
                                                           : std::vector<std::string>{};
}

struct Published {
  std::vector<codec::PublishedPackage> packages;
  Instant now;
  int partitions = 0;
};

Outcome<Published> PublishInDirectory(const DataPaths& paths, const PackageScan& scan) {
  RASTI_TRY(auto engine, Node::Open(paths, {}));
  Published published;
  published.now = engine->clock().Now();
  published.partitions = engine->log().partition_count();
  DirectSession session(std::move(engine));
  published.packages = ToPublish(scan, published.now, published.now);
  if (!published.packages.empty()) RASTI_CHECKED(session.Publish(published.packages));
  RASTI_CHECKED(session.Close());
  return published;
}

// No engine is needed for it. Nodes that run switch together a moment later; where nothing was in force, none of them
// can have decided anything that it would not decide with these.
Outcome<Published> PublishAtBrokers(log::KafkaEventLog& log, const PackageScan& scan) {
  runtime::ConfigurationReader configuration(log);
  RASTI_CHECKED(configuration.Refresh());
  Published published;
  published.now = ports::SystemClock().Now();
  published.partitions = log.partition_count();
  const Duration notice = configuration.packages().empty() ? Duration{0} : kNoticeOnKafka;
  published.packages = ToPublish(scan, published.now + notice, published.now);
  if (published.packages.empty()) return published;
  RASTI_TRY(const auto outcome, configuration.Publish(published.packages));
  // "Ready" is true for the next command too.
  const auto known = configuration.packages();
  Instant last = published.now;
  for (size_t i = 0; i < outcome.size(); ++i) {
    if (outcome[i] != runtime::ConfigurationReader::Published::kNew) continue;
    const auto found = std::ranges::find(known, published.packages[i].Key(), &codec::PublishedPackage::Key);
    if (found != known.end()) last = std::max(last, found->effective_from);
  }
  const Instant now = ports::SystemClock().Now();
  if (last > now) std::this_thread::sleep_for(last - now);
  return published;
}

Outcome<void> RunInit(const Context& context, const InitOptions& options) {
  RASTI_TRY(const DataPaths paths, context.Paths());
  RASTI_TRY(const auto virtual_start, GivenInstant("--virtual-time", options.virtual_start));
  RASTI_TRY(const auto kafka, PlaceOf(options.log));
  if (options.no_packages && !options.packages.empty())
    return Misused("--packages and --no-packages exclude each other");
  if (kafka && virtual_start) return Misused("--virtual-time: only a log in the directory can have a clock of its own");
  if (kafka && options.partitions != 0) {
    return Misused("--partitions: the topics say how many there are: rasti topics create --partitions N");
  }
  // Everything that can be wrong with the packages or the brokers shows before anything is made.
  RASTI_TRY(const PackageScan scan, ScanPackages(FoldersOf(options), {}));
  if (scan.HasErrors()) {
    PrintIssues(scan.issues, context.out);
    context.out.Json({{"issues", IssuesJson(scan.issues)}});
    return Refuse(IssuesFailure(scan.issues));
  }
  std::unique_ptr<log::KafkaEventLog> brokers_log;
  if (kafka) {
    RASTI_TRY(brokers_log, OpenAtBrokers(*kafka));
  }
  RASTI_CHECKED(CreateDataDirectory(paths, {.partitions = options.partitions == 0 ? kPartitions : options.partitions,
                                            .virtual_start = virtual_start,
                                            .kafka = kafka,
                                            .submitters = options.log.submitters,
                                            .created_at = ports::SystemClock().Now()}));
  RASTI_TRY(const Published published, kafka ? PublishAtBrokers(*brokers_log, scan) : PublishInDirectory(paths, scan));

  const std::string clock = kafka           ? fmt::format("the log at {}", kafka->brokers)
                            : virtual_start ? "a virtual clock at " + FormatInstant(published.now)
                                            : std::string("the machine's clock");
  context.out.Line(fmt::format("{} is ready: {} partitions, {} packages published, {}", paths.root,
                               published.partitions, published.packages.size(), clock));
  auto names = nlohmann::ordered_json::array();
  for (const auto& package : published.packages) names.push_back(package.Key());
  nlohmann::ordered_json json{{"data", paths.root},
                              {"partitions", published.partitions},
                              {"clock", virtual_start ? "virtual" : "wall"},
                              {"now", FormatInstant(published.now)},
                              {"packages", std::move(names)}};
  if (kafka) json["node"] = kafka->node;
  context.out.Json(json);
  return {};
}

}  // namespace

void AddInitCommand(CLI::App& app, Context& context) {
  auto options = std::make_shared<InitOptions>();
  CLI::App* command = AddCommand(app, context, "init", "Make a data directory with an empty log and its first packages",
                                 "  rasti init --data /var/lib/rasti --packages workflows\n"
                                 "  rasti init --data /tmp/demo --virtual-time 2026-11-21T08:00:00+01:00\n"
                                 "  rasti init --data /var/lib/rasti --log kafka --brokers broker-1:9092,broker-2:9092",
                                 [&context, options] { return RunInit(context, *options); });
  command
      ->add_option("--partitions", options->partitions,
                   "How many partitions the log has, for ever (1 to 1024); default: 4")
      ->check(CLI::Range(1, 1024));
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
  AddLogOptions(*command, options->log);
}

}  // namespace rasti::cli
