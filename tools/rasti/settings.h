// The settings of a service: from the command line, else the environment, else a YAML file, else what is built in.
//
// The names are those of the long options everywhere: --metrics-port, RASTI_METRICS_PORT, and in the file
//
//   metrics-port: 9464        or        metrics:
//                                         port: 9464
//
// A list stands for its elements divided by commas. So whatever an option accepts, refuses and says holds for all
// three.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "engine/codec/issue.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

struct Setting {
  std::string name;
  std::string value;
  std::string source;  // "command line", "RASTI_THREADS", "rasti.yaml:3:10", "built in"
};

/// What the words of the command line, apart from CLI11, are needed for: CLI11 does not tell what an option came from.
using Words = std::vector<std::string>;

/// Reads the file, where one is named, and gives the options of `command` (and --data) what the command line left open.
/// Keys of options that only `run` has are allowed for every command, so that services may share a file.
/// Answers all settings. Errors: those of the file were added to `issues`, with line and column; exit 2 for a variable
/// of the environment; those of reading the file.
Outcome<std::vector<Setting>> Resolve(CLI::App& command, const Words& words, const std::string& file,
                                      std::vector<codec::Issue>& issues);

/// The file that --config or RASTI_CONFIG names; empty: none.
std::string ConfigFile(const std::string& given);

}  // namespace rasti::cli
