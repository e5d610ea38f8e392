// Options that take an amount of memory: --block-cache 160MiB.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace rasti::cli {

inline constexpr uint64_t kMiB = uint64_t{1} << 20;
inline constexpr uint64_t kGiB = uint64_t{1} << 30;

/// Bytes: a whole number of them, or of KiB, MiB or GiB, without a blank. Errors: kInvalidArgument (anything else; more
/// than can be counted).
Result<uint64_t> ParseSize(std::string_view text);
/// In the largest unit of which it is a whole number.
std::string FormatSize(uint64_t bytes);

/// What is given has to lie in [least, most]; otherwise the option is refused, with what would be right.
struct SizeRange {
  uint64_t least;
  uint64_t most;
};
/// `bytes`: what holds where nothing is given, which help and settings show, and what is set.
CLI::Option* AddSizeOption(CLI::App& command, const std::string& name, const SizeRange& range, const std::string& help,
                           uint64_t& bytes);

}  // namespace rasti::cli
