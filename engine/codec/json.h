// What people and scripts read: `--json` output and the history. Names are those of the contract (proto/rasti/v1),
// instants are RFC 3339 without the "_ms" of their names, lengths ISO 8601, ids in text. The same value gives the same
// text, byte for byte. Thread-safe.
#pragma once

#include <nlohmann/json.hpp>

#include "engine/core/case_state.h"
#include "engine/core/command.h"
#include "engine/core/decide.h"
#include "engine/core/event.h"

namespace rasti::codec {

struct JsonOptions {
  /// Plain values of personal fields are shown as "<personal>" unless this is set. Sealed ones are never shown: they
  /// are "<sealed>" then.
  bool show_personal = false;
};

/// {"id", "type", what the decision's events have in common, "revision", "sequence", "prev_hash", "data": {...}}.
/// The signed command is left out.
nlohmann::ordered_json ToJson(const core::Event& event, JsonOptions options = {});
nlohmann::ordered_json ToJson(const core::CaseState& state, JsonOptions options = {});
/// {"type", ..., "data": {...}}.
nlohmann::ordered_json ToJson(const core::Command& command, JsonOptions options = {});
nlohmann::ordered_json ToJson(const core::Rejection& rejection);

}  // namespace rasti::codec
