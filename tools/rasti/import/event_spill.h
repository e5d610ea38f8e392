// The rows of a log of events, brought together by case: files hold them in any order, and the memory does not hold
// them all. Rows are written to scratch files by a hash of their case, and read again file by file.
//
// Owned by one thread. The files have no name any more while they are written, so that they end with the program; only
// their owner may read them, because rows hold personal data.
#pragma once

#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include "engine/base/result.h"
#include "tools/rasti/import/row_source.h"

namespace rasti::cli {

/// A row of one of the files, with the columns that the mapping names.
struct EventRow {
  size_t file = 0;  // of those that are imported, from 0
  TableRow row;
};

class EventSpill {
 public:
  /// A log takes the memory of one part of it at a time.
  static constexpr size_t kParts = 64;

  EventSpill() = default;
  ~EventSpill();
  EventSpill(const EventSpill&) = delete;
  EventSpill& operator=(const EventSpill&) = delete;

  /// Errors: kNoSpace, kIo.
  Status Open();
  /// REQUIRES: Open; the rows of a case go to the same part.
  Status Add(size_t part, const EventRow& row);
  /// The rows of a part in the order in which they were added. Errors: kIo.
  Result<std::vector<EventRow>> Read(size_t part);

 private:
  std::array<FILE*, kParts> files_{};
  std::array<size_t, kParts> rows_{};
};

}  // namespace rasti::cli
