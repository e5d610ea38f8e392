// Reads runs of rows, checked one by one.
#pragma once

#include <functional>

#include "engine/log/embedded/database.h"

namespace rasti::log::embedded {

/// Calls `row` for the events [from, to) in order. Errors: kCorruption naming the database and the last good sequence,
/// on a gap, a repeat or a damaged row; kIo; what `row` returns.
Status ScanEvents(Database& database, core::PartitionId partition, int64_t from, int64_t to,
                  const std::function<Status(ports::StoredEvent)>& row);
/// The error of event `sequence` of a partition.
Error DamagedEvent(const Database& database, core::PartitionId partition, int64_t sequence, std::string_view what);

/// Calls `row` for the pairs (definitions, outbox) with numbers in [from, to) until it answers false.
/// Errors: kCorruption, kIo.
Status ScanPairs(Database& database, Family family, int64_t from, int64_t to,
                 const std::function<bool(int64_t, Pair)>& row);
/// One behind the last number of such a family. Errors: kCorruption, kIo.
Result<int64_t> EndOfNumbers(Database& database, Family family);

/// A follow-up as it is stored; a dead letter likewise.
struct FollowUp {
  Instant taken_at;
  std::string key;
  std::string value;
};
std::string_view WriteTimed(RowWriter& writer, const RowKey& key, const FollowUp& row);
/// Calls `row` for the follow-ups of a partition from a position on. Errors: kCorruption, kIo.
Status ScanFollowUps(Database& database, core::PartitionId partition, int64_t from,
                     const std::function<void(int64_t, FollowUp)>& row);
/// The same for rows of numbers in [from, to), until `row` answers false.
Status ScanTimed(Database& database, Family family, int64_t from, int64_t to,
                 const std::function<bool(int64_t, FollowUp)>& row);

}  // namespace rasti::log::embedded
