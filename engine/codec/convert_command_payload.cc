#include "engine/codec/convert_command_payload.h"

#include "engine/codec/convert_deadline.h"

namespace rasti::codec {

void ToWire(const core::SubmitCase& in, v1::SubmitCase& out) {
  out.set_workflow(in.workflow.str());
  if (in.version) out.set_version(*in.version);
  out.set_title(in.title);
  out.set_category(in.category.str());
  out.set_channel(in.channel);
  if (in.subject) out.set_subject(in.subject->str());
  out.set_form(in.form);
  for (const core::Field& field : in.personal) ToWire(field, *out.add_personal());
  out.set_historic(in.historic);
  for (const core::GivenDeadline& given : in.given_deadlines) ToWire(given, *out.add_given_deadlines());
}

void FromWire(const v1::SubmitCase& in, core::SubmitCase& out, Faults& faults) {
  out.workflow = core::WorkflowId(in.workflow());
  FromWire(in.has_version(), in.version(), out.version);
  out.title = in.title();
  out.category = core::CategoryId(in.category());
  out.channel = in.channel();
  FromWire(in.has_subject(), in.subject(), out.subject);
  out.form = in.form();
  FromWire(in.personal(), out.personal, faults);
  out.historic = in.historic();
  FromWire(in.given_deadlines(), out.given_deadlines, faults);
}

void ToWire(const core::TakeAction& in, v1::TakeAction& out) {
  out.set_action(in.action.str());
  out.set_fields(in.fields);
  out.set_note(in.note);
  out.set_response_template(in.response_template);
}

void FromWire(const v1::TakeAction& in, core::TakeAction& out, Faults&) {
  out.action = core::ActionId(in.action());
  out.fields = in.fields();
  out.note = in.note();
  out.response_template = in.response_template();
}

void ToWire(const core::AssignCase& in, v1::AssignCase& out) {
  ToWire(in.to, *out.mutable_to());
  out.set_reason(in.reason);
}

void FromWire(const v1::AssignCase& in, core::AssignCase& out, Faults& faults) {
  faults.Require(in.has_to(), "to");
  FromWire(in.to(), out.to, faults);
  out.reason = in.reason();
}

void ToWire(const core::ReleaseCase& in, v1::ReleaseCase& out) { out.set_reason(in.reason); }

void FromWire(const v1::ReleaseCase& in, core::ReleaseCase& out, Faults&) { out.reason = in.reason(); }

void ToWire(const core::AddMessage& in, v1::AddMessage& out) {
  out.set_direction(ToWire(in.direction));
  out.set_message_id(in.message_id);
  ToWire(in.body, *out.mutable_body());
}

void FromWire(const v1::AddMessage& in, core::AddMessage& out, Faults& faults) {
  FromWire(in.direction(), out.direction, faults);
  out.message_id = in.message_id();
  faults.Require(in.has_body(), "body");
  FromWire(in.body(), out.body, faults);
}

void ToWire(const core::AddAttachment& in, v1::AddAttachment& out) {
  out.set_direction(ToWire(in.attachment.direction));
  ToWire(in.attachment, *out.mutable_attachment());
}

void FromWire(const v1::AddAttachment& in, core::AddAttachment& out, Faults& faults) {
  FromWire(in.direction(), out.attachment.direction, faults);
  faults.Require(in.has_attachment(), "attachment");
  FromWire(in.attachment(), out.attachment, faults);
}

void ToWire(const core::ExtendClock& in, v1::ExtendClock& out) {
  out.set_clock(in.clock.str());
  out.set_legal_basis(in.legal_basis);
  out.set_reason(in.reason);
}

void FromWire(const v1::ExtendClock& in, core::ExtendClock& out, Faults&) {
  out.clock = core::ClockId(in.clock());
  out.legal_basis = in.legal_basis();
  out.reason = in.reason();
}

void ToWire(const core::PauseClocks& in, v1::PauseClocks& out) {
  if (in.clock) out.set_clock(in.clock->str());
  out.set_reason(in.reason);
}

void FromWire(const v1::PauseClocks& in, core::PauseClocks& out, Faults&) {
  FromWire(in.has_clock(), in.clock(), out.clock);
  out.reason = in.reason();
}

void ToWire(const core::ResumeClocks& in, v1::ResumeClocks& out) {
  if (in.clock) out.set_clock(in.clock->str());
  out.set_reason(in.reason);
}

void FromWire(const v1::ResumeClocks& in, core::ResumeClocks& out, Faults&) {
  FromWire(in.has_clock(), in.clock(), out.clock);
  out.reason = in.reason();
}

void ToWire(const core::ReopenCase& in, v1::ReopenCase& out) { out.set_reason(in.reason); }

void FromWire(const v1::ReopenCase& in, core::ReopenCase& out, Faults&) { out.reason = in.reason(); }

void ToWire(const core::MergeInto& in, v1::MergeInto& out) {
  out.set_target(ToWire(in.target));
  out.set_reason(in.reason);
}

void FromWire(const v1::MergeInto& in, core::MergeInto& out, Faults& faults) {
  FromWire(in.target(), out.target, "target", faults);
  out.reason = in.reason();
}

void ToWire(const core::ReferCase& in, v1::ReferCase& out) {
  out.set_to(in.to);
  out.set_reason(in.reason);
}

void FromWire(const v1::ReferCase& in, core::ReferCase& out, Faults&) {
  out.to = in.to();
  out.reason = in.reason();
}

void ToWire(const core::WithdrawCase& in, v1::WithdrawCase& out) { out.set_reason(in.reason); }

void FromWire(const v1::WithdrawCase& in, core::WithdrawCase& out, Faults&) { out.reason = in.reason(); }

void ToWire(const core::RateCase& in, v1::RateCase& out) {
  out.set_score(in.score);
  if (in.comment) ToWire(*in.comment, *out.mutable_comment());
}

void FromWire(const v1::RateCase& in, core::RateCase& out, Faults& faults) {
  out.score = in.score();
  if (in.has_comment()) FromWire(in.comment(), out.comment.emplace(), faults);
}

void ToWire(const core::CorrectCase& in, v1::CorrectCase& out) {
  if (in.category) out.set_category(in.category->str());
  if (in.title) out.set_title(*in.title);
  if (in.form_patch) out.set_form_patch(*in.form_patch);
  for (const core::Field& field : in.personal) ToWire(field, *out.add_personal());
  out.set_reason(in.reason);
}

void FromWire(const v1::CorrectCase& in, core::CorrectCase& out, Faults& faults) {
  FromWire(in.has_category(), in.category(), out.category);
  FromWire(in.has_title(), in.title(), out.title);
  FromWire(in.has_form_patch(), in.form_patch(), out.form_patch);
  FromWire(in.personal(), out.personal, faults);
  out.reason = in.reason();
}

void ToWire(const core::MigrateCase& in, v1::MigrateCase& out) {
  out.set_to_version(in.to_version);
  if (in.stage) out.set_stage(in.stage->str());
  out.set_reason(in.reason);
}

void FromWire(const v1::MigrateCase& in, core::MigrateCase& out, Faults&) {
  out.to_version = in.to_version();
  FromWire(in.has_stage(), in.stage(), out.stage);
  out.reason = in.reason();
}

void ToWire(const core::AdvanceCase& in, v1::AdvanceCase& out) { out.set_advance_to_at_ms(ToUnixMillis(in.to)); }

void FromWire(const v1::AdvanceCase& in, core::AdvanceCase& out, Faults& faults) {
  FromWire(in.advance_to_at_ms(), out.to, "advance_to_at_ms", faults);
}

void ToWire(const core::GoLive& in, v1::GoLive& out) { out.set_live_at_ms(ToUnixMillis(in.at)); }

void FromWire(const v1::GoLive& in, core::GoLive& out, Faults& faults) {
  FromWire(in.live_at_ms(), out.at, "live_at_ms", faults);
}

void ToWire(const core::RecordDelivery& in, v1::RecordDelivery& out) { ToWire(in.delivery, *out.mutable_delivery()); }

void FromWire(const v1::RecordDelivery& in, core::RecordDelivery& out, Faults& faults) {
  faults.Require(in.has_delivery(), "delivery");
  FromWire(in.delivery(), out.delivery, faults);
}

void ToWire(const core::RecordAccess& in, v1::RecordAccess& out) {
  for (const std::string& path : in.paths) out.add_paths(path);
  out.set_reason(in.reason);
}

void FromWire(const v1::RecordAccess& in, core::RecordAccess& out, Faults&) {
  out.paths.assign(in.paths().begin(), in.paths().end());
  out.reason = in.reason();
}

void ToWire(const core::LinkDuplicate& in, v1::LinkDuplicate& out) { out.set_duplicate(ToWire(in.duplicate)); }

void FromWire(const v1::LinkDuplicate& in, core::LinkDuplicate& out, Faults& faults) {
  FromWire(in.duplicate(), out.duplicate, "duplicate", faults);
}

void ToWire(const core::IssueNumber& in, v1::IssueNumber& out) {
  out.set_register_id(in.register_id);
  out.set_period(in.period);
  out.set_to(ToWire(in.to));
}

void FromWire(const v1::IssueNumber& in, core::IssueNumber& out, Faults& faults) {
  out.register_id = in.register_id();
  out.period = in.period();
  FromWire(in.to(), out.to, "issue_number.to", faults);
}

void ToWire(const core::AnswerFollowUp& in, v1::AnswerFollowUp& out) {
  out.set_follow_up(in.follow_up.str());
  out.set_from(ToWire(in.from));
  out.set_accepted(in.accepted);
  if (in.number) out.set_number(*in.number);
  out.set_code(in.code);
  out.set_reason(in.reason);
}

void FromWire(const v1::AnswerFollowUp& in, core::AnswerFollowUp& out, Faults& faults) {
  out.follow_up = core::CommandId(in.follow_up());
  FromWire(in.from(), out.from, "answer_follow_up.from", faults);
  out.accepted = in.accepted();
  if (in.has_number()) out.number = in.number();
  out.code = in.code();
  out.reason = in.reason();
}

}  // namespace rasti::codec
