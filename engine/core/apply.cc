#include "engine/core/apply.h"

#include <fmt/format.h>

#include <algorithm>
#include <type_traits>

#include "engine/base/check.h"

namespace rasti::core {
namespace {

// The fold, one overload an event type: a new type fails to compile until it is handled here.
class Applier {
 public:
  Applier(CaseState& state, const EventContext& context) : state_(state), context_(context) {}

  void operator()(const CaseSubmitted& event) {
    state_.id = context_.case_id;
    state_.tenant = context_.tenant;
    state_.definition = context_.versions.definition;
    state_.submitted_at = context_.occurred_at;
    state_.received_at = context_.received_at;
    state_.title = event.title;
    state_.category = event.category;
    state_.channel = event.channel;
    state_.reference = event.reference;
    state_.subject = event.subject;
    state_.submitted_by = context_.actor.id;
    state_.form = event.form;
    state_.personal = event.personal;
    state_.historic = event.historic;
  }
  void operator()(const StageEntered& event) {
    state_.stage = event.stage;
    state_.stage_entered_at = context_.occurred_at;
    if (event.keep_taker) Keep(event.action);
  }
  void operator()(const ActionTaken& event) {
    if (event.keep_taker) Keep(event.action);
  }
  void operator()(const CaseAssigned& event) { state_.assignment = event.to; }
  void operator()(const CaseReleased&) { state_.assignment = {}; }
  void operator()(const CaseReferred& event) { state_.referred_to = event.to; }
  void operator()(const CaseReopened&) {
    state_.status = CaseStatus::kOpen;
    ++state_.reopened;
  }
  void operator()(const CaseWithdrawn&) { End(CaseStatus::kWithdrawn); }
  void operator()(const CaseRated& event) {
    state_.rating = event.score;
    state_.rated_at = context_.occurred_at;
  }
  void operator()(const CaseClosed&) { End(CaseStatus::kClosed); }
  void operator()(const CaseCorrected& event) {
    if (event.category) state_.category = *event.category;
    if (event.title) state_.title = *event.title;
    if (event.form) state_.form = *event.form;
    for (const Field& field : event.personal) {
      const auto old = std::ranges::find(state_.personal, field.path, &Field::path);
      if (old == state_.personal.end()) {
        state_.personal.push_back(field);
      } else {
        *old = field;
      }
    }
  }
  void operator()(const CaseMigrated& event) {
    state_.definition = event.to;
    state_.stage = event.stage;
  }
  void operator()(const CaseAdvanced& event) { state_.advanced_to = event.to; }
  void operator()(const CaseWentLive& event) { state_.live_since = event.at; }

  void operator()(const MessageAdded& event) {
    ++(event.direction == Direction::kFromCitizen ? state_.messages_in : state_.messages_out);
  }
  void operator()(const AttachmentAdded&) { ++state_.attachments; }
  void operator()(const ResponseSent&) { ++state_.responses; }

  void operator()(const ClockStarted& event) {
    ClockState clock;
    clock.id = event.clock;
    clock.course = {event.rule, event.started_at, {}};
    clock.given = event.given;
    clock.plan = event.plan;
    // A clock that ended before and runs again, after reopening: its first run is history.
    if (ClockState* old = state_.FindClock(event.clock)) {
      *old = std::move(clock);
    } else {
      state_.clocks.push_back(std::move(clock));
    }
  }
  void operator()(const ClockPaused& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->status = ClockStatus::kPaused;
    clock->paused_by_hand = event.by_hand;
    clock->course.steps.emplace_back(sla::Paused{context_.occurred_at});
  }
  void operator()(const ClockResumed& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->status = ClockStatus::kRunning;
    clock->paused_by_hand = false;
    clock->course.steps.emplace_back(sla::Resumed{context_.occurred_at});
    clock->plan = event.plan;
  }
  void operator()(const ClockMet& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->met_at = context_.occurred_at;
    Stop(*clock, ClockStatus::kMet);
  }
  void operator()(const ClockCancelled& event) {
    if (ClockState* clock = Find(event.clock)) Stop(*clock, ClockStatus::kCancelled);
  }
  void operator()(const ClockExtended& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->course.steps.emplace_back(sla::Extended{event.by});
    clock->plan = event.plan;
    ++clock->extensions;
  }
  void operator()(const ClockReplanned& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    const bool moves = MovesDeadline(event, *clock);
    clock->course.rule = event.rule;
    // Where warnings and levels alone were planned anew, nothing happened to the deadline.
    if (moves) clock->course.steps.emplace_back(sla::Replanned{context_.occurred_at});
    clock->plan = event.plan;
  }
  void operator()(const DeadlineWarned& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr || clock->plan.warnings.empty()) return;
    clock->plan.warnings.erase(clock->plan.warnings.begin());
  }
  void operator()(const DeadlineBreached& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->breached = true;
    clock->plan.warnings.clear();
  }
  void operator()(const CaseEscalated& event) {
    ClockState* clock = Find(event.clock);
    if (clock == nullptr) return;
    clock->escalated_to = std::max(clock->escalated_to, event.level);
    auto& levels = clock->plan.escalations;
    if (!levels.empty()) levels.erase(levels.begin());
  }

