// What deciding needs to know of a case: the fold of its events. Everything else is a view.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/core/definition.h"
#include "engine/core/form.h"
#include "engine/core/ids.h"
#include "engine/sla/deadline.h"

namespace rasti::core {

enum class CaseStatus : uint8_t {
  kOpen,
  kFrozen,  // a merge was requested: nobody acts until the answer
  kClosed,
  kWithdrawn,
  kMerged,
};
inline constexpr int kCaseStatusCount = 5;
std::string_view CaseStatusName(CaseStatus status);

/// Who holds a case. A case without person and queue is held by nobody.
struct Assignment {
  std::optional<TenantId> tenant;  // where it differs from the case's own
  std::optional<DirectorateId> directorate;
  std::optional<QueueId> queue;
  std::optional<ActorId> person;
  bool operator==(const Assignment&) const = default;
  bool IsNobody() const { return !directorate && !queue && !person; }
};

/// A warning or an escalation level that is still to come.
struct PendingWarning {
  Instant at;
  bool operator==(const PendingWarning&) const = default;
};
struct PendingEscalation {
  int level = 1;
  Instant at;
  EscalationTarget to;
  bool operator==(const PendingEscalation&) const = default;
};

/// A deadline with everything that follows from it, resolved. Events carry it, so that applying them needs no calendar.
struct ClockPlan {
  Instant due_at;
  Instant computed_due_at;                     // what the rule gives; earlier than due_at only after re-planning
  std::vector<PendingWarning> warnings;        // in order of time
  std::vector<PendingEscalation> escalations;  // in order of time
  bool operator==(const ClockPlan&) const = default;
};

enum class ClockStatus : uint8_t { kRunning, kPaused, kMet, kCancelled };
inline constexpr int kClockStatusCount = 4;
std::string_view ClockStatusName(ClockStatus status);

struct ClockState {
  ClockId id;
  ClockStatus status = ClockStatus::kRunning;
  sla::Course course;  // what the deadline follows from
  /// The deadline came with the case (an import's own column): calendars do not move it.
  bool given = false;
  ClockPlan plan;
  bool paused_by_hand = false;  // only a command resumes it
  bool breached = false;
  int escalated_to = 0;  // the highest level reached
  int extensions = 0;
  std::optional<Instant> met_at;
  bool operator==(const ClockState&) const = default;

  bool IsActive() const { return status == ClockStatus::kRunning || status == ClockStatus::kPaused; }
  /// Met, not after its deadline and never breached. On time is occurred_at <= due_at.
  bool MetOnTime() const { return met_at.has_value() && !breached && *met_at <= plan.due_at; }
};

/// Who took an action that bars others (see Action::not_by), and when last.
struct Taker {
  ActionId action;
  ActorId actor;
  Instant taken_at;
  bool operator==(const Taker&) const = default;
};

/// A command sent to another case whose answer is awaited.
struct PendingFollowUp {
  CommandId id;
  CaseId to;
  Instant times_out_at;
  bool operator==(const PendingFollowUp&) const = default;
};

/// A number of a register that the case has, or waits for. Nothing times out: follow-ups are never lost.
struct CaseNumber {
  std::string register_id;
  std::string period;   // "2026"; empty: the register never begins anew
  CommandId follow_up;  // by which it was asked for
  int64_t number = 0;   // 0: not yet
  std::string text;     // as people write it: "815/2026"
  bool operator==(const CaseNumber&) const = default;
};

struct CaseState {
  CaseId id;
  TenantId tenant;
  VersionedName definition;
  Revision revision;  // 0: the case does not exist
  CaseStatus status = CaseStatus::kOpen;
  StageId stage;
  Instant stage_entered_at;

  Instant submitted_at;  // occurred_at of the submission
  std::optional<Instant> received_at;
  Instant last_occurred_at;
  Instant last_recorded_at;

  std::string title;
  CategoryId category;
  std::string channel;
  std::string reference;  // what the citizen is told
  std::optional<SubjectId> subject;
  ActorId submitted_by;
  std::string form;  // canonical JSON of the public fields
  std::vector<Field> personal;

  Assignment assignment;
  std::vector<ClockState> clocks;  // in the order they were started
  std::vector<PendingFollowUp> follow_ups;
  std::vector<CaseNumber> numbers;  // in the order in which they were asked for
  std::vector<Taker> takers;        // one an action and person, in the order of the first time; reopening keeps them

  int messages_in = 0;
  int messages_out = 0;
  int attachments = 0;
  int responses = 0;
  int reopened = 0;
  int rating = 0;                   // the last one, 1..5; 0 = none
  std::optional<Instant> rated_at;  // when that was given
  std::string referred_to;
  std::optional<CaseId> merging_into;
  std::optional<CaseId> merged_into;
  std::vector<CaseId> duplicates;

  /// Imported: wall time leaves the case alone until it went live; then only timers after `live_since` are wall time.
  bool historic = false;
  std::optional<Instant> live_since;
  std::optional<Instant> advanced_to;
  /// The calendar and the time zones that the running clocks were last planned with.
  VersionedName calendar;
  VersionedName tzdata;

  /// What expected_revision is compared with: the last revision made by a person, and the last one made by anybody
  /// but that person.
  ActorId last_person;
  Revision last_person_revision;
  Revision other_person_revision;

  bool operator==(const CaseState&) const = default;

  bool Exists() const { return revision.value > 0; }
  bool IsLive() const { return !historic || live_since.has_value(); }
  ClockState* FindClock(const ClockId& clock);
  const ClockState* FindClock(const ClockId& clock) const;
  /// The last revision made by people other than `actor`.
  Revision LastRevisionByOthers(const ActorId& actor) const {
    return actor == last_person ? other_person_revision : last_person_revision;
  }
};

enum class TimerKind : uint8_t { kWarning, kBreach, kEscalation, kFollowUpTimeout };

/// The next thing that happens to a case by itself. A pure function of its state, so that rows of timers can be
/// rebuilt.
struct Timer {
  Instant due;
  TimerKind kind = TimerKind::kBreach;
  size_t index = 0;  // into clocks or follow_ups
  bool operator==(const Timer&) const = default;
};

/// The earliest timer of the case, or nothing. Of equal instants: warning, breach, escalation, follow-up; then the
/// order of the clocks.
std::optional<Timer> NextTimer(const CaseState& state);
/// The instant at which wall time must look at the case: none for historic cases.
std::optional<Instant> NextWallTimer(const CaseState& state);

}  // namespace rasti::core
