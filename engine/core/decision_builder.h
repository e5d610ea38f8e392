// One decision in the making: events are applied to a scratch copy as they are emitted, so that every later step of the
// decision sees what the earlier ones did. Used by the files decide_*.cc; not an interface of this folder.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/core/decide.h"

namespace rasti::core {

/// Nothing, or why the command is not accepted.
using Verdict = tl::expected<void, Rejection>;

inline tl::unexpected<Rejection> Reject(RejectionCode code, std::string field, std::string message) {
  return tl::unexpected<Rejection>(Rejection{code, std::move(field), std::move(message)});
}

class DecisionBuilder {
 public:
  DecisionBuilder(const Config& config, const CaseState& state, EventContext context);

  const Config& config() const { return config_; }
  const Definition& definition() const { return *config_.definition; }
  const CaseState& state() const { return decision_.state; }
  const EventContext& context() const { return *context_; }
  Instant now() const { return context_->occurred_at; }
  /// The day it is, when this happens, where a tenant's people work: the case's own tenant or the overseer.
  sla::Day Today(const Tenant& tenant) const;
  /// The directory of who holds the case, or would with this assignment.
  const Tenant& HolderOf(const Assignment& assignment) const;
  /// Whether the actor holds the case in person, or stands in for the one who does.
  bool ActorHolds() const;

  void Emit(EventPayload payload);
  /// Sends a command to another case and returns its id.
  CommandId Send(const CaseId& to, CommandPayload payload);
  /// The id that the next Send will use, for events that must name it first.
  CommandId NextFollowUpId() const;

  // ---- clocks (decision_clocks.cc) ----
  /// Starts, stops, pauses and resumes what a trigger asks for. `stage` and `action` are empty where nothing was
  /// entered or taken.
  struct Happening {
    bool submitted = false;
    bool responded = false;
    bool closed = false;
    StageId stage;
    ActionId action;

    /// Whether it is what the trigger waits for.
    bool Is(const ClockTrigger& trigger) const;
  };
  Verdict RunClocks(const Happening& happening, const std::vector<GivenDeadline>* given = nullptr);
  Verdict StartClock(const Clock& clock, Instant start, const std::vector<GivenDeadline>* given);
  /// True where the case's category has a rule of this clock and its condition, if any, holds.
  tl::expected<bool, Rejection> AppliesTo(const Clock& clock) const;
  Verdict ResumeClock(const Clock& clock, const std::string& reason);
  /// Plans a running or paused clock anew; emits an event only if its deadline or rule moves.
  Verdict ReplanClock(const Clock& clock, const sla::Rule& rule, const std::string& reason);
  /// Plans the warnings and levels of a running clock anew, whose deadline stays; emits an event only if one moves.
  Verdict ReplanTimers(const Clock& clock, const std::string& reason);

  // ---- numbers (decide_numbers.cc) ----
  /// Asks registers for the numbers that the case is to have now.
  Verdict AskForNumbers(const Happening& happening);

  // ---- actions (decision_actions.cc) ----
  /// `response_template`: by which a response was made.
  Verdict TakeAction(const Action& action, const std::string& fields, const std::string& note,
                     const std::string& response_template = {});
  /// Takes automatic actions until none holds: at most 64.
  Verdict RunAutomaticActions();

  /// The finished decision. REQUIRES: at least one event, unless `may_be_empty`.
  Decision Finish(std::string signed_command = {}, bool may_be_empty = false) &&;

 private:
  void NotifyOf(const Event& event);

  const Config& config_;
  std::shared_ptr<const EventContext> context_;
  Decision decision_;
};

/// The context of what the engine does by itself.
EventContext SystemContext(const Config& config, const CaseState& state, Instant occurred_at, Instant recorded_at,
                           CommandId cause);
/// Four eyes: refuses an action to who took one that bars it.
Verdict CheckFourEyes(const DecisionBuilder& builder, const Action& action);
/// A calendar's refusal as a rejection.
tl::unexpected<Rejection> RejectPlan(const Clock& clock, const Error& error);

// The decisions, one file a theme.
Verdict DecideSubmit(DecisionBuilder& builder, const Command& command, const SubmitCase& submit);
Verdict DecideCorrect(DecisionBuilder& builder, const CorrectCase& correct);
Verdict DecideMigrate(DecisionBuilder& builder, const MigrateCase& migrate);
Verdict DecideAssign(DecisionBuilder& builder, const AssignCase& assign);
Verdict DecideExtend(DecisionBuilder& builder, const ExtendClock& extend);
Verdict DecidePause(DecisionBuilder& builder, const PauseClocks& pause);
Verdict DecideResume(DecisionBuilder& builder, const ResumeClocks& resume);
Verdict DecideMerge(DecisionBuilder& builder, const MergeInto& merge);
Verdict DecideLink(DecisionBuilder& builder, const LinkDuplicate& link);
Verdict DecideIssue(DecisionBuilder& builder, const IssueNumber& issue);
/// The answer of a register to a case that asked it.
void TakeNumber(DecisionBuilder& builder, const CaseNumber& asked, const AnswerFollowUp& answer);
Verdict DecideAnswer(DecisionBuilder& builder, const AnswerFollowUp& answer);

/// Personal fields of a command: known path, subject named, entered for this case. `all_required` also asks for those
/// that the form requires.
Verdict CheckPersonal(const DecisionBuilder& builder, const std::vector<Field>& fields, bool all_required);

/// What may be taken in, so that one command cannot make a case or an event that nothing can read again.
inline constexpr size_t kTextBytesMost = size_t{64} * 1024;
inline constexpr size_t kFormBytesMost = size_t{256} * 1024;
inline constexpr size_t kDuplicatesMost = 10'000;

}  // namespace rasti::core
