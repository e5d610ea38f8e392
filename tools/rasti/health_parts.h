// The parts of CheckFiles and CheckEngine (health.h). Each adds what it finds.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "engine/ports/event_log.h"
#include "engine/runtime/configuration.h"
#include "tools/rasti/health.h"

namespace rasti::cli {

/// What a file system has left.
struct DiskRoom {
  uint64_t free_bytes = 0;
  uint64_t inodes = 0;  // 0: it has no such limit
  uint64_t free_inodes = 0;
  bool read_only = false;
};
/// `rebuild_bytes`: what state and views take if they are built anew.
void JudgeRoom(const DiskRoom& room, const std::string& where, uint64_t free_bytes_least, uint64_t rebuild_bytes,
               Findings& findings);
void CheckRoom(const DataPaths& paths, uint64_t free_bytes_least, Findings& findings);
/// Whose the files are, and who else may read or write them.
void CheckRights(const DataPaths& paths, Findings& findings);
/// What backups, restores and starts that were cut short left behind.
void CheckLeftovers(const DataPaths& paths, Findings& findings);

/// What is known of the machine's clock.
struct ClockFacts {
  Instant now;
  Instant made_at;  // the directory
  std::optional<Instant> last_event = std::nullopt;
  std::optional<Instant> last_backup = std::nullopt;
  std::optional<bool> kept_right = std::nullopt;  // by a time service
};
void JudgeClock(const ClockFacts& facts, Findings& findings);
/// `last_event`: when it was recorded, where that is known.
void CheckClock(const DataPaths& paths, const DataMeta& meta, std::optional<Instant> last_event, Findings& findings);

/// What open cases need, as the views have them.
struct OpenCases {
  std::map<core::VersionedName, int64_t> definitions;  // how many
  /// A calendar and the time zones that running clocks were planned with.
  std::map<std::pair<core::VersionedName, core::VersionedName>, int64_t> calendars;
  std::map<core::TenantId, int64_t> live;  // those that wall time runs for
};
/// State stores and views: damage, format, position. Answers what the open cases need, where the views are whole and
/// `thorough` asks for it.
std::optional<OpenCases> CheckStores(const DataPaths& paths, ports::EventLog& log, bool thorough, Findings& findings);

/// What is in force, calendars that end, versions that open cases need and nobody published. `cases`: where they are
/// known.
void CheckPackages(const runtime::Configuration& configuration, size_t packages, Instant now,
                   const std::optional<OpenCases>& cases, Findings& findings);

/// What was signed of the log, and by whom; `thorough`: whether the log continues it.
void CheckAudit(const DataPaths& paths, ports::EventLog& log, bool thorough, Findings& findings);

/// How to get a log back, naming the last backup where one is known.
std::string RemedyOfLog(const DataPaths& paths);

}  // namespace rasti::cli
