#include "engine/runtime/timer_budget.h"

#include <algorithm>

namespace rasti::runtime {
namespace {

constexpr size_t kLeast = 16;
constexpr size_t kMost = 16'384;
// A transaction with few timers says little of what a timer costs: its commit was paid anyway.
constexpr size_t kTelling = 2;

}  // namespace

void TimerBudget::Took(size_t fired, Nanoseconds round) {
  if (fired * kTelling < most_ || round <= Nanoseconds{0}) return;
  const double fits =
      static_cast<double>(fired) * static_cast<double>(round_most_.count()) / static_cast<double>(round.count());
  // Half way there: one slow disk write halves the budget at most, and a fast one does not let it shoot up.
  const auto next = static_cast<double>(most_) + (fits - static_cast<double>(most_)) / 2;
  most_ = static_cast<size_t>(std::clamp(next, std::max(static_cast<double>(kLeast), static_cast<double>(most_) / 2),
                                         std::min(static_cast<double>(kMost), static_cast<double>(most_) * 2)));
}

}  // namespace rasti::runtime
