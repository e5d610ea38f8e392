// Conversions of the kinds of commands, one each.
#pragma once

#include "engine/codec/convert_command.h"

namespace rasti::codec {

void ToWire(const core::SubmitCase& in, v1::SubmitCase& out);
void FromWire(const v1::SubmitCase& in, core::SubmitCase& out, Faults& faults);
void ToWire(const core::TakeAction& in, v1::TakeAction& out);
void FromWire(const v1::TakeAction& in, core::TakeAction& out, Faults& faults);
void ToWire(const core::AssignCase& in, v1::AssignCase& out);
void FromWire(const v1::AssignCase& in, core::AssignCase& out, Faults& faults);
void ToWire(const core::ReleaseCase& in, v1::ReleaseCase& out);
void FromWire(const v1::ReleaseCase& in, core::ReleaseCase& out, Faults& faults);
void ToWire(const core::AddMessage& in, v1::AddMessage& out);
void FromWire(const v1::AddMessage& in, core::AddMessage& out, Faults& faults);
void ToWire(const core::AddAttachment& in, v1::AddAttachment& out);
void FromWire(const v1::AddAttachment& in, core::AddAttachment& out, Faults& faults);
void ToWire(const core::ExtendClock& in, v1::ExtendClock& out);
void FromWire(const v1::ExtendClock& in, core::ExtendClock& out, Faults& faults);
void ToWire(const core::PauseClocks& in, v1::PauseClocks& out);
void FromWire(const v1::PauseClocks& in, core::PauseClocks& out, Faults& faults);
void ToWire(const core::ResumeClocks& in, v1::ResumeClocks& out);
void FromWire(const v1::ResumeClocks& in, core::ResumeClocks& out, Faults& faults);
void ToWire(const core::ReopenCase& in, v1::ReopenCase& out);
void FromWire(const v1::ReopenCase& in, core::ReopenCase& out, Faults& faults);
void ToWire(const core::MergeInto& in, v1::MergeInto& out);
void FromWire(const v1::MergeInto& in, core::MergeInto& out, Faults& faults);
void ToWire(const core::ReferCase& in, v1::ReferCase& out);
void FromWire(const v1::ReferCase& in, core::ReferCase& out, Faults& faults);
void ToWire(const core::WithdrawCase& in, v1::WithdrawCase& out);
void FromWire(const v1::WithdrawCase& in, core::WithdrawCase& out, Faults& faults);
void ToWire(const core::RateCase& in, v1::RateCase& out);
void FromWire(const v1::RateCase& in, core::RateCase& out, Faults& faults);
void ToWire(const core::CorrectCase& in, v1::CorrectCase& out);
void FromWire(const v1::CorrectCase& in, core::CorrectCase& out, Faults& faults);
void ToWire(const core::MigrateCase& in, v1::MigrateCase& out);
void FromWire(const v1::MigrateCase& in, core::MigrateCase& out, Faults& faults);
void ToWire(const core::AdvanceCase& in, v1::AdvanceCase& out);
void FromWire(const v1::AdvanceCase& in, core::AdvanceCase& out, Faults& faults);
void ToWire(const core::GoLive& in, v1::GoLive& out);
void FromWire(const v1::GoLive& in, core::GoLive& out, Faults& faults);
void ToWire(const core::RecordDelivery& in, v1::RecordDelivery& out);
void FromWire(const v1::RecordDelivery& in, core::RecordDelivery& out, Faults& faults);
void ToWire(const core::RecordAccess& in, v1::RecordAccess& out);
void FromWire(const v1::RecordAccess& in, core::RecordAccess& out, Faults& faults);
void ToWire(const core::LinkDuplicate& in, v1::LinkDuplicate& out);
void FromWire(const v1::LinkDuplicate& in, core::LinkDuplicate& out, Faults& faults);
void ToWire(const core::IssueNumber& in, v1::IssueNumber& out);
void FromWire(const v1::IssueNumber& in, core::IssueNumber& out, Faults& faults);
void ToWire(const core::AnswerFollowUp& in, v1::AnswerFollowUp& out);
void FromWire(const v1::AnswerFollowUp& in, core::AnswerFollowUp& out, Faults& faults);

}  // namespace rasti::codec
