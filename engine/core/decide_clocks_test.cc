// Decide where clocks are concerned: what moves, cancels, warns and breaches them beside the passing of time.
#include <gtest/gtest.h>

#include <optional>

#include "engine/core/decide_fixture_for_test.h"

namespace rasti::core {
namespace {

using std::chrono::hours;

class DecideClocksTest : public DecideTest {
 protected:
  // The sample with something of its own.
  Definition& OwnDefinition() {
    own_ = world_.definition;
    config_.definition = &own_;
    return own_;
  }
  Decision Correct(std::optional<CategoryId> category, std::optional<std::string> form_patch = {}) {
    CorrectCase correct;
    correct.category = std::move(category);
    correct.form_patch = std::move(form_patch);
    return Do(people::Officer(), correct);
  }
  // Lets everything happen that is due by now.
  void PassTime(Duration length) {
    now_ += length;
    while (NextTimer(state_) && NextTimer(state_)->due < now_) Take(FireTimer(config_, state_, now_));
  }

  // The sample's calendar, and the day of that instant off.
  sla::Calendar WithDayOff(Instant at) const {
    sla::CalendarSpec spec = world_.calendar.spec();
    spec.exceptional_days[world_.calendar.LocalDay(at)] = {{}, "Snow", false};
    return *sla::Calendar::Create(std::move(spec), world_.calendar.zone());
  }
  void UseCalendar(sla::Calendar calendar) {
    calendar_ = std::move(calendar);
    config_.calendar = &*calendar_;
    config_.versions.calendar = VersionedName("sample-calendar@snow");
  }

  Definition own_;
  std::optional<sla::Calendar> calendar_;
};

TEST_F(DecideClocksTest, OnlyWhoMayBackDateSaysThatSomethingWasReceivedBefore) {
  Command command = Make(people::Citizen(), SampleSubmit());
  command.received_at = now_ - hours(1);
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, command, Time())), RejectionCode::kBackDated);
  command.received_at = now_;
  Take(core::Decide(config_, state_, command, Time()));
  command = Make(people::Clerk(), ReleaseCase{""});
  command.received_at = now_;
  EXPECT_EQ(CodeOf(core::Decide(config_, state_, command, Time())), RejectionCode::kFieldInvalid);
}

TEST_F(DecideClocksTest, ACategoryCorrectedDuringAPauseCountsWhenTheClockRunsAgain) {
  Open();
  Do(people::Officer(), Act("ask"));
  now_ += hours(24);
  const Decision corrected = Correct(CategoryId("lights"));
  EXPECT_EQ(Types(corrected), (std::vector<std::string_view>{"case_corrected", "clock_replanned"}));
  EXPECT_EQ(Resolve().status, ClockStatus::kPaused);
  Do(people::Citizen(), Act("answer"));
  EXPECT_EQ(Resolve().course.rule.count, sla::Count::kCalendarDays);
  // 15 calendar days from Monday the 4th and the day of the pause: Wednesday the 20th, to its end in Prishtina.
  EXPECT_EQ(FormatInstant(Resolve().plan.due_at), "2024-03-20T22:59:59.999Z");
}

TEST_F(DecideClocksTest, WhatIsPausedIsNotPausedAgain) {
  Open();
  const PauseClocks pause{ClockId("resolve"), "Waiting for the survey."};
  Do(people::Officer(), pause);
  const auto again = Try(people::Officer(), pause);
  EXPECT_EQ(CodeOf(again), RejectionCode::kClockNotRunning);
  EXPECT_EQ(again.error().message, "what could be paused is paused already");
}

TEST_F(DecideClocksTest, ACategoryWithoutADeadlineCancelsTheClockAndBackAgainStartsItFromItsOwnStart) {
  Open();
  const ClockState before = Resolve();
  now_ += hours(30);
  EXPECT_EQ(Types(Correct(CategoryId("other"))), (std::vector<std::string_view>{"case_corrected", "clock_cancelled"}));
  EXPECT_EQ(Resolve().status, ClockStatus::kCancelled);
  EXPECT_FALSE(NextTimer(state_) && state_.clocks[NextTimer(state_)->index].id == ClockId("resolve"));
  EXPECT_EQ(Types(Correct(CategoryId("roads"))), (std::vector<std::string_view>{"case_corrected", "clock_started"}));
  EXPECT_EQ(Resolve().course.start, before.course.start);
  EXPECT_EQ(Resolve().plan.due_at, before.plan.due_at);
}

