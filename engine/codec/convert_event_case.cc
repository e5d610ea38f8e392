// Events of the life of a case.
#include "engine/codec/convert_event.h"

namespace rasti::codec {

void ToWire(const core::CaseSubmitted& in, v1::CaseSubmitted& out) {
  out.set_workflow(in.workflow.str());
  out.set_title(in.title);
  out.set_category(in.category.str());
  out.set_channel(in.channel);
  out.set_reference(in.reference);
  if (in.subject) out.set_subject(in.subject->str());
  out.set_form(in.form);
  for (const core::Field& field : in.personal) ToWire(field, *out.add_personal());
  out.set_historic(in.historic);
}

void FromWire(const v1::CaseSubmitted& in, core::CaseSubmitted& out, Faults& faults) {
  out.workflow = core::WorkflowId(in.workflow());
  out.title = in.title();
  out.category = core::CategoryId(in.category());
  out.channel = in.channel();
  out.reference = in.reference();
  FromWire(in.has_subject(), in.subject(), out.subject);
  out.form = in.form();
  FromWire(in.personal(), out.personal, faults);
  out.historic = in.historic();
}

void ToWire(const core::StageEntered& in, v1::StageEntered& out) {
  out.set_stage(in.stage.str());
  out.set_from(in.from.str());
  out.set_action(in.action.str());
  out.set_closed(in.closed);
  out.set_fields(in.fields);
  out.set_note(in.note);
  out.set_keep_taker(in.keep_taker);
}

void FromWire(const v1::StageEntered& in, core::StageEntered& out, Faults&) {
  out.stage = core::StageId(in.stage());
  out.from = core::StageId(in.from());
  out.action = core::ActionId(in.action());
  out.closed = in.closed();
  out.fields = in.fields();
  out.note = in.note();
  out.keep_taker = in.keep_taker();
}

void ToWire(const core::ActionTaken& in, v1::ActionTaken& out) {
  out.set_action(in.action.str());
  out.set_fields(in.fields);
  out.set_note(in.note);
  out.set_keep_taker(in.keep_taker);
}

void FromWire(const v1::ActionTaken& in, core::ActionTaken& out, Faults&) {
  out.action = core::ActionId(in.action());
  out.fields = in.fields();
  out.note = in.note();
  out.keep_taker = in.keep_taker();
}

void ToWire(const core::CaseAssigned& in, v1::CaseAssigned& out) {
  ToWire(in.to, *out.mutable_to());
  out.set_reason(in.reason);
  if (in.instead_of) out.set_instead_of(in.instead_of->str());
}

void FromWire(const v1::CaseAssigned& in, core::CaseAssigned& out, Faults& faults) {
  faults.Require(in.has_to(), "to");
  FromWire(in.to(), out.to, faults);
  out.reason = in.reason();
  FromWire(in.has_instead_of(), in.instead_of(), out.instead_of);
}

void ToWire(const core::CaseReleased& in, v1::CaseReleased& out) {
  ToWire(in.from, *out.mutable_from());
  out.set_reason(in.reason);
}

void FromWire(const v1::CaseReleased& in, core::CaseReleased& out, Faults& faults) {
  faults.Require(in.has_from(), "from");
  FromWire(in.from(), out.from, faults);
  out.reason = in.reason();
}

void ToWire(const core::CaseReferred& in, v1::CaseReferred& out) {
  out.set_to(in.to);
  out.set_reason(in.reason);
}

void FromWire(const v1::CaseReferred& in, core::CaseReferred& out, Faults&) {
  out.to = in.to();
  out.reason = in.reason();
}

void ToWire(const core::CaseReopened& in, v1::CaseReopened& out) { out.set_reason(in.reason); }

void FromWire(const v1::CaseReopened& in, core::CaseReopened& out, Faults&) { out.reason = in.reason(); }

void ToWire(const core::CaseWithdrawn& in, v1::CaseWithdrawn& out) { out.set_reason(in.reason); }

void FromWire(const v1::CaseWithdrawn& in, core::CaseWithdrawn& out, Faults&) { out.reason = in.reason(); }

void ToWire(const core::CaseRated& in, v1::CaseRated& out) {
  out.set_score(in.score);
  if (in.comment) ToWire(*in.comment, *out.mutable_comment());
}

void FromWire(const v1::CaseRated& in, core::CaseRated& out, Faults& faults) {
  out.score = in.score();
  if (in.has_comment()) FromWire(in.comment(), out.comment.emplace(), faults);
}

void ToWire(const core::CaseClosed& in, v1::CaseClosed& out) {
  out.set_outcome(in.outcome);
  out.set_evidence(in.evidence);
}

void FromWire(const v1::CaseClosed& in, core::CaseClosed& out, Faults&) {
  out.outcome = in.outcome();
  out.evidence = in.evidence();
}

void ToWire(const core::CaseCorrected& in, v1::CaseCorrected& out) {
  if (in.category) out.set_category(in.category->str());
  if (in.title) out.set_title(*in.title);
  if (in.form) out.set_form(*in.form);
  for (const core::Field& field : in.personal) ToWire(field, *out.add_personal());
  out.set_reason(in.reason);
}

void FromWire(const v1::CaseCorrected& in, core::CaseCorrected& out, Faults& faults) {
  FromWire(in.has_category(), in.category(), out.category);
  FromWire(in.has_title(), in.title(), out.title);
  FromWire(in.has_form(), in.form(), out.form);
  FromWire(in.personal(), out.personal, faults);
  out.reason = in.reason();
}

void ToWire(const core::CaseMigrated& in, v1::CaseMigrated& out) {
  out.set_to(in.to.str());
  out.set_stage(in.stage.str());
  out.set_reason(in.reason);
}

void FromWire(const v1::CaseMigrated& in, core::CaseMigrated& out, Faults&) {
  out.to = core::VersionedName(in.to());
  out.stage = core::StageId(in.stage());
  out.reason = in.reason();
}

void ToWire(const core::CaseAdvanced& in, v1::CaseAdvanced& out) { out.set_advanced_to_at_ms(ToUnixMillis(in.to)); }

void FromWire(const v1::CaseAdvanced& in, core::CaseAdvanced& out, Faults& faults) {
  FromWire(in.advanced_to_at_ms(), out.to, "advanced_to_at_ms", faults);
}

void ToWire(const core::CaseWentLive& in, v1::CaseWentLive& out) { out.set_live_at_ms(ToUnixMillis(in.at)); }

void FromWire(const v1::CaseWentLive& in, core::CaseWentLive& out, Faults& faults) {
  FromWire(in.live_at_ms(), out.at, "live_at_ms", faults);
}

}  // namespace rasti::codec
