#include "engine/views/history.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/core/apply.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

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

Result<std::vector<codec::DecodedEvent>> HistoryReader::Slice(const CasePage& current, core::Revision from,
                                                              core::Revision to) const {
  RASTI_TRY(const auto entries, Entries(current.state.id));
  RASTI_TRY(const auto kept, Kept(current.state.id));
  if (from.value < 1 || to < from || to.value > static_cast<int64_t>(entries.size())) {
    return Fail(Error::Corruption(fmt::format("case {} has {} events in the index of histories, not {}",
                                              current.state.id.str(), entries.size(), to.value)));
  }
  const auto first = static_cast<size_t>(from.value - 1);
  const auto end = static_cast<size_t>(to.value);
  std::vector<std::string> records;
  if (kept.size() >= end) {
    records.assign(kept.begin() + from.value - 1, kept.begin() + to.value);
  } else {
    std::vector<core::Sequence> sequences;
    for (size_t i = first; i < end; ++i) sequences.push_back(entries[i].sequence);
    RASTI_TRY(auto stored, log_.ReadAt(current.partition, sequences));
    for (ports::StoredEvent& event : stored) records.push_back(std::move(event.value));
  }
  codec::EventDecoder decoder;
  std::vector<codec::DecodedEvent> events;
  for (const std::string& record : records) {
    auto decoded = decoder.Decode(record);
    const core::Sequence sequence = entries[first + events.size()].sequence;
    if (!decoded) {
      return Fail(
          decoded.error().At(fmt::format("partition {}, sequence {}", current.partition.value, sequence.value)));
    }
    events.push_back(*std::move(decoded));
  }
  return events;
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
