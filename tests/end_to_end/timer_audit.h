// Follows the timers of every case through its events, by the design's rules and not by the engine's code: what was
// armed, what became of it, and when.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/event.h"
#include "tests/end_to_end/findings.h"

namespace rasti::test {

/// Historic cases are left alone: wall time is nothing to them.
class TimerAudit {
 public:
  struct Fired {
    core::Sequence sequence;
    Instant due;
  };

  explicit TimerAudit(Findings& findings) : findings_(findings) {}

  /// REQUIRES: the events of a case come in their order.
  void See(const core::Event& event);
  /// What is still armed and was due before then did not happen.
  void Finish(Instant settled_at);

  int64_t count() const { return count_; }
  const std::vector<Fired>& FiredOf(const core::CaseId& id) const;

 private:
  struct Clock {
    bool runs = true;
    bool breached = false;
    Instant due_at;
    std::deque<Instant> warnings;
    std::deque<std::pair<int, Instant>> escalations;  // level and instant
  };
  struct Case {
    bool historic = false;
    Instant last_occurred_at = kEarliestInstant;
    std::string last_command;
    std::map<core::ClockId, Clock> clocks;
    std::map<core::CommandId, Instant> follow_ups;  // that are waited for, and until when
    std::vector<Fired> fired;
  };
  struct Timer {
    std::string what;
    Instant due;
  };

  static std::optional<Timer> EarliestOf(const Case& of);
  static void Arm(Clock& clock, const core::ClockPlan& plan);
  void Happened(Case& of, const core::Event& event, Instant due, const std::string& what);
  void SeeTimer(Case& of, const core::Event& event);
  static void SeeClock(Case& of, const core::Event& event);
  static void SeeCase(Case& of, const core::Event& event);

  Findings& findings_;
  std::map<core::CaseId, Case> cases_;
  int64_t count_ = 0;
};

}  // namespace rasti::test
