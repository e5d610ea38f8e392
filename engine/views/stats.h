// Statistics: what happened to cases, by tenant, workflow, category, channel and time, and how many are open. Ask by
// Views::Stats.
//
// Counters are kept in buckets of time from which the months of any time zone can be put together: what happens within
// 14 hours before and 12 hours after the turn of a month in UTC, where zones disagree about the month, is kept by
// quarters of an hour, everything else by month. So the zone is a matter of who asks, and the views need no calendar.
// (Offsets from UTC lie between -12:00 and +14:00 and are multiples of 15 minutes: the zones of the IANA database since
// 1986.)
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "engine/base/result.h"
#include "engine/base/time.h"
#include "engine/core/case_state.h"
#include "engine/core/event.h"
#include "engine/core/ids.h"

namespace rasti::views {

struct ClockCounters {
  int64_t met_on_time = 0;
  int64_t met_late = 0;
  int64_t breached = 0;
  bool operator==(const ClockCounters&) const = default;
};

/// Times are counted from when a case reached the authority (received_at, else the submission), in seconds of wall
/// time. What is counted of a case stands under the category and channel that it had then; but a rating, which is the
/// case's last one, when that was given, under the category that the case has.
struct StatsCounters {
  int64_t submitted = 0;
  int64_t responses = 0;
  int64_t first_responses = 0;  // cases that were answered for the first time
  int64_t first_response_s = 0;
  int64_t closed = 0;
  int64_t resolution_s = 0;  // of those that were closed
  int64_t withdrawn = 0;
  int64_t merged = 0;
  int64_t reopened = 0;
  int64_t escalations = 0;
  int64_t ratings = 0;  // cases that were rated
  int64_t rating_sum = 0;
  int64_t open_change = 0;     // cases that became open less those that ended; corrections of the category move a case
  int64_t open_since_s = 0;    // the same of the seconds since 1970 at which they reached the authority
  int64_t stopped_change = 0;  // the same of those among them for which time stands still: historic ones, not live yet
  int64_t stopped_at_s = 0;    // and of the seconds since 1970 at which it stopped: how far their history goes
  std::map<core::ClockId, ClockCounters> clocks;
  bool operator==(const StatsCounters&) const = default;

  void Add(const StatsCounters& other);
  bool IsZero() const { return *this == StatsCounters(); }
};

/// What counters are kept by.
struct StatsGroup {
  core::TenantId tenant;
  std::string workflow;
  core::CategoryId category;
  std::string channel;
  auto operator<=>(const StatsGroup&) const = default;
};

struct StatsQuery {
  /// None: all.
  std::vector<core::TenantId> tenants;
  /// The periods: [bounds[i], bounds[i + 1]). Ascending, at least two, each the turn of a month or at least of a
  /// quarter of an hour near one.
  std::vector<Instant> bounds;
  bool by_tenant = false;
  bool by_workflow = false;
  bool by_category = false;
  bool by_channel = false;
};

struct StatsRow {
  size_t period = 0;
  StatsGroup group;  // what is not asked by is empty
  StatsCounters counters;
  int64_t open_at_end = 0;
  int64_t open_since_s = 0;    // the sum over those: when they reached the authority, in seconds since 1970
  int64_t stopped_at_end = 0;  // those among them that are historic and not live
  int64_t stopped_at_s = 0;    // the sum over these: how far their history goes, in seconds since 1970
  bool operator==(const StatsRow&) const = default;

  /// The sum of the ages that open cases have at `end`, in seconds; historic ones age as far as their history goes.
  int64_t AgeOfOpen(Instant end) const;
};

/// Where a case stood before an event, as far as statistics go by it.
struct StatsBefore {
  explicit StatsBefore(const core::CaseState& state);
  bool is_open = false;
  int responses = 0;
  int rating = 0;
  std::optional<Instant> rated_at;
  std::optional<Instant> stopped_at;  // where time stands still for it
  core::CategoryId category;
};

using StatsChanges = std::map<std::pair<StatsGroup, Instant>, StatsCounters>;  // by group and bucket

/// Counts an event; `after` is the state that it led to. Pure.
void CountEvent(const StatsBefore& before, const core::CaseState& after, const core::Event& event,
                StatsChanges& changes);

/// The beginning of the bucket that an instant belongs to.
Instant StatsBucket(Instant at);

// ---- stats: tenant, bucket, workflow, category, channel -> counters ----
std::string StatsKey(const StatsGroup& group, Instant bucket);
std::string StatsTenantPrefix(const core::TenantId& tenant);
/// Nothing where the bytes are no such key.
std::optional<std::pair<StatsGroup, Instant>> DecodeStatsKey(std::string_view bytes);
std::string EncodeStatsCounters(const StatsCounters& counters);
/// Errors: kCorruption.
Result<StatsCounters> DecodeStatsCounters(std::string_view value);

}  // namespace rasti::views
