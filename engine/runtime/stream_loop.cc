#include "engine/runtime/stream_loop.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

constexpr size_t kSweepBatch = 256;
constexpr Duration kSweepBarrierMost{1'000};  // a barrier serves so long
// A node must have seen the end of the definitions within the last 4 s to decide at all.
constexpr std::chrono::seconds kDecideWithin{4};
constexpr std::chrono::seconds kRefreshEvery{2};
constexpr std::chrono::seconds kTellEvery{10};
}  // namespace

StreamLoop::StreamLoop(ports::EventLog& log, ConfigurationSource& configuration, const Submitters& submitters,
                       const ports::Clock& clock, StreamOptions options, StreamHooks hooks)
    : log_(log),
      configuration_(configuration),
      submitters_(submitters),
      clock_(clock),
      options_(options),
      hooks_(std::move(hooks)),
      timer_budget_(options.timers_time),
      last_clock_(clock.Now(), clock.Steady()) {}

void StreamLoop::Wake() {
  std::shared_ptr<ports::LogStream> stream;
  {
    const std::lock_guard lock(mutex_);
    stream = stream_;
  }
  if (stream != nullptr) stream->Wake();
}

Result<Duration> StreamLoop::Step() {
  RASTI_CHECKED(CheckClock());
  Status done = stream_ == nullptr ? OpenStream() : Status();
  if (done) done = Round();
  if (done) return Duration{0};
  // One that leapt in the middle of the turn ended it.
  RASTI_CHECKED(CheckClock());
  return Recover(done.error());
}

// In good order even after an error: what is installed is committed, so flushing it only spares a later replay.
Status StreamLoop::Close() { return stream_ == nullptr ? Status() : stream_->Close(); }

PartitionCounters StreamLoop::counters() const {
  PartitionCounters sum = released_;
  sum.times = times_;
  for (const auto* partitions : {&owned_, &halted_}) {
    for (const auto& [id, owned] : *partitions) sum += owned.partition->counters();
  }
  return sum;
}

size_t StreamLoop::timer_count() const {
  size_t timers = 0;
  for (const auto* partitions : {&owned_, &halted_}) {
    for (const auto& [id, owned] : *partitions) timers += owned.partition->cases().timers().size();
  }
  return timers;
}

Result<bool> StreamLoop::RefreshConfiguration() {
  if (configuration_.Age() <= kRefreshEvery) return true;
  const Status refreshed = configuration_.Refresh();
  if (refreshed) return true;
  if (!PassesByItself(refreshed.error())) return Fail(refreshed.error());
  if (configuration_.Age() <= kDecideWithin) return true;
  const auto now = clock_.Steady();
  if (hooks_.on_trouble && (!told_of_definitions_at_ || now - *told_of_definitions_at_ >= kTellEvery)) {
    told_of_definitions_at_ = now;
    hooks_.on_trouble(refreshed.error().At("nothing is decided until the definitions can be read"), options_.idle_wait);
  }
  return false;
}

Status StreamLoop::Round() {
  RASTI_CHECKED(CatchUpSome());
  RASTI_TRY(may_decide_, RefreshConfiguration());
  if (!may_decide_) {
    // Takes no input, and stays a member.
    RASTI_TRY(const auto none, stream_->Poll(0, catching_up_.empty() ? options_.idle_wait : Duration{0}));
    return {};
  }
  UseCurrentConfiguration();
  RASTI_CHECKED(ResumeHalted());
  Spent(&StreamTimes::other_us);
  RASTI_TRY(const auto records, stream_->Poll(options_.batch_most, NextWait()));
  work_pending_ = false;
  held_back_left_ = options_.batch_most;
  Spent(&StreamTimes::polling_us);
  // The wait may have been long: what came into force meanwhile holds for what is decided now.
  UseCurrentConfiguration();
  const auto began = clock_.Steady();
  for (const ports::InputRecord& record : records) {
    const auto found = owned_.find(record.partition);
    if (found == owned_.end()) {
      return Fail(Error::Internal(fmt::format("input of partition {}, which is not owned", record.partition.value)));
    }
    RASTI_CHECKED(Handle(found->second, record));
  }
  for (auto& [id, owned] : owned_) RASTI_CHECKED(HandleHeldBack(owned));
  RASTI_TRY(const size_t fired, FireDueTimers());
  // Nobody waits for the sweep, and for the partitions that lack events somebody may.
  if (catching_up_.empty()) {
    for (auto& [id, owned] : owned_) RASTI_CHECKED(SweepIfNeeded(owned));
  }
  Spent(&StreamTimes::deciding_us);
  RASTI_TRY(const bool committed, Commit());
  reopen_wait_ = Duration{0};
  if (committed) timer_budget_.Took(fired, clock_.Steady() - began);
  RASTI_CHECKED(HaltWhatMisses());
  RASTI_CHECKED(CheckpointIfDue());
  Spent(&StreamTimes::storing_us);
  return {};
}

