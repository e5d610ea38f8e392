// Dead letters as rows of the embedded log: numbered over all partitions, dropped when they are old.
#pragma once

#include <vector>

#include "engine/log/embedded/log_core.h"

namespace rasti::log::embedded {

/// Where the next one goes, also where the last ones were dropped. Errors: kCorruption, kIo.
Result<int64_t> EndOfDeadLetters(Database& database);

/// Lays a run of them out, the first at `first`.
Status AddDeadLetters(Database& database, const std::vector<ports::DeadLetterOut>& letters, int64_t first,
                      Instant written_at, RowWriter& writer, rocksdb::WriteBatch& batch);

/// One write of its own; the position.
Result<int64_t> WriteDeadLetter(LogCore& core, ports::DeadLetterOut note);
Result<std::vector<ports::DeadLetterRecord>> ReadDeadLetters(LogCore& core, int64_t from, size_t most);
/// Drops, from the oldest on, what was written before an instant.
Status TrimDeadLetters(LogCore& core, Instant before);

/// Reads every row. Errors: kCorruption, kIo.
Status VerifyDeadLetters(Database& database);

}  // namespace rasti::log::embedded
