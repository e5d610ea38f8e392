// Who speaks: which systems may hand commands in, with which keys, for which tenants and in which roles.
// Immutable once built; thread-safe.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/codec/command_codec.h"
#include "engine/core/decide.h"

namespace rasti::runtime {

struct Submitter {
  core::SubmitterId id;
  std::map<std::string, std::string> keys;  // key_id -> HMAC key; several while one is rotated
  std::vector<core::TenantId> tenants;      // empty: all
  std::vector<core::Role> roles;            // empty: all but the engine's own
};

class Submitters {
 public:
  explicit Submitters(std::vector<Submitter> submitters) : submitters_(std::move(submitters)) {}

  /// The command inside, if its signature is that of the submitter named in it, and that one may speak for the tenant
  /// and the role. Rejections: kMalformed, kNotAuthenticated, kRoleNotAllowed, kWrongTenant.
  tl::expected<core::Command, core::Rejection> Open(std::string_view signed_command) const;

 private:
  std::vector<Submitter> submitters_;
};

}  // namespace rasti::runtime