void StreamLoop::UseCurrentConfiguration() {
  auto current = configuration_.Current();
  if (current == in_use_) return;
  in_use_ = std::move(current);
  for (auto* partitions : {&owned_, &halted_}) {
    for (auto& [id, owned] : *partitions) owned.partition->Use(in_use_);
  }
}

Status StreamLoop::HaltWhatMisses() {
  for (auto next = owned_.begin(); next != owned_.end();) {
    const auto here = next++;
    Owned& owned = here->second;
    if (owned.partition->missing().empty()) continue;
    const core::PartitionId id = here->first;
    // What was decided before is committed; the rest comes again.
    RASTI_CHECKED(stream_->Rewind(id, owned.partition->next_input()));
    RASTI_CHECKED(stream_->SetPaused(id, true));
    ForgetTurn(owned);
    if (hooks_.on_halted) hooks_.on_halted(id, owned.partition->missing());
    halted_.insert(owned_.extract(here));
  }
  return {};
}

Status StreamLoop::ResumeHalted() {
  for (auto next = halted_.begin(); next != halted_.end();) {
    const auto here = next++;
    RASTI_TRY(const bool there, here->second.partition->IsThereNow());
    if (!there) continue;
    const core::PartitionId id = here->first;
    RASTI_CHECKED(stream_->SetPaused(id, false));
    if (hooks_.on_resumed) hooks_.on_resumed(id);
    owned_.insert(halted_.extract(here));
  }
  return {};
}

Status StreamLoop::CheckClock() {
  const std::pair now(clock_.Now(), clock_.Steady());
  const auto wall = std::chrono::duration_cast<Duration>(now.first - last_clock_.first);
  const auto real = std::chrono::duration_cast<Duration>(now.second - last_clock_.second);
  if (std::chrono::abs(wall - real) > options_.clock_jump_most) {
    return Fail(
        ErrorCode::kUnavailable,
        fmt::format("the machine's clock jumped by {} to {}: nothing more is decided; set the clock right (NTP) "
                    "and start again",
                    FormatDuration(wall - real), FormatInstant(now.first)));
  }
  last_clock_ = now;
  return {};
}

Duration StreamLoop::NextWait() const {
  if (work_pending_ || !catching_up_.empty()) return Duration{0};
  Duration wait = options_.idle_wait;
  const Instant now = clock_.Now();
  for (const auto& [id, owned] : owned_) {
    if (owned.partition->cases().IsCheckpointing()) return Duration{0};
    if (IsSweepDue(owned) && !owned.sweep_barrier) return Duration{0};
    // Poll ends early when it meets the mark.
    if (owned.barrier) continue;
    if (now < owned.barrier_from) {
      wait = std::min(wait, owned.barrier_from - now);
      continue;
    }
    if (!owned.held_back.empty()) return Duration{0};
    // A timer fires when now is past its instant, so one millisecond later.
    if (const auto earliest = owned.partition->cases().EarliestTimer()) {
      wait = std::clamp(earliest->first - now + Duration{1}, Duration{0}, wait);
    }
  }
  if (in_use_ != nullptr) {
    if (const auto change = in_use_->NextChangeAfter(now)) wait = std::min(wait, *change - now);
  }
  return wait;
}

