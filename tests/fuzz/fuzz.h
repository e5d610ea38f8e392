// What every fuzz target is: one function that is handed an input and stops the process where something is wrong with
// what the engine made of it. RASTI_CHECK says where and why. README.md tells how targets are built and run.
//
// Threading: one thread calls, one input after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/result.h"

/// Returns 0. Nothing of one input is remembered for the next but what was made before the first: a finding must come
/// again from its input alone.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace rasti::fuzz {

inline std::string_view AsText(const uint8_t* data, size_t size) { return {reinterpret_cast<const char*>(data), size}; }

/// An error that may be shown to people: it says something, and it is not a bug that was reported instead of hidden.
inline void CheckError(const Error& error) {
  RASTI_CHECK(!error.message.empty(), "an error says what is wrong");
  RASTI_CHECK(error.code != ErrorCode::kInternal, "bad input is no internal error");
}

}  // namespace rasti::fuzz
