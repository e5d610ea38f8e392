#include "engine/views/sorted_rows.h"

#include <algorithm>

namespace rasti::views {

void SortedRows::Add(ports::Table table, std::string_view key, std::string_view value, bool is_put) {
  rows_.push_back({table.index, is_put, bytes_.size(), key.size(), value.size()});
  bytes_ += key;
  bytes_ += value;
}

void SortedRows::MoveTo(ports::WriteBatch& batch) {
  std::ranges::stable_sort(rows_, [this](const Row& a, const Row& b) {
    return a.table != b.table ? a.table < b.table : KeyOf(a) < KeyOf(b);
  });
  for (const Row& row : rows_) {
    if (row.is_put) {
      batch.Put({row.table}, KeyOf(row), std::string_view(bytes_).substr(row.key_at + row.key_size, row.value_size));
    } else {
      batch.Delete({row.table}, KeyOf(row));
    }
  }
  Clear();
}

void SortedRows::Clear() {
  bytes_.clear();
  rows_.clear();
}

}  // namespace rasti::views
