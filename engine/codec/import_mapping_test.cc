#include "engine/codec/import_mapping.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/broken_for_test.h"
#include "tests/support/sample_definition.h"

namespace rasti::codec {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kYaml = R"(import: old-register
workflow: sample
tenant: prishtine
zone: Europe/Belgrade
time_formats: ["%d.%m.%Y %H:%M", "%Y-%m-%dT%H:%M:%E*S%Ez"]
importer: {role: migrator}
key: No
opened: Opened
received: Received
title: {value: Taken over}
category:
  column: Kind
  values: {Street: roads, Rubbish: waste}
  default: other
channel: {value: web}
assign:
  queue: {column: Desk, values: {R: roads}}
form:
  nothing_found: {column: Nothing, type: boolean}
deadlines:
  - {clock: acknowledge, column: Due}
actions:
  - {action: open, column: Begun}
  - {action: close, column: Done, fields: {evidence: Proof}}
)";

std::vector<Issue> IssuesOf(const std::string& yaml) {
  static const test::SampleWorld world;
  Issues issues("m.yaml");
  const auto mapping = ReadImportMapping(yaml, issues);
  if (mapping) CheckImportMapping(*mapping, world.definition, world.tenant, issues);
  return std::move(issues).Take();
}

ImportMapping Sample() {
  Issues issues("m.yaml");
  auto mapping = ReadImportMapping(kYaml, issues);
  EXPECT_TRUE(mapping);
  return *std::move(mapping);
}

TEST(ImportMappingTest, ReadsEveryPart) {
  const ImportMapping mapping = Sample();
  EXPECT_EQ(mapping.source.text, "old-register");
  EXPECT_EQ(mapping.zone->text, "Europe/Belgrade");
  EXPECT_EQ(mapping.time_formats.size(), 2u);
  EXPECT_EQ(mapping.received->text, "Received");
  EXPECT_EQ(mapping.title.fixed, "Taken over");
  EXPECT_EQ(mapping.category.values.at("Street").text, "roads");
  EXPECT_EQ(mapping.category.otherwise->text, "other");
  EXPECT_EQ(mapping.queue->column->text, "Desk");
  ASSERT_EQ(mapping.form.size(), 1u);
  EXPECT_EQ(mapping.form[0].path, "/nothing_found");
  EXPECT_EQ(mapping.form[0].value.type, CellType::kBoolean);
  ASSERT_EQ(mapping.deadlines.size(), 1u);
  EXPECT_EQ(mapping.deadlines[0].column, (MappedName{"Due", {21, 34}}));
  ASSERT_EQ(mapping.actions.size(), 2u);
  EXPECT_EQ(mapping.actions[1].fields[0].value.column->text, "Proof");
}

TEST(ImportMappingTest, DeadlinesByRule) {
  std::string yaml = kYaml;
  const std::string list = "deadlines:\n  - {clock: acknowledge, column: Due}\n";
  yaml.replace(yaml.find(list), list.size(), "deadlines: rule\n");
  Issues issues("m.yaml");
  const auto mapping = ReadImportMapping(yaml, issues);
  ASSERT_TRUE(mapping);
  EXPECT_THAT(mapping->deadlines, IsEmpty());
}

