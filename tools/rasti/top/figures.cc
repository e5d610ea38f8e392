#include "tools/rasti/top/figures.h"

#include <algorithm>

#include "tools/rasti/version.h"

namespace rasti::cli {
namespace {

using namespace std::chrono_literals;
using WirePartition = v1::Response::Figures::Partition;

constexpr auto kCountEvery = 5s;
// Counting takes one part in so many of the time at most.
constexpr int kCountingShare = 20;
constexpr Duration kSoon = std::chrono::hours(24);

bool Has(const std::vector<core::PartitionId>& ids, core::PartitionId id) {
  return std::ranges::find(ids, id) != ids.end();
}

}  // namespace

Figures::Figures(Node& node, Operations& operations)
    : node_(node), operations_(operations), started_at_(Clock::now()) {}

Status Figures::Fill(v1::Response::Figures& out) {
  const auto [sample, reasons] = operations_.Sample();
  const NodeMonitor::Snapshot seen = operations_.monitor().snapshot();
  out.set_version(kVersion);
  out.set_reader(!sample.decides);
  for (const std::string& reason : reasons) out.add_not_ready(reason);
  out.set_now_at_ms(ToUnixMillis(node_.clock().Now()));
  out.set_up_ms(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_at_).count());
  out.set_clients(sample.clients);

  const runtime::PartitionCounters& done = sample.counters;
  out.set_commands_accepted(done.commands_accepted - done.commands_repeated);
  out.set_commands_rejected(done.commands_rejected);
  out.set_commands_repeated(done.commands_repeated);
  out.set_dead_letters(done.dead_letters);
  out.set_events(done.events);
  out.set_outbox(done.outbox);
  out.set_transactions(seen.committed);
  out.set_transactions_failed(seen.failed);
  out.set_timers_fired(done.timers_fired);
  out.set_timers_waiting(static_cast<int64_t>(sample.timers_waiting));
  for (const int64_t bound : runtime::TimerLateness::kBoundsMs) out.add_lateness_bounds_ms(bound);
  for (const int64_t count : done.lateness.counts) out.add_lateness_counts(count);
  out.set_lateness_ms_most(done.lateness.most_ms);

  out.set_resident_bytes(static_cast<uint64_t>(ResidentBytes()));
  for (const ServiceSample::Stores& store : sample.stores) {
    const uint64_t memory = store.memtable_bytes + store.reader_bytes;
    if (store.kind == "views") {
      out.set_view_memory_bytes(memory);
      out.set_view_disk_bytes(store.disk_bytes);
    } else {
      out.set_state_memory_bytes(memory);
      out.set_state_disk_bytes(store.disk_bytes);
    }
  }
  out.set_cache_bytes(sample.cache_bytes);
  out.set_cache_bytes_most(sample.cache_bytes_most);
  out.set_write_buffer_bytes(sample.write_buffer_bytes);
  out.set_disk_free_bytes(sample.disk_free_bytes);
  RASTI_CHECKED(FillPartitions(sample, out));
  return FillBacklog(out);
}

Status Figures::FillPartitions(const ServiceSample& sample, v1::Response::Figures& out) {
  std::map<core::PartitionId, std::pair<int64_t, int64_t>> places;  // the log's end, the views' end
  for (const ServiceSample::Lag& lag : sample.lags) places[lag.partition] = {lag.end, lag.end - lag.behind};
  // Brokers are not asked each time: what was seen some seconds ago serves.
  if (node_.log().is_local()) {
    RASTI_TRY(const auto lags, node_.views().Lag());
    for (const runtime::PartitionLag& lag : lags) places[lag.partition] = {lag.end.value, lag.applied.value};
  }
  const NodeMonitor::Snapshot seen = operations_.monitor().snapshot();
  const auto standby = node_.standby_positions();
  const auto halted = node_.halted();
  for (int32_t i = 0; i < node_.log().partition_count(); ++i) {
    const core::PartitionId id{i};
    WirePartition& to = *out.add_partitions();
    to.set_partition(i);
    to.set_role(halted.contains(id)        ? WirePartition::ROLE_HALTED
                : Has(seen.owned, id)      ? WirePartition::ROLE_DECIDES
                : Has(seen.recovering, id) ? WirePartition::ROLE_CATCHING_UP
                : standby.contains(id)     ? WirePartition::ROLE_STANDBY
                                           : WirePartition::ROLE_ELSEWHERE);
    const auto place = places.find(id);
    if (place == places.end()) continue;
    to.set_end(place->second.first);
    to.set_shown(place->second.second);
    if (const auto at = LastRecorded(id, {place->second.first})) to.set_last_recorded_at_ms(ToUnixMillis(*at));
  }
  return {};
}

std::optional<Instant> Figures::LastRecorded(core::PartitionId partition, core::Sequence end) {
  if (end.value == 0) return std::nullopt;
  {
    const std::lock_guard lock(mutex_);
    const auto known = last_.find(partition);
    if (known != last_.end() && known->second.end == end) return known->second.recorded_at;
  }
  // What came since the start passed by here; what lay there before is asked for once.
  auto stored = node_.feed().LastOf(partition);
  if (!stored) {
    const auto read = node_.log().ReadAt(partition, {core::Sequence{end.value - 1}});
    if (!read || read->empty()) return std::nullopt;
    stored = read->front().value;
  }
  const auto event = codec::DecodeEvent(*stored);
  if (!event) return std::nullopt;
  const Instant at = event->event.ctx().recorded_at;
  const std::lock_guard lock(mutex_);
  last_[partition] = {end, at};
  return at;
}

Status Figures::FillBacklog(v1::Response::Figures& out) {
  const auto is_old = [&] {
    const std::lock_guard lock(mutex_);
    return !counted_ ||
           Clock::now() - counted_->done_at > std::max<Clock::duration>(kCountEvery, counted_->took * kCountingShare);
  };
  // One counts; the others say what was counted last.
  if (std::unique_lock counting(counting_, std::try_to_lock); counting && is_old()) {
    const auto began = Clock::now();
    const Instant now = node_.clock().Now();
    RASTI_TRY(const views::Backlog backlog,
              node_.views().shown()->CountBacklog(now, CheckedAdd(now, kSoon).value_or(kLatestInstant)));
    const std::lock_guard lock(mutex_);
    counted_ = Counted{backlog, now, Clock::now(), Clock::now() - began};
  }
  const std::lock_guard lock(mutex_);
  if (!counted_) return {};
  out.set_open_cases(counted_->backlog.open_cases);
  out.set_overdue(counted_->backlog.overdue);
  out.set_due_in_a_day(counted_->backlog.due_soon);
  out.set_backlog_counted_at_ms(ToUnixMillis(counted_->at));
  return {};
}

}  // namespace rasti::cli
