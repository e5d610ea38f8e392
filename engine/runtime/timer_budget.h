// How many timers one transaction may fire, so that people's commands never wait long behind a flood of them.
//
// A budget of time, kept as a count: what a timer costs is learnt from the transactions themselves, commit included,
// because a clock looked at between timers would not see what their commit takes. Where a commit alone takes longer
// than that time, as over a network, transactions of timers take up to three times as long as one without any, or
// nearly all time would go into commits. Pure; not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>

namespace rasti::runtime {

class TimerBudget {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  /// `round_most`: how long a transaction full of timers should take, above 0.
  explicit TimerBudget(Nanoseconds round_most) : round_most_(round_most) {}

  /// At least 1 in any case, so that time goes on however slow the machine is.
  size_t most() const { return most_; }

  /// Told after each transaction: how many timers it fired, and how long it took from its first input to its end.
  void Took(size_t fired, Nanoseconds round);

 private:
  Nanoseconds round_most_;
  Nanoseconds commit_{0};  // a transaction with no timers, or few: the quickest of late
  size_t most_ = 256;
};

}  // namespace rasti::runtime
