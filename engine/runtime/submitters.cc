#include "engine/runtime/submitters.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

using Code = core::RejectionCode;
using Reason = codec::DeadLetterReason;

template <class T>
bool MayBe(const std::vector<T>& allowed, const T& wanted) {
  return allowed.empty() || std::ranges::find(allowed, wanted) != allowed.end();
}

Refusal Unreadable(std::string_view signed_command, const Error& error) {
  const codec::CommandClaims claims = codec::ReadClaims(signed_command);
  const auto refuse = [&](Reason reason, Code code) { return Refuse(reason, code, "", error.message, claims); };
  if (error.code == ErrorCode::kOutOfRange) return refuse(Reason::kTooLarge, Code::kTooLarge);
  if (!claims.is_command) return refuse(Reason::kNotProtobuf, Code::kMalformed);
  const bool is_newer = error.code == ErrorCode::kUnsupportedVersion;
  return refuse(is_newer ? Reason::kUnsupportedVersion : Reason::kMalformed, Code::kMalformed);
}

}  // namespace

tl::expected<core::Command, Refusal> Submitters::Open(std::string_view signed_command) const {
  const auto envelope = codec::ParseSigned(signed_command);
  if (!envelope) return tl::unexpected(Unreadable(signed_command, envelope.error()));
  auto command = codec::DecodeCommand(envelope->body);
  if (!command) return tl::unexpected(Unreadable(signed_command, command.error()));
  const auto refuse = [&](Reason reason, Code code, std::string field, std::string message) {
    return tl::unexpected(Refuse(reason, code, std::move(field), std::move(message), ClaimsOf(*command)));
  };
  if (const auto form = codec::CheckIsSigned(*envelope); !form) {
    return refuse(Reason::kUnsigned, Code::kMalformed, "mac", "not signed: " + form.error().message);
  }
  const auto submitter = [&] { return IdOrNothing(command->submitter.str()); };
  const auto known = std::ranges::find(submitters_, command->submitter, &Submitter::id);
  if (known == submitters_.end()) {
    return refuse(Reason::kUnknownSubmitter, Code::kNotAuthenticated, "submitter",
                  fmt::format("'{}' is no registered submitter", submitter()));
  }
  const auto key = known->keys.find(envelope->key_id);
  if (key == known->keys.end() || !codec::VerifyMac(*envelope, key->second)) {
    return refuse(
        Reason::kWrongSignature, Code::kNotAuthenticated, "mac",
        fmt::format("the signature is not one of '{}' with its key '{}'", submitter(), IdOrNothing(envelope->key_id)));
  }
  if (core::IsFollowUp(command->payload) || command->actor.role == core::SystemActor().role) {
    return refuse(Reason::kRoleNotAllowed, Code::kRoleNotAllowed, "actor/role", "only the engine speaks as 'system'");
  }
  if (core::IsEngineCommandId(command->command_id)) {
    return refuse(Reason::kMalformed, Code::kMalformed, "command_id",
                  fmt::format("'{}' is an id that only the engine gives; choose another, a UUID for instance",
                              IdOrNothing(command->command_id.str())));
  }
  if (!MayBe(known->roles, command->actor.role)) {
    return refuse(
        Reason::kRoleNotAllowed, Code::kRoleNotAllowed, "actor/role",
        fmt::format("the submitter '{}' may not speak as '{}'", submitter(), IdOrNothing(command->actor.role.str())));
  }
  if (!MayBe(known->tenants, command->tenant)) {
    return refuse(
        Reason::kTenantNotAllowed, Code::kWrongTenant, "tenant",
        fmt::format("the submitter '{}' may not speak for '{}'", submitter(), IdOrNothing(command->tenant.str())));
  }
  return *std::move(command);
}

}  // namespace rasti::runtime
