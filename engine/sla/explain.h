// Writes down how a deadline came about. The counting itself never depends on it.
#pragma once

#include <string>

#include "engine/sla/deadline.h"

namespace rasti::sla {

/// Appends the steps of one computation to an explanation. Holds references: both outlive it.
class Explainer {
 public:
  Explainer(const Calendar& calendar, Explanation& explanation) : calendar_(calendar), explanation_(explanation) {}

  void Start(const Rule& rule, Instant event, Instant moved) const;
  /// Days after `first` up to `last`, each counted or skipped; months and dates in one line.
  void Days(const Rule& rule, Day first, Day last, Duration time_of_day) const;
  void Hours(const Rule& rule, Instant from, Instant to) const;
  void Rolled(Day from, Day to, Duration time_of_day) const;
  void Ends(sla::Ends ends, Instant at) const;

  /// `remaining`: none where a pause does not keep time (months, fixed dates). `late`: the deadline was past already.
  void Paused(Instant at, std::optional<Duration> remaining, bool late) const;
  void Resumed(Instant at, const Rule& rule, bool late) const;
  void Extended(Instant from, const Rule& by) const;
  void Replanned(Instant at, bool moved) const;
  void Due(Instant at, bool paused) const;

 private:
  using Kind = ExplanationStep::Kind;
  void Add(Kind kind, Instant at, std::string text, int64_t number = 0, Duration length = Duration{0}) const;
  std::string WhenText(Instant at) const;  // "2026-11-27 Fri 16:00"
  std::string DayOffText(Day day) const;   // "Saturday", "Eid al-Fitr (estimated date)"
  void CalendarDays(const Rule& rule, Day first, Day last, Duration time_of_day) const;
  void WorkingDays(const Rule& rule, Day first, Day last, Duration time_of_day) const;
  void OpeningHours(Instant from, Instant to) const;

  const Calendar& calendar_;
  Explanation& explanation_;
};

}  // namespace rasti::sla
