#include "engine/core/decide.h"

#include <gtest/gtest.h>

#include "engine/core/decide_fixture_for_test.h"

namespace rasti::core {
namespace {

TEST_F(DecideTest, ASubmissionStartsItsClocksAndFindsItsQueue) {
  const Decision decision = Do(people::Citizen(), SampleSubmit());
  EXPECT_EQ(Types(decision),
            (std::vector<std::string_view>{"case_submitted", "stage_entered", "case_assigned", "clock_started"}));
  EXPECT_EQ(state_.stage, StageId("new"));
  EXPECT_EQ(state_.assignment.queue, QueueId("roads"));
  EXPECT_EQ(state_.reference, PublicReference(id_));
  // Monday 09:00, two working days, to closing: Wednesday 16:00 in Prishtina (UTC+1).
  EXPECT_EQ(FormatInstant(state_.FindClock(ClockId("acknowledge"))->plan.due_at), "2024-03-06T15:00:00Z");
  ASSERT_EQ(decision.outbox.size(), 1u);
  EXPECT_EQ(decision.outbox.front().template_id, "received");
}

TEST_F(DecideTest, TheDateOfReceiptStartsTheClocksAndMayBreachAtOnce) {
  Command command = Make(people::Clerk(), SampleSubmit());
  command.received_at = now_ - std::chrono::hours(24 * 14);
  Take(core::Decide(config_, state_, command, Time()));
  const ClockState& clock = *state_.FindClock(ClockId("acknowledge"));
  EXPECT_EQ(clock.course.start, *command.received_at);
  EXPECT_LT(clock.plan.due_at, now_);

  const Decision breach = Take(FireTimer(config_, state_, now_ + Duration{1}));
  EXPECT_EQ(Types(breach).front(), "deadline_breached");
  EXPECT_EQ(breach.events.front().ctx().occurred_at, now_) << "never before the case's last event";
}

TEST_F(DecideTest, UnknownNamesAreRefusedByName) {
  SubmitCase submit = SampleSubmit("potholes");
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kUnknownCategory);
  submit = SampleSubmit();
  submit.channel = "pigeon";
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kUnknownChannel);
  EXPECT_EQ(Refused(people::Citizen(), Act("open")), RejectionCode::kUnknownCase);
  Submit();
  EXPECT_EQ(Refused(people::Officer(), Act("fly")), RejectionCode::kUnknownAction);
  EXPECT_EQ(Refused(people::Citizen(), SampleSubmit()), RejectionCode::kCaseExists);
  AssignCase assign;
  assign.to.queue = QueueId("moon");
  EXPECT_EQ(Refused(people::Head(), assign), RejectionCode::kUnknownQueue);
}

TEST_F(DecideTest, FormsAreChecked) {
  SubmitCase submit = SampleSubmit();
  submit.form = R"({"severity": 9})";
  const auto result = Try(people::Citizen(), submit);
  EXPECT_EQ(CodeOf(result), RejectionCode::kFormInvalid);
  EXPECT_EQ(result.error().field, "form/severity");
  submit.form = std::string(10'000, '[');
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kTooLarge);
  submit.form = "[1]";
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kFormInvalid);
  submit.form = "{}";
  submit.personal = {{id_, "/shoe_size", SubjectId("s"), "", "44", false}};
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kPersonalFieldInvalid);
  submit.personal = {{SampleCaseId(2), "/name", SubjectId("s"), "", "\"A\"", false}};
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kPersonalFieldInvalid);
}

TEST_F(DecideTest, RolesAreHeldAndAllowed) {
  Submit();
  EXPECT_EQ(Refused(people::Citizen(), Act("open")), RejectionCode::kRoleNotAllowed);
  EXPECT_EQ(Refused({people::Officer().id, Role("head")}, Act("open")), RejectionCode::kRoleNotHeld);
  EXPECT_EQ(Refused({ActorId("nobody"), Role("officer")}, Act("open")), RejectionCode::kUnknownActor);
  EXPECT_EQ(Refused({people::Officer().id, Role("king")}, Act("open")), RejectionCode::kRoleNotAllowed);
  EXPECT_EQ(Refused(people::OtherCitizen(), WithdrawCase{"mine?"}), RejectionCode::kNotYourCase);
  EXPECT_EQ(Refused(people::Citizen(), LinkDuplicate{SampleCaseId(2)}), RejectionCode::kRoleNotAllowed);

  Command foreign = Make(people::Officer(), Act("open"));
  foreign.tenant = TenantId("prizren");
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, foreign, Time())), RejectionCode::kWrongTenant);
}

