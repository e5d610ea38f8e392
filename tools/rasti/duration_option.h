// Options that take a length of time, in the words of ISO 8601: --keep-commands P7D.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

#include "engine/base/time.h"

namespace rasti::cli {

/// What is given has to lie in [least, most]; otherwise the option is refused, with what would be right.
struct DurationRange {
  Duration least;
  Duration most;
};
/// `given` is set to what was given; `shown`: what help and settings show where nothing is.
CLI::Option* AddDurationOption(CLI::App& command, const std::string& name, const DurationRange& range,
                               const std::string& shown, const std::string& help, std::function<void(Duration)> given);

}  // namespace rasti::cli
