// Conversions of deadlines (deadline.proto).
#pragma once

#include "engine/codec/convert_common.h"
#include "engine/core/event.h"
#include "engine/sla/deadline.h"
#include "proto/rasti/v1/deadline.pb.h"

namespace rasti::codec {

void ToWire(const sla::Rule& in, v1::Rule& out);
void FromWire(const v1::Rule& in, sla::Rule& out, Faults& faults);

void ToWire(const sla::Step& in, v1::Step& out);
void FromWire(const v1::Step& in, sla::Step& out, Faults& faults);

void ToWire(const sla::Course& in, v1::Course& out);
void FromWire(const v1::Course& in, sla::Course& out, Faults& faults);

void ToWire(const core::EscalationTarget& in, v1::EscalationTarget& out);
void FromWire(const v1::EscalationTarget& in, core::EscalationTarget& out, Faults& faults);

void ToWire(const core::PendingEscalation& in, v1::PendingEscalation& out);
void FromWire(const v1::PendingEscalation& in, core::PendingEscalation& out, Faults& faults);

void ToWire(const core::ClockPlan& in, v1::ClockPlan& out);
void FromWire(const v1::ClockPlan& in, core::ClockPlan& out, Faults& faults);

void ToWire(const core::GivenDeadline& in, v1::GivenDeadline& out);
void FromWire(const v1::GivenDeadline& in, core::GivenDeadline& out, Faults& faults);

}  // namespace rasti::codec