TEST_F(DecideTest, AnActionAsksForItsFieldsAndItsStage) {
  Open();
  EXPECT_EQ(Refused(people::Officer(), Act("close")), RejectionCode::kFieldMissing);
  EXPECT_EQ(Refused(people::Officer(), Act("close", R"({"evidence": 5})")), RejectionCode::kFieldInvalid);
  EXPECT_EQ(Refused(people::Officer(), Act("close", R"({"evidence": "x", "joke": "y"})")),
            RejectionCode::kFieldInvalid);
  EXPECT_EQ(Refused(people::Officer(), Act("open")), RejectionCode::kWrongStage);
  const Decision closed = Do(people::Officer(), Act("close", R"({"evidence": "photo 7"})"));
  EXPECT_EQ(Types(closed), (std::vector<std::string_view>{"stage_entered", "clock_met", "case_closed"}));
  EXPECT_EQ(state_.status, CaseStatus::kClosed);
  EXPECT_FALSE(NextTimer(state_).has_value());
}

TEST_F(DecideTest, AGuardSaysWhy) {
  SubmitCase submit = SampleSubmit();
  submit.form = R"({"severity": 5})";
  Do(people::Citizen(), submit);
  Do(people::Officer(), Act("open"));
  const auto result = Try(people::Officer(), ReferCase{"water company", "theirs"});
  EXPECT_EQ(CodeOf(result), RejectionCode::kGuardFalse);
  EXPECT_EQ(result.error().message, "the worst cases stay in the house");
}

TEST_F(DecideTest, AutomaticActionsFollowAtOnce) {
  SubmitCase submit = SampleSubmit();
  submit.form = R"({"nothing_found": true})";
  Do(people::Citizen(), submit);
  Do(people::Officer(), Act("open"));
  EXPECT_EQ(state_.stage, StageId("closed")) << "the guard of `drop` holds as soon as the case is open";
}

TEST_F(DecideTest, WaitingPausesAndResumingKeepsWhatRemains) {
  Open();
  const Instant due_before = Resolve().plan.due_at;
  now_ += std::chrono::hours(1);
  Do(people::Officer(), Act("ask"));
  EXPECT_EQ(Resolve().status, ClockStatus::kPaused);
  EXPECT_FALSE(NextTimer(state_).has_value());
  now_ += std::chrono::hours(24 * 7);
  Do(people::Citizen(), Act("answer"));
  EXPECT_EQ(Resolve().status, ClockStatus::kRunning);
  EXPECT_EQ(Resolve().plan.due_at, due_before + std::chrono::hours(24 * 7)) << "five working days later";
}

TEST_F(DecideTest, EscalationClimbsToTheLastLevelThoughNobodyHoldsTheCase) {
  Open();
  Do(people::Officer(), ReleaseCase{"leaving"});
  std::vector<std::string> seen;
  now_ += std::chrono::hours(24 * 60);
  while (NextTimer(state_)) {
    const Instant due = NextTimer(state_)->due;
    const Decision decision = Take(FireTimer(config_, state_, now_));
    EXPECT_EQ(decision.events.front().ctx().occurred_at, due) << "at its exact instant";
    for (const Event& event : decision.events) {
      seen.emplace_back(EventTypeName(event.payload));
      if (const auto* escalated = std::get_if<CaseEscalated>(&event.payload)) {
        seen.back() += " " + escalated->to.role.str();
        EXPECT_NE(escalated->reason.find("nobody holds the case"), std::string::npos);
      }
    }
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"deadline_warned", "deadline_breached", "case_escalated head",
                                            "case_escalated mayor", "case_escalated overseer"}));
}

