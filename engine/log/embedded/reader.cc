#include "engine/log/embedded/reader.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/log/embedded/scan.h"

namespace rasti::log::embedded {

Result<std::vector<ports::StoredEvent>> Reader::Read(size_t most, Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  const int64_t end = core_->partition(partition_).tail.WaitBehind(next_, deadline);
  RASTI_TRY(const LogCore::Use use, core_->Acquire());
  std::vector<ports::StoredEvent> events;
  const int64_t to = std::min(end, next_ + static_cast<int64_t>(std::min<size_t>(most, INT32_MAX)));
  if (to <= next_) return events;
  events.reserve(static_cast<size_t>(to - next_));
  auto scanned = ScanEvents(use.database(), partition_, next_, to, [&](ports::StoredEvent event) -> Status {
    events.push_back(std::move(event));
    return {};
  });
  // What was good before the damage is handed out first; the next call meets the damage again.
  if (!scanned && events.empty()) return Fail(std::move(scanned).error());
  next_ += static_cast<int64_t>(events.size());
  return events;
}

Result<std::vector<ports::StoredEvent>> ReadEventsAt(Database& database, core::PartitionId partition, int64_t end,
                                                     const std::vector<core::Sequence>& sequences) {
  std::vector<RowKey> keys;
  keys.reserve(sequences.size());
  for (const core::Sequence sequence : sequences) {
    if (sequence.value < 0 || sequence.value >= end) {
      return Fail(Error::NotFound(fmt::format("{}: partition {} has no event {}; it ends at {}", database.path(),
                                              partition.value, sequence.value, end)));
    }
    keys.emplace_back(partition, sequence.value);
  }
  std::vector<rocksdb::Slice> slices;
  slices.reserve(keys.size());
  for (const RowKey& key : keys) slices.push_back(ToSlice(key.view()));
  std::vector<rocksdb::PinnableSlice> rows(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  database.db().MultiGet({}, database.family(Family::kEvents), keys.size(), slices.data(), rows.data(),
                         statuses.data());

  std::vector<ports::StoredEvent> events;
  events.reserve(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    const int64_t sequence = sequences[i].value;
    if (statuses[i].IsNotFound()) return Fail(DamagedEvent(database, partition, sequence, "a missing event"));
    if (!statuses[i].ok()) {
      Error error = ToError(statuses[i], database.path());
      error.message += fmt::format("; partition {}: last good sequence before {}", partition.value, sequence);
      return Fail(std::move(error));
    }
    auto event = ReadEvent(partition, {sequence}, keys[i].view(), View(rows[i]));
    if (!event) return Fail(DamagedEvent(database, partition, sequence, "a damaged event"));
    events.push_back(*std::move(event));
  }
  return events;
}

}  // namespace rasti::log::embedded
