// Four eyes: what one person decided, another one decides the second time.
#include <fmt/format.h>

#include <algorithm>

#include "engine/core/decision_builder.h"
#include "engine/core/guards.h"
#include "engine/core/presence.h"

namespace rasti::core {
namespace {

constexpr size_t kNamedMost = 5;

bool MayTake(const DecisionBuilder& builder, const Action& action, const Person& person) {
  const bool has_role = std::ranges::any_of(
      action.roles, [&](const Role& role) { return std::ranges::find(person.roles, role) != person.roles.end(); });
  return has_role && BarringTaker(builder.state(), action, person.id) == nullptr;
}

bool IsNear(const Person& person, const Assignment& assignment) {
  if (assignment.queue && std::ranges::find(person.queues, *assignment.queue) != person.queues.end()) return true;
  return assignment.directorate && person.directorate == assignment.directorate;
}

// Who is there and may, colleagues of the directorate first.
std::string WhoMay(const DecisionBuilder& builder, const Action& action) {
  const Tenant& tenant = *builder.config().tenant;
  const Assignment& assignment = builder.state().assignment;
  std::vector<std::string> near;
  std::vector<std::string> others;
  for (const Person& person : tenant.people) {
    if (!MayTake(builder, action, person)) continue;
    if (StandingOf(tenant, person, builder.Today(tenant)).presence != Presence::kPresent) continue;
    (!assignment.tenant && IsNear(person, assignment) ? near : others).push_back(person.handle);
  }
  near.insert(near.end(), others.begin(), others.end());
  if (near.empty()) {
    std::vector<std::string> roles;
    for (const Role& role : action.roles) roles.push_back(role.str());
    return fmt::format("nobody of '{}' is there who may; it takes another person in the role {}", tenant.id.str(),
                       fmt::join(roles, " or "));
  }
  const size_t more = near.size() > kNamedMost ? near.size() - kNamedMost : 0;
  near.resize(near.size() - more);
  return fmt::format("{}{} may", fmt::join(near, ", "), more > 0 ? fmt::format(" and {} more", more) : "");
}

}  // namespace

Verdict CheckFourEyes(const DecisionBuilder& builder, const Action& action) {
  // Of a historic case it is told what was done, not asked whether it may be.
  if (action.not_by.empty() || action.automatic || !builder.state().IsLive()) return {};
  const ActorId& actor = builder.context().actor.id;
  const Taker* taker = BarringTaker(builder.state(), action, actor);
  if (taker == nullptr) return {};
  const Tenant& tenant = *builder.config().tenant;
  const Person* person = tenant.FindPerson(actor);
  if (person == nullptr && builder.config().overseer != nullptr) person = builder.config().overseer->FindPerson(actor);
  return Reject(RejectionCode::kFourEyes, "actor/id",
                fmt::format("'{}' took '{}' on this case at {}, so '{}' is for somebody else: {}",
                            person != nullptr ? person->handle : actor.str(), taker->action.str(),
                            FormatInstant(taker->taken_at), action.id.str(), WhoMay(builder, action)));
}

}  // namespace rasti::core
