#include "engine/views/history.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "engine/core/apply.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

constexpr size_t kReadAtOnce = 64;  // events of a page that the log is asked for

// A prefix: what lies behind the first event that the moment does not cover is not known either.
void CutTo(const Moment& moment, std::vector<HistoryEntry>& entries) {
  const auto end = std::ranges::find_if(
      entries, [&](const HistoryEntry& entry) { return !moment.Covers(entry.occurred_at, entry.recorded_at); });
  entries.erase(end, entries.end());
}

}  // namespace

Result<std::optional<CasePage>> HistoryReader::Current(const core::CaseId& id) const {
  RASTI_TRY(const auto row, reader_.Get(kCases, CaseKey(id)));
  if (!row) return std::nullopt;
  RASTI_TRY(CasePage page, DecodeCase(CaseKey(id), *row));
  return page;
}

Result<std::vector<HistoryEntry>> HistoryReader::Entries(const core::CaseId& id) const {
  std::vector<HistoryEntry> entries;
  const auto rows = reader_.Scan(kHistory);
  for (rows->Seek(CaseKey(id)); rows->Valid() && rows->key().starts_with(CaseKey(id)); rows->Next()) {
    RASTI_CHECKED(DecodeEntries(rows->value(), entries));
  }
  RASTI_CHECKED(rows->status());
  return entries;
}

Result<std::vector<std::string>> HistoryReader::Kept(const core::CaseId& id) const {
  std::vector<std::string> records;
  const auto rows = reader_.Scan(kEvents);
  for (rows->Seek(CaseKey(id)); rows->Valid() && rows->key().starts_with(CaseKey(id)); rows->Next()) {
    RASTI_CHECKED(DecodeRecords(rows->value(), records));
  }
  RASTI_CHECKED(rows->status());
  return records;
}

Result<std::vector<std::string>> HistoryReader::Records(const CasePage& current,
                                                        const std::vector<HistoryEntry>& entries) const {
  RASTI_TRY(std::vector<std::string> records, Kept(current.state.id));
  if (records.size() > entries.size()) records.resize(entries.size());
  if (!records.empty() && records.size() == entries.size()) return records;
  records.clear();
  std::vector<core::Sequence> sequences;
  sequences.reserve(entries.size());
  for (const HistoryEntry& entry : entries) sequences.push_back(entry.sequence);
  RASTI_TRY(auto stored, log_.ReadAt(current.partition, sequences));
  for (ports::StoredEvent& event : stored) records.push_back(std::move(event.value));
  return records;
}

Result<CaseHistory> HistoryReader::Read(const CasePage& current, const std::vector<HistoryEntry>& entries) const {
  CaseHistory history;
  history.partition = current.partition;
  RASTI_TRY(history.records, Records(current, entries));

  codec::EventDecoder decoder;
  const core::CaseId& id = current.state.id;
  Hash256 head = Sha256({id.uuid.AsBytes()});
  for (size_t i = 0; i < history.records.size(); ++i) {
    auto decoded = decoder.Decode(history.records[i]);
    const core::Sequence sequence = entries[i].sequence;
    const std::string place = fmt::format("partition {}, sequence {}", history.partition.value, sequence.value);
    if (!decoded) return Fail(decoded.error().At(place));
    const core::Event& event = decoded->event;
    if (event.ctx().case_id != id || event.prev_hash != head || event.sequence != sequence) {
      return Fail(
          Error::Corruption(fmt::format("{}: not the next event of case {}: the chain is broken, or the views "
                                        "are of another log (delete them, they are rebuilt)",
                                        place, id.str())));
    }
    head = decoded->hash;
    history.events.push_back(*std::move(decoded));
  }
  return history;
}

Result<HistoryReader::Index> HistoryReader::IndexFor(const core::CaseId& id, core::Revision revision) const {
  Index index;
  const auto rows = reader_.Scan(kHistory);
  for (rows->Seek(CaseKey(id)); rows->Valid() && rows->key().starts_with(CaseKey(id)); rows->Next()) {
    if (std::ssize(index.entries) < revision.value) index.rows_before = index.entries.size();
    RASTI_CHECKED(DecodeEntries(rows->value(), index.entries));
  }
  RASTI_CHECKED(rows->status());
  return index;
}

