// Whether two sets of views say the same: what a replay is verified with. Compares values, never bytes: rows may be cut
// differently, depending on which events came together.
//
// Thread-safe; each set is read in one snapshot.
#pragma once

#include <string>
#include <vector>

#include "engine/base/result.h"
#include "engine/ports/event_log.h"
#include "engine/ports/view_store.h"

namespace rasti::views {

struct ViewComparison {
  int64_t cases = 0;   // compared
  int64_t events = 0;  // entries of their histories
  /// What differs, in words; at most as many as asked for. Empty: the same.
  std::vector<std::string> differences;
};

/// Compares cases, their chain heads and histories, references, deadlines, inboxes, statistics, the public register,
/// and the positions of all of the log's partitions. Errors: kCorruption; those of the stores.
Result<ViewComparison> CompareViews(const ports::ViewStore& left, const ports::ViewStore& right, ports::EventLog& log,
                                    size_t differences_most = 20);

}  // namespace rasti::views
