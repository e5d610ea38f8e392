// The answer to a command, to and from bytes (rasti.v1.Result). Thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "engine/base/result.h"
#include "engine/core/decide.h"
#include "engine/core/ids.h"

namespace rasti::codec {

/// A position in the log that a reader can wait for: its view has applied everything up to and with it.
struct Token {
  core::PartitionId partition;
  core::Sequence sequence;
  bool operator==(const Token&) const = default;
};

/// The command's events, and the place of the last one.
struct Accepted {
  core::Revision first_revision;
  core::Revision last_revision;
  Token token;
  bool operator==(const Accepted&) const = default;
};

struct CommandResult {
  core::CommandId command_id;
  core::CaseId case_id;
  std::string reference;  // the case's public reference; empty where there is no case
  std::variant<Accepted, core::Rejection> outcome;

  bool operator==(const CommandResult&) const = default;
  bool accepted() const { return std::holds_alternative<Accepted>(outcome); }
};

std::string EncodeResult(const CommandResult& result);
/// Errors: kCorruption, kUnsupportedVersion (a rejection code that only a newer engine knows).
Result<CommandResult> DecodeResult(std::string_view bytes);

}  // namespace rasti::codec
