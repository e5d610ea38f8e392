// Reads the framing of RocksDB's log files (write-ahead logs and MANIFEST) before RocksDB does.
//
// RocksDB reads past some damage without a word: a flipped bit in a record's type can make it look like one of a
// recycled file, and one in a length like a record that was never finished; in both cases the rest of the file counts
// as never written. Here a torn tail (a write that a crash cut short: never acknowledged) is told from damage (bytes
// that were once good: an error).
//
// After opening, the last of RocksDB's record numbers must be that of the logs. A flush drops a tombstone together with
// what it cancels, and a crash may leave a log whose records are all in sorted files already: so every batch ends with
// a row that no flush drops, or the sorted files would seem to lack the last records.
//
// The format: blocks of 32 KiB; in them records {masked CRC32C, length 16, type 8} of type full, first, middle, last.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/result.h"

namespace rasti::log::embedded {

struct LogFileCheck {
  enum class Verdict {
    kClean,    // whole records up to the end of the file
    kTorn,     // whole records, then one that was never finished
    kDamaged,  // what follows the whole records was once good
  };
  Verdict verdict = Verdict::kClean;
  std::string path;
  uint64_t size_bytes = 0;
  uint64_t good_bytes = 0;  // where the last whole record ends
  int64_t records = 0;
  // Of write-ahead logs: RocksDB's own sequence numbers, dense over all its files. 0: no records.
  uint64_t first_sequence = 0;
  uint64_t next_sequence = 0;
};

/// Errors: kIo, kPermission.
Result<LogFileCheck> CheckLogFile(const std::string& path, bool write_ahead);

/// Checks the MANIFEST in force and every write-ahead log of a database that is not open, and that the logs follow each
/// other without a gap. Only the newest may be torn. Gives the write-ahead logs in order.
/// A copy that RocksDB made may have no write-ahead log: empty ones are left out.
/// Errors: kCorruption naming the file and the byte; kIo, kPermission.
Result<std::vector<LogFileCheck>> CheckDatabaseLogs(const std::string& database, bool is_copy = false);

/// Cuts a torn tail off, durably.
Status CutTornTail(const LogFileCheck& check);

}  // namespace rasti::log::embedded
