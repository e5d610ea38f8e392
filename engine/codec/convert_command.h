// Conversions of commands (command.proto).
#pragma once

#include "engine/codec/convert_common.h"
#include "engine/core/command.h"
#include "proto/rasti/v1/command.pb.h"

namespace rasti::codec {

void ToWire(const core::Command& in, v1::Command& out);
void FromWire(const v1::Command& in, core::Command& out, Faults& faults);

/// Fills the field of the payload's type.
void ToWire(const core::CommandPayload& in, v1::Command& out);
/// Reads whichever field is set. A message without one is a fault.
void FromWire(const v1::Command& in, core::CommandPayload& out, Faults& faults);

}  // namespace rasti::codec
