// The tables of a state store and the rows of its first one.
#pragma once

#include <string_view>

#include "engine/ports/view_store.h"

namespace rasti::runtime {

inline constexpr ports::Table kMeta{0};
inline constexpr ports::Table kCases{1};
inline constexpr ports::Table kCommands{2};
inline constexpr ports::Table kTimers{3};

// Of the rows here; that of a case also holds codec::kStateFormat.
inline constexpr int kRowFormat = 2;
inline constexpr std::string_view kFormatRow = "format";
inline constexpr std::string_view kPositionRow = "position";
inline constexpr std::string_view kSweptRow = "swept";
inline constexpr std::string_view kAheadRow = "ahead";

}  // namespace rasti::runtime
