#include "engine/log/embedded/scan.h"

#include <fmt/format.h>

namespace rasti::log::embedded {
namespace {

// The rows of [first, upper) of a family, checksums verified.
class Rows {
 public:
  Rows(Database& database, Family family, const RowKey& first, const RowKey& upper)
      : upper_key_(upper), upper_(ToSlice(upper_key_.view())) {
    rocksdb::ReadOptions options;
    options.iterate_upper_bound = &upper_;
    rows_.reset(database.db().NewIterator(options, database.family(family)));
    rows_->Seek(ToSlice(first.view()));
  }
  rocksdb::Iterator* operator->() { return rows_.get(); }
  std::string_view key() const { return View(rows_->key()); }
  std::string_view row() const { return View(rows_->value()); }

 private:
  const RowKey upper_key_;
  const rocksdb::Slice upper_;
  std::unique_ptr<rocksdb::Iterator> rows_;
};

std::optional<FollowUp> ReadTimed(std::string_view key, std::string_view row) {
  RowReader reader(key, row);
  FollowUp timed;
  timed.taken_at = InstantFromUnixMillis(reader.Number());
  timed.key = reader.Bytes();
  timed.value = reader.Bytes();
  if (!reader.ok()) return std::nullopt;
  return timed;
}

template <class Read, class Row>
Status ScanNumbers(Database& database, Family family, int64_t from, int64_t to, Read read, const Row& row) {
  Rows rows(database, family, RowKey(from), RowKey(to));
  int64_t good = from - 1;
  for (; rows->Valid(); rows->Next()) {
    const auto number = ParseNumberRow(rows.key());
    auto value = read(rows.key(), rows.row());
    if (!number || !value) {
      return Fail(Error::Corruption(fmt::format("{}: a damaged row in {}; last good position {}", database.path(),
                                                database.family(family)->GetName(), good)));
    }
    good = *number;
    if (!row(*number, *std::move(value))) return {};
  }
  if (rows->status().ok()) return {};
  return Fail(database.WithLastGood(ToError(rows->status(), database.path())));
}

}  // namespace

Error DamagedEvent(const Database& database, core::PartitionId partition, int64_t sequence, std::string_view what) {
  return Error::Corruption(fmt::format("{}: partition {}: {} at sequence {}; last good sequence {}", database.path(),
                                       partition.value, what, sequence, sequence - 1));
}

Status ScanEvents(Database& database, core::PartitionId partition, int64_t from, int64_t to,
                  const std::function<Status(ports::StoredEvent)>& row) {
  Rows rows(database, Family::kEvents, RowKey(partition, from), RowKey(partition, to));
  int64_t expected = from;
  for (; rows->Valid(); rows->Next(), ++expected) {
    if (rows.key() != RowKey(partition, expected).view()) break;
    auto event = ReadEvent(partition, {expected}, rows.key(), rows.row());
    if (!event) return Fail(DamagedEvent(database, partition, expected, "a damaged event"));
    RASTI_CHECKED(row(*std::move(event)));
  }
  if (!rows->status().ok()) {
    Error error = ToError(rows->status(), database.path());
    error.message += fmt::format("; partition {}: last good sequence {}", partition.value, expected - 1);
    return Fail(std::move(error));
  }
  if (expected != to) return Fail(DamagedEvent(database, partition, expected, "a missing event"));
  return {};
}

Status ScanPairs(Database& database, Family family, int64_t from, int64_t to,
                 const std::function<bool(int64_t, Pair)>& row) {
  return ScanNumbers(database, family, from, to, ReadPair, row);
}

Result<int64_t> EndOfNumbers(Database& database, Family family) {
  const std::unique_ptr<rocksdb::Iterator> rows(database.db().NewIterator({}, database.family(family)));
  rows->SeekToLast();
  if (!rows->status().ok()) return Fail(database.WithLastGood(ToError(rows->status(), database.path())));
  if (!rows->Valid()) return 0;
  const auto last = ParseNumberRow(View(rows->key()));
  if (!last) {
    return Fail(
        Error::Corruption(fmt::format("{}: a damaged key in {}", database.path(), database.family(family)->GetName())));
  }
  return *last + 1;
}

std::string_view WriteTimed(RowWriter& writer, const RowKey& key, const FollowUp& row) {
  return writer.Number(ToUnixMillis(row.taken_at)).Bytes(row.key).Bytes(row.value).Finish(key.view());
}

Status ScanFollowUps(Database& database, core::PartitionId partition, int64_t from,
                     const std::function<void(int64_t, FollowUp)>& row) {
  Rows rows(database, Family::kFollowUps, RowKey(partition, from), RowKey(partition, INT64_MAX));
  int64_t good = from - 1;
  for (; rows->Valid(); rows->Next()) {
    const auto key = ParsePartitionRow(rows.key());
    auto follow_up = ReadTimed(rows.key(), rows.row());
    if (!key || !follow_up) {
      return Fail(Error::Corruption(fmt::format("{}: partition {}: a damaged follow-up; last good position {}",
                                                database.path(), partition.value, good)));
    }
    good = key->second;
    row(key->second, *std::move(follow_up));
  }
  return ToStatus(rows->status(), database.path());
}

Status ScanTimed(Database& database, Family family, int64_t from, int64_t to,
                 const std::function<bool(int64_t, FollowUp)>& row) {
  return ScanNumbers(database, family, from, to, ReadTimed, row);
}

}  // namespace rasti::log::embedded
