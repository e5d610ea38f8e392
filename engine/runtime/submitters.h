// Who speaks: which systems may hand commands in, with which keys, for which tenants and in which roles; and the key
// that what they may not is sealed to. Immutable once built; thread-safe.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/codec/command_codec.h"
#include "engine/core/decide.h"
#include "engine/runtime/dead_letters.h"

namespace rasti::runtime {

struct Submitter {
  core::SubmitterId id;
  std::map<std::string, std::string> keys;  // key_id -> HMAC key; several while one is rotated
  std::vector<core::TenantId> tenants;      // empty: all
  std::vector<core::Role> roles;            // empty: all but the engine's own
};

class Submitters {
 public:
  /// Without `dead_letter_key`, what is refused is told of but not kept.
  explicit Submitters(std::vector<Submitter> submitters, std::optional<privacy::PublicKey> dead_letter_key = {})
      : submitters_(std::move(submitters)), dead_letter_key_(dead_letter_key) {}

  /// The command inside, if its signature is that of the submitter named in it, and that one may speak for the tenant
  /// and the role. Rejections: kTooLarge, kMalformed, kNotAuthenticated, kRoleNotAllowed, kWrongTenant.
  tl::expected<core::Command, Refusal> Open(std::string_view signed_command) const;

  /// The operator's.
  const std::optional<privacy::PublicKey>& dead_letter_key() const { return dead_letter_key_; }

 private:
  std::vector<Submitter> submitters_;
  std::optional<privacy::PublicKey> dead_letter_key_;
};

}  // namespace rasti::runtime
