#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/core/decide_fixture_for_test.h"

namespace rasti::core {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class FourEyesTest : public DecideTest {
 protected:
  void Bar(const char* action, std::initializer_list<const char*> not_by) {
    for (Action& each : world_.definition.actions) {
      if (each.id != ActionId(action)) continue;
      each.not_by.clear();
      for (const char* id : not_by) each.not_by.emplace_back(id);
    }
  }
  std::string Refusal(const Actor& actor, CommandPayload payload) {
    const auto result = Try(actor, std::move(payload));
    EXPECT_EQ(CodeOf(result), RejectionCode::kFourEyes);
    if (result) return "";
    EXPECT_EQ(result.error().field, "actor/id");
    return result.error().message;
  }
  static TakeAction Close() { return Act("close", R"({"evidence":"a photograph"})"); }
  static TakeAction Respond() { return Act("respond", R"({"text":"It is filled."})"); }
};

TEST_F(FourEyesTest, WhoTookTheFirstMayNotTakeTheSecond) {
  Bar("close", {"respond"});
  Open();
  EXPECT_TRUE(state_.takers.empty()) << "only what bars another action is remembered";
  Do(people::Officer(), Respond());
  ASSERT_EQ(state_.takers.size(), 1u);
  EXPECT_EQ(state_.takers.front(), (Taker{ActionId("respond"), people::Officer().id, now_}));

  now_ += std::chrono::hours(1);
  const std::string told = Refusal(people::Officer(), Close());
  EXPECT_THAT(told, HasSubstr("'roads.officer1' took 'respond' on this case at 2024-03-04T08:00:00Z, so 'close' is for "
                              "somebody else"));
  EXPECT_THAT(told, HasSubstr("roads.head, clerk1, waste.officer1 may"));
  // Another role makes no other person of them.
  Actor as_head = people::Officer();
  as_head.role = Role("head");
  for (Person& person : world_.tenant.people) {
    if (person.id == as_head.id) person.roles.push_back(as_head.role);
  }
  EXPECT_THAT(Refusal(as_head, Close()), HasSubstr("roads.head"));
  Do(people::SecondOfficer(), Close());
  EXPECT_EQ(state_.status, CaseStatus::kClosed);
}

TEST_F(FourEyesTest, ItHoldsAfterReopeningToo) {
  Bar("close", {"respond"});
  Open();
  Do(people::Officer(), Respond());
  Do(people::SecondOfficer(), Close());
  Do(people::Head(), ReopenCase{"it is not filled"});
  Refusal(people::Officer(), Close());
  Do(people::SecondOfficer(), Close());
}

TEST_F(FourEyesTest, AnActionThatNamesItselfIsTakenOnceByEach) {
  Bar("respond", {"respond"});
  Open();
  Do(people::Officer(), Respond());
  Refusal(people::Officer(), Respond());
  Do(people::SecondOfficer(), Respond());
  Refusal(people::SecondOfficer(), Respond());
  EXPECT_EQ(state_.takers.size(), 2u);
  EXPECT_EQ(state_.responses, 2);
}

TEST_F(FourEyesTest, EveryWayToTakeAnActionIsTheSame) {
  Bar("reopen", {"close"});
  Open();
  Do(people::Head(), Close());
  Refusal(people::Head(), ReopenCase{"a slip"});
  Refusal(people::Head(), Act("reopen"));
  Do(people::Citizen(), ReopenCase{"it is back"});
}

TEST_F(FourEyesTest, TheLastTimeIsToldAndWhatWasDatedBackCountsFromThen) {
  Bar("close", {"respond"});
  for (Action& action : world_.definition.actions) {
    if (action.id == ActionId("respond") || action.id == ActionId("close")) action.roles.push_back(Role("clerk"));
  }
  Open();
  Do(people::Clerk(), Respond());
  now_ += std::chrono::hours(48);
  Command command = Make(people::Clerk(), Respond());
  command.occurred_at = now_ - std::chrono::hours(24);
  Take(core::Decide(config_, state_, command, Time()));
  ASSERT_EQ(state_.takers.size(), 1u) << "one an action and person";
  EXPECT_THAT(Refusal(people::Clerk(), Close()), HasSubstr("2024-03-05T08:00:00Z"));
}

TEST_F(FourEyesTest, WhereNobodyIsThereItSaysWhatItTakes) {
  Bar("close", {"respond"});
  for (Action& action : world_.definition.actions) {
    if (action.id == ActionId("close")) action.roles = {Role("head"), Role("officer")};
  }
  Open();
  Do(people::Officer(), Respond());
  for (Person& person : world_.tenant.people) {
    if (person.handle == "roads.head") person.active = false;
    if (person.handle == "waste.officer1") person.absences = {{sla::Day(2024, 3, 1), sla::Day(2024, 3, 8), {}}};
  }
  const std::string told = Refusal(people::Officer(), Close());
  EXPECT_THAT(told, HasSubstr("nobody of 'prishtine' is there who may; it takes another person in the role head or "
                              "officer"));
  EXPECT_THAT(told, Not(HasSubstr("waste.officer1")));
}

TEST_F(FourEyesTest, OfHistoricCasesItIsTold) {
  Bar("close", {"respond"});
  SubmitCase submit = SampleSubmit();
  submit.historic = true;
  const Instant then = now_ - std::chrono::hours(24 * 30);
  const auto past = [&](CommandPayload payload) {
    Command command = Make(people::Migrator(), std::move(payload));
    command.occurred_at = then;
    return Take(core::Decide(config_, state_, command, Time()));
  };
  past(submit);
  past(Act("open"));
  past(Respond());
  past(Close());
  EXPECT_EQ(state_.status, CaseStatus::kClosed);
  EXPECT_EQ(state_.takers.size(), 1u);
}

TEST_F(FourEyesTest, WhatTheEngineTakesIsNobodysDecision) {
  // The rules of a definition forbid it; what was published by an older program must do no harm.
  Bar("reopen", {"drop"});
  SubmitCase submit = SampleSubmit();
  submit.form = R"({"nothing_found":true,"place":"Rruga B","severity":3})";
  Do(people::Citizen(), submit);
  Do(people::Head(), Act("open"));
  EXPECT_EQ(state_.stage, StageId("closed"));
  EXPECT_TRUE(state_.takers.empty());
}

}  // namespace
}  // namespace rasti::core
