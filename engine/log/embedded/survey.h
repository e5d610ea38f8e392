// What the sorted files of a database hold, read one by one without RocksDB's own list of them: for a database that
// cannot be opened, or that has damaged files.
//
// Files that a compaction has replaced and that were not deleted yet count too: what is in them was committed. What was
// written last may lie in the write-ahead log only, which is not looked at here (wal_check.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/core/ids.h"

namespace rasti::log::embedded {

enum class TableReading {
  kEnds,       // the first and the last sequence of each partition in a file; what is between them is taken for granted
  kEveryBlock  // every block with its checksum
};

struct TableSurvey {
  /// Sequences [from, to).
  struct Run {
    int64_t from = 0;
    int64_t to = 0;
    bool operator==(const Run&) const = default;
  };
  std::vector<std::string> faults;                       // a file that is not whole, and why
  std::map<core::PartitionId, std::vector<Run>> events;  // that can be read; apart from each other, ascending

  /// For people: "partition 0 sequence 41, partition 3 sequence 7": what follows from 0 on without a gap.
  std::string LastGood() const;
  /// For people: the faults, and what each partition has.
  std::vector<std::string> Lines() const;
};

/// Reads every block of a sorted file and compares its checksum. Errors: kCorruption, kIo; they name it.
Status VerifyTable(const std::string& path);

/// Errors: kNotFound, kIo, kPermission: the directory cannot be listed.
Result<TableSurvey> SurveyTables(const std::string& database, TableReading reading);

}  // namespace rasti::log::embedded
