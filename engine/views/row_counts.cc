#include "engine/views/row_counts.h"

#include <fmt/format.h>

#include "engine/views/bytes.h"
#include "engine/views/tables.h"

namespace rasti::views {

Result<int64_t> ReadCount(const ports::ViewReader& reader, ports::Table table, const std::string& key) {
  RASTI_TRY(const auto row, reader.Get(table, key));
  if (!row) return 0;
  ByteReader bytes(*row);
  const int64_t count = bytes.Varint();
  if (!bytes.ok() || !bytes.AtEnd() || count < 0) {
    return Fail(Error::Corruption(fmt::format("views, table {}: a row is broken; delete the views, they are rebuilt",
                                              ViewTables()[static_cast<size_t>(table.index)])));
  }
  return count;
}

Status RowCounts::Write(ports::WriteBatch& batch) {
  for (const auto& [key, change] : changes_) {
    if (change == 0) continue;
    auto known = counts_.find(key);
    if (known == counts_.end()) {
      RASTI_TRY(const int64_t count, ReadCount(reader_, table_, key));
      known = counts_.emplace(key, count).first;
    }
    known->second += change;
    if (known->second == 0) {
      batch.Delete(table_, key);
    } else {
      std::string value;
      AppendVarint(value, known->second);
      batch.Put(table_, key, value);
    }
  }
  changes_.clear();
  return {};
}

void RowCounts::Forget() {
  counts_.clear();
  changes_.clear();
}

}  // namespace rasti::views
