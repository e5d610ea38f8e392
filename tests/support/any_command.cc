#include "tests/support/any_fill.h"

namespace rasti::test {

void Fill(Values v, core::SubmitCase& out) {
  FillAll(v, out.workflow, out.version, out.title, out.category, out.channel, out.subject, out.form, out.personal,
          out.historic, out.given_deadlines);
}
void Fill(Values v, core::TakeAction& out) { FillAll(v, out.action, out.fields, out.note, out.response_template); }
void Fill(Values v, core::AssignCase& out) { FillAll(v, out.to, out.reason); }
void Fill(Values v, core::ReleaseCase& out) { FillAll(v, out.reason); }
void Fill(Values v, core::AddMessage& out) { FillAll(v, out.direction, out.message_id, out.body); }
void Fill(Values v, core::AddAttachment& out) { FillAll(v, out.attachment); }
void Fill(Values v, core::ExtendClock& out) { FillAll(v, out.clock, out.legal_basis, out.reason); }
void Fill(Values v, core::PauseClocks& out) { FillAll(v, out.clock, out.reason); }
void Fill(Values v, core::ResumeClocks& out) { FillAll(v, out.clock, out.reason); }
void Fill(Values v, core::ReopenCase& out) { FillAll(v, out.reason); }
void Fill(Values v, core::MergeInto& out) { FillAll(v, out.target, out.reason); }
void Fill(Values v, core::ReferCase& out) { FillAll(v, out.to, out.reason); }
void Fill(Values v, core::WithdrawCase& out) { FillAll(v, out.reason); }
void Fill(Values v, core::RateCase& out) { FillAll(v, out.score, out.comment); }
void Fill(Values v, core::CorrectCase& out) {
  FillAll(v, out.category, out.title, out.form_patch, out.personal, out.reason);
}
void Fill(Values v, core::MigrateCase& out) { FillAll(v, out.to_version, out.stage, out.reason); }
void Fill(Values v, core::AdvanceCase& out) { FillAll(v, out.to); }
void Fill(Values v, core::GoLive& out) { FillAll(v, out.at); }
void Fill(Values v, core::RecordDelivery& out) { FillAll(v, out.delivery); }
void Fill(Values v, core::RecordAccess& out) { FillAll(v, out.paths, out.reason); }
void Fill(Values v, core::LinkDuplicate& out) { FillAll(v, out.duplicate); }
void Fill(Values v, core::IssueNumber& out) { FillAll(v, out.register_id, out.period, out.to); }
void Fill(Values v, core::AnswerFollowUp& out) {
  FillAll(v, out.follow_up, out.from, out.accepted, out.number, out.code, out.reason);
}

core::Command AnyCommand() { return AnyCommandOf(static_cast<size_t>(AnyNumber(0, kCommandPayloadCount - 1))); }

core::Command AnyCommandOf(size_t alternative) {
  const Values values;
  core::Command command;
  FillAll(values, command.case_id, command.tenant, command.actor, command.submitter, command.correlation_id,
          command.traceparent, command.expected_revision, command.occurred_at, command.received_at);
  command.command_id = core::CommandId("c" + AnyText());  // never empty
  FillAlternative(values, command.payload, alternative);
  return command;
}

core::Rejection AnyRejection() {
  core::Rejection rejection;
  FillEnum(rejection.code, static_cast<int>(core::RejectionCode::kTooLarge) + 1);
  FillAll(Values(), rejection.field, rejection.message);
  return rejection;
}

core::OutboxEntry AnyOutboxEntry() {
  core::OutboxEntry entry;
  FillEnum(entry.recipient, 3);
  FillAll(Values(), entry.id, entry.event_id, entry.case_id, entry.tenant, entry.definition, entry.template_id,
          entry.recipient_reference);
  return entry;
}

}  // namespace rasti::test
