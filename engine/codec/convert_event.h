// Conversions of events (event.proto, event_*.proto).
#pragma once

#include "engine/codec/convert_common.h"
#include "engine/core/event.h"
#include "proto/rasti/v1/event.pb.h"

namespace rasti::codec {

void ToWire(const core::EventContext& in, v1::EventContext& out);
void FromWire(const v1::EventContext& in, core::EventContext& out, Faults& faults);

/// Fills the field of the payload's type.
void ToWire(const core::EventPayload& in, v1::Event& out);
/// Reads whichever field is set. A message without one is a fault.
void FromWire(const v1::Event& in, core::EventPayload& out, Faults& faults);

// One kind each: the life of a case (convert_event_case.cc).
void ToWire(const core::CaseSubmitted& in, v1::CaseSubmitted& out);
void FromWire(const v1::CaseSubmitted& in, core::CaseSubmitted& out, Faults& faults);
void ToWire(const core::StageEntered& in, v1::StageEntered& out);
void FromWire(const v1::StageEntered& in, core::StageEntered& out, Faults& faults);
void ToWire(const core::ActionTaken& in, v1::ActionTaken& out);
void FromWire(const v1::ActionTaken& in, core::ActionTaken& out, Faults& faults);
void ToWire(const core::CaseAssigned& in, v1::CaseAssigned& out);
void FromWire(const v1::CaseAssigned& in, core::CaseAssigned& out, Faults& faults);
void ToWire(const core::CaseReleased& in, v1::CaseReleased& out);
void FromWire(const v1::CaseReleased& in, core::CaseReleased& out, Faults& faults);
void ToWire(const core::CaseReferred& in, v1::CaseReferred& out);
void FromWire(const v1::CaseReferred& in, core::CaseReferred& out, Faults& faults);
void ToWire(const core::CaseReopened& in, v1::CaseReopened& out);
void FromWire(const v1::CaseReopened& in, core::CaseReopened& out, Faults& faults);
void ToWire(const core::CaseWithdrawn& in, v1::CaseWithdrawn& out);
void FromWire(const v1::CaseWithdrawn& in, core::CaseWithdrawn& out, Faults& faults);
void ToWire(const core::CaseRated& in, v1::CaseRated& out);
void FromWire(const v1::CaseRated& in, core::CaseRated& out, Faults& faults);
void ToWire(const core::CaseClosed& in, v1::CaseClosed& out);
void FromWire(const v1::CaseClosed& in, core::CaseClosed& out, Faults& faults);
void ToWire(const core::CaseCorrected& in, v1::CaseCorrected& out);
void FromWire(const v1::CaseCorrected& in, core::CaseCorrected& out, Faults& faults);
void ToWire(const core::CaseMigrated& in, v1::CaseMigrated& out);
void FromWire(const v1::CaseMigrated& in, core::CaseMigrated& out, Faults& faults);
void ToWire(const core::CaseAdvanced& in, v1::CaseAdvanced& out);
void FromWire(const v1::CaseAdvanced& in, core::CaseAdvanced& out, Faults& faults);
void ToWire(const core::CaseWentLive& in, v1::CaseWentLive& out);
void FromWire(const v1::CaseWentLive& in, core::CaseWentLive& out, Faults& faults);

// Clocks (convert_event_clock.cc).
void ToWire(const core::ClockStarted& in, v1::ClockStarted& out);
void FromWire(const v1::ClockStarted& in, core::ClockStarted& out, Faults& faults);
void ToWire(const core::ClockPaused& in, v1::ClockPaused& out);
void FromWire(const v1::ClockPaused& in, core::ClockPaused& out, Faults& faults);
void ToWire(const core::ClockResumed& in, v1::ClockResumed& out);
void FromWire(const v1::ClockResumed& in, core::ClockResumed& out, Faults& faults);
void ToWire(const core::ClockCancelled& in, v1::ClockCancelled& out);
void FromWire(const v1::ClockCancelled& in, core::ClockCancelled& out, Faults& faults);
void ToWire(const core::ClockMet& in, v1::ClockMet& out);
void FromWire(const v1::ClockMet& in, core::ClockMet& out, Faults& faults);
void ToWire(const core::ClockExtended& in, v1::ClockExtended& out);
void FromWire(const v1::ClockExtended& in, core::ClockExtended& out, Faults& faults);
void ToWire(const core::ClockReplanned& in, v1::ClockReplanned& out);
void FromWire(const v1::ClockReplanned& in, core::ClockReplanned& out, Faults& faults);
void ToWire(const core::DeadlineWarned& in, v1::DeadlineWarned& out);
void FromWire(const v1::DeadlineWarned& in, core::DeadlineWarned& out, Faults& faults);
void ToWire(const core::DeadlineBreached& in, v1::DeadlineBreached& out);
void FromWire(const v1::DeadlineBreached& in, core::DeadlineBreached& out, Faults& faults);
void ToWire(const core::CaseEscalated& in, v1::CaseEscalated& out);
void FromWire(const v1::CaseEscalated& in, core::CaseEscalated& out, Faults& faults);

// What is exchanged (convert_event_exchange.cc).
void ToWire(const core::MessageAdded& in, v1::Event& out);
void FromWire(const v1::MessageReceived& in, core::MessageAdded& out, Faults& faults);
void FromWire(const v1::MessageSent& in, core::MessageAdded& out, Faults& faults);
void ToWire(const core::AttachmentAdded& in, v1::Event& out);
void FromWire(const v1::AttachmentReceived& in, core::AttachmentAdded& out, Faults& faults);
void FromWire(const v1::AttachmentSent& in, core::AttachmentAdded& out, Faults& faults);
void ToWire(const core::ResponseSent& in, v1::ResponseSent& out);
void FromWire(const v1::ResponseSent& in, core::ResponseSent& out, Faults& faults);
void ToWire(const core::MergeRequested& in, v1::MergeRequested& out);
void FromWire(const v1::MergeRequested& in, core::MergeRequested& out, Faults& faults);
void ToWire(const core::DuplicateLinked& in, v1::DuplicateLinked& out);
void FromWire(const v1::DuplicateLinked& in, core::DuplicateLinked& out, Faults& faults);
void ToWire(const core::CaseMerged& in, v1::CaseMerged& out);
void FromWire(const v1::CaseMerged& in, core::CaseMerged& out, Faults& faults);
void ToWire(const core::MergeRefused& in, v1::MergeRefused& out);
void FromWire(const v1::MergeRefused& in, core::MergeRefused& out, Faults& faults);
void ToWire(const core::FollowUpTimedOut& in, v1::FollowUpTimedOut& out);
void FromWire(const v1::FollowUpTimedOut& in, core::FollowUpTimedOut& out, Faults& faults);
void ToWire(const core::NumberRequested& in, v1::NumberRequested& out);
void FromWire(const v1::NumberRequested& in, core::NumberRequested& out, Faults& faults);
void ToWire(const core::NumberIssued& in, v1::NumberIssued& out);
void FromWire(const v1::NumberIssued& in, core::NumberIssued& out, Faults& faults);
void ToWire(const core::NumberReceived& in, v1::NumberReceived& out);
void FromWire(const v1::NumberReceived& in, core::NumberReceived& out, Faults& faults);
void ToWire(const core::NumberRefused& in, v1::NumberRefused& out);
void FromWire(const v1::NumberRefused& in, core::NumberRefused& out, Faults& faults);
void ToWire(const core::DeliveryRecorded& in, v1::DeliveryRecorded& out);
void FromWire(const v1::DeliveryRecorded& in, core::DeliveryRecorded& out, Faults& faults);
void ToWire(const core::PersonalDataOpened& in, v1::PersonalDataOpened& out);
void FromWire(const v1::PersonalDataOpened& in, core::PersonalDataOpened& out, Faults& faults);

}  // namespace rasti::codec
