#include "tools/rasti/wire.h"

#include <algorithm>
#include <array>

#include "engine/codec/state_codec.h"

namespace rasti::cli {
namespace {

constexpr std::array kStatuses{
    std::pair{core::CaseStatus::kOpen, v1::CASE_STATUS_OPEN},
    std::pair{core::CaseStatus::kFrozen, v1::CASE_STATUS_FROZEN},
    std::pair{core::CaseStatus::kClosed, v1::CASE_STATUS_CLOSED},
    std::pair{core::CaseStatus::kWithdrawn, v1::CASE_STATUS_WITHDRAWN},
    std::pair{core::CaseStatus::kMerged, v1::CASE_STATUS_MERGED},
};

Result<Instant> InstantOf(int64_t millis) {
  const Instant instant = InstantFromUnixMillis(millis);
  if (instant < kEarliestInstant || instant > kLatestInstant) {
    return Fail(Error::Invalid("an instant that is not between the years 1 and 9999"));
  }
  return instant;
}

Result<core::CaseId> CaseIdOf(const std::string& bytes) {
  RASTI_TRY(const Uuid uuid, UuidFromBytes(bytes));
  return core::CaseId{uuid};
}

void ToWire(const core::Assignment& holder, v1::Assignment& out) {
  if (holder.tenant) out.set_tenant(holder.tenant->str());
  if (holder.directorate) out.set_directorate(holder.directorate->str());
  if (holder.queue) out.set_queue(holder.queue->str());
  if (holder.person) out.set_person(holder.person->str());
}

core::Assignment FromWire(const v1::Assignment& in) {
  core::Assignment holder;
  if (in.has_tenant()) holder.tenant.emplace(in.tenant());
  if (in.has_directorate()) holder.directorate.emplace(in.directorate());
  if (in.has_queue()) holder.queue.emplace(in.queue());
  if (in.has_person()) holder.person.emplace(in.person());
  return holder;
}

}  // namespace

void ToWire(const views::Moment& moment, v1::Request::Moment& out) {
  if (moment.at) out.set_occurred_by_at_ms(ToUnixMillis(*moment.at));
  if (moment.known_at) out.set_known_by_at_ms(ToUnixMillis(*moment.known_at));
}

Result<views::Moment> FromWire(const v1::Request::Moment& in) {
  views::Moment moment;
  if (in.has_occurred_by_at_ms()) {
    RASTI_TRY(moment.at, InstantOf(in.occurred_by_at_ms()));
  }
  if (in.has_known_by_at_ms()) {
    RASTI_TRY(moment.known_at, InstantOf(in.known_by_at_ms()));
  }
  return moment;
}

void ToWire(const codec::Token& token, v1::Token& out) {
  out.set_partition(token.partition.value);
  out.set_sequence(token.sequence.value);
}

codec::Token FromWire(const v1::Token& in) { return {{in.partition()}, {in.sequence()}}; }

void ToWire(const views::CasePage& page, v1::Response::CasePage& out) {
  out.mutable_state()->ParseFromString(codec::EncodeState(page.state));
  out.set_head(std::string(AsBytes(page.head)));
  out.set_partition(page.partition.value);
}

Result<views::CasePage> FromWire(const v1::Response::CasePage& in) {
  views::CasePage page;
  RASTI_TRY(page.state, codec::DecodeState(in.state().SerializeAsString()));
  if (in.head().size() != page.head.size())
    return Fail(Error::Corruption("an answer with a hash that has not 32 bytes"));
  std::copy(in.head().begin(), in.head().end(), page.head.begin());
  page.partition = {in.partition()};
  return page;
}

void ToWire(const views::DeadlinePage& page, v1::Response::Deadlines& out) {
  for (const views::DeadlineRow& row : page.rows) {
    auto& to = *out.add_rows();
    to.set_tenant(row.tenant.str());
    to.set_case_id(std::string(row.case_id.uuid.AsBytes()));
    to.set_reference(row.reference);
    to.set_title(row.title);
    to.set_category(row.category.str());
    to.set_stage(row.stage.str());
    to.set_status(std::ranges::find(kStatuses, row.status, &decltype(kStatuses)::value_type::first)->second);
    ToWire(row.holder, *to.mutable_holder());
    to.set_clock(row.clock.str());
    to.set_due_at_ms(ToUnixMillis(row.due_at));
    to.set_breached(row.breached);
    to.set_escalated_to(row.escalated_to);
    to.set_historic(row.historic);
  }
  out.set_next(page.next);
}

Result<views::DeadlinePage> FromWire(const v1::Response::Deadlines& in) {
  views::DeadlinePage page;
  for (const auto& from : in.rows()) {
    views::DeadlineRow& row = page.rows.emplace_back();
    const auto status = std::ranges::find(kStatuses, from.status(), &decltype(kStatuses)::value_type::second);
    if (status == kStatuses.end()) {
      return Fail(ErrorCode::kUnsupportedVersion, "an answer with a status that only a newer rasti knows");
    }
    row.status = status->first;
    row.tenant = core::TenantId(from.tenant());
    RASTI_TRY(row.case_id, CaseIdOf(from.case_id()));
    row.reference = from.reference();
    row.title = from.title();
    row.category = core::CategoryId(from.category());
    row.stage = core::StageId(from.stage());
    row.holder = FromWire(from.holder());
    row.clock = core::ClockId(from.clock());
    RASTI_TRY(row.due_at, InstantOf(from.due_at_ms()));
    row.breached = from.breached();
    row.escalated_to = from.escalated_to();
    row.historic = from.historic();
  }
  page.next = in.next();
  return page;
}

void ToWire(const views::CaseList& list, v1::Response::Cases& out) {
  for (const views::CasePage& page : list.pages) ToWire(page, *out.add_pages());
  if (list.next) out.set_next(std::string(list.next->uuid.AsBytes()));
}

Result<views::CaseList> FromWire(const v1::Response::Cases& in) {
  views::CaseList list;
  for (const v1::Response::CasePage& page : in.pages()) {
    RASTI_TRY(auto read, FromWire(page));
    list.pages.push_back(std::move(read));
  }
  if (!in.next().empty()) {
    RASTI_TRY(list.next, CaseIdOf(in.next()));
  }
  return list;
}

void ToWire(const views::StatusTally& tally, v1::Response::Tally& out) {
  out.set_closed_on_time(tally.closed_on_time);
  out.set_closed_late(tally.closed_late);
  out.set_open_overdue(tally.open_overdue);
  out.set_open_in_time(tally.open_in_time);
  out.set_no_deadline(tally.no_deadline);
}

views::StatusTally FromWire(const v1::Response::Tally& in) {
  return {.closed_on_time = in.closed_on_time(),
          .closed_late = in.closed_late(),
          .open_overdue = in.open_overdue(),
          .open_in_time = in.open_in_time(),
          .no_deadline = in.no_deadline()};
}

void ToWire(const runtime::FiledDeadLetter& filed, v1::Response::DeadLetters::Entry& out) {
  out.mutable_letter()->ParseFromString(codec::EncodeDeadLetterRecord(filed.letter));
  if (filed.note) out.mutable_note()->ParseFromString(codec::EncodeDeadLetterRecord(*filed.note));
}

Result<runtime::FiledDeadLetter> FromWire(const v1::Response::DeadLetters::Entry& in) {
  runtime::FiledDeadLetter filed;
  RASTI_TRY(auto letter, codec::DecodeDeadLetterRecord(in.letter().SerializeAsString()));
  if (!std::holds_alternative<codec::DeadLetter>(letter)) return Fail(Error::Internal("a note where a letter is due"));
  filed.letter = std::get<codec::DeadLetter>(std::move(letter));
  if (!in.has_note()) return filed;
  RASTI_TRY(auto note, codec::DecodeDeadLetterRecord(in.note().SerializeAsString()));
  if (!std::holds_alternative<codec::DeadLetterNote>(note)) {
    return Fail(Error::Internal("a letter where a note is due"));
  }
  filed.note = std::get<codec::DeadLetterNote>(std::move(note));
  return filed;
}

}  // namespace rasti::cli