Result<std::vector<std::string>> HistoryReader::RecordsFrom(const CasePage& current, const Index& index, size_t first,
                                                            size_t end, size_t bytes) const {
  std::vector<std::string> records;
  size_t taken = 0;
  bool full = false;
  const auto wants_more = [&] { return !full && first + records.size() < end; };
  const auto take = [&](std::string& record) {
    full = !records.empty() && taken + record.size() > bytes;
    if (full) return;
    taken += record.size();
    records.push_back(std::move(record));
  };
  // The two tables have the same keys.
  const core::CaseId& id = current.state.id;
  const auto rows = reader_.Scan(kEvents);
  size_t at = index.rows_before;
  rows->Seek(HistoryKey(id, {static_cast<int64_t>(at) + 1}));
  for (; wants_more() && rows->Valid() && rows->key().starts_with(CaseKey(id)); rows->Next()) {
    std::vector<std::string> of_row;
    RASTI_CHECKED(DecodeRecords(rows->value(), of_row));
    for (std::string& record : of_row) {
      if (at++ >= first && wants_more()) take(record);
    }
  }
  RASTI_CHECKED(rows->status());
  // What the views do not keep, the log has.
  while (wants_more()) {
    std::vector<core::Sequence> sequences;
    for (size_t i = first + records.size(); i < end && sequences.size() < kReadAtOnce; ++i) {
      sequences.push_back(index.entries[i].sequence);
    }
    RASTI_TRY(auto stored, log_.ReadAt(current.partition, sequences));
    for (ports::StoredEvent& event : stored) {
      if (wants_more()) take(event.value);
    }
  }
  return records;
}

Result<std::vector<codec::DecodedEvent>> HistoryReader::Slice(const CasePage& current, core::Revision from,
                                                              core::Revision to) const {
  RASTI_TRY(const Index index, IndexFor(current.state.id, from));
  if (from.value < 1 || to < from || to.value > std::ssize(index.entries)) {
    return Fail(Error::Corruption(fmt::format("case {} has {} events in the index of histories, not {}",
                                              current.state.id.str(), index.entries.size(), to.value)));
  }
  const auto first = static_cast<size_t>(from.value - 1);
  RASTI_TRY(const auto records, RecordsFrom(current, index, first, static_cast<size_t>(to.value), SIZE_MAX));
  codec::EventDecoder decoder;
  std::vector<codec::DecodedEvent> events;
  for (const std::string& record : records) {
    auto decoded = decoder.Decode(record);
    const core::Sequence sequence = index.entries[first + events.size()].sequence;
    if (!decoded) {
      return Fail(
          decoded.error().At(fmt::format("partition {}, sequence {}", current.partition.value, sequence.value)));
    }
    events.push_back(*std::move(decoded));
  }
  return events;
}

Result<HistoryPage> HistoryReader::Page(const CasePage& current, const HistoryQuery& query) const {
  if (query.limit == 0) return Fail(Error::Invalid("a page has at least one event"));
  if (query.from.value < 1) return Fail(Error::Invalid("revisions are counted from 1"));
  HistoryPage page;
  page.partition = current.partition;
  RASTI_TRY(Index index, IndexFor(current.state.id, query.from));
  if (index.entries.empty()) {
    return Fail(Error::Corruption(
        fmt::format("case {} has no events in the index of histories: delete the views, they are rebuilt",
                    current.state.id.str())));
  }
  CutTo(query.moment, index.entries);
  const size_t end = index.entries.size();
  if (end == 0) return page;
  if (query.from.value > std::ssize(index.entries)) {
    return Fail(Error::Invalid(
        fmt::format("case {} has {} events: none of revision {}", current.state.id.str(), end, query.from.value)));
  }
  const auto first = static_cast<size_t>(query.from.value - 1);
  RASTI_TRY(page.records, RecordsFrom(current, index, first, first + std::min(query.limit, end - first), query.bytes));
  const size_t next = first + page.records.size();
  if (next < end) page.next = core::Revision{static_cast<int64_t>(next) + 1};
  return page;
}

Result<CaseHistory> HistoryReader::Events(const CasePage& current, const Moment& moment) const {
  RASTI_TRY(auto entries, Entries(current.state.id));
  CutTo(moment, entries);
  return Read(current, entries);
}

Result<std::optional<CasePage>> HistoryReader::AsOf(CasePage current, const Moment& moment) const {
  if (moment.IsNow()) return current;
  // Neither time of a case ever goes back, so that the last event tells.
  if (moment.Covers(current.state.last_occurred_at, current.state.last_recorded_at)) return current;
  RASTI_TRY(const CaseHistory history, Events(current, moment));
  if (history.events.empty()) return std::nullopt;
  CasePage page;
  page.partition = history.partition;
  for (const codec::DecodedEvent& decoded : history.events) {
    if (const auto why_not = core::WhyNotNext(page.state, decoded.event)) {
      return Fail(Error::Corruption(
          fmt::format("partition {}, sequence {}: {}", page.partition.value, decoded.event.sequence.value, *why_not)));
    }
    core::Apply(page.state, decoded.event);
    page.head = decoded.hash;
  }
  return page;
}

Status HistoryReader::ForEachCase(const Moment& moment, const std::function<Status(const CasePage&)>& visit) const {
  const auto rows = reader_.Scan(kCases);
  for (rows->Seek({}); rows->Valid(); rows->Next()) {
    RASTI_TRY(CasePage current, DecodeCase(rows->key(), rows->value()));
    RASTI_TRY(const auto page, AsOf(std::move(current), moment));
    if (page) RASTI_CHECKED(visit(*page));
  }
  return rows->status();
}

}  // namespace rasti::views
