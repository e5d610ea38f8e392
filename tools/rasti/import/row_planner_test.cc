#include "tools/rasti/import/row_planner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/sla/calendar.h"
#include "tests/support/sample_definition.h"

namespace rasti::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kYaml = R"(import: old-register
workflow: sample
tenant: prishtine
time_formats: ["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%E*S%Ez"]
key: No
opened: Opened
title: {column: Title, default: Without title}
category: {column: Kind, values: {Street: roads, Rubbish: waste}}
channel: {value: web}
assign: {person: Officer}
form:
  place: Place
  severity: {column: Severity, type: integer}
  name: Name
deadlines:
  - {clock: acknowledge, column: Due}
actions:
  - {action: close, column: Done, fields: {evidence: {value: by hand}}}
  - {action: open, column: Begun}
)";

const std::vector<std::string> kHeader = {"No",   "Opened", "Title", "Kind",  "Place",  "Severity",
                                          "Name", "Due",    "Done",  "Begun", "Officer"};

class RowPlannerTest : public ::testing::Test {
 protected:
  RowPlannerTest() {
    codec::Issues issues("m.yaml");
    mapping_ = *codec::ReadImportMapping(kYaml, issues);
    codec::CheckImportMapping(mapping_, world_.definition, world_.tenant, issues);
    codec::CheckImportHeader(mapping_, kHeader, "t.csv", issues);
    for (const codec::Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
    setting_.mapping = &mapping_;
    setting_.definition = &world_.definition;
    setting_.tenant = &world_.tenant;
    setting_.zone = world_.calendar.zone();
  }

  // A row that is in order, with some cells changed.
  TableRow Row(const std::map<std::string, std::string>& changed = {}) const {
    TableRow row;
    row.line = 7;
    row.fields = {"17",
                  "05.03.2024 09:30",
                  "Hole",
                  "Street",
                  "Rruga B",
                  "3.0",
                  "Agim",
                  "07.03.2024 16:00",
                  "20.03.2024 10:00",
                  "06.03.2024 08:00",
                  ""};
    for (const auto& [name, cell] : changed) {
      row.fields[static_cast<size_t>(std::ranges::find(kHeader, name) - kHeader.begin())] = cell;
    }
    return row;
  }
  PlannedCase Planned(const TableRow& row) const {
    Plan plan = RowPlanner(setting_, kHeader).PlanRow(row);
    if (const auto* fault = std::get_if<RowFault>(&plan)) ADD_FAILURE() << fault->column << ": " << fault->reason;
    return std::get<PlannedCase>(std::move(plan));
  }
  RowFault Fault(const TableRow& row) const {
    Plan plan = RowPlanner(setting_, kHeader).PlanRow(row);
    EXPECT_TRUE(std::holds_alternative<RowFault>(plan));
    return std::holds_alternative<RowFault>(plan) ? std::get<RowFault>(std::move(plan)) : RowFault{};
  }
  static std::vector<std::string> IdsOf(const PlannedCase& planned) {
    std::vector<std::string> ids;
    for (const core::Command& command : planned.commands) ids.push_back(command.command_id.str());
    return ids;
  }
  static Instant At(const char* text) { return *ParseInstant(text); }

  test::SampleWorld world_;
  codec::ImportMapping mapping_;
  ImportSetting setting_;
};

TEST_F(RowPlannerTest, ARowBecomesACaseWithItsHistory) {
  const PlannedCase planned = Planned(Row());
  EXPECT_EQ(planned.id, core::CaseIdFromKey(world_.tenant.id, "import/old-register/17"));
  EXPECT_THAT(IdsOf(planned), ElementsAre("import/17/0", "import/17/2", "import/17/1")) << "in order of time";

  const core::Command& first = planned.commands[0];
  EXPECT_EQ(first.occurred_at, At("2024-03-05T08:30:00Z")) << "in the zone of the mapping";
  EXPECT_EQ(first.actor.role, core::Role("migrator"));
  const auto& submit = std::get<core::SubmitCase>(first.payload);
  EXPECT_TRUE(submit.historic);
  EXPECT_EQ(submit.category, core::CategoryId("roads"));
  EXPECT_EQ(submit.form, R"({"place":"Rruga B","severity":3})");
  ASSERT_EQ(submit.personal.size(), 1u);
  EXPECT_EQ(submit.personal[0].path, "/name");
  EXPECT_EQ(submit.personal[0].value, "\"Agim\"");
  EXPECT_EQ(submit.personal[0].subject, submit.subject);
  EXPECT_THAT(submit.given_deadlines,
              ElementsAre(core::GivenDeadline{core::ClockId("acknowledge"), At("2024-03-07T15:00:00Z")}));
  EXPECT_EQ(std::get<core::TakeAction>(planned.commands[2].payload).fields, R"({"evidence":"by hand"})");
}

TEST_F(RowPlannerTest, TheSameRowGivesTheSameCommands) { EXPECT_EQ(Planned(Row()).commands, Planned(Row()).commands); }

TEST_F(RowPlannerTest, AnEmptyDeadlineIsNone) {
  const auto planned = Planned(Row({{"Due", ""}}));
  const auto& given = std::get<core::SubmitCase>(planned.commands[0].payload).given_deadlines;
  ASSERT_EQ(given.size(), 1u);
  EXPECT_EQ(given[0].due_at, std::nullopt);
}

TEST_F(RowPlannerTest, NothingHappensBeforeTheOpening) {
  const auto planned = Planned(Row({{"Begun", "01.03.2024 08:00"}}));
  EXPECT_EQ(planned.commands[1].occurred_at, planned.commands[0].occurred_at);
}

TEST_F(RowPlannerTest, WhatLiesBehindTheEndIsLeftOut) {
  setting_.until = At("2024-03-10T00:00:00Z");
  EXPECT_THAT(IdsOf(Planned(Row())), ElementsAre("import/17/0", "import/17/2", "import/17/until/2024-03-10T00:00:00Z"));
  setting_.live_from = setting_.until;
  EXPECT_EQ(IdsOf(Planned(Row())).back(), "import/17/live");
  setting_.until = At("2024-04-01T00:00:00Z");
  EXPECT_THAT(IdsOf(Planned(Row())), ElementsAre("import/17/0", "import/17/2", "import/17/1")) << "a closed case";
  setting_.until = At("2024-03-05T08:29:59Z");
  EXPECT_TRUE(std::holds_alternative<NotYetOpened>(RowPlanner(setting_, kHeader).PlanRow(Row())));
}

TEST_F(RowPlannerTest, TimesWithAnOffsetOfTheirOwn) {
  EXPECT_EQ(Planned(Row({{"Opened", "2024-03-05T09:30:00.250-05:00"}})).commands[0].occurred_at,
            At("2024-03-05T14:30:00.250Z"));
}

TEST_F(RowPlannerTest, EmptyCellsAndDefaults) {
  const auto planned = Planned(Row({{"Title", ""}, {"Place", ""}, {"Severity", ""}, {"Name", ""}, {"Done", ""}}));
  const auto& submit = std::get<core::SubmitCase>(planned.commands[0].payload);
  EXPECT_EQ(submit.title, "Without title");
  EXPECT_EQ(submit.form, "{}");
  EXPECT_THAT(submit.personal, IsEmpty());
  EXPECT_EQ(planned.commands.size(), 2u);
}

TEST_F(RowPlannerTest, PersonalFieldsAreCheckedAgainstTheFormAndNotQuoted) {
  auto form = core::Form::Create(nlohmann::json::parse(R"({
    "type": "object", "required": ["phone"], "properties": {
      "place": {"type": "string"},
      "severity": {"type": "integer"},
      "name": {"type": "string", "pattern": "^[A-Z][a-z]+$", "x-personal": "submitter"},
      "phone": {"type": "string", "x-personal": "submitter"}}})"));
  ASSERT_TRUE(form) << form.error().message;
  world_.definition.form = *form;
  EXPECT_EQ(std::get<core::SubmitCase>(Planned(Row()).commands[0].payload).personal.size(), 1u)
      << "what today's form requires, a table of old may lack";
  const RowFault fault = Fault(Row({{"Name", "4711 or so"}}));
  EXPECT_EQ(fault.column, "Name");
  EXPECT_THAT(fault.reason, AllOf(HasSubstr("form/name: must be"), Not(HasSubstr("4711"))));
}

TEST_F(RowPlannerTest, AnAssigneeByHandle) {
  const std::string handle = world_.tenant.people.front().handle;
  const auto planned = Planned(Row({{"Officer", handle}}));
  EXPECT_EQ(std::get<core::AssignCase>(planned.commands[1].payload).to.person, world_.tenant.people.front().id);
  EXPECT_EQ(Fault(Row({{"Officer", "nobody"}})).column, "Officer");
}

TEST_F(RowPlannerTest, TheSameKeyTwiceIsAFault) {
  RowPlanner planner(setting_, kHeader);
  EXPECT_TRUE(std::holds_alternative<PlannedCase>(planner.PlanRow(Row())));
  const Plan again = planner.PlanRow(Row());
  ASSERT_TRUE(std::holds_alternative<RowFault>(again));
  EXPECT_THAT(std::get<RowFault>(again).reason, HasSubstr("line 7"));
}

struct BadCell {
  const char* name;
  const char* column;
  const char* cell;
  const char* reason;
};

class BadCells : public RowPlannerTest, public ::testing::WithParamInterface<BadCell> {};

TEST_P(BadCells, NameTheColumnAndTheReason) {
  const RowFault fault = Fault(Row({{GetParam().column, GetParam().cell}}));
  EXPECT_EQ(fault.column, GetParam().column);
  EXPECT_THAT(fault.reason, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(All, BadCells,
                         ::testing::Values(BadCell{"NoKey", "No", "", "names its case"},
                                           BadCell{"NoOpening", "Opened", "", "when it was opened"},
                                           BadCell{"Opening", "Opened", "yesterday", "'yesterday' is no time as in"},
                                           BadCell{"Month", "Opened", "05.13.2024 09:30", "is no time"},
                                           BadCell{"Due", "Due", "7.3.", "is no time"},
                                           BadCell{"Done", "Done", "soon", "is no time"},
                                           BadCell{"NoCategory", "Kind", "", "needs its category"},
                                           BadCell{"Category", "Kind", "Parks", "'Parks' is not among"},
                                           BadCell{"Number", "Severity", "three", "a whole number"},
                                           BadCell{"Fraction", "Severity", "3.5", "a whole number"}),
                         [](const auto& test) { return test.param.name; });

TEST_F(RowPlannerTest, NumbersHaveTheFractionThatTheMappingSays) {
  mapping_.form[1].value.type = codec::CellType::kNumber;
  const auto form = [this](const char* severity) {
    return std::get<core::SubmitCase>(Planned(Row({{"Severity", severity}})).commands[0].payload).form;
  };
  EXPECT_THAT(form("3.5"), HasSubstr(R"("severity":3.5)"));
  EXPECT_THAT(Fault(Row({{"Severity", "3,5"}})).reason, AllOf(HasSubstr("as in 42.5"), HasSubstr("`decimal`")));
  mapping_.decimal = ',';
  EXPECT_THAT(form("3,5"), HasSubstr(R"("severity":3.5)"));
  EXPECT_THAT(form("-3"), HasSubstr(R"("severity":-3)"));
  for (const char* wrong : {"3.5", "1.234,5", "1,2,3", ",", "3,5e", "3,5 km"}) {
    EXPECT_THAT(Fault(Row({{"Severity", wrong}})).reason, HasSubstr("as in 42,5")) << wrong;
  }
  mapping_.form[1].value.type = codec::CellType::kInteger;
  EXPECT_THAT(form("3,00"), HasSubstr(R"("severity":3)"));
  for (const char* wrong : {"3,5", "3.0"}) {
    EXPECT_THAT(Fault(Row({{"Severity", wrong}})).reason, HasSubstr("a whole number")) << wrong;
  }
}

TEST_F(RowPlannerTest, LeadingZerosComeBack) {
  mapping_.form[0].value.digits = 5;
  EXPECT_EQ(std::get<core::SubmitCase>(Planned(Row({{"Place", "2127.0"}})).commands[0].payload).form,
            R"({"place":"02127","severity":3})");
  EXPECT_THAT(Fault(Row({{"Place", "212700"}})).reason, HasSubstr("at most 5 digits"));
  EXPECT_THAT(Fault(Row({{"Place", "2127.5"}})).reason, HasSubstr("at most 5 digits"));
}

}  // namespace
}  // namespace rasti::cli