  void operator()(const MergeRequested& event) {
    state_.status = CaseStatus::kFrozen;
    state_.merging_into = event.into;
    state_.follow_ups.push_back({event.follow_up, event.into, event.times_out_at});
  }
  void operator()(const DuplicateLinked& event) { state_.duplicates.push_back(event.duplicate); }
  void operator()(const CaseMerged& event) {
    state_.merged_into = event.into;
    Unfreeze(event.follow_up);
    End(CaseStatus::kMerged);
  }
  void operator()(const MergeRefused& event) { Unfreeze(event.follow_up); }
  void operator()(const FollowUpTimedOut& event) { Unfreeze(event.follow_up); }

  void operator()(const NumberRequested& event) {
    state_.numbers.push_back({event.register_id, event.period, event.follow_up, 0, {}});
  }
  void operator()(const NumberIssued&) {}
  void operator()(const NumberReceived& event) {
    const auto asked = std::ranges::find(state_.numbers, event.follow_up, &CaseNumber::follow_up);
    if (asked == state_.numbers.end()) return;
    asked->number = event.number;
    asked->text = event.text;
  }
  void operator()(const NumberRefused& event) {
    std::erase_if(state_.numbers, [&](const CaseNumber& asked) { return asked.follow_up == event.follow_up; });
  }

  void operator()(const DeliveryRecorded&) {}
  void operator()(const PersonalDataOpened&) {}

 private:
  ClockState* Find(const ClockId& clock) { return state_.FindClock(clock); }
  void Keep(const ActionId& action) {
    for (Taker& taker : state_.takers) {
      if (taker.action != action || taker.actor != context_.actor.id) continue;
      taker.taken_at = context_.occurred_at;
      return;
    }
    state_.takers.push_back({action, context_.actor.id, context_.occurred_at});
  }
  static void Stop(ClockState& clock, ClockStatus status) {
    clock.status = status;
    clock.plan.warnings.clear();
    clock.plan.escalations.clear();
  }
  // No clock runs in a case that ended; those that were not met did not get the chance.
  void End(CaseStatus status) {
    state_.status = status;
    for (ClockState& clock : state_.clocks) {
      if (clock.IsActive()) Stop(clock, ClockStatus::kCancelled);
    }
  }
  void Unfreeze(const CommandId& follow_up) {
    std::erase_if(state_.follow_ups, [&](const PendingFollowUp& pending) { return pending.id == follow_up; });
    state_.merging_into.reset();
    if (state_.status == CaseStatus::kFrozen) state_.status = CaseStatus::kOpen;
  }

  CaseState& state_;
  const EventContext& context_;
};

// The clock that an event needs to be there; nullptr for events that need none.
const ClockId* NeededClock(const EventPayload& payload) {
  return std::visit(
      [](const auto& event) -> const ClockId* {
        using Payload = std::decay_t<decltype(event)>;
        if constexpr (requires { event.clock; } && !std::is_same_v<Payload, ClockStarted>) {
          return &event.clock;
        } else {
          return nullptr;
        }
      },
      payload);
}

// Timers, deliveries and re-planning are nobody's doing: they do not count for expected_revision.
bool IsDoneByPeople(const EventContext& context) {
  return context.actor.role.view() != "system" && context.actor.role.view() != "connector";
}

}  // namespace

bool MovesDeadline(const ClockReplanned& event, const ClockState& clock) {
  return event.rule != clock.course.rule || event.plan.computed_due_at != clock.plan.computed_due_at;
}

void Apply(CaseState& state, const Event& event) {
  const EventContext& context = event.ctx();
  RASTI_CHECK(event.revision.value == state.revision.value + 1, "events of a case are applied in order, without a gap");
  RASTI_CHECK(state.revision.value == 0 || state.id == context.case_id, "an event is applied to its own case");

  std::visit(Applier(state, context), event.payload);

  state.revision = event.revision;
  state.last_occurred_at = context.occurred_at;
  state.last_recorded_at = context.recorded_at;
  if (state.calendar != context.versions.calendar) state.calendar = context.versions.calendar;
  if (state.tzdata != context.versions.tzdata) state.tzdata = context.versions.tzdata;
  if (IsDoneByPeople(context)) {
    if (state.last_person != context.actor.id) {
      state.other_person_revision = state.last_person_revision;
      state.last_person = context.actor.id;
    }
    state.last_person_revision = event.revision;
  }
}

std::optional<std::string> WhyNotNext(const CaseState& state, const Event& event) {
  if (event.revision != state.revision.Next()) return fmt::format("the case is at revision {}", state.revision.value);
  if (state.Exists() && state.id != event.ctx().case_id) return fmt::format("the case is {}", state.id.str());
  if (state.Exists() == std::holds_alternative<CaseSubmitted>(event.payload)) {
    return state.Exists() ? "the case was submitted before" : "a case begins with its submission";
  }
  const ClockId* clock = NeededClock(event.payload);
  if (clock != nullptr && state.FindClock(*clock) == nullptr) {
    return fmt::format("it names the clock '{}', which was never started", clock->str());
  }
  return std::nullopt;
}

}  // namespace rasti::core
