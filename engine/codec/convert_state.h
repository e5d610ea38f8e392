// Conversions of case states (state.proto).
#pragma once

#include "engine/codec/convert_common.h"
#include "engine/core/case_state.h"
#include "proto/rasti/v1/state.pb.h"

namespace rasti::codec {

void ToWire(const core::ClockState& in, v1::ClockState& out);
void FromWire(const v1::ClockState& in, core::ClockState& out, Faults& faults);

void ToWire(const core::PendingFollowUp& in, v1::PendingFollowUp& out);
void FromWire(const v1::PendingFollowUp& in, core::PendingFollowUp& out, Faults& faults);
void ToWire(const core::Taker& in, v1::Taker& out);
void FromWire(const v1::Taker& in, core::Taker& out, Faults& faults);

void ToWire(const core::CaseState& in, v1::CaseState& out);
void FromWire(const v1::CaseState& in, core::CaseState& out, Faults& faults);

}  // namespace rasti::codec
