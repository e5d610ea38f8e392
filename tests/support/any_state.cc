#include "tests/support/any_fill.h"

namespace rasti::test {

void Fill(Values v, core::ClockState& out) {
  FillEnum(out.status, core::kClockStatusCount);
  FillAll(v, out.id, out.course, out.given, out.plan, out.paused_by_hand, out.breached, out.escalated_to,
          out.extensions, out.met_at);
}
void Fill(Values v, core::PendingFollowUp& out) { FillAll(v, out.id, out.to, out.times_out_at); }
void Fill(Values v, core::Taker& out) { FillAll(v, out.action, out.actor, out.taken_at); }

void Fill(Values v, core::CaseNumber& out) {
  FillAll(v, out.register_id, out.period, out.follow_up, out.number, out.text);
}

core::CaseState AnyCaseState() {
  core::CaseState out;
  FillEnum(out.status, core::kCaseStatusCount);
  FillAll(Values(), out.id, out.tenant, out.definition, out.revision, out.stage, out.stage_entered_at, out.submitted_at,
          out.received_at, out.last_occurred_at, out.last_recorded_at, out.title, out.category, out.channel,
          out.reference, out.subject, out.submitted_by, out.form, out.personal, out.assignment, out.clocks,
          out.follow_ups, out.numbers, out.takers, out.messages_in, out.messages_out, out.attachments, out.responses,
          out.reopened, out.rating, out.rated_at, out.referred_to, out.merging_into, out.merged_into, out.duplicates,
          out.historic, out.live_since, out.advanced_to, out.calendar, out.tzdata, out.last_person,
          out.last_person_revision, out.other_person_revision);
  return out;
}

}  // namespace rasti::test