Status StreamLoop::Handle(Owned& owned, const ports::InputRecord& record) {
  if (record.input == ports::Input::kCommands) {
    owned.commands_to = std::max(owned.commands_to, record.taken_at);
    return owned.partition->Handle(record);
  }
  owned.held_back.push_back(record);
  return HandleHeldBack(owned);
}

Status StreamLoop::HandleHeldBack(Owned& owned) {
  auto next = owned.held_back.begin();
  for (; next != owned.held_back.end() && next->taken_at <= owned.commands_to; ++next) {
    if (held_back_left_ == 0) {
      work_pending_ = true;
      break;
    }
    --held_back_left_;
    RASTI_CHECKED(owned.partition->Handle(*next));
  }
  owned.held_back.erase(owned.held_back.begin(), next);
  return {};
}

Result<size_t> StreamLoop::FireDueTimers() {
  std::vector<std::pair<Owned*, Instant>> due;
  for (auto& [id, owned] : owned_) {
    RASTI_TRY(const auto before, MayFireTimers(owned));
    if (before) due.emplace_back(&owned, *before);
  }
  size_t sum = 0;
  for (size_t i = 0; i < due.size(); ++i) {
    auto& [owned, before] = due[i];
    // What one partition leaves is there for those behind it.
    const size_t left = timer_budget_.most() - std::min(sum, timer_budget_.most());
    const size_t share = std::max<size_t>(left / (due.size() - i), 1);
    RASTI_TRY(const size_t fired, owned->partition->FireTimers(before, share));
    if (fired == share) work_pending_ = true;
    if (fired < share) owned->barrier.reset();
    sum += fired;
  }
  return sum;
}

Result<std::optional<Instant>> StreamLoop::MayFireTimers(Owned& owned) {
  Partition& partition = *owned.partition;
  const auto earliest = partition.cases().EarliestTimer();
  const Instant now = clock_.Now();
  const bool is_due = earliest && earliest->first < now;
  if ((!is_due && owned.held_back.empty()) || now < owned.barrier_from) return std::nullopt;
  RASTI_TRY(const auto passed, PassedBarrier(partition, owned.barrier));
  if (!passed) return std::nullopt;
  owned.commands_to = std::max(owned.commands_to, *passed);
  RASTI_CHECKED(HandleHeldBack(owned));
  const bool cut_short = !owned.held_back.empty() && owned.held_back.front().taken_at <= owned.commands_to;
  if (cut_short) return std::nullopt;
  const Instant before = std::min(*passed, owned.barrier->asked_at);
  const bool too_early = !owned.held_back.empty() || (is_due && earliest->first >= before);
  if (too_early) {
    // The log's clock is behind this node's, or the barrier is older than what waits for it.
    const Instant wanted = owned.held_back.empty() ? earliest->first : owned.held_back.front().taken_at;
    owned.barrier_from = owned.barrier->asked_at + std::max(wanted - *passed + Duration{1}, Duration{0});
    owned.barrier.reset();
  }
  return before;
}

Result<std::optional<Instant>> StreamLoop::PassedBarrier(const Partition& partition, std::optional<Barrier>& barrier) {
  if (!barrier) {
    const Instant now = clock_.Now();
    RASTI_TRY(const auto mark, stream_->SetMark(partition.id()));
    barrier = Barrier{now, mark, {}};
  }
  if (barrier->passed) return barrier->passed;
  // Whatever Poll returned before was decided in the round that it came in.
  auto passed = stream_->PassedMark(partition.id(), barrier->mark);
  if (!passed && passed.error().code == ErrorCode::kNotFound) {
    // Others were set meanwhile, and the stream keeps only so many: another one is asked for.
    barrier.reset();
    return std::nullopt;
  }
  RASTI_TRY(barrier->passed, std::move(passed));
  return barrier->passed;
}

bool StreamLoop::IsSweepDue(const Owned& owned) const {
  return owned.sweeping_to || owned.partition->cases().swept_epoch() != in_use_->CalendarEpochAt(clock_.Now());
}

