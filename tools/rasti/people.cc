#include "tools/rasti/people.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decide.h"
#include "engine/core/expression/names.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

using core::RejectionCode;

tl::unexpected<Failure> UnknownPerson(const std::string& name, const core::Tenant& tenant,
                                      const core::Tenant* overseer) {
  std::vector<std::string_view> handles;
  for (const core::Person& person : tenant.people) handles.push_back(person.handle);
  if (overseer != nullptr) {
    for (const core::Person& person : overseer->people) handles.push_back(person.handle);
  }
  return Refuse(core::Rejection{RejectionCode::kUnknownActor, "actor/id",
                                fmt::format("the directory of '{}' has nobody called '{}'{}", tenant.id.str(), name,
                                            core::expression::DidYouMean(name, handles))});
}

struct Found {
  const core::Person* person = nullptr;
  const core::Tenant* tenant = nullptr;
};

Found FindIn(const std::string& name, const core::Tenant* tenant) {
  if (tenant == nullptr) return {};
  if (const core::Person* person = tenant->FindHandle(name)) return {person, tenant};
  if (const auto uuid = ParseUuid(name)) {
    if (const core::Person* person = tenant->FindPerson(core::ActorId(FormatUuid(*uuid)))) return {person, tenant};
  }
  return {};
}

Found Find(const std::string& name, const core::Tenant* tenant, const core::Tenant* overseer) {
  const Found own = FindIn(name, tenant);
  return own.person != nullptr ? own : FindIn(name, overseer);
}

std::string Names(const std::vector<core::Role>& roles) {
  std::vector<std::string> names;
  for (const core::Role& role : roles) names.push_back(role.str());
  return fmt::format("{}", fmt::join(names, ", "));
}

bool Has(const std::vector<core::Role>& roles, const core::Role& role) {
  return std::ranges::find(roles, role) != roles.end();
}

Outcome<core::Role> RoleOf(const core::Person& person, const WhoNeeds& needs) {
  std::vector<core::Role> fitting;
  for (const core::Role& role : person.roles) {
    const bool known = needs.definition->FindRole(role) != nullptr;
    if (known && (needs.allowed.empty() || Has(needs.allowed, role))) fitting.push_back(role);
  }
  if (fitting.size() == 1) return fitting.front();
  if (fitting.size() > 1) {
    return Misused(
        fmt::format("'{}' may do this in several roles: say which with --role: {}", person.handle, Names(fitting)));
  }
  // None fits: the engine says why, in the words of its own rules.
  if (!person.roles.empty()) return person.roles.front();
  return Refuse(
      core::Rejection{RejectionCode::kRoleNotHeld, "actor/role", fmt::format("'{}' holds no role", person.handle)});
}

// The roles of people who stand in no directory and see only their own cases.
std::vector<core::Role> CitizenRoles(const core::Definition& definition) {
  std::vector<core::Role> roles;
  for (const core::RoleDefinition& role : definition.roles) {
    if (!role.in_directory && role.own_cases_only) roles.push_back(role.id);
  }
  return roles;
}

Outcome<core::Role> GivenRole(const std::string& name, const core::Definition& definition) {
  const core::Role role(name);
  if (definition.FindRole(role) != nullptr) return role;
  std::vector<std::string_view> known;
  for (const core::RoleDefinition& one : definition.roles) known.push_back(one.id.view());
  std::string hint = core::expression::DidYouMean(name, known);
  if (hint.empty()) hint = "; it knows " + core::expression::JoinNames(known);
  return Refuse(core::Rejection{RejectionCode::kRoleNotAllowed, "actor/role",
                                fmt::format("{} knows no role '{}'{}", definition.version.str(), name, hint)});
}

}  // namespace

void WhoOptions::AddTo(CLI::App& command) {
  command.add_option("--as", as, "Who acts: a handle of the tenant's directory, or an id (UUID)")
      ->type_name("WHO")
      ->envname("RASTI_AS");
  command.add_option("--role", role, "The role acted in, where it does not follow from who acts")->type_name("ROLE");
}

Outcome<Who> ResolveWho(const WhoOptions& options, const WhoNeeds& needs) {
  const core::Definition& definition = *needs.definition;
  std::optional<core::Role> role;
  if (!options.role.empty()) {
    RASTI_TRY(role, GivenRole(options.role, definition));
  }
  if (options.as.empty()) {
    const core::RoleDefinition* known = role ? definition.FindRole(*role) : nullptr;
    if (needs.may_be_new && known != nullptr && !known->in_directory) {
      return Who{{core::ActorId(FormatUuid(RandomUuid())), *role}, true};
    }
    return Misused(needs.may_be_new ? "say who acts: --as HANDLE, or --role with a role of citizens"
                                    : "say who acts: --as HANDLE (or --as UUID --role ROLE), or set RASTI_AS");
  }
  const Found found = Find(options.as, needs.tenant, needs.overseer);
  if (found.person != nullptr) {
    if (!role) {
      RASTI_TRY(role, RoleOf(*found.person, needs));
    }
    return Who{{found.person->id, *role}, false};
  }
  const auto uuid = ParseUuid(options.as);
  if (!uuid) return UnknownPerson(options.as, *needs.tenant, needs.overseer);
  if (!role) {
    const auto roles = CitizenRoles(definition);
    if (roles.size() != 1) return Misused("say with --role in which role this id speaks");
    role = roles.front();
  }
  return Who{{core::ActorId(FormatUuid(*uuid)), *role}, false};
}

Outcome<Colleague> ResolveColleague(const std::string& name, const core::Tenant& tenant, const core::Tenant* overseer) {
  const Found found = Find(name, &tenant, overseer);
  if (found.person == nullptr) return UnknownPerson(name, tenant, overseer);
  return Colleague{found.person->id, found.tenant};
}

std::string NameOfActor(const core::ActorId& id, const core::Tenant* tenant, const core::Tenant* overseer) {
  const Found found = Find(id.str(), tenant, overseer);
  return found.person != nullptr ? found.person->handle : id.str();
}

}  // namespace rasti::cli
