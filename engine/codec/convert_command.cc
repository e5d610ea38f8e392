#include "engine/codec/convert_command.h"

#include "engine/codec/convert_command_payload.h"

namespace rasti::codec {

void ToWire(const core::Command& in, v1::Command& out) {
  out.set_command_id(in.command_id.str());
  out.set_case_id(ToWire(in.case_id));
  out.set_tenant(in.tenant.str());
  ToWire(in.actor, *out.mutable_actor());
  out.set_submitter(in.submitter.str());
  out.set_correlation_id(in.correlation_id);
  out.set_traceparent(in.traceparent);
  if (in.expected_revision) out.set_expected_revision(in.expected_revision->value);
  if (in.occurred_at) out.set_occurred_at_ms(ToUnixMillis(*in.occurred_at));
  if (in.received_at) out.set_received_at_ms(ToUnixMillis(*in.received_at));
  ToWire(in.payload, out);
}

void FromWire(const v1::Command& in, core::Command& out, Faults& faults) {
  out.command_id = core::CommandId(in.command_id());
  if (out.command_id.empty()) faults.Wrong("command_id", "missing: a retry could not be told from a new command");
  FromWire(in.case_id(), out.case_id, "case_id", faults);
  out.tenant = core::TenantId(in.tenant());
  faults.Require(in.has_actor(), "actor");
  FromWire(in.actor(), out.actor, faults);
  out.submitter = core::SubmitterId(in.submitter());
  out.correlation_id = in.correlation_id();
  out.traceparent = in.traceparent();
  if (in.has_expected_revision()) out.expected_revision = core::Revision{in.expected_revision()};
  FromWire(in.has_occurred_at_ms(), in.occurred_at_ms(), out.occurred_at, "occurred_at_ms", faults);
  FromWire(in.has_received_at_ms(), in.received_at_ms(), out.received_at, "received_at_ms", faults);
  FromWire(in, out.payload, faults);
}

void ToWire(const core::CommandPayload& in, v1::Command& out) {
  std::visit(core::Overloaded{
                 [&](const core::SubmitCase& command) { ToWire(command, *out.mutable_submit_case()); },
                 [&](const core::TakeAction& command) { ToWire(command, *out.mutable_take_action()); },
                 [&](const core::AssignCase& command) { ToWire(command, *out.mutable_assign_case()); },
                 [&](const core::ReleaseCase& command) { ToWire(command, *out.mutable_release_case()); },
                 [&](const core::AddMessage& command) { ToWire(command, *out.mutable_add_message()); },
                 [&](const core::AddAttachment& command) { ToWire(command, *out.mutable_add_attachment()); },
                 [&](const core::ExtendClock& command) { ToWire(command, *out.mutable_extend_clock()); },
                 [&](const core::PauseClocks& command) { ToWire(command, *out.mutable_pause_clocks()); },
                 [&](const core::ResumeClocks& command) { ToWire(command, *out.mutable_resume_clocks()); },
                 [&](const core::ReopenCase& command) { ToWire(command, *out.mutable_reopen_case()); },
                 [&](const core::MergeInto& command) { ToWire(command, *out.mutable_merge_into()); },
                 [&](const core::ReferCase& command) { ToWire(command, *out.mutable_refer_case()); },
                 [&](const core::WithdrawCase& command) { ToWire(command, *out.mutable_withdraw_case()); },
                 [&](const core::RateCase& command) { ToWire(command, *out.mutable_rate_case()); },
                 [&](const core::CorrectCase& command) { ToWire(command, *out.mutable_correct_case()); },
                 [&](const core::MigrateCase& command) { ToWire(command, *out.mutable_migrate_case()); },
                 [&](const core::AdvanceCase& command) { ToWire(command, *out.mutable_advance_case()); },
                 [&](const core::GoLive& command) { ToWire(command, *out.mutable_go_live()); },
                 [&](const core::RecordDelivery& command) { ToWire(command, *out.mutable_record_delivery()); },
                 [&](const core::RecordAccess& command) { ToWire(command, *out.mutable_record_access()); },
                 [&](const core::LinkDuplicate& command) { ToWire(command, *out.mutable_link_duplicate()); },
                 [&](const core::IssueNumber& command) { ToWire(command, *out.mutable_issue_number()); },
                 [&](const core::AnswerFollowUp& command) { ToWire(command, *out.mutable_answer_follow_up()); },
             },
             in);
}

namespace {

template <class Core, class Wire>
void Fill(const Wire& in, core::CommandPayload& out, Faults& faults) {
  FromWire(in, out.emplace<Core>(), faults);
}

}  // namespace

void FromWire(const v1::Command& in, core::CommandPayload& out, Faults& faults) {
  using C = v1::Command;
  switch (in.payload_case()) {
    case C::kSubmitCase: return Fill<core::SubmitCase>(in.submit_case(), out, faults);
    case C::kTakeAction: return Fill<core::TakeAction>(in.take_action(), out, faults);
    case C::kAssignCase: return Fill<core::AssignCase>(in.assign_case(), out, faults);
    case C::kReleaseCase: return Fill<core::ReleaseCase>(in.release_case(), out, faults);
    case C::kAddMessage: return Fill<core::AddMessage>(in.add_message(), out, faults);
    case C::kAddAttachment: return Fill<core::AddAttachment>(in.add_attachment(), out, faults);
    case C::kExtendClock: return Fill<core::ExtendClock>(in.extend_clock(), out, faults);
    case C::kPauseClocks: return Fill<core::PauseClocks>(in.pause_clocks(), out, faults);
    case C::kResumeClocks: return Fill<core::ResumeClocks>(in.resume_clocks(), out, faults);
    case C::kReopenCase: return Fill<core::ReopenCase>(in.reopen_case(), out, faults);
    case C::kMergeInto: return Fill<core::MergeInto>(in.merge_into(), out, faults);
    case C::kReferCase: return Fill<core::ReferCase>(in.refer_case(), out, faults);
    case C::kWithdrawCase: return Fill<core::WithdrawCase>(in.withdraw_case(), out, faults);
    case C::kRateCase: return Fill<core::RateCase>(in.rate_case(), out, faults);
    case C::kCorrectCase: return Fill<core::CorrectCase>(in.correct_case(), out, faults);
    case C::kMigrateCase: return Fill<core::MigrateCase>(in.migrate_case(), out, faults);
    case C::kAdvanceCase: return Fill<core::AdvanceCase>(in.advance_case(), out, faults);
    case C::kGoLive: return Fill<core::GoLive>(in.go_live(), out, faults);
    case C::kRecordDelivery: return Fill<core::RecordDelivery>(in.record_delivery(), out, faults);
    case C::kRecordAccess: return Fill<core::RecordAccess>(in.record_access(), out, faults);
    case C::kLinkDuplicate: return Fill<core::LinkDuplicate>(in.link_duplicate(), out, faults);
    case C::kIssueNumber: return Fill<core::IssueNumber>(in.issue_number(), out, faults);
    case C::kAnswerFollowUp: return Fill<core::AnswerFollowUp>(in.answer_follow_up(), out, faults);
    case C::PAYLOAD_NOT_SET: return faults.TooNew("payload", "no kind of command that this engine knows");
  }
}

}  // namespace rasti::codec
