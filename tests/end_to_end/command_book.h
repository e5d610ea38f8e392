// The commands that a test asked a service for, and what it was told of them.
// Thread-safe; it outlives the sessions whose threads tell it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "engine/client/command_client.h"
#include "engine/codec/result_codec.h"
#include "engine/core/command.h"

namespace rasti::test {

class CommandBook {
 public:
  struct Entry {
    core::Command command;
    std::optional<codec::CommandResult> answer;  // the first that accepts it; until then the last rejection
  };

  size_t Add(core::Command command) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({std::move(command), std::nullopt});
    return entries_.size() - 1;
  }

  /// Hands the command of an entry in, once there is room; false when there is no service to ask any more.
  bool Ask(client::CommandClient& service, size_t entry) {
    if (!Begin()) return false;
    const Status started = service.Start(
        CommandOf(entry), [this, entry](const Result<codec::CommandResult>& result) { End(entry, result); });
    if (!started) End(entry, Fail(started.error()));
    return started.has_value();
  }

  /// Waits until `wanted` answers came since StartRound, or for so long.
  void WaitForAnswers(int64_t wanted, std::chrono::milliseconds most) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, most, [&] { return answers_ >= wanted; });
  }
  void WaitUntilNothingIsUnderWay() {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, std::chrono::minutes(2), [&] { return under_way_ == 0; }));
  }
  void StartRound() {
    const std::lock_guard lock(mutex_);
    killed_ = false;
    answers_ = 0;
  }
  void Kill() {
    const std::lock_guard lock(mutex_);
    killed_ = true;
    changed_.notify_all();
  }
  bool killed() const {
    const std::lock_guard lock(mutex_);
    return killed_;
  }
  /// True when the service is dead, after `pause` at the latest.
  bool WaitForKill(std::chrono::milliseconds pause) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, pause, [&] { return killed_; });
  }

  core::Command CommandOf(size_t entry) const {
    const std::lock_guard lock(mutex_);
    return entries_[entry].command;
  }
  std::vector<size_t> Unanswered() const {
    const std::lock_guard lock(mutex_);
    std::vector<size_t> unanswered;
    for (size_t i = 0; i < entries_.size(); ++i) {
      if (!entries_[i].answer) unanswered.push_back(i);
    }
    return unanswered;
  }
  /// Those that were accepted so far, with their first answers.
  std::vector<Entry> Accepted() const {
    const std::lock_guard lock(mutex_);
    std::vector<Entry> accepted;
    for (const Entry& entry : entries_) {
      if (entry.answer && entry.answer->accepted()) accepted.push_back(entry);
    }
    return accepted;
  }
  /// A case that a submission was acknowledged for.
  std::optional<core::CaseId> SomeCase(uint64_t random) const {
    const std::lock_guard lock(mutex_);
    // Mostly recent ones, so that some cases are under heavy traffic.
    if (cases_.empty()) return std::nullopt;
    const size_t recent = std::min<size_t>(cases_.size(), 40);
    return cases_[cases_.size() - 1 - random % recent];
  }
  int64_t answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  int64_t changed_answers() const {
    const std::lock_guard lock(mutex_);
    return changed_answers_;
  }
  size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  /// REQUIRES: nothing is under way.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  static constexpr size_t kUnderWayMost = 64;

  /// Waits for room among those under way, then counts one more under way; false once the service was killed.
  bool Begin() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return killed_ || under_way_ < kUnderWayMost; });
    if (killed_) return false;
    ++under_way_;
    return true;
  }
  void End(size_t entry, const Result<codec::CommandResult>& result) {
    const std::lock_guard lock(mutex_);
    --under_way_;
    if (result) {
      ++answers_;
      Note(entries_[entry], *result);
    }
    changed_.notify_all();
  }

  void Note(Entry& entry, const codec::CommandResult& answer) {
    if (entry.answer && entry.answer->accepted()) {
      if (*entry.answer != answer) ++changed_answers_;
      return;
    }
    // A rejection is not remembered: asked again, the command is decided afresh.
    entry.answer = answer;
    if (answer.accepted() && std::holds_alternative<core::SubmitCase>(entry.command.payload)) {
      cases_.push_back(entry.command.case_id);
    }
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Entry> entries_;
  std::vector<core::CaseId> cases_;
  size_t under_way_ = 0;
  int64_t answers_ = 0;
  int64_t changed_answers_ = 0;
  bool killed_ = false;
};

}  // namespace rasti::test
