// What was asked for and what was acknowledged. Thread-safe.
#pragma once

#include <algorithm>
#include <chrono>
#include <deque>
#include <mutex>
#include <optional>
#include <random>
#include <vector>

#include "tests/end_to_end/command_book.h"

namespace rasti::test {

class Ledger {
 public:
  using Entry = CommandBook::Entry;

  size_t Add(core::Command command) {
    const std::lock_guard lock(mutex_);
    entries_.push_back({std::move(command), std::nullopt});
    return entries_.size() - 1;
  }
  core::Command CommandOf(size_t entry) const {
    const std::lock_guard lock(mutex_);
    return entries_[entry].command;
  }

  void Answered(size_t entry, const codec::CommandResult& answer) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (answers_++ > 0 && watching_) {
      silence_ = std::max(silence_, std::chrono::duration_cast<std::chrono::milliseconds>(now - last_answer_));
    }
    last_answer_ = now;
    Entry& of = entries_[entry];
    if (of.answer && of.answer->accepted()) {
      // Answers come over several ways: a rejection may be that of an earlier record, told late. The log knows.
      if (answer.accepted() && *of.answer != answer) ++changed_answers_;
      return;
    }
    // A rejection is not remembered: asked again, the command is decided afresh.
    if (answer.accepted() && std::holds_alternative<core::SubmitCase>(of.command.payload)) {
      cases_.push_back(of.command.case_id);
    }
    of.answer = answer;
  }
  /// Nobody knows what became of it: it is to be asked again.
  void Unknown(size_t entry) {
    const std::lock_guard lock(mutex_);
    ++unknown_;
    open_.push_back(entry);
  }
  /// One that is to be asked again, and is not handed out twice.
  std::optional<size_t> TakeOpen() {
    const std::lock_guard lock(mutex_);
    if (open_.empty()) return std::nullopt;
    const size_t entry = open_.front();
    open_.pop_front();
    return entry;
  }

  /// A case whose submission was acknowledged, mostly a recent one.
  std::optional<core::CaseId> SomeCase(std::mt19937_64& random) const {
    const std::lock_guard lock(mutex_);
    if (cases_.empty()) return std::nullopt;
    const size_t reach = size_t{16} << random() % 8;
    return cases_[cases_.size() - 1 - random() % std::min(cases_.size(), reach)];
  }
  std::optional<size_t> SomeEntry(std::mt19937_64& random) const {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) return std::nullopt;
    return random() % entries_.size();
  }

  size_t size() const {
    const std::lock_guard lock(mutex_);
    return entries_.size();
  }
  int64_t answers() const {
    const std::lock_guard lock(mutex_);
    return answers_;
  }
  int64_t unknown() const {
    const std::lock_guard lock(mutex_);
    return unknown_;
  }
  int64_t changed_answers() const {
    const std::lock_guard lock(mutex_);
    return changed_answers_;
  }
  size_t unanswered() const {
    const std::lock_guard lock(mutex_);
    return static_cast<size_t>(std::ranges::count_if(entries_, [](const Entry& e) { return !e.answer.has_value(); }));
  }
  /// The longest time without any answer while load was on.
  std::chrono::milliseconds silence() const {
    const std::lock_guard lock(mutex_);
    return silence_;
  }
  void StopWatching() {
    const std::lock_guard lock(mutex_);
    watching_ = false;
  }
  /// REQUIRES: nobody asks any more.
  const std::deque<Entry>& entries() const { return entries_; }

 private:
  mutable std::mutex mutex_;
  std::deque<Entry> entries_;
  std::deque<size_t> open_;
  std::vector<core::CaseId> cases_;
  int64_t answers_ = 0;
  int64_t unknown_ = 0;
  int64_t changed_answers_ = 0;
  bool watching_ = true;
  std::chrono::steady_clock::time_point last_answer_;
  std::chrono::milliseconds silence_{0};
};

}  // namespace rasti::test
