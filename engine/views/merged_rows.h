// Rows of several ranges of one table, merged by the position that ends their keys: pages of inboxes and registers.
//
// Keys are PREFIX + POSITION, a position being a number that sorts (8 bytes) and a case_id (16).
// Threading: one thread; the reader outlives it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/ids.h"
#include "engine/ports/view_store.h"

namespace rasti::views {

inline constexpr size_t kPositionBytes = 24;

struct ListPosition {
  int64_t number = 0;
  core::CaseId case_id;
};
std::string EncodeListPosition(const ListPosition& position);
/// Errors: kCorruption: no such bytes.
Result<ListPosition> DecodeListPosition(std::string_view bytes, std::string_view table);
/// What a page's cursor stands for: the position of the last row of the page before, empty for the first page. `list`
/// names the list in the error. Errors: kInvalidArgument.
Result<std::string> DecodeCursor(const std::string& cursor, std::string_view list);

class MergedRows {
 public:
  MergedRows(const ports::ViewReader& reader, ports::Table table) : reader_(reader), table_(table) {}

  /// Rows that begin with `prefix`, those behind the position `after`; empty: all.
  void Add(std::string prefix, const std::string& after);
  /// The position of the earliest row. Empty: there is no more. Stays good until Next. Errors: those of the store.
  Result<std::string_view> First();
  /// Of the row that First found.
  std::string_view value() const { return first_->rows->value(); }
  /// Goes on behind it. REQUIRES: First gave one.
  void Next();

 private:
  struct Range {
    std::unique_ptr<ports::Cursor> rows;
    std::string prefix;
    std::string_view position;  // empty at the end

    void Read();
  };

  const ports::ViewReader& reader_;
  const ports::Table table_;
  std::vector<Range> ranges_;
  Range* first_ = nullptr;
};

/// The texts that stand between `prefix` and the position of its rows, each found by one seek. Errors: kCorruption,
/// those of the store.
Result<std::vector<std::string>> TextsBehind(const ports::ViewReader& reader, ports::Table table,
                                             const std::string& prefix);

}  // namespace rasti::views
