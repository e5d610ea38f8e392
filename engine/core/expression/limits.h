// Bounds that keep a hostile expression from harming the process; no guard written in earnest comes near them.
#pragma once

#include <cstddef>

namespace rasti::core::expression {

inline constexpr size_t kSourceBytesMax = size_t{16} * 1024;
/// Of brackets, calls and operators within one another, and of operators of one rank in a row except && and ||.
inline constexpr int kDepthMax = 100;
/// Of one evaluation: nodes visited, elements gone through, and text gone through (kBytesPerStep bytes a step).
inline constexpr int kStepsMax = 100'000;
inline constexpr size_t kBytesPerStep = 64;
/// Of a pattern given to matches(), and of the memory RE2 may use for it.
inline constexpr size_t kPatternBytesMax = 1024;
inline constexpr int kPatternMemoryBytesMax = 1 << 20;

}  // namespace rasti::core::expression
