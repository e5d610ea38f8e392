// The options of `rasti run` and `rasti serve-views`, which a file and the environment may give as well (settings.h).
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/rasti/context.h"
#include "tools/rasti/duration_option.h"
#include "tools/rasti/log_choice.h"
#include "tools/rasti/size_option.h"

namespace rasti::cli {

/// Where nobody says otherwise.
inline constexpr Duration kKeepCommands = std::chrono::hours(7 * 24);
/// Of commands and of results.
inline constexpr DurationRange kKeepRange{std::chrono::seconds(1), std::chrono::hours(36'500 * 24)};

struct ServiceOptions {
  bool decides = true;
  std::string config;  // a file of settings
  int threads = 2;
  int query_threads = 2;
  // Memory, of all stores together; and how many cases the streams keep in it beside.
  uint64_t block_cache = 160 * kMiB;
  uint64_t write_buffers = 96 * kMiB;
  size_t cached_cases = 100'000;
  std::string from_snapshot;  // stores that the directory does not have yet
  bool standby = false;       // of partitions that other nodes own
  std::optional<int> metrics_port;
  std::string metrics_address = "127.0.0.1";
  std::string log_format;  // "text", "json"; empty: as --json says
  std::string log_level = "info";
  LogChoice log;
  std::vector<std::string> tenants;  // whose cases the views keep; none: those of all
  // Of the input at Kafka's brokers.
  Duration keep_commands = kKeepCommands;
  Duration trim_every{300'000};
  // Of the log's trees, where there is a key.
  Duration checkpoint_every{60'000};
  int64_t checkpoint_events = 100'000;
};

/// --keep-commands, of what decides and of what looks after the topics.
void AddKeepCommandsOption(CLI::App& command, Duration& keep_commands);

/// `decides`: those of `rasti run`; otherwise those of `rasti serve-views`.
void AddServiceOptions(CLI::App& command, ServiceOptions& options, bool decides);

}  // namespace rasti::cli