TEST_F(DecideTest, AnExtensionNeedsItsLegalBasisAndComesInTime) {
  Open();
  const ClockId resolve("resolve");
  EXPECT_EQ(Refused(people::Head(), ExtendClock{resolve, "because", ""}), RejectionCode::kLegalBasisUnknown);
  EXPECT_EQ(Refused(people::Head(), ExtendClock{ClockId("tea"), "x", ""}), RejectionCode::kUnknownClock);
  const Instant due_before = Resolve().plan.due_at;
  const std::string basis = "Law 05/L-031, Article 98";
  Do(people::Head(), ExtendClock{resolve, basis, "storm"});
  EXPECT_EQ(Resolve().plan.due_at, due_before + std::chrono::hours(24 * 7));
  Do(people::Head(), ExtendClock{resolve, basis, "again"});
  EXPECT_EQ(Refused(people::Head(), ExtendClock{resolve, basis, "once more"}), RejectionCode::kExtensionNotAllowed);
}

TEST_F(DecideTest, ACorrectedCategoryMovesTheDeadlineButResetsNothing) {
  Open();
  const Instant start = Resolve().course.start;
  now_ += std::chrono::hours(24 * 3);
  CorrectCase correct;
  correct.category = CategoryId("lights");
  const Decision decision = Do(people::Officer(), correct);
  EXPECT_EQ(Types(decision), (std::vector<std::string_view>{"case_corrected", "clock_replanned"}));
  EXPECT_EQ(Resolve().course.start, start);
  EXPECT_EQ(Refused(people::Officer(), correct), RejectionCode::kNoChange);
}

TEST_F(DecideTest, ANewCalendarReplansWhatRuns) {
  Open();
  const Instant due_before = Resolve().plan.due_at;
  config_ = world_.config_with_calendar_2();
  ASSERT_TRUE(NeedsReplan(config_, state_));
  const auto replanned = Replan(config_, state_, now_, now_);
  ASSERT_TRUE(replanned.has_value());
  ASSERT_EQ(Types(*replanned), (std::vector<std::string_view>{"clock_replanned"}));
  const auto& moved = std::get<ClockReplanned>(replanned->events.front().payload);
  EXPECT_EQ(moved.plan.due_at, due_before + std::chrono::hours(24)) << "a working day is off";
  EXPECT_EQ(replanned->state.FindClock(ClockId("resolve"))->plan, moved.plan);
  const auto again = Replan(config_, replanned->state, now_, now_);
  ASSERT_TRUE(again.has_value());
  EXPECT_TRUE(again->events.empty()) << "planning anew twice changes nothing more";
}

TEST_F(DecideTest, AMergeAsksAndBothAnswersAreTaken) {
  Open();
  const CaseId target = SampleCaseId(2);
  EXPECT_EQ(Refused(people::Officer(), MergeInto{id_, "itself"}), RejectionCode::kMergeTargetInvalid);
  const Decision asked = Do(people::Officer(), MergeInto{target, "same hole"});
  ASSERT_EQ(asked.follow_ups.size(), 1u);
  const Command link = asked.follow_ups.front().command;
  EXPECT_EQ(link.case_id, target);
  EXPECT_EQ(link.command_id, std::get<MergeRequested>(asked.events.front().payload).follow_up);
  EXPECT_EQ(Refused(people::Officer(), Act("ask")), RejectionCode::kCaseFrozen);

  const Rejection refusal{RejectionCode::kMergeTargetInvalid, "", "the case is withdrawn"};
  CaseState refused =
      Take(core::Decide(config_, state_, AnswerTo(link, tl::unexpected(refusal)).command, Time())).state;
  EXPECT_EQ(refused.status, CaseStatus::kOpen);

  state_ = asked.state;
  Take(core::Decide(config_, state_, AnswerTo(link, Revision{1}).command, Time()));
  EXPECT_EQ(state_.status, CaseStatus::kMerged);
  EXPECT_EQ(state_.merged_into, target);
  EXPECT_FALSE(NextTimer(state_).has_value());
}

TEST_F(DecideTest, AMergeWithoutAnswerTimesOutAndALateAcceptanceHolds) {
  Open();
  const Decision asked = Do(people::Officer(), MergeInto{SampleCaseId(2), "same hole"});
  const Command link = asked.follow_ups.front().command;
  now_ += std::chrono::hours(25);
  Take(FireTimer(config_, state_, now_));
  EXPECT_EQ(state_.status, CaseStatus::kOpen);
  const Rejection refusal{RejectionCode::kUnknownCase, "", "there is no such case"};
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, AnswerTo(link, tl::unexpected(refusal)).command, Time())),
            RejectionCode::kUnknownFollowUp);
  Take(core::Decide(config_, state_, AnswerTo(link, Revision{1}).command, Time()));
  EXPECT_EQ(state_.status, CaseStatus::kMerged);
}

