// A case's state to and from the bytes that the state store keeps (rasti.v1.CaseState). Thread-safe.
//
// The store is rebuilt from the log whenever this form changes: its format number below is kept beside the rows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/core/case_state.h"

namespace rasti::codec {

/// Goes up with every change of what a state's bytes mean. A store of another format is dropped and rebuilt.
inline constexpr uint32_t kStateFormat = 2;

std::string EncodeState(const core::CaseState& state);
/// Errors: kCorruption.
Result<core::CaseState> DecodeState(std::string_view bytes);

}  // namespace rasti::codec
