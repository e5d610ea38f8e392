// Events of SLA clocks.
#include "engine/codec/convert_deadline.h"
#include "engine/codec/convert_event.h"

namespace rasti::codec {

void ToWire(const core::ClockStarted& in, v1::ClockStarted& out) {
  out.set_clock(in.clock.str());
  ToWire(in.rule, *out.mutable_rule());
  out.set_started_at_ms(ToUnixMillis(in.started_at));
  ToWire(in.plan, *out.mutable_plan());
  out.set_given(in.given);
}

void FromWire(const v1::ClockStarted& in, core::ClockStarted& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  faults.Require(in.has_rule(), "rule");
  FromWire(in.rule(), out.rule, faults);
  FromWire(in.started_at_ms(), out.started_at, "started_at_ms", faults);
  faults.Require(in.has_plan(), "plan");
  FromWire(in.plan(), out.plan, faults);
  out.given = in.given();
}

void ToWire(const core::ClockPaused& in, v1::ClockPaused& out) {
  out.set_clock(in.clock.str());
  out.set_reason(in.reason);
  out.set_by_hand(in.by_hand);
}

void FromWire(const v1::ClockPaused& in, core::ClockPaused& out, Faults&) {
  out.clock = core::ClockId(in.clock());
  out.reason = in.reason();
  out.by_hand = in.by_hand();
}

void ToWire(const core::ClockResumed& in, v1::ClockResumed& out) {
  out.set_clock(in.clock.str());
  ToWire(in.plan, *out.mutable_plan());
  out.set_reason(in.reason);
}

void FromWire(const v1::ClockResumed& in, core::ClockResumed& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  faults.Require(in.has_plan(), "plan");
  FromWire(in.plan(), out.plan, faults);
  out.reason = in.reason();
}

void ToWire(const core::ClockMet& in, v1::ClockMet& out) {
  out.set_clock(in.clock.str());
  out.set_due_at_ms(ToUnixMillis(in.due_at));
  out.set_on_time(in.on_time);
}

void FromWire(const v1::ClockMet& in, core::ClockMet& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  FromWire(in.due_at_ms(), out.due_at, "due_at_ms", faults);
  out.on_time = in.on_time();
}

void ToWire(const core::ClockCancelled& in, v1::ClockCancelled& out) {
  out.set_clock(in.clock.str());
  out.set_reason(in.reason);
}

void FromWire(const v1::ClockCancelled& in, core::ClockCancelled& out, Faults&) {
  out.clock = core::ClockId(in.clock());
  out.reason = in.reason();
}

void ToWire(const core::ClockExtended& in, v1::ClockExtended& out) {
  out.set_clock(in.clock.str());
  ToWire(in.by, *out.mutable_by());
  out.set_legal_basis(in.legal_basis);
  out.set_reason(in.reason);
  ToWire(in.plan, *out.mutable_plan());
}

void FromWire(const v1::ClockExtended& in, core::ClockExtended& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  faults.Require(in.has_by(), "by");
  FromWire(in.by(), out.by, faults);
  out.legal_basis = in.legal_basis();
  out.reason = in.reason();
  faults.Require(in.has_plan(), "plan");
  FromWire(in.plan(), out.plan, faults);
}

void ToWire(const core::ClockReplanned& in, v1::ClockReplanned& out) {
  out.set_clock(in.clock.str());
  ToWire(in.rule, *out.mutable_rule());
  ToWire(in.plan, *out.mutable_plan());
  out.set_reason(in.reason);
}

void FromWire(const v1::ClockReplanned& in, core::ClockReplanned& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  faults.Require(in.has_rule(), "rule");
  FromWire(in.rule(), out.rule, faults);
  faults.Require(in.has_plan(), "plan");
  FromWire(in.plan(), out.plan, faults);
  out.reason = in.reason();
}

void ToWire(const core::DeadlineWarned& in, v1::DeadlineWarned& out) {
  out.set_clock(in.clock.str());
  out.set_warned_at_ms(ToUnixMillis(in.warned_at));
  out.set_due_at_ms(ToUnixMillis(in.due_at));
}

void FromWire(const v1::DeadlineWarned& in, core::DeadlineWarned& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  FromWire(in.warned_at_ms(), out.warned_at, "warned_at_ms", faults);
  FromWire(in.due_at_ms(), out.due_at, "due_at_ms", faults);
}

void ToWire(const core::DeadlineBreached& in, v1::DeadlineBreached& out) {
  out.set_clock(in.clock.str());
  out.set_due_at_ms(ToUnixMillis(in.due_at));
}

void FromWire(const v1::DeadlineBreached& in, core::DeadlineBreached& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  FromWire(in.due_at_ms(), out.due_at, "due_at_ms", faults);
}

void ToWire(const core::CaseEscalated& in, v1::CaseEscalated& out) {
  out.set_clock(in.clock.str());
  out.set_level(in.level);
  ToWire(in.to, *out.mutable_to());
  out.set_escalated_at_ms(ToUnixMillis(in.escalated_at));
  out.set_due_at_ms(ToUnixMillis(in.due_at));
  out.set_reason(in.reason);
}

void FromWire(const v1::CaseEscalated& in, core::CaseEscalated& out, Faults& faults) {
  out.clock = core::ClockId(in.clock());
  out.level = in.level();
  faults.Require(in.has_to(), "to");
  FromWire(in.to(), out.to, faults);
  FromWire(in.escalated_at_ms(), out.escalated_at, "escalated_at_ms", faults);
  FromWire(in.due_at_ms(), out.due_at, "due_at_ms", faults);
  out.reason = in.reason();
}

}  // namespace rasti::codec
