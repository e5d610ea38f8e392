// Conversions of what events, commands and case states have in common (common.proto).
#pragma once

#include <google/protobuf/repeated_ptr_field.h>

#include <string>
#include <vector>

#include "engine/codec/convert_basics.h"
#include "engine/core/event.h"
#include "proto/rasti/v1/common.pb.h"

namespace rasti::codec {

void ToWire(const core::Actor& in, v1::Actor& out);
void FromWire(const v1::Actor& in, core::Actor& out, Faults& faults);

void ToWire(const core::Versions& in, v1::Versions& out);
void FromWire(const v1::Versions& in, core::Versions& out, Faults& faults);

void ToWire(const core::Assignment& in, v1::Assignment& out);
void FromWire(const v1::Assignment& in, core::Assignment& out, Faults& faults);

void ToWire(const core::Field& in, v1::Field& out);
void FromWire(const v1::Field& in, core::Field& out, Faults& faults);

v1::Direction ToWire(core::Direction in);
void FromWire(v1::Direction in, core::Direction& out, Faults& faults);

/// Without the direction, which stands elsewhere.
void ToWire(const core::AttachmentAdded& in, v1::Attachment& out);
void FromWire(const v1::Attachment& in, core::AttachmentAdded& out, Faults& faults);

void ToWire(const core::DeliveryRecorded& in, v1::Delivery& out);
void FromWire(const v1::Delivery& in, core::DeliveryRecorded& out, Faults& faults);

/// Any list of messages that have a conversion.
template <class Core, class Wire>
void FromWire(const google::protobuf::RepeatedPtrField<Wire>& in, std::vector<Core>& out, Faults& faults) {
  out.reserve(static_cast<size_t>(in.size()));
  for (const Wire& value : in) FromWire(value, out.emplace_back(), faults);
}

}  // namespace rasti::codec
