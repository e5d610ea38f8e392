#include "engine/runtime/submitters.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

tl::unexpected<core::Rejection> Reject(core::RejectionCode code, std::string field, std::string message) {
  return tl::unexpected(core::Rejection{code, std::move(field), std::move(message)});
}

template <class T>
bool MayBe(const std::vector<T>& allowed, const T& wanted) {
  return allowed.empty() || std::ranges::find(allowed, wanted) != allowed.end();
}

}  // namespace

tl::expected<core::Command, core::Rejection> Submitters::Open(std::string_view signed_command) const {
  const auto envelope = codec::DecodeSigned(signed_command);
  if (!envelope) return Reject(core::RejectionCode::kMalformed, "", envelope.error().message);
  auto command = codec::DecodeCommand(envelope->body);
  if (!command) return Reject(core::RejectionCode::kMalformed, "", command.error().message);

  const auto known = std::ranges::find(submitters_, command->submitter, &Submitter::id);
  if (known == submitters_.end()) {
    return Reject(core::RejectionCode::kNotAuthenticated, "submitter",
                  fmt::format("'{}' is no registered submitter", command->submitter.str()));
  }
  const auto key = known->keys.find(envelope->key_id);
  if (key == known->keys.end() || !codec::VerifyMac(*envelope, key->second)) {
    return Reject(
        core::RejectionCode::kNotAuthenticated, "mac",
        fmt::format("the signature is not one of '{}' with its key '{}'", command->submitter.str(), envelope->key_id));
  }
  if (core::IsFollowUp(command->payload) || command->actor.role == core::SystemActor().role) {
    return Reject(core::RejectionCode::kRoleNotAllowed, "actor/role", "only the engine speaks as 'system'");
  }
  if (core::IsEngineCommandId(command->command_id)) {
    return Reject(core::RejectionCode::kMalformed, "command_id",
                  fmt::format("'{}' is an id that only the engine gives; choose another, a UUID for instance",
                              command->command_id.str()));
  }
  if (!MayBe(known->roles, command->actor.role)) {
    return Reject(core::RejectionCode::kRoleNotAllowed, "actor/role",
                  fmt::format("the submitter '{}' may not speak as '{}'", known->id.str(), command->actor.role.str()));
  }
  if (!MayBe(known->tenants, command->tenant)) {
    return Reject(core::RejectionCode::kWrongTenant, "tenant",
                  fmt::format("the submitter '{}' may not speak for '{}'", known->id.str(), command->tenant.str()));
  }
  return *std::move(command);
}

}  // namespace rasti::runtime
