// Events of what a case exchanges with people, with other cases and with the outside.
#include "engine/codec/convert_event.h"

namespace rasti::codec {
namespace {

// MessageReceived and MessageSent differ in nothing but their names.
template <class Wire>
void MessageToWire(const core::MessageAdded& in, Wire& out) {
  out.set_message_id(in.message_id);
  ToWire(in.body, *out.mutable_body());
}

template <class Wire>
void MessageFromWire(const Wire& in, core::Direction direction, core::MessageAdded& out, Faults& faults) {
  out.direction = direction;
  out.message_id = in.message_id();
  faults.Require(in.has_body(), "body");
  FromWire(in.body(), out.body, faults);
}

template <class Wire>
void AttachmentFromWire(const Wire& in, core::Direction direction, core::AttachmentAdded& out, Faults& faults) {
  out.direction = direction;
  faults.Require(in.has_attachment(), "attachment");
  FromWire(in.attachment(), out, faults);
}

}  // namespace

void ToWire(const core::MessageAdded& in, v1::Event& out) {
  switch (in.direction) {
    case core::Direction::kFromCitizen: return MessageToWire(in, *out.mutable_message_received());
    case core::Direction::kToCitizen: return MessageToWire(in, *out.mutable_message_sent());
  }
}

void FromWire(const v1::MessageReceived& in, core::MessageAdded& out, Faults& faults) {
  MessageFromWire(in, core::Direction::kFromCitizen, out, faults);
}

void FromWire(const v1::MessageSent& in, core::MessageAdded& out, Faults& faults) {
  MessageFromWire(in, core::Direction::kToCitizen, out, faults);
}

void ToWire(const core::AttachmentAdded& in, v1::Event& out) {
  switch (in.direction) {
    case core::Direction::kFromCitizen: return ToWire(in, *out.mutable_attachment_received()->mutable_attachment());
    case core::Direction::kToCitizen: return ToWire(in, *out.mutable_attachment_sent()->mutable_attachment());
  }
}

void FromWire(const v1::AttachmentReceived& in, core::AttachmentAdded& out, Faults& faults) {
  AttachmentFromWire(in, core::Direction::kFromCitizen, out, faults);
}

void FromWire(const v1::AttachmentSent& in, core::AttachmentAdded& out, Faults& faults) {
  AttachmentFromWire(in, core::Direction::kToCitizen, out, faults);
}

void ToWire(const core::ResponseSent& in, v1::ResponseSent& out) {
  out.set_outcome(in.outcome);
  out.set_text(in.text);
  out.set_response_template(in.response_template);
}

void FromWire(const v1::ResponseSent& in, core::ResponseSent& out, Faults&) {
  out.outcome = in.outcome();
  out.text = in.text();
  out.response_template = in.response_template();
}

void ToWire(const core::MergeRequested& in, v1::MergeRequested& out) {
  out.set_into(ToWire(in.into));
  out.set_follow_up(in.follow_up.str());
  out.set_times_out_at_ms(ToUnixMillis(in.times_out_at));
  out.set_reason(in.reason);
}

void FromWire(const v1::MergeRequested& in, core::MergeRequested& out, Faults& faults) {
  FromWire(in.into(), out.into, "into", faults);
  out.follow_up = core::CommandId(in.follow_up());
  FromWire(in.times_out_at_ms(), out.times_out_at, "times_out_at_ms", faults);
  out.reason = in.reason();
}

void ToWire(const core::DuplicateLinked& in, v1::DuplicateLinked& out) { out.set_duplicate(ToWire(in.duplicate)); }

void FromWire(const v1::DuplicateLinked& in, core::DuplicateLinked& out, Faults& faults) {
  FromWire(in.duplicate(), out.duplicate, "duplicate", faults);
}

void ToWire(const core::CaseMerged& in, v1::CaseMerged& out) {
  out.set_into(ToWire(in.into));
  out.set_follow_up(in.follow_up.str());
}

void FromWire(const v1::CaseMerged& in, core::CaseMerged& out, Faults& faults) {
  FromWire(in.into(), out.into, "into", faults);
  out.follow_up = core::CommandId(in.follow_up());
}

void ToWire(const core::MergeRefused& in, v1::MergeRefused& out) {
  out.set_into(ToWire(in.into));
  out.set_follow_up(in.follow_up.str());
  out.set_code(in.code);
  out.set_reason(in.reason);
}

void FromWire(const v1::MergeRefused& in, core::MergeRefused& out, Faults& faults) {
  FromWire(in.into(), out.into, "into", faults);
  out.follow_up = core::CommandId(in.follow_up());
  out.code = in.code();
  out.reason = in.reason();
}

void ToWire(const core::FollowUpTimedOut& in, v1::FollowUpTimedOut& out) {
  out.set_follow_up(in.follow_up.str());
  out.set_to(ToWire(in.to));
  out.set_times_out_at_ms(ToUnixMillis(in.times_out_at));
}

void FromWire(const v1::FollowUpTimedOut& in, core::FollowUpTimedOut& out, Faults& faults) {
  out.follow_up = core::CommandId(in.follow_up());
  FromWire(in.to(), out.to, "to", faults);
  FromWire(in.times_out_at_ms(), out.times_out_at, "times_out_at_ms", faults);
}

void ToWire(const core::NumberRequested& in, v1::NumberRequested& out) {
  out.set_register_id(in.register_id);
  out.set_period(in.period);
  out.set_follow_up(in.follow_up.str());
}

void FromWire(const v1::NumberRequested& in, core::NumberRequested& out, Faults&) {
  out.register_id = in.register_id();
  out.period = in.period();
  out.follow_up = core::CommandId(in.follow_up());
}

void ToWire(const core::NumberIssued& in, v1::NumberIssued& out) {
  out.set_number(in.number);
  out.set_to(ToWire(in.to));
}

void FromWire(const v1::NumberIssued& in, core::NumberIssued& out, Faults& faults) {
  out.number = in.number();
  FromWire(in.to(), out.to, "to", faults);
}

void ToWire(const core::NumberReceived& in, v1::NumberReceived& out) {
  out.set_register_id(in.register_id);
  out.set_number(in.number);
  out.set_text(in.text);
  out.set_follow_up(in.follow_up.str());
}

void FromWire(const v1::NumberReceived& in, core::NumberReceived& out, Faults&) {
  out.register_id = in.register_id();
  out.number = in.number();
  out.text = in.text();
  out.follow_up = core::CommandId(in.follow_up());
}

void ToWire(const core::NumberRefused& in, v1::NumberRefused& out) {
  out.set_register_id(in.register_id);
  out.set_follow_up(in.follow_up.str());
  out.set_code(in.code);
  out.set_reason(in.reason);
}

void FromWire(const v1::NumberRefused& in, core::NumberRefused& out, Faults&) {
  out.register_id = in.register_id();
  out.follow_up = core::CommandId(in.follow_up());
  out.code = in.code();
  out.reason = in.reason();
}

void ToWire(const core::DeliveryRecorded& in, v1::DeliveryRecorded& out) { ToWire(in, *out.mutable_delivery()); }

void FromWire(const v1::DeliveryRecorded& in, core::DeliveryRecorded& out, Faults& faults) {
  faults.Require(in.has_delivery(), "delivery");
  FromWire(in.delivery(), out, faults);
}

void ToWire(const core::PersonalDataOpened& in, v1::PersonalDataOpened& out) {
  for (const std::string& path : in.paths) out.add_paths(path);
  out.set_reason(in.reason);
}

void FromWire(const v1::PersonalDataOpened& in, core::PersonalDataOpened& out, Faults&) {
  out.paths.assign(in.paths().begin(), in.paths().end());
  out.reason = in.reason();
}

}  // namespace rasti::codec