TEST_F(DecideClocksTest, AClockThatEndedWithTheCaseIsNotStartedByACorrection) {
  Submit();
  now_ += hours(1);
  Do(people::Citizen(), WithdrawCase{""});
  Do(people::Citizen(), ReopenCase{"after all"});
  const ClockStatus before = state_.FindClock(ClockId("acknowledge"))->status;
  ASSERT_NE(before, ClockStatus::kRunning);
  Correct(CategoryId("lights"));
  EXPECT_EQ(state_.FindClock(ClockId("acknowledge"))->status, before);
}

TEST_F(DecideClocksTest, ACorrectedFormStartsAndCancelsWhatDependsOnIt) {
  Definition& own = OwnDefinition();
  Clock inspect = own.clocks[0];
  inspect.id = ClockId("inspect");
  inspect.when = *expression::Compile("has(form.severity) && form.severity >= 4", GuardEnvironment(own.form, {}),
                                      expression::Type::Bool());
  own.clocks.push_back(inspect);
  own.BuildIndex();
  Submit();
  EXPECT_EQ(state_.FindClock(ClockId("inspect")), nullptr);
  now_ += hours(2);
  EXPECT_EQ(Types(Correct({}, R"({"severity": 5})")),
            (std::vector<std::string_view>{"case_corrected", "clock_started"}));
  EXPECT_EQ(state_.FindClock(ClockId("inspect"))->course.start, state_.submitted_at);
  EXPECT_EQ(Types(Correct({}, R"({"severity": 1})")),
            (std::vector<std::string_view>{"case_corrected", "clock_cancelled"}));
}

TEST_F(DecideClocksTest, WhatBreachedIsNeverMetOnTime) {
  Definition& own = OwnDefinition();
  Action give_up = *own.FindAction(ActionId("drop"));
  give_up.id = ActionId("give_up");
  give_up.guard =
      *expression::Compile("'resolve' in case.breached", GuardEnvironment(own.form, {}), expression::Type::Bool());
  own.actions.push_back(give_up);
  own.BuildIndex();
  Open();
  PassTime(hours(24 * 60));
  EXPECT_EQ(state_.status, CaseStatus::kClosed) << "by itself, at the very instant of its deadline";
  EXPECT_TRUE(Resolve().breached);
  EXPECT_EQ(Resolve().met_at, Resolve().plan.due_at);
  EXPECT_FALSE(Resolve().MetOnTime());
}

TEST_F(DecideClocksTest, ADateThatPassesDuringAPauseIsABreachWhenTheCaseGoesOnOrEnds) {
  Definition& own = OwnDefinition();
  sla::Rule date = sla::DefaultRule(sla::Count::kFixedDate);
  date.date = sla::Day(2024, 3, 8);
  own.clocks[1].due_by_category[CategoryId("roads")] = date;
  own.actions.push_back(*own.FindAction(ActionId("close")));
  own.actions.back().id = ActionId("close_unanswered");
  own.actions.back().from = {StageId("waiting")};
  own.BuildIndex();
  Open();
  Do(people::Officer(), Act("ask"));
  PassTime(hours(24 * 10));
  EXPECT_FALSE(Resolve().breached);
  const Decision closed = Do(people::Officer(), Act("close_unanswered", R"({"evidence": "none"})"));
  EXPECT_EQ(Types(closed), (std::vector<std::string_view>{"stage_entered", "clock_resumed", "deadline_breached",
                                                          "clock_met", "case_closed"}));
  EXPECT_FALSE(Resolve().MetOnTime());
}

