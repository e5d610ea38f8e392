#include "engine/views/compare.h"

#include <fmt/format.h>

#include <string>

#include "engine/views/history.h"
#include "engine/views/tables.h"

namespace rasti::views {
namespace {

class Comparer {
 public:
  Comparer(const ports::ViewReader& left, const ports::ViewReader& right, ports::EventLog& log, size_t most)
      : left_(left), right_(right), left_history_(left, log), right_history_(right, log), most_(most) {}

  Status ComparePositions(int partitions) {
    for (int32_t i = 0; i < partitions; ++i) {
      RASTI_TRY(const core::Sequence left, PositionIn(left_, {i}));
      RASTI_TRY(const core::Sequence right, PositionIn(right_, {i}));
      if (left != right)
        Differ(fmt::format("partition {}: the positions differ, {} and {}", i, left.value, right.value));
    }
    return {};
  }

  Status CompareCases() {
    const auto same = [this](const ports::Cursor& left, const ports::Cursor& right) -> Status {
      RASTI_TRY(const CasePage a, DecodeCase(left.key(), left.value()));
      RASTI_TRY(const CasePage b, DecodeCase(right.key(), right.value()));
      ++comparison_.cases;
      if (a != b) {
        Differ(fmt::format("case {}: {} differs (revisions {} and {})", a.state.id.str(),
                           a.state == b.state ? "the chain" : "the state", a.state.revision.value,
                           b.state.revision.value));
      }
      RASTI_TRY(const auto entries, left_history_.Entries(a.state.id));
      RASTI_TRY(const auto other, right_history_.Entries(a.state.id));
      comparison_.events += static_cast<int64_t>(entries.size());
      if (entries != other) Differ(fmt::format("case {}: the history index differs", a.state.id.str()));
      RASTI_TRY(const auto kept, left_history_.Kept(a.state.id));
      RASTI_TRY(const auto kept_there, right_history_.Kept(a.state.id));
      if (kept != kept_there) Differ(fmt::format("case {}: the events kept differ", a.state.id.str()));
      if (static_cast<int64_t>(entries.size()) != a.state.revision.value) {
        Differ(fmt::format("case {}: {} entries of history at revision {}", a.state.id.str(), entries.size(),
                           a.state.revision.value));
      }
      return {};
    };
    return Walk(kCases, same);
  }

  Status CompareKeys(ports::Table table) {
    return Walk(table, [](const ports::Cursor&, const ports::Cursor&) { return Status(); });
  }

  Status CompareRows(ports::Table table) {
    return Walk(table, [&](const ports::Cursor& left, const ports::Cursor& right) -> Status {
      if (left.value() != right.value()) {
        Differ(fmt::format("table {}: the row {} differs", ViewTables()[static_cast<size_t>(table.index)],
                           ToHex(left.key())));
      }
      return {};
    });
  }

  ViewComparison Take() && { return std::move(comparison_); }

 private:
  // A partition without a row has shown nothing yet.
  static Result<core::Sequence> PositionIn(const ports::ViewReader& reader, core::PartitionId partition) {
    RASTI_TRY(const auto row, reader.Get(kMeta, PositionKey(partition)));
    if (!row) return core::Sequence{};
    return DecodePosition(*row);
  }
  // Both tables side by side; `same` looks at rows of one key.
  template <class Same>
  Status Walk(ports::Table table, const Same& same) {
    const auto left = left_.Scan(table);
    const auto right = right_.Scan(table);
    left->Seek({});
    right->Seek({});
    while (left->Valid() || right->Valid()) {
      const bool only_left = left->Valid() && (!right->Valid() || left->key() < right->key());
      const bool only_right = right->Valid() && (!left->Valid() || right->key() < left->key());
      if (only_left || only_right) {
        ports::Cursor& one = only_left ? *left : *right;
        Differ(fmt::format("table {}: only one has the row {}", ViewTables()[static_cast<size_t>(table.index)],
                           ToHex(one.key())));
        one.Next();
        continue;
      }
      RASTI_CHECKED(same(*left, *right));
      left->Next();
      right->Next();
    }
    RASTI_CHECKED(left->status());
    return right->status();
  }

  void Differ(std::string what) {
    if (comparison_.differences.size() < most_) comparison_.differences.push_back(std::move(what));
  }

  const ports::ViewReader& left_;
  const ports::ViewReader& right_;
  HistoryReader left_history_;
  HistoryReader right_history_;
  size_t most_;
  ViewComparison comparison_;
};

}  // namespace

Result<ViewComparison> CompareViews(const ports::ViewStore& left, const ports::ViewStore& right, ports::EventLog& log,
                                    size_t differences_most) {
  const auto left_snapshot = left.Snapshot();
  const auto right_snapshot = right.Snapshot();
  Comparer comparer(*left_snapshot, *right_snapshot, log, differences_most);
  RASTI_CHECKED(comparer.ComparePositions(log.partition_count()));
  RASTI_CHECKED(comparer.CompareCases());
  RASTI_CHECKED(comparer.CompareKeys(kReferences));
  RASTI_CHECKED(comparer.CompareKeys(kDeadlines));
  RASTI_CHECKED(comparer.CompareKeys(kInbox));
  RASTI_CHECKED(comparer.CompareRows(kInboxCounts));
  RASTI_CHECKED(comparer.CompareRows(kStats));
  RASTI_CHECKED(comparer.CompareRows(kPublic));
  RASTI_CHECKED(comparer.CompareRows(kPublicCounts));
  return std::move(comparer).Take();
}

}  // namespace rasti::views
