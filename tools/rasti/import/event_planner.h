// From the rows of one case in a log of events to the commands that make a historic case of it. Pure: the same rows
// give the same commands with the same ids, in whatever order they stand, as long as their times differ.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tools/rasti/import/event_spill.h"
#include "tools/rasti/import/row_planner.h"

namespace rasti::cli {

/// What the rows of a case become: a case, where there is enough to open one, and faults of rows.
struct PlannedEvents {
  struct Fault {
    size_t row = 0;
    RowFault fault;
  };
  std::optional<PlannedCase> planned;
  std::vector<Fault> faults;
  int64_t not_yet_happened = 0;  // rows behind the end of the history
  bool not_yet_opened = false;   // the case
};

/// Owned by one thread; what the setting names outlives it.
class EventPlanner {
 public:
  /// The most rows of a case; more of them are no case that anyone could read.
  static constexpr size_t kRowsMost = 10'000;

  /// REQUIRES: rows that are events; mapping, definition, tenant and header were checked against each other. `files`
  /// names them in messages.
  EventPlanner(ImportSetting setting, const std::vector<std::string>& header, std::vector<std::string> files);

  /// REQUIRES: rows without fault, all of the same case, in the order of the files.
  PlannedEvents PlanRows(const std::vector<EventRow>& rows);

  RowPlanner& cases() { return cases_; }

 private:
  struct Dated {
    Happening happening;
    std::string activity;
    std::string resource;
  };
  template <class T>
  using Read = RowCells::Read<T>;

  const codec::EventRows& events() const { return *setting_.mapping->events; }
  std::string PlaceOf(const std::vector<EventRow>& rows, size_t row, size_t seen_from) const;
  /// The row that says of the case what its rows say together: each column's one value.
  std::optional<TableRow> Merge(const std::vector<EventRow>& rows, PlannedEvents& out) const;
  Read<Dated> ReadRow(const TableRow& row) const;
  Read<core::TakeAction> ActionOf(const TableRow& row, const codec::MappedActivity& activity) const;
  /// The rows that can be read, in order of time, with the ids of their commands.
  std::vector<Dated> ReadRows(const std::vector<EventRow>& rows, PlannedEvents& out) const;
  /// Every row has a fault then: its own, or else `fault` the first one and `others` the rest.
  static void RefuseAll(size_t rows, const RowFault& fault, const std::string& others, PlannedEvents& out);

  const ImportSetting setting_;
  const std::vector<std::string> header_;
  const std::vector<std::string> files_;
  RowPlanner cases_;
  std::vector<size_t> case_columns_;  // their places in the header
};

}  // namespace rasti::cli
