#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/core/decide_fixture_for_test.h"

namespace rasti::core {
namespace {

using ::testing::HasSubstr;

// The officer of the roads is away for a week from the sample's Monday; the other officer stands in.
class AssignTest : public DecideTest {
 protected:
  AssignTest() {
    Officer().substitute = people::SecondOfficer().id;
    Officer().absences = {{sla::Day(2024, 3, 4), sla::Day(2024, 3, 10), std::nullopt}};
  }
  Person& Find(const Actor& actor) {
    for (Person& person : world_.tenant.people) {
      if (person.id == actor.id) return person;
    }
    return world_.tenant.people.front();
  }
  Person& Officer() { return Find(people::Officer()); }

  static AssignCase To(const Actor& actor) {
    AssignCase assign;
    assign.to.person = actor.id;
    return assign;
  }
  std::string Told(const Actor& actor, CommandPayload payload, RejectionCode code) {
    const auto result = Try(actor, std::move(payload));
    EXPECT_EQ(CodeOf(result), code);
    return result ? "" : result.error().message;
  }
};

TEST_F(AssignTest, WhoIsAwayIsStoodInFor) {
  Submit();
  const Decision decision = Do(people::Head(), To(people::Officer()));
  const auto& assigned = std::get<CaseAssigned>(decision.events.front().payload);
  EXPECT_EQ(assigned.to.person, people::SecondOfficer().id);
  EXPECT_EQ(assigned.instead_of, people::Officer().id);
  EXPECT_EQ(assigned.to.directorate, DirectorateId("roads")) << "it stays the business of who it was meant for";
  EXPECT_EQ(state_.assignment.person, people::SecondOfficer().id);
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kNoChange),
              HasSubstr("'roads.officer1' is absent until 2024-03-10 and 'waste.officer1', who stands in"));
}

TEST_F(AssignTest, TheDayIsThatOfTheTenantsWall) {
  Submit();
  // Sunday 23:30 in Prishtina is the last day; half an hour later, 23:00 in UTC still, the officer is back.
  now_ = *ParseInstant("2024-03-10T23:30:00+01:00");
  EXPECT_EQ(Try(people::Head(), To(people::Officer()))->state.assignment.person, people::SecondOfficer().id);
  now_ = *ParseInstant("2024-03-11T00:00:00+01:00");
  const Decision decision = Do(people::Head(), To(people::Officer()));
  EXPECT_EQ(state_.assignment.person, people::Officer().id);
  EXPECT_EQ(std::get<CaseAssigned>(decision.events.front().payload).instead_of, std::nullopt);
}

TEST_F(AssignTest, WhatIsDatedBackGoesByTheDayOfThen) {
  Submit();
  now_ = *ParseInstant("2024-03-12T10:00:00+01:00");
  Command command = Make(people::Clerk(), To(people::Officer()));
  command.occurred_at = *ParseInstant("2024-03-05T10:00:00+01:00");
  EXPECT_EQ(Take(core::Decide(config_, state_, command, Time())).state.assignment.person, people::SecondOfficer().id);
}

TEST_F(AssignTest, WhoTakesACaseUpIsThere) {
  Submit();
  Do(people::Officer(), To(people::Officer()));
  EXPECT_EQ(state_.assignment.person, people::Officer().id);
}

