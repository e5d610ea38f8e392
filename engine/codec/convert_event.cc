#include "engine/codec/convert_event.h"

namespace rasti::codec {

void ToWire(const core::EventContext& in, v1::EventContext& out) {
  out.set_case_id(ToWire(in.case_id));
  out.set_tenant(in.tenant.str());
  out.set_occurred_at_ms(ToUnixMillis(in.occurred_at));
  out.set_recorded_at_ms(ToUnixMillis(in.recorded_at));
  if (in.received_at) out.set_received_at_ms(ToUnixMillis(*in.received_at));
  ToWire(in.actor, *out.mutable_actor());
  out.set_submitter(in.submitter.str());
  out.set_command_id(in.command_id.str());
  out.set_correlation_id(in.correlation_id);
  out.set_traceparent(in.traceparent);
  ToWire(in.versions, *out.mutable_versions());
}

void FromWire(const v1::EventContext& in, core::EventContext& out, Faults& faults) {
  FromWire(in.case_id(), out.case_id, "case_id", faults);
  out.tenant = core::TenantId(in.tenant());
  FromWire(in.occurred_at_ms(), out.occurred_at, "occurred_at_ms", faults);
  FromWire(in.recorded_at_ms(), out.recorded_at, "recorded_at_ms", faults);
  FromWire(in.has_received_at_ms(), in.received_at_ms(), out.received_at, "received_at_ms", faults);
  faults.Require(in.has_actor(), "actor");
  FromWire(in.actor(), out.actor, faults);
  out.submitter = core::SubmitterId(in.submitter());
  out.command_id = core::CommandId(in.command_id());
  out.correlation_id = in.correlation_id();
  out.traceparent = in.traceparent();
  faults.Require(in.has_versions(), "versions");
  FromWire(in.versions(), out.versions, faults);
}

void ToWire(const core::EventPayload& in, v1::Event& out) {
  std::visit(core::Overloaded{
                 [&](const core::CaseSubmitted& event) { ToWire(event, *out.mutable_case_submitted()); },
                 [&](const core::StageEntered& event) { ToWire(event, *out.mutable_stage_entered()); },
                 [&](const core::ActionTaken& event) { ToWire(event, *out.mutable_action_taken()); },
                 [&](const core::CaseAssigned& event) { ToWire(event, *out.mutable_case_assigned()); },
                 [&](const core::CaseReleased& event) { ToWire(event, *out.mutable_case_released()); },
                 [&](const core::CaseReferred& event) { ToWire(event, *out.mutable_case_referred()); },
                 [&](const core::CaseReopened& event) { ToWire(event, *out.mutable_case_reopened()); },
                 [&](const core::CaseWithdrawn& event) { ToWire(event, *out.mutable_case_withdrawn()); },
                 [&](const core::CaseRated& event) { ToWire(event, *out.mutable_case_rated()); },
                 [&](const core::CaseClosed& event) { ToWire(event, *out.mutable_case_closed()); },
                 [&](const core::CaseCorrected& event) { ToWire(event, *out.mutable_case_corrected()); },
                 [&](const core::CaseMigrated& event) { ToWire(event, *out.mutable_case_migrated()); },
                 [&](const core::CaseAdvanced& event) { ToWire(event, *out.mutable_case_advanced()); },
                 [&](const core::CaseWentLive& event) { ToWire(event, *out.mutable_case_went_live()); },
                 [&](const core::MessageAdded& event) { ToWire(event, out); },
                 [&](const core::AttachmentAdded& event) { ToWire(event, out); },
                 [&](const core::ResponseSent& event) { ToWire(event, *out.mutable_response_sent()); },
                 [&](const core::ClockStarted& event) { ToWire(event, *out.mutable_clock_started()); },
                 [&](const core::ClockPaused& event) { ToWire(event, *out.mutable_clock_paused()); },
                 [&](const core::ClockResumed& event) { ToWire(event, *out.mutable_clock_resumed()); },
                 [&](const core::ClockMet& event) { ToWire(event, *out.mutable_clock_met()); },
                 [&](const core::ClockCancelled& event) { ToWire(event, *out.mutable_clock_cancelled()); },
                 [&](const core::ClockExtended& event) { ToWire(event, *out.mutable_clock_extended()); },
                 [&](const core::ClockReplanned& event) { ToWire(event, *out.mutable_clock_replanned()); },
                 [&](const core::DeadlineWarned& event) { ToWire(event, *out.mutable_deadline_warned()); },
                 [&](const core::DeadlineBreached& event) { ToWire(event, *out.mutable_deadline_breached()); },
                 [&](const core::CaseEscalated& event) { ToWire(event, *out.mutable_case_escalated()); },
                 [&](const core::MergeRequested& event) { ToWire(event, *out.mutable_merge_requested()); },
                 [&](const core::DuplicateLinked& event) { ToWire(event, *out.mutable_duplicate_linked()); },
                 [&](const core::CaseMerged& event) { ToWire(event, *out.mutable_case_merged()); },
                 [&](const core::MergeRefused& event) { ToWire(event, *out.mutable_merge_refused()); },
                 [&](const core::FollowUpTimedOut& event) { ToWire(event, *out.mutable_follow_up_timed_out()); },
                 [&](const core::DeliveryRecorded& event) { ToWire(event, *out.mutable_delivery_recorded()); },
                 [&](const core::PersonalDataOpened& event) { ToWire(event, *out.mutable_personal_data_opened()); },
                 [&](const core::NumberRequested& event) { ToWire(event, *out.mutable_number_requested()); },
                 [&](const core::NumberIssued& event) { ToWire(event, *out.mutable_number_issued()); },
                 [&](const core::NumberReceived& event) { ToWire(event, *out.mutable_number_received()); },
                 [&](const core::NumberRefused& event) { ToWire(event, *out.mutable_number_refused()); },
             },
             in);
}

namespace {

// Fills the payload in its place, so that a large one is not moved.
template <class Core, class Wire>
void Fill(const Wire& in, core::EventPayload& out, Faults& faults) {
  FromWire(in, out.emplace<Core>(), faults);
}

}  // namespace

void FromWire(const v1::Event& in, core::EventPayload& out, Faults& faults) {
  using E = v1::Event;
  switch (in.payload_case()) {
    case E::kCaseSubmitted: return Fill<core::CaseSubmitted>(in.case_submitted(), out, faults);
    case E::kStageEntered: return Fill<core::StageEntered>(in.stage_entered(), out, faults);
    case E::kActionTaken: return Fill<core::ActionTaken>(in.action_taken(), out, faults);
    case E::kCaseAssigned: return Fill<core::CaseAssigned>(in.case_assigned(), out, faults);
    case E::kCaseReleased: return Fill<core::CaseReleased>(in.case_released(), out, faults);
    case E::kCaseReferred: return Fill<core::CaseReferred>(in.case_referred(), out, faults);
    case E::kCaseReopened: return Fill<core::CaseReopened>(in.case_reopened(), out, faults);
    case E::kCaseWithdrawn: return Fill<core::CaseWithdrawn>(in.case_withdrawn(), out, faults);
    case E::kCaseRated: return Fill<core::CaseRated>(in.case_rated(), out, faults);
    case E::kCaseClosed: return Fill<core::CaseClosed>(in.case_closed(), out, faults);
    case E::kCaseCorrected: return Fill<core::CaseCorrected>(in.case_corrected(), out, faults);
    case E::kCaseMigrated: return Fill<core::CaseMigrated>(in.case_migrated(), out, faults);
    case E::kCaseAdvanced: return Fill<core::CaseAdvanced>(in.case_advanced(), out, faults);
    case E::kCaseWentLive: return Fill<core::CaseWentLive>(in.case_went_live(), out, faults);
    case E::kMessageReceived: return Fill<core::MessageAdded>(in.message_received(), out, faults);
    case E::kMessageSent: return Fill<core::MessageAdded>(in.message_sent(), out, faults);
    case E::kAttachmentReceived: return Fill<core::AttachmentAdded>(in.attachment_received(), out, faults);
    case E::kAttachmentSent: return Fill<core::AttachmentAdded>(in.attachment_sent(), out, faults);
    case E::kResponseSent: return Fill<core::ResponseSent>(in.response_sent(), out, faults);
    case E::kClockStarted: return Fill<core::ClockStarted>(in.clock_started(), out, faults);
    case E::kClockPaused: return Fill<core::ClockPaused>(in.clock_paused(), out, faults);
    case E::kClockResumed: return Fill<core::ClockResumed>(in.clock_resumed(), out, faults);
    case E::kClockMet: return Fill<core::ClockMet>(in.clock_met(), out, faults);
    case E::kClockCancelled: return Fill<core::ClockCancelled>(in.clock_cancelled(), out, faults);
    case E::kClockExtended: return Fill<core::ClockExtended>(in.clock_extended(), out, faults);
    case E::kClockReplanned: return Fill<core::ClockReplanned>(in.clock_replanned(), out, faults);
    case E::kDeadlineWarned: return Fill<core::DeadlineWarned>(in.deadline_warned(), out, faults);
    case E::kDeadlineBreached: return Fill<core::DeadlineBreached>(in.deadline_breached(), out, faults);
    case E::kCaseEscalated: return Fill<core::CaseEscalated>(in.case_escalated(), out, faults);
    case E::kMergeRequested: return Fill<core::MergeRequested>(in.merge_requested(), out, faults);
    case E::kDuplicateLinked: return Fill<core::DuplicateLinked>(in.duplicate_linked(), out, faults);
    case E::kCaseMerged: return Fill<core::CaseMerged>(in.case_merged(), out, faults);
    case E::kMergeRefused: return Fill<core::MergeRefused>(in.merge_refused(), out, faults);
    case E::kFollowUpTimedOut: return Fill<core::FollowUpTimedOut>(in.follow_up_timed_out(), out, faults);
    case E::kDeliveryRecorded: return Fill<core::DeliveryRecorded>(in.delivery_recorded(), out, faults);
    case E::kPersonalDataOpened: return Fill<core::PersonalDataOpened>(in.personal_data_opened(), out, faults);
    case E::kNumberRequested: return Fill<core::NumberRequested>(in.number_requested(), out, faults);
    case E::kNumberIssued: return Fill<core::NumberIssued>(in.number_issued(), out, faults);
    case E::kNumberReceived: return Fill<core::NumberReceived>(in.number_received(), out, faults);
    case E::kNumberRefused: return Fill<core::NumberRefused>(in.number_refused(), out, faults);
    case E::PAYLOAD_NOT_SET: return faults.Wrong("payload", "missing");
  }
}

}  // namespace rasti::codec