TEST_F(DecideClocksTest, ADeadlineThatMovesBehindItsWarningIsWarnedOfAgain) {
  Open();
  while (Resolve().plan.warnings.size() == 1) Take(FireTimer(config_, state_, now_ = NextTimer(state_)->due));
  EXPECT_TRUE(Resolve().plan.warnings.empty());
  Do(people::Head(), ExtendClock{ClockId("resolve"), "Law 05/L-031, Article 98", "storm"});
  ASSERT_EQ(Resolve().plan.warnings.size(), 1u);
  EXPECT_GT(Resolve().plan.warnings.front().at, now_);
  // Put back to where it was by a pause that takes nothing from it: warned of once, not twice.
  now_ = Resolve().plan.warnings.front().at;
  Take(FireTimer(config_, state_, now_));
  Do(people::Officer(), Act("ask"));
  Do(people::Citizen(), Act("answer"));
  EXPECT_TRUE(Resolve().plan.warnings.empty());
}

TEST_F(DecideClocksTest, PlanningAnewTakesPlaceAtTheInstantOfWhatIsDecidedNext) {
  Open();
  const Instant handed_in = now_ + hours(2);
  config_ = world_.config_with_calendar_2();
  const auto replanned = Replan(config_, state_, handed_in, handed_in + hours(24));
  ASSERT_TRUE(replanned.has_value());
  ASSERT_FALSE(replanned->events.empty());
  EXPECT_EQ(replanned->state.last_occurred_at, handed_in) << "an outage makes nobody late";
  EXPECT_EQ(replanned->state.last_recorded_at, handed_in + hours(24));
}

TEST_F(DecideClocksTest, NewTimeZonesReplanTooAndNothingElseIsLookedAtTwice) {
  Open();
  EXPECT_FALSE(NeedsReplan(config_, state_));
  config_.versions.tzdata = VersionedName("tzdata@2026a");
  EXPECT_TRUE(NeedsReplan(config_, state_));
  Do(people::Officer(), ReleaseCase{"x"});
  EXPECT_FALSE(NeedsReplan(config_, state_));
}

TEST_F(DecideClocksTest, ADayOffBehindADeadlineMovesTheLevelsThatCountWorkingDays) {
  Open();
  const ClockState before = Resolve();
  const sla::Calendar calendar = WithDayOff(before.plan.due_at + hours(24));
  UseCalendar(calendar);
  const auto replanned = Replan(config_, state_, now_, now_);
  ASSERT_TRUE(replanned.has_value());
  ASSERT_EQ(Types(*replanned), (std::vector<std::string_view>{"clock_replanned"}));
  const ClockState& after = *replanned->state.FindClock(ClockId("resolve"));
  EXPECT_EQ(after.plan.due_at, before.plan.due_at);
  EXPECT_EQ(after.plan.warnings, before.plan.warnings);
  EXPECT_EQ(after.course, before.course) << "nothing happened to the deadline";
  ASSERT_EQ(after.plan.escalations.size(), 3u);
  EXPECT_EQ(after.plan.escalations[0], before.plan.escalations[0]) << "the instant of the breach";
  for (const size_t i : {1, 2}) {
    EXPECT_EQ(after.plan.escalations[i].at,
              *sla::AddOffset(calendar, before.plan.due_at, config_.definition->clocks[1].escalations[i].after));
    EXPECT_GT(after.plan.escalations[i].at, before.plan.escalations[i].at);
  }
  EXPECT_TRUE(Replan(config_, replanned->state, now_, now_)->events.empty());
  EXPECT_TRUE(Replan(config_, replanned->state, now_ + hours(24), now_ + hours(24))->events.empty());
}

TEST_F(DecideClocksTest, WhatIsLateKeepsItsDateAndEscalatesByTheNewCalendar) {
  Open();
  PassTime(Resolve().plan.due_at + hours(1) - now_);
  ASSERT_TRUE(Resolve().breached);
  ASSERT_EQ(Resolve().escalated_to, 1);
  const ClockState before = Resolve();
  UseCalendar(WithDayOff(before.plan.due_at + hours(24)));
  EXPECT_EQ(Types(Take(Replan(config_, state_, now_, now_))), (std::vector<std::string_view>{"clock_replanned"}));
  EXPECT_TRUE(Resolve().breached);
  EXPECT_EQ(Resolve().plan.due_at, before.plan.due_at);
  EXPECT_EQ(Resolve().course, before.course);
  ASSERT_EQ(Resolve().plan.escalations.size(), 2u) << "the first level was reached";
  const Instant second = Resolve().plan.escalations[0].at;
  EXPECT_GT(second, before.plan.escalations[0].at);
  PassTime(before.plan.escalations[0].at + hours(1) - now_);
  EXPECT_EQ(Resolve().escalated_to, 1) << "a day off is no day of work";
  PassTime(second + hours(1) - now_);
  EXPECT_EQ(Resolve().escalated_to, 2);
}

