#include "tests/support/any_fill.h"

namespace rasti::test {

void Fill(Values v, core::Versions& out) { FillAll(v, out.definition, out.calendar, out.directory, out.tzdata); }
void Fill(Values v, core::EventContext& out) {
  FillAll(v, out.case_id, out.tenant, out.occurred_at, out.recorded_at, out.received_at, out.actor, out.submitter,
          out.command_id, out.correlation_id, out.traceparent, out.versions);
}
void Fill(Values v, core::CaseSubmitted& out) {
  FillAll(v, out.workflow, out.title, out.category, out.channel, out.reference, out.subject, out.form, out.personal,
          out.historic);
}
void Fill(Values v, core::StageEntered& out) {
  FillAll(v, out.stage, out.from, out.action, out.closed, out.fields, out.note, out.keep_taker);
}
void Fill(Values v, core::ActionTaken& out) { FillAll(v, out.action, out.fields, out.note, out.keep_taker); }
void Fill(Values v, core::CaseAssigned& out) { FillAll(v, out.to, out.reason, out.instead_of); }
void Fill(Values v, core::CaseReleased& out) { FillAll(v, out.from, out.reason); }
void Fill(Values v, core::CaseReferred& out) { FillAll(v, out.to, out.reason); }
void Fill(Values v, core::CaseReopened& out) { FillAll(v, out.reason); }
void Fill(Values v, core::CaseWithdrawn& out) { FillAll(v, out.reason); }
void Fill(Values v, core::CaseRated& out) { FillAll(v, out.score, out.comment); }
void Fill(Values v, core::CaseClosed& out) { FillAll(v, out.outcome, out.evidence); }
void Fill(Values v, core::CaseCorrected& out) {
  FillAll(v, out.category, out.title, out.form, out.personal, out.reason);
}
void Fill(Values v, core::CaseMigrated& out) { FillAll(v, out.to, out.stage, out.reason); }
void Fill(Values v, core::CaseAdvanced& out) { FillAll(v, out.to); }
void Fill(Values v, core::CaseWentLive& out) { FillAll(v, out.at); }
void Fill(Values v, core::MessageAdded& out) { FillAll(v, out.direction, out.message_id, out.body); }
void Fill(Values v, core::ResponseSent& out) { FillAll(v, out.outcome, out.text, out.response_template); }
void Fill(Values v, core::ClockStarted& out) { FillAll(v, out.clock, out.rule, out.started_at, out.plan, out.given); }
void Fill(Values v, core::ClockPaused& out) { FillAll(v, out.clock, out.reason, out.by_hand); }
void Fill(Values v, core::ClockResumed& out) { FillAll(v, out.clock, out.plan, out.reason); }
void Fill(Values v, core::ClockMet& out) { FillAll(v, out.clock, out.due_at, out.on_time); }
void Fill(Values v, core::ClockCancelled& out) { FillAll(v, out.clock, out.reason); }
void Fill(Values v, core::ClockExtended& out) { FillAll(v, out.clock, out.by, out.legal_basis, out.reason, out.plan); }
void Fill(Values v, core::ClockReplanned& out) { FillAll(v, out.clock, out.rule, out.plan, out.reason); }
void Fill(Values v, core::DeadlineWarned& out) { FillAll(v, out.clock, out.warned_at, out.due_at); }
void Fill(Values v, core::DeadlineBreached& out) { FillAll(v, out.clock, out.due_at); }
void Fill(Values v, core::CaseEscalated& out) {
  FillAll(v, out.clock, out.level, out.to, out.escalated_at, out.due_at, out.reason);
}
void Fill(Values v, core::MergeRequested& out) { FillAll(v, out.into, out.follow_up, out.times_out_at, out.reason); }
void Fill(Values v, core::DuplicateLinked& out) { FillAll(v, out.duplicate); }
void Fill(Values v, core::CaseMerged& out) { FillAll(v, out.into, out.follow_up); }
void Fill(Values v, core::MergeRefused& out) { FillAll(v, out.into, out.follow_up, out.code, out.reason); }
void Fill(Values v, core::FollowUpTimedOut& out) { FillAll(v, out.follow_up, out.to, out.times_out_at); }
void Fill(Values v, core::NumberRequested& out) { FillAll(v, out.register_id, out.period, out.follow_up); }
void Fill(Values v, core::NumberIssued& out) { FillAll(v, out.number, out.to); }
void Fill(Values v, core::NumberReceived& out) { FillAll(v, out.register_id, out.number, out.text, out.follow_up); }
void Fill(Values v, core::NumberRefused& out) { FillAll(v, out.register_id, out.follow_up, out.code, out.reason); }
void Fill(Values v, core::PersonalDataOpened& out) { FillAll(v, out.paths, out.reason); }

namespace {

core::Event Around(core::EventPayload payload) {
  const Values values;
  auto context = std::make_shared<core::EventContext>();
  Fill(values, *context);
  core::Event event;
  event.context = std::move(context);
  event.payload = std::move(payload);
  event.signed_command = AnyBytes();
  event.revision = {AnyNumber(1, std::numeric_limits<int64_t>::max())};
  FillAll(values, event.sequence, event.prev_hash);
  return event;
}

}  // namespace

core::Event AnyEvent() { return AnyEventOf(static_cast<size_t>(AnyNumber(0, kEventPayloadCount - 1))); }

core::Event AnyEventOf(size_t alternative) {
  core::EventPayload payload;
  FillAlternative(Values(), payload, alternative);
  return Around(std::move(payload));
}

}  // namespace rasti::test