TEST_F(AssignTest, WithoutASubstituteTheQueueHasIt) {
  Officer().substitute.reset();
  Submit();
  // It is in the queue of the roads already.
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kActorAbsent),
              HasSubstr("'roads.officer1' is absent until 2024-03-10 and nobody stands in for them: the case stays in "
                        "the queue 'roads'"));
  Do(people::Head(), To(people::SecondOfficer()));
  ASSERT_EQ(state_.assignment.queue, std::nullopt);
  const Decision decision = Do(people::Head(), To(people::Officer()));
  EXPECT_EQ(state_.assignment.queue, QueueId("roads")) << "the only one they work in";
  EXPECT_EQ(state_.assignment.person, std::nullopt);
  EXPECT_EQ(std::get<CaseAssigned>(decision.events.front().payload).instead_of, people::Officer().id);

  // A queue that is named beside the person is the one.
  AssignCase both = To(people::Officer());
  both.to.queue = QueueId("waste");
  Do(people::Head(), both);
  EXPECT_EQ(state_.assignment.queue, QueueId("waste"));
  EXPECT_EQ(state_.assignment.directorate, DirectorateId("waste"));

  Do(people::Head(), To(people::SecondOfficer()));
  Officer().queues = {QueueId("roads"), QueueId("waste")};
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kActorAbsent),
              HasSubstr("assign it to one of the queues roads, waste"));
  Officer().queues.clear();
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kActorAbsent),
              HasSubstr("assign it to a queue"));
}

TEST_F(AssignTest, WhoLeftTakesNothingAndItIsSaidWhoDoes) {
  Submit();
  Officer().active = false;
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kInactiveActor),
              HasSubstr("no longer active in the directory; 'waste.officer1' stands in"));
  Officer().substitute.reset();
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kInactiveActor),
              HasSubstr("they worked in the queue roads"));
  Officer().queues.clear();
  EXPECT_THAT(Told(people::Head(), To(people::Officer()), RejectionCode::kInactiveActor), HasSubstr("or to a queue"));
}

TEST_F(AssignTest, AQueueAndADirectorateBelongTogether) {
  Submit();
  AssignCase assign;
  assign.to.queue = QueueId("waste");
  assign.to.directorate = DirectorateId("roads");
  EXPECT_EQ(Told(people::Head(), assign, RejectionCode::kFieldInvalid),
            "the queue 'waste' belongs to the directorate 'waste', not to 'roads'");
  assign.to.directorate = DirectorateId("parks");
  Told(people::Head(), assign, RejectionCode::kUnknownDirectorate);
  // The reception is nobody's in particular.
  assign.to.queue = QueueId("reception");
  assign.to.directorate = DirectorateId("roads");
  Do(people::Head(), assign);
  EXPECT_EQ(state_.assignment.directorate, DirectorateId("roads"));
}

TEST_F(AssignTest, AQueueOfTheMinistryHoldsACaseOfTheMunicipality) {
  world_.ministry.queues = {{QueueId("oversight"), DirectorateId("performance"), {}}};
  world_.ministry.directorates = {{DirectorateId("performance"), {}}};
  Open();
  const Instant due = Resolve().plan.due_at;
  AssignCase assign;
  assign.to.tenant = TenantId("mlga");
  assign.to.queue = QueueId("oversight");
  Do(people::Mayor(), assign);
  EXPECT_EQ(state_.assignment, (Assignment{TenantId("mlga"), DirectorateId("performance"), QueueId("oversight"), {}}));
  EXPECT_EQ(state_.tenant, TenantId("prishtine"));
  EXPECT_EQ(Resolve().plan.due_at, due);

  // The overseer takes it up, and gives it back.
  AssignCase take = To(people::Overseer());
  take.to.tenant = TenantId("mlga");
  take.to.queue = QueueId("oversight");
  Do(people::Overseer(), take);
  EXPECT_EQ(state_.assignment.person, people::Overseer().id);
  AssignCase back;
  back.to.queue = QueueId("roads");
  Do(people::Overseer(), back);
  EXPECT_EQ(state_.assignment, (Assignment{{}, DirectorateId("roads"), QueueId("roads"), {}}));

  assign.to.queue = QueueId("roads");
  EXPECT_EQ(Refused(people::Mayor(), assign), RejectionCode::kUnknownQueue);
  assign.to.tenant = TenantId("prizren");
  EXPECT_EQ(Refused(people::Mayor(), assign), RejectionCode::kUnknownTenant);
}

