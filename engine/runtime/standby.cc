#include "engine/runtime/standby.h"

#include <fmt/format.h>

#include <algorithm>

namespace rasti::runtime {
namespace {

std::chrono::steady_clock::time_point Now() { return std::chrono::steady_clock::now(); }

// For asking at the end where the log ends, all partitions together.
constexpr std::chrono::seconds kAskAtStopMost{5};

}  // namespace

Standby::Standby(ports::EventLog& log, StandbyOptions options, StandbyHooks hooks)
    : log_(log), options_(options), hooks_(std::move(hooks)) {
  for (int32_t i = 0; i < log.partition_count(); ++i) {
    slots_.push_back(std::make_unique<Slot>());
    slots_.back()->id = {i};
  }
}

Standby::~Standby() { Stop(); }

void Standby::Start() {
  thread_ = std::thread([this] { Run(); });
}

void Standby::Stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
  // Of a log that is away each question would take its time, and what is not written now is only read again.
  bool asks = true;
  const auto ask_until = Now() + kAskAtStopMost;
  for (const auto& slot : slots_) {
    const std::lock_guard lock(slot->mutex);
    if (slot->cases == nullptr) continue;
    const core::Sequence next = slot->cases->position().next_sequence;
    const bool is_written = slot->cases->Backlog() == 0 && slot->flushed == next;
    if (!is_written && asks) {
      // In the middle of a command it is not written.
      const auto end = log_.EndSequence(slot->id);
      if (end && *end == next) static_cast<void>(slot->cases->Checkpoint(true));
      asks = end.has_value() && Now() < ask_until;
    }
    Close(*slot);
  }
}

std::unique_ptr<CaseStore> Standby::Take(core::PartitionId partition) {
  Slot& slot = *slots_.at(static_cast<size_t>(partition.value));
  slot.wanted.store(true);
  const std::lock_guard lock(slot.mutex);
  slot.wanted.store(false);
  ++slot.owners;
  slot.given_up = false;
  auto cases = std::move(slot.cases);
  Close(slot);
  return cases;
}

void Standby::Give(core::PartitionId partition, std::unique_ptr<CaseStore> cases) {
  Slot& slot = *slots_.at(static_cast<size_t>(partition.value));
  const std::lock_guard lock(slot.mutex);
  if (--slot.owners > 0) return;  // the store is the next one's
  slot.cases = std::move(cases);
  if (slot.cases == nullptr) return;
  slot.position.store(slot.cases->position().next_sequence.value);
  slot.checkpoint_at = Now() + options_.checkpoint_every;
  slot.flush_at = Now() + options_.flush_every;
}

std::map<core::PartitionId, core::Sequence> Standby::positions() const {
  std::map<core::PartitionId, core::Sequence> kept;
  for (const auto& slot : slots_) {
    if (const int64_t position = slot->position.load(); position >= 0) kept[slot->id] = {position};
  }
  return kept;
}

void Standby::Close(Slot& slot) {
  slot.reader.reset();
  slot.cases.reset();
  slot.position.store(-1);
}

void Standby::Rest(Duration wait) {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, wait, [this] { return stopping_; });
}

void Standby::Run() {
  const double rest_share = 1.0 / std::clamp(options_.core_share_most, 0.01, 1.0) - 1.0;
  for (;;) {
    bool any = false;
    for (const auto& slot : slots_) {
      {
        const std::lock_guard lock(mutex_);
        if (stopping_) return;
      }
      const auto began = Now();
      if (!Turn(*slot)) continue;
      any = true;
      const auto took = std::chrono::duration<double, std::milli>(Now() - began).count();
      // Also so that an owner who waits for the store gets it.
      Rest(Duration{1 + static_cast<int64_t>(took * rest_share)});
    }
    if (!any) Rest(options_.idle_wait);
  }
}

