// The version of the program, as CMakeLists.txt at the top has it.
#pragma once

namespace rasti::cli {

inline constexpr const char* kVersion = RASTI_VERSION;

}  // namespace rasti::cli
