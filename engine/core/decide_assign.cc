// Who is to hold a case: a person who is there, or who stands in for them; a queue; a directorate. Of the case's own
// tenant, or of the one that oversees it.
#include <fmt/format.h>

#include "engine/core/decision_builder.h"
#include "engine/core/presence.h"
#include "engine/sla/text.h"

namespace rasti::core {
namespace {

std::string AwayText(const Person& person, const Standing& standing) {
  return fmt::format("'{}' is absent until {}", person.handle, sla::TextOf(*standing.until));
}

std::string QueuesText(const std::vector<QueueId>& queues) {
  std::vector<std::string> names;
  for (const QueueId& queue : queues) names.push_back(queue.str());
  return fmt::format("{} {}", names.size() == 1 ? "queue" : "queues", fmt::join(names, ", "));
}

// Who left takes no cases; this says who does.
Verdict RejectLeft(const Person& person, const Standing& standing) {
  std::string right = "; assign it to somebody else, or to a queue";
  if (standing.acting != nullptr) {
    right = fmt::format("; '{}' stands in for them", standing.acting->handle);
  } else if (!person.queues.empty()) {
    right = fmt::format("; they worked in the {}: assign it there", QueuesText(person.queues));
  }
  return Reject(RejectionCode::kInactiveActor, "to/person",
                fmt::format("'{}' is no longer active in the directory{}", person.handle, right));
}

// Nobody stands in for the person, so the case goes to a queue: the one named beside them, the one it is in, the only
// one they work in.
Verdict GiveToQueue(const DecisionBuilder& builder, const Tenant& holder, const Person& person,
                    const Standing& standing, Assignment& to) {
  to.person.reset();
  const Assignment& now = builder.state().assignment;
  if (!to.queue && now.queue && now.tenant == to.tenant && holder.FindQueue(*now.queue) != nullptr)
    to.queue = now.queue;
  if (!to.queue && person.queues.size() == 1) to.queue = person.queues.front();
  const Queue* queue = to.queue ? holder.FindQueue(*to.queue) : nullptr;
  if (queue == nullptr) {
    return Reject(RejectionCode::kActorAbsent, "to/person",
                  fmt::format("{} and nobody stands in for them; assign it to {}", AwayText(person, standing),
                              person.queues.empty() ? "a queue" : "one of the " + QueuesText(person.queues)));
  }
  if (!queue->directorate.empty()) to.directorate = queue->directorate;
  if (to != now) return {};
  return Reject(RejectionCode::kActorAbsent, "to/person",
                fmt::format("{} and nobody stands in for them: the case stays in the queue '{}'",
                            AwayText(person, standing), queue->id.str()));
}

// Puts who is there in the place of the person named. `instead_of`: that person, where it is somebody else.
Verdict FindHands(const DecisionBuilder& builder, const Tenant& holder, Assignment& to,
                  std::optional<ActorId>& instead_of) {
  const Person* person = holder.FindPerson(*to.person);
  if (person == nullptr) {
    return Reject(RejectionCode::kUnknownActor, "to/person",
                  fmt::format("the directory of '{}' has nobody with the id '{}'", holder.id.str(), to.person->str()));
  }
  const Standing standing = StandingOf(holder, *person, builder.Today(holder));
  if (standing.presence == Presence::kLeft) return RejectLeft(*person, standing);
  // The case stays the business of the directorate that it was meant for, whoever takes it up.
  if (!to.directorate && person->directorate) to.directorate = person->directorate;
  // Who takes a case up is there, whatever the directory says.
  if (standing.presence == Presence::kPresent || person->id == builder.context().actor.id) return {};
  instead_of = person->id;
  if (standing.acting == nullptr) return GiveToQueue(builder, holder, *person, standing, to);
  to.person = standing.acting->id;
  if (to != builder.state().assignment) return {};
  return Reject(RejectionCode::kNoChange, "to",
                fmt::format("{} and '{}', who stands in for them, holds the case already", AwayText(*person, standing),
                            standing.acting->handle));
}

}  // namespace

Verdict DecideAssign(DecisionBuilder& builder, const AssignCase& assign) {
  Assignment to = assign.to;
  if (to.IsNobody()) {
    return Reject(RejectionCode::kFieldMissing, "to",
                  "name a person, a queue or a directorate; to free the case, release it");
  }
  const Config& config = builder.config();
  if (to.tenant && *to.tenant == config.tenant->id) to.tenant.reset();
  if (to.tenant && (config.overseer == nullptr || *to.tenant != config.overseer->id)) {
    return Reject(
        RejectionCode::kUnknownTenant, "to/tenant",
        fmt::format("a case is held by its own tenant or by the one that oversees it, not by '{}'", to.tenant->str()));
  }
  const Tenant& holder = builder.HolderOf(to);
  if (to.queue) {
    const Queue* queue = holder.FindQueue(*to.queue);
    if (queue == nullptr) {
      return Reject(RejectionCode::kUnknownQueue, "to/queue",
                    fmt::format("'{}' has no queue '{}'", holder.id.str(), to.queue->str()));
    }
    if (!to.directorate && !queue->directorate.empty()) to.directorate = queue->directorate;
    const bool known = to.directorate && holder.FindDirectorate(*to.directorate) != nullptr;
    // The case would be in no inbox of the directorate.
    if (known && !queue->directorate.empty() && *to.directorate != queue->directorate) {
      return Reject(RejectionCode::kFieldInvalid, "to/directorate",
                    fmt::format("the queue '{}' belongs to the directorate '{}', not to '{}'", queue->id.str(),
                                queue->directorate.str(), to.directorate->str()));
    }
  }
  if (to.directorate && holder.FindDirectorate(*to.directorate) == nullptr) {
    return Reject(RejectionCode::kUnknownDirectorate, "to/directorate",
                  fmt::format("'{}' has no directorate '{}'", holder.id.str(), to.directorate->str()));
  }
  std::optional<ActorId> instead_of;
  if (to.person) {
    if (auto verdict = FindHands(builder, holder, to, instead_of); !verdict) return verdict;
  }
  if (to == builder.state().assignment) return Reject(RejectionCode::kNoChange, "to", "the case is held there already");
  builder.Emit(CaseAssigned{std::move(to), assign.reason, std::move(instead_of)});
  return {};
}

}  // namespace rasti::core
