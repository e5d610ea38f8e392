// What tests of definitions share: one that is in order, and faults that are made in it.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "engine/core/definition.h"

namespace rasti::core {

inline Texts Everywhere(const char* text) { return {text, text, text}; }

inline sla::Rule WorkingDays(int64_t number) {
  sla::Rule rule;
  rule.number = number;
  return rule;
}

inline sla::Offset DaysOff(int64_t number) {
  sla::Offset offset;
  offset.count = sla::Count::kWorkingDays;
  offset.number = number;
  return offset;
}

inline expression::Expression Guard(const std::string& source) {
  auto guard = expression::Compile(source, GuardEnvironment(Form::Empty(), {}), expression::Type::Bool());
  EXPECT_TRUE(guard) << guard.error().ToString();
  return *guard;
}

inline Action MakeAction(const char* id, ActionKind kind, const char* from, const char* to) {
  Action action;
  action.id = ActionId(id);
  action.title = Everywhere(id);
  action.kind = kind;
  action.from = {StageId(from)};
  action.to = StageId(to);
  return action;
}

inline ActionField MakeField(const char* id, FieldType type = FieldType::kText) {
  ActionField field;
  field.id = id;
  field.type = type;
  field.required = true;
  field.title = Everywhere(id);
  return field;
}

// open -> done -> closed, with a clock, an escalation and a notification: in order as it stands.
inline Definition Sound() {
  Definition d;
  d.id = WorkflowId("test");
  d.version = VersionedName("test@1");
  d.title = Everywhere("Test");
  d.roles = {{.id = Role("citizen"), .title = Everywhere("Citizen"), .in_directory = false, .own_cases_only = true},
             {.id = Role("officer"), .title = Everywhere("Officer")}};
  d.categories = {{CategoryId("roads"), Everywhere("Roads"), QueueId("roads")},
                  {CategoryId("lights"), Everywhere("Lights"), std::nullopt}};
  d.channels = {"portal"};
  d.stages = {{.id = StageId("open"), .title = Everywhere("Open"), .initial = true},
              {.id = StageId("done"), .title = Everywhere("Done")},
              {.id = StageId("closed"), .title = Everywhere("Closed"), .closed = true}};
  Action finish = MakeAction("finish", ActionKind::kRespond, "open", "done");
  finish.roles = {Role("officer")};
  finish.fields = {MakeField("outcome"), MakeField("text")};
  Action close = MakeAction("close", ActionKind::kClose, "done", "closed");
  close.guard = Guard("case.rating > 0");
  close.automatic = true;
  Action reopen = MakeAction("reopen", ActionKind::kReopen, "closed", "open");
  reopen.roles = {Role("citizen")};
  d.actions = {finish, close, reopen};
  Clock clock;
  clock.id = ClockId("answer");
  clock.title = Everywhere("Answer");
  clock.start.submitted = true;
  clock.stop.resize(2);
  clock.stop[0].responded = true;
  clock.stop[1].closed = true;
  clock.due = WorkingDays(5);
  clock.warnings = {DaysOff(1)};
  clock.escalations = {{1, DaysOff(1), {std::nullopt, Role("officer")}},
                       {2, DaysOff(3), {TenantId("mlga"), Role("officer")}}};
  clock.extension = {1, WorkingDays(5), {"the law"}};
  d.clocks = {clock};
  d.permissions[static_cast<size_t>(Permission::kSubmit)] = {Role("citizen")};
  d.permissions[static_cast<size_t>(Permission::kExtend)] = {Role("officer")};
  d.notifications = {{"stage_entered", StageId("done"), std::nullopt, "done", Recipient::kSubject},
                     {"case_escalated", std::nullopt, ClockId("answer"), "late", Recipient::kEscalation}};
  d.templates = {{"done", Everywhere("{{reference}} is done")}, {"late", Everywhere("{{reference}} is late")}};
  d.BuildIndex();
  return d;
}

struct Fault {
  const char* name;
  std::function<void(Definition&)> make;
  const char* path;
  const char* message;
};

class DefinitionFaults : public ::testing::TestWithParam<Fault> {};

}  // namespace rasti::core
