#include "engine/codec/convert_state.h"

#include "engine/codec/convert_deadline.h"

namespace rasti::codec {
namespace {

constexpr EnumTable<core::CaseStatus, v1::CaseStatus, core::kCaseStatusCount> kStatuses{{{
    {core::CaseStatus::kOpen, v1::CASE_STATUS_OPEN},
    {core::CaseStatus::kFrozen, v1::CASE_STATUS_FROZEN},
    {core::CaseStatus::kClosed, v1::CASE_STATUS_CLOSED},
    {core::CaseStatus::kWithdrawn, v1::CASE_STATUS_WITHDRAWN},
    {core::CaseStatus::kMerged, v1::CASE_STATUS_MERGED},
}}};
constexpr EnumTable<core::ClockStatus, v1::ClockStatus, core::kClockStatusCount> kClockStatuses{{{
    {core::ClockStatus::kRunning, v1::CLOCK_STATUS_RUNNING},
    {core::ClockStatus::kPaused, v1::CLOCK_STATUS_PAUSED},
    {core::ClockStatus::kMet, v1::CLOCK_STATUS_MET},
    {core::ClockStatus::kCancelled, v1::CLOCK_STATUS_CANCELLED},
}}};

void OptionalFromWire(bool present, const std::string& in, std::optional<core::CaseId>& out, std::string_view field,
                      Faults& faults) {
  if (present) FromWire(in, out.emplace(), field, faults);
}

}  // namespace

void ToWire(const core::ClockState& in, v1::ClockState& out) {
  out.set_clock(in.id.str());
  out.set_status(kClockStatuses.Of(in.status));
  ToWire(in.course, *out.mutable_course());
  out.set_given(in.given);
  ToWire(in.plan, *out.mutable_plan());
  out.set_paused_by_hand(in.paused_by_hand);
  out.set_breached(in.breached);
  out.set_escalated_to(in.escalated_to);
  out.set_extensions(in.extensions);
  if (in.met_at) out.set_met_at_ms(ToUnixMillis(*in.met_at));
}

void FromWire(const v1::ClockState& in, core::ClockState& out, Faults& faults) {
  out.id = core::ClockId(in.clock());
  kClockStatuses.Read(in.status(), out.status, "clocks.status", faults);
  faults.Require(in.has_course(), "clocks.course");
  FromWire(in.course(), out.course, faults);
  out.given = in.given();
  faults.Require(in.has_plan(), "clocks.plan");
  FromWire(in.plan(), out.plan, faults);
  out.paused_by_hand = in.paused_by_hand();
  out.breached = in.breached();
  out.escalated_to = in.escalated_to();
  out.extensions = in.extensions();
  FromWire(in.has_met_at_ms(), in.met_at_ms(), out.met_at, "clocks.met_at_ms", faults);
}

void ToWire(const core::PendingFollowUp& in, v1::PendingFollowUp& out) {
  out.set_follow_up(in.id.str());
  out.set_to(ToWire(in.to));
  out.set_times_out_at_ms(ToUnixMillis(in.times_out_at));
}

void FromWire(const v1::PendingFollowUp& in, core::PendingFollowUp& out, Faults& faults) {
  out.id = core::CommandId(in.follow_up());
  FromWire(in.to(), out.to, "follow_ups.to", faults);
  FromWire(in.times_out_at_ms(), out.times_out_at, "follow_ups.times_out_at_ms", faults);
}

void ToWire(const core::CaseNumber& in, v1::CaseNumber& out) {
  out.set_register_id(in.register_id);
  out.set_period(in.period);
  out.set_follow_up(in.follow_up.str());
  out.set_number(in.number);
  out.set_text(in.text);
}

void FromWire(const v1::CaseNumber& in, core::CaseNumber& out, Faults&) {
  out.register_id = in.register_id();
  out.period = in.period();
  out.follow_up = core::CommandId(in.follow_up());
  out.number = in.number();
  out.text = in.text();
}

void ToWire(const core::Taker& in, v1::Taker& out) {
  out.set_action(in.action.str());
  out.set_actor(in.actor.str());
  out.set_taken_at_ms(ToUnixMillis(in.taken_at));
}

void FromWire(const v1::Taker& in, core::Taker& out, Faults& faults) {
  out.action = core::ActionId(in.action());
  out.actor = core::ActorId(in.actor());
  FromWire(in.taken_at_ms(), out.taken_at, "takers.taken_at_ms", faults);
}

void ToWire(const core::CaseState& in, v1::CaseState& out) {
  out.set_case_id(ToWire(in.id));
  out.set_tenant(in.tenant.str());
  out.set_definition(in.definition.str());
  out.set_revision(in.revision.value);
  out.set_status(kStatuses.Of(in.status));
  out.set_stage(in.stage.str());
  out.set_stage_entered_at_ms(ToUnixMillis(in.stage_entered_at));
  out.set_submitted_at_ms(ToUnixMillis(in.submitted_at));
  if (in.received_at) out.set_received_at_ms(ToUnixMillis(*in.received_at));
  out.set_last_occurred_at_ms(ToUnixMillis(in.last_occurred_at));
  out.set_last_recorded_at_ms(ToUnixMillis(in.last_recorded_at));
  out.set_title(in.title);
  out.set_category(in.category.str());
  out.set_channel(in.channel);
  out.set_reference(in.reference);
  if (in.subject) out.set_subject(in.subject->str());
  out.set_submitted_by(in.submitted_by.str());
  out.set_form(in.form);
  for (const core::Field& field : in.personal) ToWire(field, *out.add_personal());
  ToWire(in.assignment, *out.mutable_assignment());
  for (const core::ClockState& clock : in.clocks) ToWire(clock, *out.add_clocks());
  for (const core::PendingFollowUp& follow_up : in.follow_ups) ToWire(follow_up, *out.add_follow_ups());
  for (const core::CaseNumber& number : in.numbers) ToWire(number, *out.add_numbers());
  for (const core::Taker& taker : in.takers) ToWire(taker, *out.add_takers());
  out.set_messages_in(in.messages_in);
  out.set_messages_out(in.messages_out);
  out.set_attachments(in.attachments);
  out.set_responses(in.responses);
  out.set_reopened(in.reopened);
  out.set_rating(in.rating);
  if (in.rated_at) out.set_rated_at_ms(ToUnixMillis(*in.rated_at));
  out.set_referred_to(in.referred_to);
  if (in.merging_into) out.set_merging_into(ToWire(*in.merging_into));
  if (in.merged_into) out.set_merged_into(ToWire(*in.merged_into));
  for (const core::CaseId& duplicate : in.duplicates) out.add_duplicates(ToWire(duplicate));
  out.set_historic(in.historic);
  if (in.live_since) out.set_live_since_at_ms(ToUnixMillis(*in.live_since));
  if (in.advanced_to) out.set_advanced_to_at_ms(ToUnixMillis(*in.advanced_to));
  out.set_calendar(in.calendar.str());
  out.set_tzdata(in.tzdata.str());
  out.set_last_person(in.last_person.str());
  out.set_last_person_revision(in.last_person_revision.value);
  out.set_other_person_revision(in.other_person_revision.value);
}

void FromWire(const v1::CaseState& in, core::CaseState& out, Faults& faults) {
  FromWire(in.case_id(), out.id, "case_id", faults);
  out.tenant = core::TenantId(in.tenant());
  out.definition = core::VersionedName(in.definition());
  out.revision = {in.revision()};
  kStatuses.Read(in.status(), out.status, "status", faults);
  out.stage = core::StageId(in.stage());
  FromWire(in.stage_entered_at_ms(), out.stage_entered_at, "stage_entered_at_ms", faults);
  FromWire(in.submitted_at_ms(), out.submitted_at, "submitted_at_ms", faults);
  FromWire(in.has_received_at_ms(), in.received_at_ms(), out.received_at, "received_at_ms", faults);
  FromWire(in.last_occurred_at_ms(), out.last_occurred_at, "last_occurred_at_ms", faults);
  FromWire(in.last_recorded_at_ms(), out.last_recorded_at, "last_recorded_at_ms", faults);
  out.title = in.title();
  out.category = core::CategoryId(in.category());
  out.channel = in.channel();
  out.reference = in.reference();
  FromWire(in.has_subject(), in.subject(), out.subject);
  out.submitted_by = core::ActorId(in.submitted_by());
  out.form = in.form();
  FromWire(in.personal(), out.personal, faults);
  faults.Require(in.has_assignment(), "assignment");
  FromWire(in.assignment(), out.assignment, faults);
  FromWire(in.clocks(), out.clocks, faults);
  FromWire(in.follow_ups(), out.follow_ups, faults);
  FromWire(in.numbers(), out.numbers, faults);
  FromWire(in.takers(), out.takers, faults);
  out.messages_in = in.messages_in();
  out.messages_out = in.messages_out();
  out.attachments = in.attachments();
  out.responses = in.responses();
  out.reopened = in.reopened();
  out.rating = in.rating();
  FromWire(in.has_rated_at_ms(), in.rated_at_ms(), out.rated_at, "rated_at_ms", faults);
  out.referred_to = in.referred_to();
  OptionalFromWire(in.has_merging_into(), in.merging_into(), out.merging_into, "merging_into", faults);
  OptionalFromWire(in.has_merged_into(), in.merged_into(), out.merged_into, "merged_into", faults);
  for (const std::string& id : in.duplicates()) FromWire(id, out.duplicates.emplace_back(), "duplicates", faults);
  out.historic = in.historic();
  FromWire(in.has_live_since_at_ms(), in.live_since_at_ms(), out.live_since, "live_since_at_ms", faults);
  FromWire(in.has_advanced_to_at_ms(), in.advanced_to_at_ms(), out.advanced_to, "advanced_to_at_ms", faults);
  out.calendar = core::VersionedName(in.calendar());
  out.tzdata = core::VersionedName(in.tzdata());
  out.last_person = core::ActorId(in.last_person());
  out.last_person_revision = {in.last_person_revision()};
  out.other_person_revision = {in.other_person_revision()};
}

}  // namespace rasti::codec
