#include "tools/rasti/import/event_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

#include "engine/codec/broken_for_test.h"
#include "engine/sla/calendar.h"
#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kYaml = R"(import: old-log
workflow: sample
tenant: prishtine
time_formats: ["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%E*S%Ez"]
rows: events
case: Case
activity: What
time: When
resource: Who
event: Id
activities:
  Begun: open
  Done: {action: close, fields: {evidence: Proof}, otherwise: note}
  Seen: note
other: reject
note: record
title: {column: Title, default: Without title}
category: {column: Kind, default: roads}
channel: {value: web}
deadlines: rule
)";

const std::vector<std::string> kHeader = {"Case", "What", "When", "Who", "Id", "Proof", "Title", "Kind"};

// As in "Begun 05.03.2024 09:30", with other cells behind it.
using Cells = std::vector<std::string>;

class EventPlannerTest : public ::testing::Test {
 protected:
  EventPlannerTest() {
    core::Action record;
    record.id = core::ActionId("record");
    record.title = world_.definition.actions.front().title;
    for (const core::Stage& stage : world_.definition.stages) record.from.push_back(stage.id);
    record.roles = {core::Role("migrator")};
    record.fields.resize(2);
    record.fields[0].id = "activity";
    record.fields[0].required = true;
    record.fields[1].id = "resource";
    world_.definition.actions.push_back(std::move(record));
    setting_.definition = &world_.definition;
    setting_.tenant = &world_.tenant;
    setting_.zone = world_.calendar.zone();
    ReadMapping(kYaml);
  }

