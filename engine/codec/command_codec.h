// Commands to and from bytes, and the signature (HMAC-SHA256) that says which system handed one in.
//
// A record of `rasti.commands` is a rasti.v1.Signed around a rasti.v1.Command; a follow-up is a bare rasti.v1.Command,
// because only the engine writes that topic. Thread-safe.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"
#include "engine/codec/limits.h"
#include "engine/core/command.h"

namespace rasti::codec {

/// A serialised rasti.v1.Command.
std::string EncodeCommand(const core::Command& command);
/// Errors: kInvalidArgument (names the field and what would be right; never quotes a personal value; also for more than
/// kCommandBytesMost), kUnsupportedVersion (a kind of command or a value that only a newer engine knows).
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
/// Errors: kInvalidArgument: not a Signed, no key_id, a mac that has not 32 bytes, a body larger than
/// kCommandBytesMost.
Result<SignedCommand> DecodeSigned(std::string_view bytes);

}  // namespace rasti::codec
