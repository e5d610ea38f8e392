#include "engine/runtime/timer_budget.h"

#include <algorithm>

namespace rasti::runtime {
namespace {

constexpr size_t kLeast = 16;
constexpr size_t kMost = 16'384;
// A transaction with few timers says little of what a timer costs: its commit was paid anyway.
constexpr size_t kTelling = 2;
constexpr int kCommitsMost = 3;
// Commands wait for the round that is under way and then for their own.
constexpr std::chrono::milliseconds kRoundLongest{60};
// How fast the quickest commit is forgotten.
constexpr int kForget = 32;

}  // namespace

void TimerBudget::Took(size_t fired, Nanoseconds round) {
  if (round <= Nanoseconds{0}) return;
  if (fired <= kLeast) {
    const Nanoseconds before = commit_ + commit_ / kForget;
    commit_ = commit_ == Nanoseconds{0} ? round : std::min(before, round);
  }
  if (fired * kTelling < most_) return;
  const Nanoseconds wanted = std::max(round_most_, std::min<Nanoseconds>(kCommitsMost * commit_, kRoundLongest));
  const double fits =
      static_cast<double>(fired) * static_cast<double>(wanted.count()) / static_cast<double>(round.count());
  // Half way there: one slow disk write halves the budget at most, and a fast one does not let it shoot up.
  const auto next = static_cast<double>(most_) + (fits - static_cast<double>(most_)) / 2;
  most_ = static_cast<size_t>(std::clamp(next, std::max(static_cast<double>(kLeast), static_cast<double>(most_) / 2),
                                         std::min(static_cast<double>(kMost), static_cast<double>(most_) * 2)));
}

}  // namespace rasti::runtime