class BrokenMappings : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenMappings, AreToldWithPlaceAndRemedy) {
  EXPECT_THAT(IssuesOf(Replaced(kYaml, GetParam().from, GetParam().to)), Tells(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenMappings,
    ::testing::Values(
        Broken{"Key", "opened: Opened", "opend: Opened", 8, 1, "did you mean 'opened'"},
        Broken{"Missing", "key: No\n", "", 1, 1, "needs the key 'key'"},
        Broken{"Source", "import: old-register", "import: Old Register", 1, 9, "lower-case"},
        Broken{"Format", "%d.%m.%Y %H:%M", "%d.%m.%Y", 5, 16, "does not hold date and time"},
        Broken{"NoFormat", "[\"%d.%m.%Y %H:%M\", \"%Y-%m-%dT%H:%M:%E*S%Ez\"]", "[]", 5, 15, "at least one"},
        Broken{"Role", "role: migrator", "role: officer", 6, 18, "'migrator' may"},
        Broken{"Both", "column: Kind", "value: roads\n  column: Kind", 12, 3, "either a 'column' or a 'value'"},
        Broken{"Value", "Rubbish: waste", "Rubbish: wastes", 13, 36, "did you mean 'waste'"},
        Broken{"Default", "default: other", "default: others", 14, 12, "did you mean 'other'"},
        Broken{"Queue", "{R: roads}", "{R: raods}", 17, 37, "did you mean 'roads'"},
        Broken{"Type", "type: boolean", "type: bolean", 19, 42, "did you mean 'boolean'"},
        Broken{"Clock", "clock: acknowledge", "clock: acknowlege", 21, 13, "did you mean 'acknowledge'"},
        Broken{"LaterClock", "clock: acknowledge", "clock: resolve", 21, 13, "starts later"},
        Broken{"NoClock", "\n  - {clock: acknowledge, column: Due}", " []", 20, 12, "write 'rule'"},
        Broken{"Deadlines", "\n  - {clock: acknowledge, column: Due}", " rules", 20, 12, "either 'rule'"},
        Broken{"Action", "action: close", "action: clos", 24, 14, "did you mean 'close'"},
        Broken{"Field", "evidence: Proof", "evidenc: Proof", 24, 44, "did you mean 'evidence'"},
        Broken{"FieldMissing", ", fields: {evidence: Proof}", "", 24, 14, "needs the field 'evidence'"}),
    [](const auto& test) { return test.param.name; });

TEST(ImportMappingTest, AWholeMappingHasNoIssues) { EXPECT_THAT(IssuesOf(kYaml), IsEmpty()); }

TEST(ImportMappingTest, ReadsTheDelimiter) {
  EXPECT_EQ(Sample().delimiter, std::nullopt);
  for (const auto& [said, delimiter] : {std::pair("';'", ';'), std::pair(";", ';'), std::pair("','", ','),
                                        std::pair("'|'", '|'), std::pair("tab", '\t'), std::pair("\"\\t\"", '\t')}) {
    Issues issues("m.yaml");
    const auto mapping =
        ReadImportMapping(Replaced(kYaml, "key: No\n", std::string("delimiter: ") + said + "\nkey: No\n"), issues);
    ASSERT_TRUE(mapping) << said;
    EXPECT_EQ(mapping->delimiter, delimiter) << said;
  }
  EXPECT_THAT(IssuesOf(Replaced(kYaml, "key: No\n", "delimiter: semicolon\nkey: No\n")),
              ElementsAre(AllOf(Field(&Issue::line, 7), Field(&Issue::column, 12),
                                Field(&Issue::message, HasSubstr("'tab'")))));
}

TEST(ImportMappingTest, ReadsWhatDividesNumbers) {
  EXPECT_EQ(Sample().decimal, '.');
  for (const char decimal : {'.', ','}) {
    Issues issues("m.yaml");
    const auto mapping =
        ReadImportMapping(Replaced(kYaml, "key: No\n", std::string("decimal: '") + decimal + "'\nkey: No\n"), issues);
    ASSERT_TRUE(mapping) << decimal;
    EXPECT_EQ(mapping->decimal, decimal);
  }
  EXPECT_THAT(
      IssuesOf(Replaced(kYaml, "key: No\n", "decimal: comma\nkey: No\n")),
      ElementsAre(AllOf(Field(&Issue::line, 7), Field(&Issue::column, 10), Field(&Issue::message, HasSubstr("','")))));
}

TEST(ImportMappingTest, ReadsTheEncoding) {
  for (const auto& [said, encoding] :
       {std::pair("utf-8", TableEncoding::kUtf8), std::pair("windows-1250", TableEncoding::kWindows1250),
        std::pair("windows-1251", TableEncoding::kWindows1251),
        std::pair("windows-1252", TableEncoding::kWindows1252)}) {
    Issues issues("m.yaml");
    const auto mapping =
        ReadImportMapping(Replaced(kYaml, "key: No\n", std::string("encoding: ") + said + "\nkey: No\n"), issues);
    ASSERT_TRUE(mapping) << said;
    EXPECT_EQ(mapping->encoding, encoding) << said;
  }
}

TEST(ImportMappingTest, AFieldWithinAnotherThatIsMappedIsRefused) {
  test::SampleWorld world;
  auto form = core::Form::Create(nlohmann::json::parse(
      R"({"type": "object", "properties": {"place": {"type": "object", "properties": {"street": {"type": "string"}}}}})"));
  ASSERT_TRUE(form) << form.error().message;
  world.definition.form = *form;
  Issues issues("m.yaml");
  const auto mapping = ReadImportMapping(
      Replaced(kYaml, "nothing_found: {column: Nothing, type: boolean}", "place.street: Street\n  place: Nothing"),
      issues);
  ASSERT_TRUE(mapping);
  CheckImportMapping(*mapping, world.definition, world.tenant, issues);
  EXPECT_THAT(std::move(issues).Take(),
              ElementsAre(AllOf(Field(&Issue::line, 19), Field(&Issue::column, 3),
                                Field(&Issue::message, HasSubstr("'place.street' lies within another field")))));
}

constexpr const char* kEventsYaml = R"(import: old-log
workflow: sample
tenant: prishtine
encoding: latin1
time_formats: ["%d.%m.%Y %H:%M"]
rows: events
case: Case
activity: What
time: When
resource: Who
activities:
  Begun: open
  Done: {action: close, fields: {evidence: Proof}, otherwise: note}
  Seen: note
other: note
note: record
faulty_rows: hold_case
title: Case
category: {value: roads}
channel: {value: web}
deadlines: rule
)";

std::vector<Issue> EventIssuesOf(const std::string& yaml) {
  test::SampleWorld world;
  core::Action record = world.definition.actions.front();
  record.id = core::ActionId("record");
  record.to.reset();
  record.kind = core::ActionKind::kTransition;
  record.from.clear();
  for (const core::Stage& stage : world.definition.stages) record.from.push_back(stage.id);
  record.roles = {core::Role("migrator")};
  record.fields.resize(2);
  record.fields[0].id = "activity";
  record.fields[0].required = true;
  record.fields[1].id = "resource";
  world.definition.actions.push_back(std::move(record));
  Issues issues("m.yaml");
  const auto mapping = ReadImportMapping(yaml, issues);
  if (mapping) CheckImportMapping(*mapping, world.definition, world.tenant, issues);
  return std::move(issues).Take();
}

TEST(ImportMappingTest, ReadsRowsThatAreEvents) {
  EXPECT_THAT(EventIssuesOf(kEventsYaml), IsEmpty());
  Issues issues("m.yaml");
  const auto mapping = ReadImportMapping(kEventsYaml, issues);
  ASSERT_TRUE(mapping && mapping->events);
  const EventRows& events = *mapping->events;
  EXPECT_EQ(mapping->encoding, TableEncoding::kLatin1);
  EXPECT_EQ(mapping->key.text, "Case");
  EXPECT_EQ(mapping->opened.text, "");
  EXPECT_EQ(events.activities.at("Begun").action.text, "open");
  EXPECT_TRUE(events.activities.at("Done").else_note);
  EXPECT_EQ(events.activities.at("Seen").action.text, "");
  EXPECT_TRUE(events.other_is_note);
  EXPECT_EQ(events.note->action.text, "record");
  EXPECT_EQ(events.faulty_rows, FaultyRows::kHoldCase);
  std::vector<std::string> columns;
  for (const MappedName& column : ColumnsOf(*mapping)) columns.push_back(column.text);
  EXPECT_THAT(columns, ElementsAre("Case", "What", "When", "Who", "Proof"));
  EXPECT_THAT(CaseColumnsOf(*mapping), ElementsAre(Field(&MappedName::text, "Case")));
}

class BrokenEventMappings : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenEventMappings, AreToldWithPlaceAndRemedy) {
  EXPECT_THAT(EventIssuesOf(Replaced(kEventsYaml, GetParam().from, GetParam().to)), Tells(GetParam()));
}

