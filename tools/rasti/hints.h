// What a person probably meant: added to rejections of names that nobody knows.
#pragma once

#include "engine/core/command.h"
#include "engine/core/decide.h"
#include "engine/runtime/configuration.h"
#include "tools/rasti/failure.h"
#include "tools/rasti/session.h"

namespace rasti::cli {

/// The rejection with ", did you mean '...'?" where a name of the command looks like a known one.
core::Rejection WithHint(core::Rejection rejection, const core::Command& command,
                         const runtime::Configuration& configuration, const core::Definition* definition, Instant now);

/// The rejection of a queue or a directorate that a tenant does not have, for questions about it.
core::Rejection UnknownQueue(const std::string& name, const core::Tenant& tenant);
core::Rejection UnknownDirectorate(const std::string& name, const core::Tenant& tenant);

/// The rejection of a tenant or a workflow that is not in force, for look-ups that come before a command is built.
core::Rejection UnknownTenant(const std::string& name, const runtime::Configuration& configuration, Instant now);
core::Rejection UnknownWorkflow(const std::string& name, const runtime::Configuration& configuration, Instant now);

/// The tenant that an option names; nothing where it names none. Failures: unknown_tenant, with what was probably
/// meant.
Outcome<std::optional<core::TenantId>> GivenTenant(Session& session, const std::string& name);

/// Names of a workflow that a list is narrowed down to; empty: it is not.
struct NamesAskedFor {
  std::string stage;
  std::string category;
  std::string clock;
};
/// A remark for each that no workflow in force knows. Names of other versions may be meant, whose cases still run.
std::vector<std::string> RemarksOnUnknown(const NamesAskedFor& names, const runtime::Configuration& configuration,
                                          Instant now);

}  // namespace rasti::cli
