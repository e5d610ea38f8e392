#include "engine/views/stats.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <array>

#include "engine/core/register_number.h"
#include "engine/views/bytes.h"
#include "engine/views/inbox.h"

namespace rasti::views {
namespace {

using std::chrono::duration_cast;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr hours kAfterTurn{12};
constexpr hours kBeforeTurn{14};
constexpr Duration kSlot = minutes{15};

constexpr std::array kMembers = {
    &StatsCounters::submitted,   &StatsCounters::responses,        &StatsCounters::first_responses,
    &StatsCounters::closed,      &StatsCounters::first_response_s, &StatsCounters::resolution_s,
    &StatsCounters::withdrawn,   &StatsCounters::merged,           &StatsCounters::reopened,
    &StatsCounters::escalations, &StatsCounters::ratings,          &StatsCounters::rating_sum,
    &StatsCounters::open_change, &StatsCounters::open_since_s,     &StatsCounters::stopped_change,
    &StatsCounters::stopped_at_s};

Instant MonthBegin(cctz::civil_month month) {
  return std::chrono::time_point_cast<Duration>(cctz::convert(cctz::civil_second(month), cctz::utc_time_zone()));
}

Instant ReachedAt(const core::CaseState& state) { return state.received_at.value_or(state.submitted_at); }

int64_t SecondsOf(Instant at) { return duration_cast<seconds>(at.time_since_epoch()).count(); }

// Until when an open case has aged, where wall time leaves it alone.
std::optional<Instant> StoppedAt(const core::CaseState& state) {
  if (!state.Exists() || state.IsLive() || !IsInInbox(state)) return std::nullopt;
  return std::max(state.last_occurred_at, state.advanced_to.value_or(state.last_occurred_at));
}

}  // namespace

void StatsCounters::Add(const StatsCounters& other) {
  for (const auto member : kMembers) this->*member += other.*member;
  for (const auto& [id, more] : other.clocks) {
    ClockCounters& clock = clocks[id];
    clock.met_on_time += more.met_on_time;
    clock.met_late += more.met_late;
    clock.breached += more.breached;
  }
}

int64_t StatsRow::AgeOfOpen(Instant end) const {
  const int64_t end_s = SecondsOf(end);
  const int64_t not_lived_s = end_s * stopped_at_end - stopped_at_s;
  return end_s * open_at_end - open_since_s - not_lived_s;
}

StatsBefore::StatsBefore(const core::CaseState& state)
    : is_open(state.Exists() && IsInInbox(state)),
      responses(state.responses),
      rating(state.rating),
      rated_at(state.rated_at),
      stopped_at(StoppedAt(state)),
      category(state.category) {}

Instant StatsBucket(Instant at) {
  const auto month = cctz::civil_month(cctz::convert(at, cctz::utc_time_zone()));
  const Instant middle = MonthBegin(month) + kAfterTurn;
  if (at >= middle && at < MonthBegin(month + 1) - kBeforeTurn) return middle;
  const Duration since = at.time_since_epoch();
  Duration into = since % kSlot;
  if (into < Duration{0}) into += kSlot;
  return Instant(since - into);
}

void CountEvent(const StatsBefore& before, const core::CaseState& after, const core::Event& event,
                StatsChanges& changes) {
  if (core::IsRegister(after.definition)) return;
  const Instant at = event.ctx().occurred_at;
  const int64_t took_s = duration_cast<seconds>(at - ReachedAt(after)).count();
  // Made only where something is counted: most events count for nothing.
  const auto counters_of = [&](const core::CategoryId& category, Instant when) -> StatsCounters& {
    StatsGroup group{after.tenant, std::string(core::NameOf(after.definition)), category, after.channel};
    return changes[{std::move(group), StatsBucket(when)}];
  };
  const auto counters = [&]() -> StatsCounters& { return counters_of(after.category, at); };

  const bool is_open = IsInInbox(after);
  if (before.is_open != is_open || (is_open && before.category != after.category)) {
    const int64_t since_s = SecondsOf(ReachedAt(after));
    if (is_open) {
      counters().open_change += 1;
      counters().open_since_s += since_s;
    }
    if (before.is_open) {
      StatsCounters& there = counters_of(before.category, at);
      there.open_change -= 1;
      there.open_since_s -= since_s;
    }
  }
  const std::optional<Instant> stopped_at = StoppedAt(after);
  const bool is_moved = before.category != after.category;
  if (before.stopped_at != stopped_at || (stopped_at && is_moved)) {
    const auto stop = [&](const core::CategoryId& category, const std::optional<Instant>& when, int sign) {
      if (!when) return;
      StatsCounters& there = counters_of(category, *when);
      there.stopped_change += sign;
      there.stopped_at_s += sign * SecondsOf(*when);
    };
    stop(before.category, before.stopped_at, -1);
    stop(after.category, stopped_at, 1);
  }
  // A citizen who thinks again is still one voice.
  const bool is_rated_anew = std::holds_alternative<core::CaseRated>(event.payload);
  if (is_rated_anew || (after.rated_at && is_moved)) {
    if (before.rated_at) {
      StatsCounters& there = counters_of(before.category, *before.rated_at);
      there.ratings -= 1;
      there.rating_sum -= before.rating;
    }
    if (after.rated_at) {
      StatsCounters& here = counters_of(after.category, *after.rated_at);
      here.ratings += 1;
      here.rating_sum += after.rating;
    }
  }
  const core::EventPayload& payload = event.payload;
  if (std::holds_alternative<core::CaseSubmitted>(payload)) {
    ++counters().submitted;
  } else if (std::holds_alternative<core::ResponseSent>(payload)) {
    ++counters().responses;
    if (before.responses == 0) {
      ++counters().first_responses;
      counters().first_response_s += took_s;
    }
  } else if (std::holds_alternative<core::CaseClosed>(payload)) {
    ++counters().closed;
    counters().resolution_s += took_s;
  } else if (std::holds_alternative<core::CaseWithdrawn>(payload)) {
    ++counters().withdrawn;
  } else if (std::holds_alternative<core::CaseMerged>(payload)) {
    ++counters().merged;
  } else if (std::holds_alternative<core::CaseReopened>(payload)) {
    ++counters().reopened;
  } else if (std::holds_alternative<core::CaseEscalated>(payload)) {
    ++counters().escalations;
  } else if (const auto* met = std::get_if<core::ClockMet>(&payload)) {
    ClockCounters& clock = counters().clocks[met->clock];
    ++(met->on_time ? clock.met_on_time : clock.met_late);
  } else if (const auto* breached = std::get_if<core::DeadlineBreached>(&payload)) {
    ++counters().clocks[breached->clock].breached;
  }
}

std::string StatsTenantPrefix(const core::TenantId& tenant) {
  std::string prefix;
  AppendSortable(prefix, tenant.view());
  return prefix;
}

std::string StatsKey(const StatsGroup& group, Instant bucket) {
  std::string key = StatsTenantPrefix(group.tenant);
  AppendSortable(key, ToUnixMillis(bucket));
  AppendSortable(key, group.workflow);
  AppendSortable(key, group.category.view());
  AppendSortable(key, group.channel);
  return key;
}

std::optional<std::pair<StatsGroup, Instant>> DecodeStatsKey(std::string_view bytes) {
  ByteReader reader(bytes);
  StatsGroup group;
  group.tenant = core::TenantId(reader.SortableText());
  const Instant bucket = InstantFromUnixMillis(reader.Sortable());
  group.workflow = reader.SortableText();
  group.category = core::CategoryId(reader.SortableText());
  group.channel = reader.SortableText();
  if (!reader.ok() || !reader.AtEnd()) return std::nullopt;
  return std::pair{std::move(group), bucket};
}

std::string EncodeStatsCounters(const StatsCounters& counters) {
  std::string value;
  for (const auto member : kMembers) AppendVarint(value, counters.*member);
  for (const auto& [id, clock] : counters.clocks) {
    AppendSortable(value, id.view());
    for (const int64_t count : {clock.met_on_time, clock.met_late, clock.breached}) AppendVarint(value, count);
  }
  return value;
}

Result<StatsCounters> DecodeStatsCounters(std::string_view value) {
  ByteReader reader(value);
  StatsCounters counters;
  for (const auto member : kMembers) counters.*member = reader.Varint();
  while (reader.ok() && !reader.AtEnd()) {
    ClockCounters& clock = counters.clocks[core::ClockId(reader.SortableText())];
    clock.met_on_time = reader.Varint();
    clock.met_late = reader.Varint();
    clock.breached = reader.Varint();
  }
  if (reader.ok()) return counters;
  return Fail(Error::Corruption("views, table stats: a row is broken; delete the views, they are rebuilt"));
}

}  // namespace rasti::views
