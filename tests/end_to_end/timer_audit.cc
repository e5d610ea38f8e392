#include "tests/end_to_end/timer_audit.h"

#include <algorithm>

namespace rasti::test {
namespace {

std::string PlaceOf(const core::Event& event) {
  return fmt::format("{} revision {}", event.ctx().case_id.str(), event.revision.value);
}

}  // namespace

const std::vector<TimerAudit::Fired>& TimerAudit::FiredOf(const core::CaseId& id) const {
  static const std::vector<Fired> kNone;
  const auto found = cases_.find(id);
  return found == cases_.end() ? kNone : found->second.fired;
}

void TimerAudit::Arm(Clock& clock, const core::ClockPlan& plan) {
  clock.due_at = plan.due_at;
  clock.warnings.clear();
  clock.escalations.clear();
  for (const core::PendingWarning& warning : plan.warnings) clock.warnings.push_back(warning.at);
  for (const core::PendingEscalation& level : plan.escalations) clock.escalations.emplace_back(level.level, level.at);
}

std::optional<TimerAudit::Timer> TimerAudit::EarliestOf(const Case& of) {
  std::optional<Timer> earliest;
  const auto consider = [&](std::string what, Instant due) {
    if (!earliest || due < earliest->due) earliest = {std::move(what), due};
  };
  for (const auto& [id, clock] : of.clocks) {
    if (!clock.runs) continue;
    if (!clock.breached) {
      if (!clock.warnings.empty()) consider("warning of " + id.str(), clock.warnings.front());
      consider("breach of " + id.str(), clock.due_at);
    } else if (!clock.escalations.empty()) {
      consider("escalation of " + id.str(), clock.escalations.front().second);
    }
  }
  for (const auto& [id, until] : of.follow_ups) consider("time-out of " + id.str(), until);
  return earliest;
}

void TimerAudit::See(const core::Event& event) {
  const core::EventContext& ctx = event.ctx();
  Case& of = cases_[ctx.case_id];
  if (const auto* submitted = std::get_if<core::CaseSubmitted>(&event.payload)) of.historic = submitted->historic;
  if (of.historic) return;
  if (ctx.occurred_at < of.last_occurred_at || ctx.occurred_at > ctx.recorded_at) {
    findings_.Add(Fault::kMistimed, "{}: occurred at {}, the case's last at {}, recorded at {}", PlaceOf(event),
                  FormatInstant(ctx.occurred_at), FormatInstant(of.last_occurred_at), FormatInstant(ctx.recorded_at));
  }
  const std::string& command = ctx.command_id.str();
  if (command != of.last_command && command != "timer" && command != "replan") {
    const auto earliest = EarliestOf(of);
    if (earliest && earliest->due < ctx.occurred_at) {
      findings_.Add(Fault::kOvertaken, "{}: '{}' at {} was decided before the {} at {}", PlaceOf(event), command,
                    FormatInstant(ctx.occurred_at), earliest->what, FormatInstant(earliest->due));
    }
  }
  SeeTimer(of, event);
  SeeClock(of, event);
  SeeCase(of, event);
  of.last_command = command;
  of.last_occurred_at = ctx.occurred_at;
}

// What all timers have in common.
void TimerAudit::Happened(Case& of, const core::Event& event, Instant due, const std::string& what) {
  const core::EventContext& ctx = event.ctx();
  ++count_;
  if (ctx.recorded_at <= due) {
    findings_.Add(Fault::kEarlyTimer, "{}: {} due at {}, recorded at {}", PlaceOf(event), what, FormatInstant(due),
                  FormatInstant(ctx.recorded_at));
  }
  if (ctx.command_id.view() != "timer") {
    // It fell due within a decision, as where a clock is met after its deadline had passed while it stood still.
    if (ctx.occurred_at <= due) {
      findings_.Add(Fault::kEarlyTimer, "{}: {} due at {}, occurred at {}", PlaceOf(event), what, FormatInstant(due),
                    FormatInstant(ctx.occurred_at));
    }
    return;
  }
  of.fired.push_back({event.sequence, due});
  if (const Instant rule = std::max(due, of.last_occurred_at); ctx.occurred_at != rule) {
    findings_.Add(Fault::kMistimed, "{}: {} due at {} occurred at {}, not at {}", PlaceOf(event), what,
                  FormatInstant(due), FormatInstant(ctx.occurred_at), FormatInstant(rule));
  }
  if (const auto earliest = EarliestOf(of); earliest && earliest->due < due) {
    findings_.Add(Fault::kMistimed, "{}: {} due at {} happened before the {} at {}", PlaceOf(event), what,
                  FormatInstant(due), earliest->what, FormatInstant(earliest->due));
  }
}

void TimerAudit::SeeTimer(Case& of, const core::Event& event) {
  const auto unarmed = [&](const std::string& what) {
    findings_.Add(Fault::kDuplicated, "{}: {} was not armed, or happened before", PlaceOf(event), what);
  };
  if (const auto* warned = std::get_if<core::DeadlineWarned>(&event.payload)) {
    const std::string what = "warning of " + warned->clock.str();
    Clock& clock = of.clocks[warned->clock];
    Happened(of, event, warned->warned_at, what);
    if (!clock.runs || clock.breached || clock.warnings.empty() || clock.warnings.front() != warned->warned_at) {
      return unarmed(what);
    }
    clock.warnings.pop_front();
  } else if (const auto* breached = std::get_if<core::DeadlineBreached>(&event.payload)) {
    const std::string what = "breach of " + breached->clock.str();
    Clock& clock = of.clocks[breached->clock];
    Happened(of, event, breached->due_at, what);
    if (!clock.runs || clock.breached || clock.due_at != breached->due_at) unarmed(what);
    clock.breached = true;
    clock.warnings.clear();
  } else if (const auto* escalated = std::get_if<core::CaseEscalated>(&event.payload)) {
    const std::string what = fmt::format("escalation of {} to level {}", escalated->clock.str(), escalated->level);
    Clock& clock = of.clocks[escalated->clock];
    Happened(of, event, escalated->escalated_at, what);
    if (!clock.runs || !clock.breached || clock.escalations.empty() ||
        clock.escalations.front() != std::pair(escalated->level, escalated->escalated_at)) {
      return unarmed(what);
    }
    clock.escalations.pop_front();
  } else if (const auto* late = std::get_if<core::FollowUpTimedOut>(&event.payload)) {
    const std::string what = "time-out of " + late->follow_up.str();
    Happened(of, event, late->times_out_at, what);
    if (of.follow_ups.erase(late->follow_up) == 0) unarmed(what);
  }
}

void TimerAudit::SeeClock(Case& of, const core::Event& event) {
  if (const auto* started = std::get_if<core::ClockStarted>(&event.payload)) {
    Clock& clock = of.clocks[started->clock] = {};
    Arm(clock, started->plan);
  } else if (const auto* paused = std::get_if<core::ClockPaused>(&event.payload)) {
    of.clocks[paused->clock].runs = false;
  } else if (const auto* resumed = std::get_if<core::ClockResumed>(&event.payload)) {
    of.clocks[resumed->clock].runs = true;
    Arm(of.clocks[resumed->clock], resumed->plan);
  } else if (const auto* extended = std::get_if<core::ClockExtended>(&event.payload)) {
    Arm(of.clocks[extended->clock], extended->plan);
  } else if (const auto* replanned = std::get_if<core::ClockReplanned>(&event.payload)) {
    Arm(of.clocks[replanned->clock], replanned->plan);
  } else if (const auto* met = std::get_if<core::ClockMet>(&event.payload)) {
    of.clocks[met->clock].runs = false;
  } else if (const auto* cancelled = std::get_if<core::ClockCancelled>(&event.payload)) {
    of.clocks[cancelled->clock].runs = false;
  }
}

void TimerAudit::SeeCase(Case& of, const core::Event& event) {
  const auto end = [&] {
    for (auto& [id, clock] : of.clocks) clock.runs = false;
  };
  if (const auto* requested = std::get_if<core::MergeRequested>(&event.payload)) {
    of.follow_ups[requested->follow_up] = requested->times_out_at;
  } else if (const auto* merged = std::get_if<core::CaseMerged>(&event.payload)) {
    of.follow_ups.erase(merged->follow_up);
    end();
  } else if (const auto* refused = std::get_if<core::MergeRefused>(&event.payload)) {
    of.follow_ups.erase(refused->follow_up);
  } else if (std::holds_alternative<core::CaseClosed>(event.payload) ||
             std::holds_alternative<core::CaseWithdrawn>(event.payload)) {
    end();
  }
}

void TimerAudit::Finish(Instant settled_at) {
  for (const auto& [id, of] : cases_) {
    if (of.historic) continue;
    const auto earliest = EarliestOf(of);
    if (!earliest || earliest->due >= settled_at) continue;
    findings_.Add(Fault::kMissedTimer, "{}: {} due at {}", id.str(), earliest->what, FormatInstant(earliest->due));
  }
}

}  // namespace rasti::test