Status StreamLoop::SweepIfNeeded(Owned& owned) {
  CaseStore& cases = owned.partition->cases();
  if (owned.swept) {
    // The transaction with the last of it is committed.
    cases.SetSweptEpoch(*owned.sweeping_to);
    owned.swept = false;
    owned.sweeping_to.reset();
  }
  if (!owned.sweeping_to) {
    if (!IsSweepDue(owned)) return {};
    // The sweep reads the store's table, so what is in memory goes there first.
    RASTI_CHECKED(cases.Checkpoint(false));
    owned.sweeping_to = in_use_->CalendarEpochAt(clock_.Now());
  }
  RASTI_TRY(const auto passed, PassedBarrier(*owned.partition, owned.sweep_barrier));
  if (!passed || !owned.held_back.empty()) return {};
  RASTI_TRY(owned.swept, owned.partition->Sweep(std::min(*passed, owned.sweep_barrier->asked_at), kSweepBatch));
  work_pending_ = true;
  if (owned.swept || clock_.Now() - owned.sweep_barrier->asked_at > kSweepBarrierMost) owned.sweep_barrier.reset();
  return {};
}

Result<bool> StreamLoop::Commit() {
  std::map<core::PartitionId, ports::InputPositions> next;
  for (auto& [id, owned] : owned_) {
    if (owned.partition->HasWork()) next[id] = owned.partition->next_input();
  }
  if (next.empty()) return false;
  // What was decided by a clock that leapt meanwhile is not written, nor what was decided on definitions that were
  // replaced while this process stood still.
  RASTI_CHECKED(CheckClock());
  RASTI_TRY(const bool may_decide, RefreshConfiguration());
  if (!may_decide || configuration_.Current() != in_use_) {
    RASTI_CHECKED(DropAndRewind(next));
    return false;
  }
  RASTI_CHECKED(stream_->Begin());
  for (const auto& [id, positions] : next) RASTI_CHECKED(owned_.at(id).partition->WriteTo(*stream_));
  Spent(&StreamTimes::writing_us);
  Status committed = stream_->Commit(next);
  Spent(&StreamTimes::committing_us);
  if (hooks_.on_transaction) hooks_.on_transaction(committed.has_value());
  if (!committed) {
    if (committed.error().code != ErrorCode::kAborted) return Fail(committed.error());
    RASTI_CHECKED(DropAndRewind(next));
    return false;
  }
  for (const auto& [id, positions] : next) {
    Partition& partition = *owned_.at(id).partition;
    partition.Install();
    if (hooks_.on_commit) hooks_.on_commit(id, partition.cases().position().next_sequence);
  }
  return true;
}

Status StreamLoop::DropAndRewind(const std::map<core::PartitionId, ports::InputPositions>& decided) {
  for (const auto& [id, positions] : decided) {
    Owned& owned = owned_.at(id);
    owned.partition->Drop();
    ForgetTurn(owned);
    owned.sweeping_to.reset();
    owned.swept = false;
    RASTI_CHECKED(stream_->Rewind(id, owned.partition->next_input()));
  }
  return {};
}

// What was polled comes again.
void StreamLoop::ForgetTurn(Owned& owned) {
  owned.barrier.reset();
  owned.sweep_barrier.reset();
  owned.held_back.clear();
  owned.commands_to = Instant::min();
}

Result<bool> StreamLoop::IsIdle() {
  if (stream_ == nullptr || !may_decide_ || !catching_up_.empty()) return false;
  const Instant now = clock_.Now();
  for (auto& [id, owned] : owned_) {
    if (IsSweepDue(owned) || !owned.held_back.empty()) return false;
    const auto earliest = owned.partition->cases().EarliestTimer();
    if (earliest && earliest->first < now) return false;
    RASTI_TRY(const auto end, stream_->End(id));
    RASTI_TRY(const bool passed, stream_->Passed(id, end));
    if (!passed) return false;
  }
  return true;
}

}  // namespace rasti::runtime