TEST_F(DecideClocksTest, PeopleAreToldOfDeadlinesThatMoveAndNotOfWhatSurroundsThem) {
  Notification moved;
  moved.on = "clock_replanned";
  moved.template_id = "received";
  OwnDefinition().notifications = {moved};
  Open();
  const Instant due_at = Resolve().plan.due_at;
  UseCalendar(WithDayOff(due_at + hours(24)));
  const auto levels = Replan(config_, state_, now_, now_);
  ASSERT_TRUE(levels.has_value());
  EXPECT_EQ(levels->events.size(), 1U);
  EXPECT_TRUE(levels->outbox.empty());
  UseCalendar(WithDayOff(now_ + hours(24)));
  const auto deadline = Replan(config_, state_, now_, now_);
  ASSERT_TRUE(deadline.has_value());
  EXPECT_EQ(deadline->outbox.size(), 1U);
}

TEST_F(DecideClocksTest, WhatTheCalendarDoesNotReachBackToKeepsNoOtherClockFromMoving) {
  // Beside the one that is late long since, one of calendar days that ends on a day off.
  Definition& own = OwnDefinition();
  Clock late = own.clocks[1];
  late.id = ClockId("late");
  late.due = sla::DefaultRule(sla::Count::kWorkingDays);
  late.due->number = 1;
  late.due_by_category.clear();
  late.warnings = {{sla::Count::kWorkingDays, 1, Duration{0}}};
  own.clocks.insert(own.clocks.begin(), late);
  own.BuildIndex();
  Open();
  Correct(CategoryId("lights"));
  PassTime(hours(24 * 8));
  ASSERT_TRUE(state_.FindClock(ClockId("late"))->breached);
  const ClockState before = Resolve();
  ASSERT_FALSE(before.breached);
  sla::CalendarSpec spec = WithDayOff(before.plan.due_at).spec();
  spec.covers_from = world_.calendar.LocalDay(now_);
  UseCalendar(*sla::Calendar::Create(std::move(spec), world_.calendar.zone()));
  EXPECT_EQ(Types(Take(Replan(config_, state_, now_, now_))), (std::vector<std::string_view>{"clock_replanned"}));
  EXPECT_GT(Resolve().plan.due_at, before.plan.due_at);
}

TEST_F(DecideClocksTest, ADayOffBeforeADeadlineMovesItsWarning) {
  Open();
  Correct(CategoryId("lights"));
  const ClockState before = Resolve();
  ASSERT_EQ(before.plan.warnings.size(), 1u);
  UseCalendar(WithDayOff(before.plan.due_at - hours(24)));
  const auto early = Replan(config_, state_, now_, now_);
  ASSERT_TRUE(early.has_value());
  const ClockPlan& moved = early->state.FindClock(ClockId("resolve"))->plan;
  EXPECT_EQ(moved.due_at, before.plan.due_at);
  EXPECT_LT(moved.warnings.at(0).at, before.plan.warnings[0].at);
  // Where that has passed, it is warned at once; where it was warned of, not again.
  const Instant between = moved.warnings[0].at + hours(1);
  const auto late = Replan(config_, state_, between, between);
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(late->state.FindClock(ClockId("resolve"))->plan.warnings.at(0).at, between);
  PassTime(before.plan.warnings[0].at + hours(1) - now_);
  ASSERT_TRUE(Resolve().plan.warnings.empty());
  EXPECT_TRUE(Replan(config_, state_, now_, now_)->state.FindClock(ClockId("resolve"))->plan.warnings.empty());
}

