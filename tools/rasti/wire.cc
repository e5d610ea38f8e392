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

constexpr std::array kInboxLists{
    std::pair{views::InboxList::kAll, v1::Request::ListInbox::LIST_UNSPECIFIED},
    std::pair{views::InboxList::kQueue, v1::Request::ListInbox::LIST_QUEUE},
    std::pair{views::InboxList::kUnclaimed, v1::Request::ListInbox::LIST_UNCLAIMED},
    std::pair{views::InboxList::kPerson, v1::Request::ListInbox::LIST_PERSON},
    std::pair{views::InboxList::kDirectorate, v1::Request::ListInbox::LIST_DIRECTORATE},
    std::pair{views::InboxList::kNobody, v1::Request::ListInbox::LIST_NOBODY},
};

void ToWire(const views::InboxPlace& place, v1::Request::ListInbox::Place& out) {
  out.set_list(std::ranges::find(kInboxLists, place.list, &decltype(kInboxLists)::value_type::first)->second);
  out.set_place(place.id);
}

Result<std::vector<views::InboxPlace>> PlacesFromWire(
    const google::protobuf::RepeatedPtrField<v1::Request::ListInbox::Place>& in) {
  std::vector<views::InboxPlace> places;
  for (const v1::Request::ListInbox::Place& from : in) {
    const auto list = std::ranges::find(kInboxLists, from.list(), &decltype(kInboxLists)::value_type::second);
    if (list == kInboxLists.end()) {
      return Fail(ErrorCode::kUnsupportedVersion, "a question about a list that only a newer rasti knows");
    }
    places.push_back({list->first, from.place()});
  }
  return places;
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

v1::CaseStatus ToWire(core::CaseStatus status) {
  return std::ranges::find(kStatuses, status, &decltype(kStatuses)::value_type::first)->second;
}

Result<core::CaseStatus> FromWire(v1::CaseStatus wire) {
  const auto status = std::ranges::find(kStatuses, wire, &decltype(kStatuses)::value_type::second);
  if (status != kStatuses.end()) return status->first;
  return Fail(ErrorCode::kUnsupportedVersion, "an answer with a status that only a newer rasti knows");
}

Result<Instant> InstantFromWire(int64_t millis) {
  const Instant instant = InstantFromUnixMillis(millis);
  if (instant < kEarliestInstant || instant > kLatestInstant) {
    return Fail(Error::Invalid("an instant that is not between the years 1 and 9999"));
  }
  return instant;
}

void ToWire(const views::Moment& moment, v1::Request::Moment& out) {
  if (moment.at) out.set_occurred_by_at_ms(ToUnixMillis(*moment.at));
  if (moment.known_at) out.set_known_by_at_ms(ToUnixMillis(*moment.known_at));
}

Result<views::Moment> FromWire(const v1::Request::Moment& in) {
  views::Moment moment;
  if (in.has_occurred_by_at_ms()) {
    RASTI_TRY(moment.at, InstantFromWire(in.occurred_by_at_ms()));
  }
  if (in.has_known_by_at_ms()) {
    RASTI_TRY(moment.known_at, InstantFromWire(in.known_by_at_ms()));
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

void ToWire(const views::DeadlineQuery& query, v1::Request::ListDeadlines& out) {
  if (query.tenant) out.set_tenant(query.tenant->str());
  if (query.clock) out.set_clock(query.clock->str());
  if (query.category) out.set_category(query.category->str());
  if (query.queue) out.set_queue(query.queue->str());
  for (const views::InboxPlace& place : query.places) ToWire(place, *out.add_places());
  out.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
  out.set_cursor(query.cursor);
  out.set_historic_at_moment(query.historic_at_moment);
  out.set_count(query.count);
}

Result<views::DeadlineQuery> FromWire(const v1::Request::ListDeadlines& in) {
  views::DeadlineQuery query;
  if (!in.tenant().empty()) query.tenant.emplace(in.tenant());
  if (!in.clock().empty()) query.clock.emplace(in.clock());
  if (!in.category().empty()) query.category.emplace(in.category());
  if (!in.queue().empty()) query.queue.emplace(in.queue());
  RASTI_TRY(query.places, PlacesFromWire(in.places()));
  if (in.most() > 0) query.limit = static_cast<size_t>(in.most());
  query.cursor = in.cursor();
  query.historic_at_moment = in.historic_at_moment();
  query.count = in.count();
  return query;
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
    to.set_status(ToWire(row.status));
    ToWire(row.holder, *to.mutable_holder());
    to.set_clock(row.clock.str());
    to.set_due_at_ms(ToUnixMillis(row.due_at));
    to.set_breached(row.breached);
    to.set_escalated_to(row.escalated_to);
    to.set_historic(row.historic);
  }
  out.set_next(page.next);
  if (page.total) {
    out.set_total(page.total->rows);
    out.set_total_at_least(!page.total->is_exact);
  }
}

Result<views::DeadlinePage> FromWire(const v1::Response::Deadlines& in) {
  views::DeadlinePage page;
  for (const auto& from : in.rows()) {
    views::DeadlineRow& row = page.rows.emplace_back();
    RASTI_TRY(row.status, FromWire(from.status()));
    row.tenant = core::TenantId(from.tenant());
    RASTI_TRY(row.case_id, CaseIdOf(from.case_id()));
    row.reference = from.reference();
    row.title = from.title();
    row.category = core::CategoryId(from.category());
    row.stage = core::StageId(from.stage());
    row.holder = FromWire(from.holder());
    row.clock = core::ClockId(from.clock());
    RASTI_TRY(row.due_at, InstantFromWire(from.due_at_ms()));
    row.breached = from.breached();
    row.escalated_to = from.escalated_to();
    row.historic = from.historic();
  }
  page.next = in.next();
  if (in.has_total()) page.total = views::ListTotal{in.total(), !in.total_at_least()};
  return page;
}

void ToWire(const views::InboxQuery& query, v1::Request::ListInbox& out) {
  out.set_tenant(query.tenant.str());
  for (const views::InboxPlace& place : query.places) ToWire(place, *out.add_places());
  if (query.stage) out.set_stage(query.stage->str());
  if (query.due_before) out.set_due_before_at_ms(ToUnixMillis(*query.due_before));
  if (query.category) out.set_category(query.category->str());
  if (query.queue) out.set_queue(query.queue->str());
  out.set_text(query.text);
  out.set_count(query.count);
  out.set_most(static_cast<int32_t>(std::min<size_t>(query.limit, INT32_MAX)));
  out.set_cursor(query.cursor);
}

Result<views::InboxQuery> FromWire(const v1::Request::ListInbox& in) {
  views::InboxQuery query;
  query.tenant = core::TenantId(in.tenant());
  RASTI_TRY(query.places, PlacesFromWire(in.places()));
  if (!in.stage().empty()) query.stage.emplace(in.stage());
  if (in.has_due_before_at_ms()) {
    RASTI_TRY(query.due_before, InstantFromWire(in.due_before_at_ms()));
  }
  if (!in.category().empty()) query.category.emplace(in.category());
  if (!in.queue().empty()) query.queue.emplace(in.queue());
  query.text = in.text();
  query.count = in.count();
  if (in.most() > 0) query.limit = static_cast<size_t>(in.most());
  query.cursor = in.cursor();
  return query;
}

void ToWire(const views::InboxPage& page, v1::Response::Inbox& out) {
  for (const views::InboxRow& row : page.rows) {
    v1::Response::Inbox::Row& to = *out.add_rows();
    to.set_tenant(row.tenant.str());
    to.set_case_id(std::string(row.case_id.uuid.AsBytes()));
    to.set_reference(row.reference);
    to.set_title(row.title);
    to.set_category(row.category.str());
    to.set_stage(row.stage.str());
    to.set_status(ToWire(row.status));
    ToWire(row.holder, *to.mutable_holder());
    if (row.clock) to.set_clock(row.clock->str());
    to.set_due_at_ms(ToUnixMillis(row.due_at));
    to.set_breached(row.breached);
    to.set_escalated_to(row.escalated_to);
    to.set_submitted_at_ms(ToUnixMillis(row.submitted_at));
    to.set_last_occurred_at_ms(ToUnixMillis(row.last_occurred_at));
    to.set_historic(row.historic);
    if (row.ended_at) to.set_ended_at_ms(ToUnixMillis(*row.ended_at));
  }
  out.set_next(page.next);
  if (page.total) {
    out.set_total(page.total->rows);
    out.set_total_at_least(!page.total->is_exact);
  }
}

Result<views::InboxPage> FromWire(const v1::Response::Inbox& in) {
  views::InboxPage page;
  for (const v1::Response::Inbox::Row& from : in.rows()) {
    views::InboxRow& row = page.rows.emplace_back();
    RASTI_TRY(row.status, FromWire(from.status()));
    row.tenant = core::TenantId(from.tenant());
    RASTI_TRY(row.case_id, CaseIdOf(from.case_id()));
    row.reference = from.reference();
    row.title = from.title();
    row.category = core::CategoryId(from.category());
    row.stage = core::StageId(from.stage());
    row.holder = FromWire(from.holder());
    if (!from.clock().empty()) row.clock.emplace(from.clock());
    RASTI_TRY(row.due_at, InstantFromWire(from.due_at_ms()));
    row.breached = from.breached();
    row.escalated_to = from.escalated_to();
    RASTI_TRY(row.submitted_at, InstantFromWire(from.submitted_at_ms()));
    RASTI_TRY(row.last_occurred_at, InstantFromWire(from.last_occurred_at_ms()));
    row.historic = from.historic();
    if (from.has_ended_at_ms()) {
      RASTI_TRY(row.ended_at, InstantFromWire(from.ended_at_ms()));
    }
  }
  page.next = in.next();
  if (in.has_total()) page.total = views::ListTotal{in.total(), !in.total_at_least()};
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