  void ReadMapping(const std::string& yaml) {
    codec::Issues issues("m.yaml");
    auto mapping = codec::ReadImportMapping(yaml, issues);
    if (mapping) codec::CheckImportMapping(*mapping, world_.definition, world_.tenant, issues);
    if (mapping) codec::CheckImportHeader(*mapping, kHeader, "t.csv", issues);
    for (const codec::Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
    if (mapping) mapping_ = *std::move(mapping);
    setting_.mapping = &mapping_;
  }
  static EventRow Row(int64_t line, Cells cells) {
    cells.insert(cells.begin(), "17");
    cells.resize(kHeader.size());
    EventRow row;
    row.row.line = line;
    row.row.fields = std::move(cells);
    return row;
  }
  static std::vector<EventRow> Rows(const std::vector<Cells>& rows) {
    std::vector<EventRow> numbered;
    for (const Cells& cells : rows) numbered.push_back(Row(static_cast<int64_t>(numbered.size()) + 2, cells));
    return numbered;
  }
  PlannedEvents Plan(const std::vector<EventRow>& rows) const {
    return EventPlanner(setting_, kHeader, {"a.csv", "b.csv"}).PlanRows(rows);
  }
  PlannedEvents Plan(const std::vector<Cells>& rows) const { return Plan(Rows(rows)); }
  // "open 2024-03-05T08:30:00Z" for each action.
  static std::vector<std::string> ActionsOf(const PlannedEvents& planned) {
    std::vector<std::string> actions;
    if (!planned.planned) return actions;
    for (const core::Command& command : planned.planned->commands) {
      const auto* take = std::get_if<core::TakeAction>(&command.payload);
      if (take != nullptr) actions.push_back(take->action.str() + " " + FormatInstant(*command.occurred_at));
    }
    return actions;
  }
  static std::vector<std::string> FaultsOf(const PlannedEvents& planned) {
    std::vector<std::string> faults;
    for (const PlannedEvents::Fault& one : planned.faults) {
      faults.push_back(std::to_string(one.row) + " " + one.fault.column + ": " + one.fault.reason);
    }
    return faults;
  }

  test::SampleWorld world_;
  codec::ImportMapping mapping_;
  ImportSetting setting_;
};

TEST_F(EventPlannerTest, RowsBecomeAHistoryInOrderOfTime) {
  const PlannedEvents planned = Plan({{"Done", "08.03.2024 12:00", "Agim", "", "letter"},
                                      {"Begun", "05.03.2024 09:30", "Arta"},
                                      {"Seen", "06.03.2024 09:30", "Blerta"}});
  ASSERT_TRUE(planned.planned);
  EXPECT_THAT(planned.faults, IsEmpty());
  EXPECT_THAT(ActionsOf(planned),
              ElementsAre("open 2024-03-05T08:30:00Z", "record 2024-03-06T08:30:00Z", "close 2024-03-08T11:00:00Z"));
  const auto& commands = planned.planned->commands;
  EXPECT_EQ(planned.planned->id, core::CaseIdFromKey(world_.tenant.id, "import/old-log/17"));
  EXPECT_EQ(commands[0].occurred_at, commands[1].occurred_at) << "the first row opens the case";
  EXPECT_EQ(std::get<core::TakeAction>(commands[2].payload).fields, R"({"activity":"Seen","resource":"Blerta"})");
  EXPECT_EQ(std::get<core::TakeAction>(commands[3].payload).fields, R"({"evidence":"letter"})");
  EXPECT_EQ(planned.planned->origins[2].row, 2u);
  EXPECT_TRUE(planned.planned->origins[2].note);
}

TEST_F(EventPlannerTest, TheOrderOfTheRowsDoesNotMatter) {
  std::vector<Cells> cells;
  for (int i = 0; i < 30; ++i) {
    const std::string when = "2024-03-05T09:" + std::to_string(10 + i) + ":00+01:00";
    cells.push_back({i == 3    ? "Begun"
                     : i == 20 ? "Done"
                               : "Seen",
                     when, "R" + std::to_string(i % 4), "", "", i == 7 ? "Title" : ""});
  }
  const PlannedEvents sorted = Plan(cells);
  ASSERT_TRUE(sorted.planned);
  std::mt19937 random(7);  // NOLINT(cert-msc51-cpp): the same shuffles in every run
  for (int round = 0; round < 20; ++round) {
    std::shuffle(cells.begin(), cells.end(), random);
    const PlannedEvents shuffled = Plan(cells);
    ASSERT_TRUE(shuffled.planned);
    EXPECT_EQ(shuffled.planned->commands, sorted.planned->commands);
  }
}

TEST_F(EventPlannerTest, EqualTimesKeepTheOrderOfTheFile) {
  const PlannedEvents planned = Plan({{"Seen", "05.03.2024 09:30", "first"},
                                      {"Begun", "05.03.2024 09:30"},
                                      {"Seen", "2024-03-05T08:30:00Z", "second"}});
  ASSERT_TRUE(planned.planned);
  EXPECT_THAT(ActionsOf(planned),
              ElementsAre("record 2024-03-05T08:30:00Z", "open 2024-03-05T08:30:00Z", "record 2024-03-05T08:30:00Z"));
  const auto& commands = planned.planned->commands;
  EXPECT_NE(commands[1].command_id, commands[3].command_id) << "the same twice is two things";
  EXPECT_EQ(std::get<core::TakeAction>(commands[3].payload).fields, R"({"activity":"Seen","resource":"second"})");
}

TEST_F(EventPlannerTest, RowsWithoutIdsAreKnownByWhoDidWhatWhen) {
  const auto ids_of = [&](const std::vector<Cells>& rows) {
    std::map<std::string, core::CommandId> ids;
    const PlannedEvents planned = Plan(rows);
    for (const core::Command& command : planned.planned.value().commands) {
      const auto* take = std::get_if<core::TakeAction>(&command.payload);
      if (take != nullptr) ids.emplace(take->fields, command.command_id);
    }
    return ids;
  };
  const Cells begun = {"Begun", "05.03.2024 09:30"};
  const Cells arta = {"Seen", "06.03.2024 09:30", "Arta"};
  const Cells agim = {"Seen", "06.03.2024 09:30", "Agim"};
  const auto before = ids_of({begun, arta});
  ASSERT_EQ(before.size(), 2U);
  // A later table has one more at the same time, and has it first.
  const auto after = ids_of({begun, agim, arta});
  ASSERT_EQ(after.size(), 3U);
  for (const auto& [fields, id] : before) EXPECT_EQ(after.at(fields), id) << fields;
}

TEST_F(EventPlannerTest, AnActionThatIsNotPossibleThereBecomesANote) {
  const PlannedEvents planned = Plan({{"Begun", "05.03.2024 09:30"},
                                      {"Done", "06.03.2024 09:30", "", "", "letter"},
                                      {"Done", "07.03.2024 09:30", "Arta", "", "again"}});
  EXPECT_THAT(ActionsOf(planned),
              ElementsAre("open 2024-03-05T08:30:00Z", "close 2024-03-06T08:30:00Z", "record 2024-03-07T08:30:00Z"));
  ASSERT_TRUE(planned.planned);
  EXPECT_EQ(std::get<core::TakeAction>(planned.planned->commands[3].payload).fields,
            R"({"activity":"Done","resource":"Arta"})");
  EXPECT_TRUE(planned.planned->origins[3].later);
  EXPECT_FALSE(planned.planned->origins[2].later);
}

TEST_F(EventPlannerTest, RowsSayTogetherWhatTheCaseIs) {
  PlannedEvents planned = Plan({{"Begun", "05.03.2024 09:30", "", "", "", "", "waste"},
                                {"Seen", "06.03.2024 09:30", "", "", "", "Rubbish"},
                                {"Seen", "07.03.2024 09:30", "", "", "", "Rubbish", "waste"}});
  ASSERT_TRUE(planned.planned);
  const auto& submit = std::get<core::SubmitCase>(planned.planned->commands[0].payload);
  EXPECT_EQ(submit.title, "Rubbish");
  EXPECT_EQ(submit.category, core::CategoryId("waste"));

  std::vector<EventRow> rows = Rows(
      {{"Begun", "05.03.2024 09:30", "", "", "", "", "waste"}, {"Seen", "06.03.2024 09:30", "", "", "", "", "roads"}});
  rows[1].file = 1;
  const std::string reason = "line 2 says 'waste', b.csv:3 of the same case says 'roads': which one holds?";
  planned = Plan(rows);
  EXPECT_FALSE(planned.planned);
  EXPECT_THAT(FaultsOf(planned), ElementsAre("0 Kind: " + reason, "1 Kind: its case was not taken: " + reason));
}

TEST_F(EventPlannerTest, BadRowsAreLeftOutWithTheirReasons) {
  const PlannedEvents planned = Plan({{"Begun", "05.03.2024 09:30", "", "e1"},
                                      {"", "05.03.2024 10:30"},
                                      {"Seen", ""},
                                      {"Seen", "yesterday"},
                                      {"Slept", "05.03.2024 10:30"},
                                      {"Seen", "05.03.2024 10:30", "", "e1"},
                                      {"Seen", "05.03.2024 10:30", "", std::string(300, 'e')}});
  EXPECT_THAT(ActionsOf(planned), ElementsAre("open 2024-03-05T08:30:00Z"));
  EXPECT_THAT(
      FaultsOf(planned),
      ElementsAre("1 What: empty, but an event says what was done", "2 When: empty, but an event says when it happened",
                  HasSubstr("3 When: 'yesterday' is no time"),
                  HasSubstr("4 What: 'Slept' is not among the mapping's activities"),
                  "5 Id: the event 'e1' stands in line 2 already", "6 Id: longer than 200 bytes"));
}

TEST_F(EventPlannerTest, OrTheirCaseIsHeldBack) {
  ReadMapping(std::string(kYaml) + "faulty_rows: hold_case\n");
  const PlannedEvents planned = Plan({{"Begun", "05.03.2024 09:30"}, {"Seen", "soon"}, {"Seen", "06.03.2024 09:30"}});
  EXPECT_FALSE(planned.planned);
  EXPECT_THAT(FaultsOf(planned),
              ElementsAre("0 : held back until line 3 of its case is mended", HasSubstr("1 When: 'soon' is no time"),
                          "2 : held back until line 3 of its case is mended"));
}

TEST_F(EventPlannerTest, WhatIsWrongWithTheCaseIsWrongWithAllItsRows) {
  ReadMapping(codec::Replaced(kYaml, "{column: Title, default: Without title}", "Title"));
  EXPECT_THAT(FaultsOf(Plan({{"Begun", "05.03.2024 09:30"}, {"Seen", "soon"}, {"Seen", "06.03.2024 09:30"}})),
              ElementsAre("0 Title: empty, but a case needs its title", HasSubstr("1 When: 'soon' is no time"),
                          "2 Title: its case was not taken: empty, but a case needs its title"));
}

TEST_F(EventPlannerTest, HistoryEndsAtUntil) {
  setting_.until = *ParseInstant("2024-03-06T00:00:00Z");
  const std::vector<Cells> rows = {{"Begun", "05.03.2024 09:30"}, {"Done", "08.03.2024 09:30", "", "", "letter"}};
  PlannedEvents planned = Plan(rows);
  EXPECT_THAT(ActionsOf(planned), ElementsAre("open 2024-03-05T08:30:00Z"));
  EXPECT_EQ(planned.not_yet_happened, 1);
  ASSERT_TRUE(planned.planned);
  EXPECT_TRUE(std::holds_alternative<core::AdvanceCase>(planned.planned->commands.back().payload));
  setting_.until = *ParseInstant("2024-03-01T00:00:00Z");
  planned = Plan(rows);
  EXPECT_FALSE(planned.planned);
  EXPECT_TRUE(planned.not_yet_opened);
  EXPECT_EQ(planned.not_yet_happened, 2);
  EXPECT_THAT(planned.faults, IsEmpty());
}

TEST_F(EventPlannerTest, ACaseHasAnEnd) {
  const std::vector<EventRow> rows(EventPlanner::kRowsMost + 1, Row(2, {"Seen", "05.03.2024 09:30"}));
  const PlannedEvents planned = Plan(rows);
  EXPECT_FALSE(planned.planned);
  ASSERT_EQ(planned.faults.size(), rows.size());
  EXPECT_THAT(planned.faults[0].fault.reason, HasSubstr("a case has at most 10000 rows"));
}

}  // namespace
}  // namespace rasti::cli
