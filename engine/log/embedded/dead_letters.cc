#include "engine/log/embedded/dead_letters.h"

#include <algorithm>

#include "engine/log/embedded/scan.h"

namespace rasti::log::embedded {
namespace {

// The first position that was never dropped.
constexpr std::string_view kTrimmedKey = "dead_letters_trimmed";

Result<int64_t> TrimmedTo(Database& database) {
  rocksdb::PinnableSlice row;
  const auto status = database.db().Get({}, database.family(Family::kMeta), ToSlice(kTrimmedKey), &row);
  if (status.IsNotFound()) return 0;
  RASTI_CHECKED(ToStatus(status, database.path()));
  RowReader reader(kTrimmedKey, View(row));
  const int64_t trimmed = reader.Number();
  if (!reader.ok()) return Fail(Error::Corruption(database.path() + ": the position of dead letters is damaged"));
  return trimmed;
}

}  // namespace

Result<int64_t> EndOfDeadLetters(Database& database) {
  RASTI_TRY(const int64_t trimmed, TrimmedTo(database));
  RASTI_TRY(const int64_t end, EndOfNumbers(database, Family::kDeadLetters));
  return std::max(trimmed, end);
}

Status AddDeadLetters(Database& database, const std::vector<ports::DeadLetterOut>& letters, int64_t first,
                      Instant written_at, RowWriter& writer, rocksdb::WriteBatch& batch) {
  for (const ports::DeadLetterOut& letter : letters) {
    const RowKey key(first++);
    const auto row = WriteTimed(writer, key, {written_at, letter.key, letter.value});
    RASTI_CHECKED(
        ToStatus(batch.Put(database.family(Family::kDeadLetters), ToSlice(key.view()), ToSlice(row)), database.path()));
  }
  return {};
}

Result<int64_t> WriteDeadLetter(LogCore& core, ports::DeadLetterOut note) {
  RASTI_TRY(const LogCore::Use use, core.Acquire());
  const int64_t position = core.AllocateDeadLetters(1);
  RowWriter writer;
  rocksdb::WriteBatch batch;
  RASTI_CHECKED(AddDeadLetters(use.database(), {std::move(note)}, position, core.clock().Now(), writer, batch));
  RASTI_CHECKED(core.Write(use, batch));
  core.FinishDeadLetters(position);
  return position;
}

Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(LogCore& core, int64_t from, size_t most) {
  RASTI_TRY(const LogCore::Use use, core.Acquire());
  std::vector<ports::DeadLetterRecord> records;
  if (most == 0) return records;
  const int64_t end = core.DeadLettersEnd();
  RASTI_CHECKED(ScanTimed(use.database(), Family::kDeadLetters, from, end, [&](int64_t position, FollowUp row) {
    records.push_back({position, row.taken_at, std::move(row.key), std::move(row.value)});
    return records.size() < most;
  }));
  return records;
}

Status TrimDeadLetters(LogCore& core, Instant before) {
  RASTI_TRY(const LogCore::Use use, core.Acquire());
  Database& database = use.database();
  int64_t to = 0;
  const int64_t end = core.DeadLettersEnd();
  RASTI_CHECKED(ScanTimed(database, Family::kDeadLetters, 0, end, [&](int64_t position, const FollowUp& row) {
    if (row.taken_at >= before) return false;
    to = position + 1;
    return true;
  }));
  if (to == 0) return {};
  const RowKey first(0);
  const RowKey upper(to);
  rocksdb::WriteBatch batch;
  RASTI_CHECKED(
      ToStatus(batch.DeleteRange(database.family(Family::kDeadLetters), ToSlice(first.view()), ToSlice(upper.view())),
               database.path()));
  // Last in the batch: a row that no flush drops (wal_check.h).
  RowWriter writer;
  RASTI_CHECKED(ToStatus(
      batch.Put(database.family(Family::kMeta), ToSlice(kTrimmedKey), ToSlice(writer.Number(to).Finish(kTrimmedKey))),
      database.path()));
  return core.Write(use, batch);
}

Status VerifyDeadLetters(Database& database) {
  return ScanTimed(database, Family::kDeadLetters, 0, INT64_MAX, [](int64_t, const FollowUp&) { return true; });
}

}  // namespace rasti::log::embedded
