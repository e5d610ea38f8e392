// A case's events and its state as of a moment: looked up in the history index, read from the views where they keep
// events and from the log where they do not, folded.
//
// Ownership: reader and log outlive it. Threading: thread-safe as far as `reader` is; made for one call over a
// snapshot.
#pragma once

#include <functional>
#include <limits>
#include <optional>
#include <vector>

#include "engine/base/result.h"
#include "engine/codec/event_codec.h"
#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"
#include "engine/views/moment.h"
#include "engine/views/rows.h"

namespace rasti::views {

/// The events of a case in order; their chain is verified.
struct CaseHistory {
  core::PartitionId partition;
  std::vector<codec::DecodedEvent> events;
  std::vector<std::string> records;  // the same as the log holds them: serialised rasti.v1.Stored
  bool operator==(const CaseHistory&) const = default;
};

/// A part of a case's events, from a revision on.
struct HistoryQuery {
  Moment moment;
  core::Revision from{1};
  size_t limit = std::numeric_limits<size_t>::max();  // events; at least 1
  /// Of their records together; a record that is larger comes alone.
  size_t bytes = std::numeric_limits<size_t>::max();
};
/// Records of consecutive revisions, as the log holds them. They were not looked into.
struct HistoryPage {
  core::PartitionId partition;
  std::vector<std::string> records;
  std::optional<core::Revision> next;  // to go on with; none: there is no more
};

class HistoryReader {
 public:
  HistoryReader(const ports::ViewReader& reader, ports::EventLog& log) : reader_(reader), log_(log) {}

  /// The case as it is, or nothing. Errors: kCorruption; those of the store.
  Result<std::optional<CasePage>> Current(const core::CaseId& id) const;
  /// `current` as of the moment, or nothing where it did not exist yet. Reads the log only where the case went on
  /// since. Errors: kCorruption (events that are not the case's, a broken chain); those of log and store.
  Result<std::optional<CasePage>> AsOf(CasePage current, const Moment& moment) const;
  /// The events of `current` as of the moment. Errors as above.
  Result<CaseHistory> Events(const CasePage& current, const Moment& moment) const;
  /// Its events from one revision to another, both of which it has, without their chain verified. Errors as above.
  Result<std::vector<codec::DecodedEvent>> Slice(const CasePage& current, core::Revision from, core::Revision to) const;
  /// A part of its events as of the query's moment; none where it did not exist yet. Reads no more records than that.
  /// Errors: kInvalidArgument (there is no such revision, an empty page); as above.
  Result<HistoryPage> Page(const CasePage& current, const HistoryQuery& query) const;
  /// Where the case's events are, all of them. Errors: kCorruption; those of the store.
  Result<std::vector<HistoryEntry>> Entries(const core::CaseId& id) const;
  /// The records of its events that the views keep, all of them or none. Errors as above.
  Result<std::vector<std::string>> Kept(const core::CaseId& id) const;

  /// Calls `visit` for each case, in the order of ids, as of the moment; those that did not exist yet are left out.
  Status ForEachCase(const Moment& moment, const std::function<Status(const CasePage&)>& visit) const;

 private:
  /// Where a case's events are, and how many of them lie in rows before the one that has a revision.
  struct Index {
    std::vector<HistoryEntry> entries;
    size_t rows_before = 0;
  };
  Result<Index> IndexFor(const core::CaseId& id, core::Revision revision) const;
  /// The records of [first, end), which the index has, as many as HistoryQuery::bytes says.
  Result<std::vector<std::string>> RecordsFrom(const CasePage& current, const Index& index, size_t first, size_t end,
                                               size_t bytes) const;
  /// The records of these entries, a prefix of all.
  Result<std::vector<std::string>> Records(const CasePage& current, const std::vector<HistoryEntry>& entries) const;
  Result<CaseHistory> Read(const CasePage& current, const std::vector<HistoryEntry>& entries) const;

  const ports::ViewReader& reader_;
  ports::EventLog& log_;
};

}  // namespace rasti::views