TEST_F(DecideTest, OnlySomeMayBackDateAndNeverBeforeTheLast) {
  Submit();
  now_ += std::chrono::hours(5);
  Command command = Make(people::Officer(), Act("open"));
  command.occurred_at = now_ - std::chrono::hours(1);
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, command, Time())), RejectionCode::kBackDated);
  command.actor = people::Clerk();
  command.occurred_at = now_ - std::chrono::hours(6);
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, command, Time())), RejectionCode::kTimeInvalid);
  command.occurred_at = now_ + Duration{1};
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, command, Time())), RejectionCode::kTimeInvalid);
  command.occurred_at = now_ - std::chrono::hours(1);
  const Decision decision = Take(core::Decide(config_, state_, command, Time()));
  EXPECT_EQ(decision.events.front().ctx().occurred_at, *command.occurred_at);
  EXPECT_EQ(decision.events.front().ctx().recorded_at, now_);
}

TEST_F(DecideTest, HistoricCasesLiveInTheirOwnTime) {
  SubmitCase submit = SampleSubmit();
  submit.historic = true;
  submit.given_deadlines = {{ClockId("acknowledge"), now_ + std::chrono::hours(3)}};
  EXPECT_EQ(Refused(people::Citizen(), submit), RejectionCode::kRoleNotAllowed);
  Command command = Make(people::Migrator(), submit);
  command.occurred_at = now_;
  const Instant today = now_ + std::chrono::hours(24 * 365);
  Take(core::Decide(config_, state_, command, {today, today}));
  EXPECT_FALSE(NextWallTimer(state_).has_value()) << "wall time leaves it alone";
  EXPECT_TRUE(NextTimer(state_).has_value());
  EXPECT_EQ(Refused(people::Officer(), Act("open")), RejectionCode::kHistoric);

  Take(core::Decide(config_, state_, Make(people::Migrator(), GoLive{today}), {today, today}));
  EXPECT_TRUE(state_.IsLive());
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, Make(people::Migrator(), GoLive{today}), {today, today})),
            RejectionCode::kNotHistoric);
}

TEST_F(DecideTest, AHistoricCaseMayHaveNoDeadlineAtAll) {
  SubmitCase submit = SampleSubmit();
  submit.historic = true;
  submit.given_deadlines = {{ClockId("acknowledge"), std::nullopt}};
  Command command = Make(people::Migrator(), submit);
  command.occurred_at = now_;
  Take(core::Decide(config_, state_, command, Time()));
  EXPECT_TRUE(state_.clocks.empty()) << "whatever the definition says";

  submit.given_deadlines = {{ClockId("resolve"), now_ + std::chrono::hours(3)}};
  state_ = {};
  EXPECT_EQ(Refused(people::Migrator(), submit), RejectionCode::kFieldInvalid) << "it starts later: nothing is lost";
}

TEST_F(DecideTest, ReopeningStartsTheClockAgain) {
  Open();
  Do(people::Officer(), Act("close", R"({"evidence": "photo"})"));
  EXPECT_EQ(Refused(people::Officer(), WithdrawCase{""}), RejectionCode::kRoleNotAllowed);
  EXPECT_EQ(Refused(people::Citizen(), WithdrawCase{""}), RejectionCode::kCaseClosed);
  now_ += std::chrono::hours(48);
  Do(people::Citizen(), ReopenCase{"not fixed"});
  EXPECT_EQ(state_.status, CaseStatus::kOpen);
  EXPECT_EQ(state_.reopened, 1);
  EXPECT_EQ(Resolve().status, ClockStatus::kRunning);
  EXPECT_EQ(Resolve().course.start, now_);
}

TEST_F(DecideTest, EveryRejectionCodeHasANameThatIsReadBack) {
  for (int code = 0; code <= static_cast<int>(RejectionCode::kNotAuthenticated); ++code) {
    const auto typed = static_cast<RejectionCode>(code);
    EXPECT_EQ(ParseRejectionCode(RejectionCodeName(typed)), typed) << code;
  }
}

}  // namespace
}  // namespace rasti::core
