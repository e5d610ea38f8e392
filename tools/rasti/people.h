// Who acts: from what a person types (--as, --role) to the actor and role that a command carries.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/definition.h"
#include "engine/core/event.h"
#include "engine/core/tenant.h"
#include "tools/rasti/failure.h"

namespace rasti::cli {

/// --as and --role as typed. RASTI_AS stands for --as.
struct WhoOptions {
  std::string as;
  std::string role;
  void AddTo(CLI::App& command);
};

/// What a command needs of who gives it.
struct WhoNeeds {
  const core::Definition* definition = nullptr;
  const core::Tenant* tenant = nullptr;
  const core::Tenant* overseer = nullptr;  // or nullptr
  std::vector<core::Role> allowed;         // by the definition; empty: it does not say
  bool may_be_new = false;                 // a citizen without --as gets a fresh id
};

struct Who {
  core::Actor actor;
  bool fresh = false;  // the id was made just now and is to be told
};

/// A handle is looked up in the tenant's directory, then in the overseer's. Where no role is given, it is the one of
/// the person's roles that is allowed; an id that stands in no directory speaks as the citizen of the workflow.
/// Failures: unknown_actor (with what was probably meant), role_not_held; exit 2 where somebody or a role is to be
/// named.
Outcome<Who> ResolveWho(const WhoOptions& options, const WhoNeeds& needs);

/// A colleague named by handle or id, for assignments: in the tenant's directory or the overseer's.
struct Colleague {
  core::ActorId id;
  const core::Tenant* tenant = nullptr;
};
Outcome<Colleague> ResolveColleague(const std::string& name, const core::Tenant& tenant, const core::Tenant* overseer);

/// The person's handle where a directory has them, else the id.
std::string NameOfActor(const core::ActorId& id, const core::Tenant* tenant, const core::Tenant* overseer);

}  // namespace rasti::cli