INSTANTIATE_TEST_SUITE_P(
    All, BrokenEventMappings,
    ::testing::Values(Broken{"Encoding", "latin1", "latin2", 4, 11, "did you mean 'latin1'"},
                      Broken{"Rows", "rows: events", "rows: event", 6, 7, "did you mean 'events'"},
                      Broken{"Key", "case: Case", "key: Case", 1, 1, "needs the key 'case'"},
                      Broken{"Other", "other: note\n", "", 1, 1, "needs the key 'other'"},
                      Broken{"OtherValue", "other: note", "other: notes", 15, 8, "did you mean 'note'"},
                      Broken{"NoNote", "note: record\n", "", 1, 1, "as in 'note: record_activity'"},
                      Broken{"Action", "Begun: open", "Begun: opem", 12, 10, "did you mean 'open'"},
                      Broken{"Field", "evidence: Proof", "evidenc: Proof", 13, 34, "did you mean 'evidence'"},
                      Broken{"FieldMissing", "fields: {evidence: Proof}, ", "", 13, 18, "needs the field 'evidence'"},
                      Broken{"NoteMoves", "note: record", "note: open", 16, 7, "a note leaves the case where it is"},
                      Broken{"NoteStage", "note: record", "note: open", 16, 7, "but notes come in every stage"},
                      Broken{"Faulty", "hold_case", "hold_cases", 17, 14, "did you mean 'hold_case'"}),
    [](const auto& test) { return test.param.name; });

TEST(ImportMappingTest, NamesColumnsThatTheTableLacksOrHasTwice) {
  const std::vector<std::string> header = {"No",  "Opend", "Received", "Kind",  "Desk", "Nothing",
                                           "Due", "Begun", "Done",     "Proof", "Due",  "unused"};
  Issues issues("m.yaml");
  CheckImportHeader(Sample(), header, "old.csv", issues);
  EXPECT_THAT(
      std::move(issues).Take(),
      ElementsAre(AllOf(Field(&Issue::line, 8), Field(&Issue::column, 9),
                        Field(&Issue::message, HasSubstr("old.csv has no column 'Opened', did you mean 'Opend'"))),
                  AllOf(Field(&Issue::line, 21), Field(&Issue::message, HasSubstr("has the column 'Due' 2 times")))));
}

}  // namespace
}  // namespace rasti::codec