TEST_F(AssignTest, PeopleOfTheMinistryAreAwayOnItsOwnWall) {
  Person deputy = world_.ministry.people.front();
  deputy.id = ActorId("00000000-0000-4000-8000-000000000099");
  deputy.handle = "overseer2";
  world_.ministry.people.front().substitute = deputy.id;
  world_.ministry.people.front().absences = {{sla::Day(2024, 3, 4), sla::Day(2024, 3, 4), std::nullopt}};
  world_.ministry.people.push_back(deputy);
  Submit();
  AssignCase assign = To(people::Overseer());
  assign.to.tenant = TenantId("mlga");
  Do(people::Mayor(), assign);
  EXPECT_EQ(state_.assignment.person, deputy.id);
  // Where it is the next day already: in a zone of its own.
  const auto zone = cctz::fixed_time_zone(std::chrono::hours(14));
  sla::CalendarSpec spec = world_.calendar.spec();
  const auto east = sla::Calendar::Create(spec, zone);
  ASSERT_TRUE(east) << east.error().message;
  config_.overseer_calendar = &*east;
  now_ = *ParseInstant("2024-03-04T12:00:00+01:00");
  Do(people::Mayor(), assign);
  EXPECT_EQ(state_.assignment.person, people::Overseer().id);
}

class AssigneeTest : public AssignTest {
 protected:
  AssigneeTest() {
    Notification message;
    message.on = "message_received";
    message.template_id = "received";
    message.to = Recipient::kAssignee;
    world_.definition.notifications = {message};
  }
  std::string Told() {
    AddMessage add;
    add.message_id = std::to_string(++messages_);
    add.body = {id_, "/message/1", *state_.subject, {}, "\"Hello\"", false};
    const Decision decision = Do(people::Citizen(), add);
    return decision.outbox.empty() ? "nobody" : decision.outbox.front().recipient_reference;
  }
  int messages_ = 0;
};

TEST_F(AssigneeTest, MessagesGoToWhoIsThere) {
  Submit();
  EXPECT_EQ(Told(), "queue/roads");
  Do(people::Officer(), To(people::Officer()));
  EXPECT_EQ(Told(), people::SecondOfficer().id.str());
  Officer().substitute.reset();
  EXPECT_EQ(Told(), people::Officer().id.str()) << "nobody else could be told";
  AssignCase in_queue = To(people::Officer());
  in_queue.to.queue = QueueId("roads");
  Do(people::Officer(), in_queue);
  EXPECT_EQ(Told(), "queue/roads");
  world_.ministry.queues = {{QueueId("oversight"), {}, {}}};
  AssignCase ministry;
  ministry.to.tenant = TenantId("mlga");
  ministry.to.queue = QueueId("oversight");
  Do(people::Mayor(), ministry);
  EXPECT_EQ(Told(), "mlga/queue/oversight");
}

TEST_F(AssignTest, AGuardMayAskForWhoHoldsTheCaseOrStandsIn) {
  for (Action& action : world_.definition.actions) {
    if (action.id != ActionId("open")) continue;
    action.guard =
        *expression::Compile("actor.holds", GuardEnvironment(world_.definition.form, {}), expression::Type::Bool());
    action.guard_reason = "take it up first";
  }
  Submit();
  EXPECT_EQ(Refused(people::Officer(), Act("open")), RejectionCode::kGuardFalse);
  Do(people::Officer(), To(people::Officer()));
  EXPECT_EQ(Refused(people::Clerk(), Act("open")), RejectionCode::kGuardFalse);
  EXPECT_TRUE(Try(people::Officer(), Act("open")).has_value());
  EXPECT_TRUE(Try(people::SecondOfficer(), Act("open")).has_value()) << "who stands in may what the holder may";
  now_ = *ParseInstant("2024-03-11T08:00:00+01:00");
  EXPECT_EQ(Refused(people::SecondOfficer(), Act("open")), RejectionCode::kGuardFalse);
}

}  // namespace
}  // namespace rasti::core
