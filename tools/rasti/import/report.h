// What an import tells: counts while it runs and at the end.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "engine/views/views.h"
#include "tools/rasti/output.h"

namespace rasti::cli {

/// Of a log of events: rows that went in, now or before, by what they became.
struct EventCounts {
  int64_t not_yet_happened = 0;  // behind --until
  int64_t actions = 0;
  int64_t notes = 0;
  int64_t later = 0;             // of these, rows behind the end of their case
  int64_t cases_with_later = 0;  // cases that have such rows
};

struct ImportReport {
  int64_t rows = 0;
  int64_t cases = 0;           // that went in, now or before
  int64_t cases_before = 0;    // of these, those that an earlier import had opened
  int64_t not_yet_opened = 0;  // behind --until
  int64_t rejected = 0;
  int64_t events = 0;  // that this import added to the log
  double seconds = 0;  // until the views showed all of it
  bool interrupted = false;
  std::optional<EventCounts> rows_of_events;
  std::optional<Instant> until;
  std::optional<views::StatusTally> tally;  // of the tenant, as of `until`
};

/// One object, in a fixed order.
nlohmann::ordered_json ToJson(const ImportReport& report, const std::string& rejects_path);
std::vector<std::string> ToLines(const ImportReport& report, const std::string& rejects_path);

/// "[######....] 45%  54,210 rows, 2,310/s".
std::string ProgressText(const ImportReport& report, double share, double seconds);

}  // namespace rasti::cli
