// Verification by replay: reads the whole log from zero, checks every record, and compares what it folds with what the
// state stores and the views hold. Changes nothing of the data directory.
//
// Stores may lie behind the log (what was not flushed before a crash is read again at the next start): they are
// compared at the position that they say they reflect.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/submitters.h"
#include "engine/views/views.h"
#include "tools/rasti/data_directory.h"
#include "tools/rasti/node_log.h"

namespace rasti::cli {

struct ReplayReport {
  int64_t events = 0;
  int64_t cases = 0;
  int64_t signatures = 0;  // of commands, verified
  std::map<std::string, int64_t, std::less<>> events_by_type;
  views::StatusTally tally;
  double seconds = 0;
  /// What was compared, in words: "partition 0: 120 cases, 120 commands", "views: not there".
  std::vector<std::string> compared;
  /// What differs or is damaged; empty: all is well.
  std::vector<std::string> differences;
};

struct ReplayPlan {
  DataPaths paths;
  std::string scratch;  // an empty directory for the stores that are built to be compared with; removed by the caller
  const runtime::Submitters* submitters = nullptr;  // or nullptr: signatures are not looked at
  std::optional<Instant> tally_at;  // none: as they are at `now`, historic cases as at the end of their history
  Instant now;
  std::function<void(const std::string&)> progress;
};

/// Errors: those of the log that leave nothing to go on with; what is wrong with records and stores is in the report.
Result<ReplayReport> VerifyByReplay(NodeLog& log, const ReplayPlan& plan);

}  // namespace rasti::cli