bool Standby::Turn(Slot& slot) {
  if (slot.wanted.load()) return false;
  const std::lock_guard lock(slot.mutex);
  if (slot.owners > 0 || slot.given_up || slot.try_at > Now()) return false;
  const auto done = TurnOf(slot);
  if (done) return *done;
  const Error& error = done.error();
  Close(slot);
  slot.try_at = Now() + options_.retry_wait;
  // A sibling still holds it, or the log is away: that passes.
  const bool passes =
      error.code == ErrorCode::kInUse || error.code == ErrorCode::kUnavailable || error.code == ErrorCode::kTimedOut;
  if (passes) return false;
  slot.given_up = true;
  if (hooks_.on_trouble) hooks_.on_trouble(slot.id, error);
  return false;
}

Result<bool> Standby::TurnOf(Slot& slot) {
  if (slot.cases == nullptr) {
    RASTI_CHECKED(Open(slot));
    return true;
  }
  if (slot.reader == nullptr) {
    RASTI_TRY(slot.reader, log_.OpenReader(slot.id, slot.cases->position().next_sequence));
  }
  RASTI_TRY(const auto events, slot.reader->Read(options_.batch_most, Duration{0}));
  RASTI_CHECKED(Replay(slot, events));
  if (events.empty()) RASTI_CHECKED(CheckpointIfDue(slot));
  return !events.empty();
}

Status Standby::Open(Slot& slot) {
  const size_t share = options_.cached_cases_most / slots_.size();
  const auto open = [&]() -> Status {
    RASTI_TRY(auto store, hooks_.open_store(slot.id));
    RASTI_TRY(slot.cases, CaseStore::Open(std::move(store), share));
    return {};
  };
  Status opened = open();
  if (!opened &&
      (opened.error().code == ErrorCode::kCorruption || opened.error().code == ErrorCode::kUnsupportedVersion)) {
    RASTI_CHECKED(hooks_.drop_store(slot.id));
    opened = open();
  }
  if (!opened) return opened;
  RASTI_TRY(const core::Sequence end, log_.EndSequence(slot.id));
  if (slot.cases->position().next_sequence > end) {
    return Fail(
        Error::Corruption(fmt::format("partition {}: the state store has applied sequence {}, but the log ends "
                                      "with {}",
                                      slot.id.value, slot.cases->position().next_sequence.value - 1, end.value - 1)));
  }
  slot.position.store(slot.cases->position().next_sequence.value);
  slot.checkpoint_at = Now() + options_.checkpoint_every;
  slot.flush_at = Now() + options_.flush_every;
  return {};
}

Status Standby::Replay(Slot& slot, const std::vector<ports::StoredEvent>& events) {
  CaseStore& cases = *slot.cases;
  for (const ports::StoredEvent& stored : events) {
    auto decoded = decoder_.Decode(stored.value);
    if (!decoded) {
      return Fail(decoded.error().At(fmt::format("partition {}, sequence {}", slot.id.value, stored.sequence.value)));
    }
    const bool is_due = cases.Backlog() >= options_.checkpoint_cases || slot.checkpoint_at <= Now();
    if (is_due && !cases.WouldSplit(decoded->event)) {
      RASTI_CHECKED(Checkpoint(slot, slot.flush_at <= Now()));
    }
    if (Status replayed = cases.Replay(decoded->event, decoded->hash, stored.input); !replayed) {
      return Fail(replayed.error().At(fmt::format("partition {}", slot.id.value)));
    }
  }
  slot.position.store(cases.position().next_sequence.value);
  return {};
}

Status Standby::Checkpoint(Slot& slot, bool flush) {
  slot.checkpoint_at = Now() + options_.checkpoint_every;
  if (flush) {
    slot.flush_at = Now() + options_.flush_every;
    slot.flushed = slot.cases->position().next_sequence;
  }
  return slot.cases->Checkpoint(flush);
}

// Nothing came, so no next event says whether the last one ended its command: the end of the log does.
Status Standby::CheckpointIfDue(Slot& slot) {
  CaseStore& cases = *slot.cases;
  if (slot.checkpoint_at > Now()) return {};
  slot.checkpoint_at = Now() + options_.checkpoint_every;
  const bool flush = slot.flush_at <= Now() && slot.flushed != cases.position().next_sequence;
  if (cases.Backlog() == 0 && !flush) return {};
  RASTI_TRY(const core::Sequence end, log_.EndSequence(slot.id));
  if (end != cases.position().next_sequence) return {};
  return Checkpoint(slot, flush);
}

}  // namespace rasti::runtime
