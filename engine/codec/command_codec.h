// Commands to and from bytes, and the signature (HMAC-SHA256) that says which system handed one in.
//
// A record of `rasti.commands` is a rasti.v1.Signed around a rasti.v1.Command; a follow-up is a bare rasti.v1.Command,
// because only the engine writes that topic. Thread-safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/limits.h"
#include "engine/core/command.h"

namespace rasti::codec {

/// A serialised rasti.v1.Command.
std::string EncodeCommand(const core::Command& command);
/// Errors: kInvalidArgument (names the field and what would be right; never quotes a personal value),
/// kOutOfRange (more than kCommandBytesMost), kUnsupportedVersion (a kind of command or a value that only a newer
/// engine knows).
Result<core::Command> DecodeCommand(std::string_view body);

/// A command with the submitter's signature over it. The submitter is named inside the body, so it is signed too.
struct SignedCommand {
  std::string body;    // a serialised rasti.v1.Command
  std::string key_id;  // which of the submitter's keys
  std::string mac;     // 32 bytes

  bool operator==(const SignedCommand&) const = default;
};

/// mac = HMAC-SHA256(key, "rasti-command-v1\0" || body). REQUIRES: a key that is not empty.
SignedCommand SignCommand(std::string body, std::string key_id, std::string_view key);
/// True when the mac is the key's over the body. Takes the same time wherever a wrong one differs.
bool VerifyMac(const SignedCommand& command, std::string_view key);

/// A serialised rasti.v1.Signed.
std::string EncodeSigned(const SignedCommand& command);
/// Whatever it says. Errors: kOutOfRange: larger than kSignedBytesMost, or a body larger than kCommandBytesMost;
/// kInvalidArgument: not a Signed.
Result<SignedCommand> ParseSigned(std::string_view bytes);
/// What is missing of a signature: kInvalidArgument: no key_id, a mac that has not 32 bytes.
Status CheckIsSigned(const SignedCommand& command);
/// Both of the above.
Result<SignedCommand> DecodeSigned(std::string_view bytes);

/// What a record of `rasti.commands` says about itself, whatever else is wrong with it.
struct CommandClaims {
  bool is_command = false;  // a Signed around a Command; of anything else the rest is empty
  core::SubmitterId submitter;
  core::CommandId command_id;
  std::optional<core::CaseId> case_id;
};
CommandClaims ReadClaims(std::string_view signed_command);

}  // namespace rasti::codec
