// How many rows lists have: counts kept beside them, which change with the batch that changes the rows.
// Threading: one thread; the store outlives it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "engine/base/result.h"
#include "engine/ports/view_store.h"

namespace rasti::views {

/// 0 where there is no such row. Errors: kCorruption; those of the store.
Result<int64_t> ReadCount(const ports::ViewReader& reader, ports::Table table, const std::string& key);

class RowCounts {
 public:
  RowCounts(const ports::ViewReader& reader, ports::Table table) : reader_(reader), table_(table) {}

  void Add(const std::string& key, int64_t change) { changes_[key] += change; }
  /// Adds what has changed to the batch. Errors: as of ReadCount.
  Status Write(ports::WriteBatch& batch);
  /// The batch was not written.
  void Forget();

 private:
  const ports::ViewReader& reader_;
  const ports::Table table_;
  std::map<std::string, int64_t> counts_;   // as committed, once asked for
  std::map<std::string, int64_t> changes_;  // by the batch in hand
};

}  // namespace rasti::views