TEST_F(DecideClocksTest, PlannedAnewIsPlannedAsIfItHadBeenKnownFromTheBeginning) {
  const Config known = config_;
  int moved = 0;
  for (const char* category : {"roads", "waste", "lights"}) {
    for (int days = 0; days < 40; ++days) {
      config_ = known;
      state_ = {};
      Open();
      if (std::string_view(category) != "roads") Correct(CategoryId(category));
      const CaseState before = state_;
      UseCalendar(WithDayOff(now_ + hours(24 * days)));
      const auto replanned = Replan(config_, before, now_, now_);
      ASSERT_TRUE(replanned.has_value());
      moved += static_cast<int>(replanned->events.size());

      state_ = {};
      Open();
      if (std::string_view(category) != "roads") Correct(CategoryId(category));
      EXPECT_EQ(replanned->state.FindClock(ClockId("resolve"))->plan, Resolve().plan) << category << " " << days;
    }
  }
  EXPECT_GT(moved, 30);
}

TEST_F(DecideClocksTest, AMigrationLeavesTheAutomaticActionsOfTheOldVersionAlone) {
  Definition& own = OwnDefinition();
  Action leap = *own.FindAction(ActionId("drop"));
  leap.id = ActionId("leap");
  leap.guard.reset();
  leap.from = {StageId("checking")};
  own.actions.push_back(leap);
  own.BuildIndex();
  Open();
  config_.migrate_to = &world_.definition_2;
  const Decision migrated = Do(people::Head(), MigrateCase{"2", StageId("checking"), "new rules"});
  EXPECT_EQ(Types(migrated), (std::vector<std::string_view>{"case_migrated"}));
  EXPECT_EQ(state_.stage, StageId("checking"));
}

TEST_F(DecideClocksTest, AMergeAskedAgainAfterItsTimeOutIsAccepted) {
  Open();
  const Command first = Do(people::Officer(), MergeInto{SampleCaseId(2), "same hole"}).follow_ups.front().command;
  PassTime(hours(25));
  EXPECT_EQ(state_.status, CaseStatus::kOpen);
  const Command second = Do(people::Officer(), MergeInto{SampleCaseId(2), "same hole"}).follow_ups.front().command;
  EXPECT_NE(first.command_id, second.command_id);
  // The other case took the first request, only late; to the second it has nothing to change.
  const Rejection linked{RejectionCode::kNoChange, "duplicate", "that case is linked already"};
  Take(core::Decide(config_, state_, AnswerTo(second, tl::unexpected(linked)).command, Time()));
  EXPECT_EQ(state_.status, CaseStatus::kMerged);
}

TEST_F(DecideClocksTest, ACitizenSpeaksForNobodyElse) {
  Submit();
  const Field body{id_, "/message/m", SubjectId("s"), "", "\"When?\"", false};
  EXPECT_EQ(Refused(people::Citizen(), AddMessage{Direction::kToCitizen, "m", body}), RejectionCode::kRoleNotAllowed);
  Do(people::Citizen(), AddMessage{Direction::kFromCitizen, "m", body});
  AttachmentAdded photo{Direction::kToCitizen, "a", "photo.jpg", "image/jpeg", 1, std::string(64, 'a')};
  EXPECT_EQ(Refused(people::Citizen(), AddAttachment{photo}), RejectionCode::kRoleNotAllowed);
  Do(people::Clerk(), AddAttachment{photo});
}

TEST_F(DecideClocksTest, ALogThatCannotBeIsNamedBeforeItIsApplied) {
  Event event;
  EventContext context;
  context.case_id = id_;
  event.context = std::make_shared<const EventContext>(context);
  event.revision = Revision{1};
  event.payload = ClockMet{ClockId("tea"), now_, true};
  EXPECT_NE(WhyNotNext(state_, event), std::nullopt) << "a case begins with its submission";
  Submit();
  EXPECT_NE(WhyNotNext(state_, event), std::nullopt) << "the revision is another";
  event.revision = state_.revision.Next();
  EXPECT_NE(WhyNotNext(state_, event)->find("'tea'"), std::string::npos);
  CaseState after = state_;
  Apply(after, event);
  EXPECT_EQ(after.clocks, state_.clocks) << "Apply is total";
  event.payload = ClockMet{ClockId("acknowledge"), now_, true};
  EXPECT_EQ(WhyNotNext(state_, event), std::nullopt);
}

}  // namespace
}  // namespace rasti::core
