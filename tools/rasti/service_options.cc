#include "tools/rasti/service_options.h"

namespace rasti::cli {
namespace {

constexpr DurationRange kTrimRange{std::chrono::seconds(1), std::chrono::hours(24)};
constexpr SizeRange kMemoryRange{8 * kMiB, 1'024 * kGiB};
constexpr DurationRange kCheckpointRange{std::chrono::seconds(1), std::chrono::hours(24)};
constexpr int64_t kCheckpointEventsMost = 1'000'000'000;
constexpr size_t kCachedCasesLeast = 1'000;
constexpr size_t kCachedCasesMost = 100'000'000;

void AddMemoryOptions(CLI::App& command, ServiceOptions& options, bool decides) {
  AddSizeOption(command, "--block-cache", kMemoryRange,
                "Memory for what was read of the stores on the disk, of all of them together", options.block_cache);
  AddSizeOption(command, "--write-buffers", kMemoryRange,
                "Memory for what is not on the disk yet, of all stores together", options.write_buffers);
  if (!decides) return;
  command
      .add_option("--cached-cases", options.cached_cases,
                  "How many cases at the most, those used last, are kept ready for the next command beside that")
      ->check(CLI::Range(kCachedCasesLeast, kCachedCasesMost))
      ->capture_default_str();
}

void AddCheckpointOptions(CLI::App& command, ServiceOptions& options) {
  AddDurationOption(
      command, "--checkpoint-every", kCheckpointRange, FormatDuration(options.checkpoint_every),
      "Where the directory has a key for it (rasti audit keys): how often at the least what was committed "
      "is signed",
      [&options](Duration given) { options.checkpoint_every = given; });
  command.add_option("--checkpoint-events", options.checkpoint_events, "After how many events it is signed sooner")
      ->check(CLI::Range(int64_t{1}, kCheckpointEventsMost))
      ->capture_default_str();
}

}  // namespace

void AddKeepCommandsOption(CLI::App& command, Duration& keep_commands) {
  AddDurationOption(command, "--keep-commands", kKeepRange, FormatDuration(keep_commands),
                    "How long commands and follow-ups that were decided are kept at Kafka's brokers; results have to "
                    "be kept as long",
                    [&keep_commands](Duration given) { keep_commands = given; });
}

void AddServiceOptions(CLI::App& command, ServiceOptions& options, bool decides) {
  options.decides = decides;
  command.add_option("--config", options.config, "A YAML file of settings; its keys are the names of these options")
      ->type_name("FILE");
  if (decides) {
    command.add_option("--threads", options.threads, "Threads that decide; at most one a partition")
        ->check(CLI::Range(1, 64))
        ->capture_default_str();
    command.add_flag("--standby", options.standby,
                     "Keep the stores of partitions that other nodes own up to date as well, so that taking them over "
                     "takes no longer with a million cases than with one");
    AddKeepCommandsOption(command, options.keep_commands);
    AddDurationOption(command, "--trim-every", kTrimRange, FormatDuration(options.trim_every),
                      "How often older ones are deleted there",
                      [&options](Duration given) { options.trim_every = given; });
  }
  if (!decides) {
    command
        .add_option("--tenants", options.tenants,
                    "Keep the cases of these municipalities and institutions only, named with commas between them; "
                    "cases of others that they hold are not among them, and figures over all are over these. Other "
                    "ones than before: "
                    "the views are rebuilt")
        ->delimiter(',')
        ->type_name("TENANT,...");
  }
  command
      .add_option(
          "--from-snapshot", options.from_snapshot,
          "Take stores that the directory does not have yet from this snapshot, and replay only what came after")
      ->type_name("DIR");
  command.add_option("--query-threads", options.query_threads, "Threads that answer queries")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  AddMemoryOptions(command, options, decides);
  AddCheckpointOptions(command, options);
  command
      .add_option(
          "--metrics-port", options.metrics_port,
          "Serve /metrics, /health/live and /health/ready over HTTP; 0: on any port that is free, which the log "
          "tells; default: not at all")
      ->check(CLI::Range(0, 65535));
  command.add_option("--metrics-address", options.metrics_address, "Where to listen for that: a numeric address")
      ->capture_default_str();
  command
      .add_option("--log-format", options.log_format, "What the lines on stderr are; default: text, json with --json")
      ->check(CLI::IsMember({"text", "json"}));
  command
      .add_option("--log-level", options.log_level,
                  "Lines from this level on; debug has one for each command, with the ids of case and command")
      ->check(CLI::IsMember({"debug", "info", "warn"}))
      ->capture_default_str();
  AddLogOptions(command, options.log);
  command.footer(command.get_footer() +
                 "\nEach option may also stand in the file of --config or in the environment: --metrics-port is "
                 "metrics-port there, or RASTI_METRICS_PORT. The command line wins over the environment, and that over "
                 "the file.");
}

}  // namespace rasti::cli
