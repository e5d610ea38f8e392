#include "engine/core/decision_builder.h"

#include <fmt/format.h>

#include "engine/base/check.h"
#include "engine/core/presence.h"

namespace rasti::core {
namespace {

const StageId* StageOf(const EventPayload& payload) {
  const auto* entered = std::get_if<StageEntered>(&payload);
  return entered != nullptr ? &entered->stage : nullptr;
}

const ClockId* ClockOf(const EventPayload& payload) {
  return std::visit(
      [](const auto& event) -> const ClockId* {
        if constexpr (requires { event.clock; }) {
          return &event.clock;
        } else {
          return nullptr;
        }
      },
      payload);
}

// Who holds the case; where they are away, who stands in for them, or else their queue.
std::string AssigneeOf(const DecisionBuilder& builder) {
  const Assignment& assignment = builder.state().assignment;
  const Tenant& holder = builder.HolderOf(assignment);
  const std::string tenant = assignment.tenant ? assignment.tenant->str() + "/" : "";
  const Person* person = assignment.person ? holder.FindPerson(*assignment.person) : nullptr;
  const Person* acting = person != nullptr ? StandingOf(holder, *person, builder.Today(holder)).acting : nullptr;
  if (acting != nullptr) return acting->id.str();
  if (assignment.person && (person == nullptr || !assignment.queue)) return assignment.person->str();
  if (assignment.queue) return tenant + "queue/" + assignment.queue->str();
  if (assignment.directorate) return tenant + "directorate/" + assignment.directorate->str();
  return {};
}

// Whom a notification is for; empty where there is nobody.
std::string RecipientOf(const DecisionBuilder& builder, const Notification& notification, const EventPayload& payload) {
  const CaseState& state = builder.state();
  switch (notification.to) {
    case Recipient::kSubject: return state.subject ? state.subject->str() : std::string();
    case Recipient::kAssignee: return AssigneeOf(builder);
    case Recipient::kEscalation: {
      const auto* escalated = std::get_if<CaseEscalated>(&payload);
      if (escalated == nullptr) return {};
      return escalated->to.tenant.value_or(state.tenant).str() + "/" + escalated->to.role.str();
    }
  }
  return {};
}

}  // namespace

DecisionBuilder::DecisionBuilder(const Config& config, const CaseState& state, EventContext context)
    : config_(config), context_(std::make_shared<const EventContext>(std::move(context))) {
  decision_.state = state;
  decision_.events.reserve(4);
}

const Tenant& DecisionBuilder::HolderOf(const Assignment& assignment) const {
  const bool is_overseers =
      assignment.tenant && config_.overseer != nullptr && *assignment.tenant == config_.overseer->id;
  return is_overseers ? *config_.overseer : *config_.tenant;
}

sla::Day DecisionBuilder::Today(const Tenant& tenant) const {
  const bool own_calendar = &tenant == config_.overseer && config_.overseer_calendar != nullptr;
  return (own_calendar ? config_.overseer_calendar : config_.calendar)->LocalDay(now());
}

bool DecisionBuilder::ActorHolds() const {
  const Assignment& assignment = state().assignment;
  if (!assignment.person) return false;
  if (*assignment.person == context_->actor.id) return true;
  const Tenant& holder = HolderOf(assignment);
  const Person* person = holder.FindPerson(*assignment.person);
  if (person == nullptr) return false;
  const Person* acting = StandingOf(holder, *person, Today(holder)).acting;
  return acting != nullptr && acting->id == context_->actor.id;
}

void DecisionBuilder::Emit(EventPayload payload) {
  // People are told of deadlines that move, not of warnings and levels that do.
  const auto* replanned = std::get_if<ClockReplanned>(&payload);
  const ClockState* clock = replanned == nullptr ? nullptr : decision_.state.FindClock(replanned->clock);
  const bool is_silent = clock != nullptr && !MovesDeadline(*replanned, *clock);
  Event& event = decision_.events.emplace_back();
  event.context = context_;
  event.revision = decision_.state.revision.Next();
  event.payload = std::move(payload);
  Apply(decision_.state, event);
  if (!definition().notifications.empty() && decision_.state.IsLive() && !is_silent) NotifyOf(event);
}

void DecisionBuilder::NotifyOf(const Event& event) {
  const std::string_view type = EventTypeName(event.payload);
  int count = 0;
  for (const Notification& notification : definition().notifications) {
    if (notification.on != type) continue;
    const StageId* stage = StageOf(event.payload);
    if (notification.stage && (stage == nullptr || *stage != *notification.stage)) continue;
    const ClockId* clock = ClockOf(event.payload);
    if (notification.clock && (clock == nullptr || *clock != *notification.clock)) continue;
    std::string recipient = RecipientOf(*this, notification, event.payload);
    if (recipient.empty()) continue;

    OutboxEntry entry;
    entry.event_id = EventId(context_->case_id, event.revision);
    entry.id = fmt::format("{}/{}", entry.event_id, count++);
    entry.case_id = context_->case_id;
    entry.tenant = context_->tenant;
    entry.definition = context_->versions.definition;
    entry.template_id = notification.template_id;
    entry.recipient = notification.to;
    entry.recipient_reference = std::move(recipient);
    decision_.outbox.push_back(std::move(entry));
  }
}

CommandId DecisionBuilder::NextFollowUpId() const {
  return CommandId(fmt::format("{}/{}/{}", context_->case_id.str(), decision_.state.revision.value + 1,
                               decision_.follow_ups.size()));
}

CommandId DecisionBuilder::Send(const CaseId& to, CommandPayload payload) {
  Command command;
  command.command_id = CommandId(
      fmt::format("{}/{}/{}", context_->case_id.str(), decision_.state.revision.value, decision_.follow_ups.size()));
  command.case_id = to;
  command.tenant = context_->tenant;
  command.actor = SystemActor();
  command.submitter = context_->submitter;
  command.correlation_id = context_->correlation_id;
  command.traceparent = context_->traceparent;
  command.payload = std::move(payload);
  CommandId id = command.command_id;
  decision_.follow_ups.push_back({std::move(command)});
  return id;
}

Decision DecisionBuilder::Finish(std::string signed_command, bool may_be_empty) && {
  RASTI_CHECK(may_be_empty || !decision_.events.empty(), "an accepted command makes at least one event");
  if (!decision_.events.empty()) decision_.events.front().signed_command = std::move(signed_command);
  return std::move(decision_);
}

EventContext SystemContext(const Config& config, const CaseState& state, Instant occurred_at, Instant recorded_at,
                           CommandId cause) {
  EventContext context;
  context.case_id = state.id;
  context.tenant = state.tenant;
  context.occurred_at = occurred_at;
  context.recorded_at = recorded_at;
  context.actor = SystemActor();
  context.submitter = SubmitterId("system");
  context.command_id = std::move(cause);
  context.versions = config.versions;
  return context;
}

}  // namespace rasti::core
