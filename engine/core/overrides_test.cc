#include "engine/core/overrides.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sample_definition.h"

namespace rasti::core {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const test::SampleWorld& World() {
  static const test::SampleWorld kWorld;
  return kWorld;
}

Overrides Own() {
  Overrides own;
  own.workflow = WorkflowId("sample");
  own.tenant = TenantId("prishtine");
  own.version = "3";
  return own;
}

sla::Rule WorkingDays(int64_t number) {
  sla::Rule rule = sla::DefaultRule(sla::Count::kWorkingDays);
  rule.number = number;
  return rule;
}

auto Says(const char* path, const char* message) {
  return Contains(AllOf(Field(&DefinitionIssue::path, path), Field(&DefinitionIssue::message, HasSubstr(message))));
}

TEST(Overrides, MakeANameThatSaysBoth) {
  const VersionedName name = WithOverrides(VersionedName("issue-report@2"), TenantId("prishtine"), "1.2");
  EXPECT_EQ(name.str(), "issue-report@2+prishtine.1.2");
  EXPECT_EQ(NameOf(name), "issue-report");
  EXPECT_EQ(VersionOf(name), "2+prishtine.1.2");
  const DefinitionName parts = PartsOf(name);
  EXPECT_EQ(parts.base, VersionedName("issue-report@2"));
  EXPECT_EQ(parts.tenant, "prishtine");
  EXPECT_EQ(parts.overrides, "1.2");
  const DefinitionName alone = PartsOf(VersionedName("issue-report@2"));
  EXPECT_EQ(alone.base, VersionedName("issue-report@2"));
  EXPECT_EQ(alone.overrides, "");
}

TEST(Overrides, ThatSayNothingMakeTheSameUnderAnotherName) {
  const Definition& base = World().definition;
  const Materialised made = Materialise(base, Own());
  EXPECT_THAT(made.issues, IsEmpty());
  EXPECT_EQ(made.definition.version, VersionedName("sample@1+prishtine.3"));
  EXPECT_EQ(made.definition.id, base.id);
  EXPECT_EQ(made.definition.clocks.size(), base.clocks.size());
  EXPECT_THAT(CheckOverrides(base, Own()), IsEmpty());
}

TEST(Overrides, ChangeTheDeadlinesThatTheyName) {
  Overrides own = Own();
  ClockOverride& resolve = own.clocks[ClockId("resolve")];
  resolve.due_by_category[CategoryId("roads")] = WorkingDays(3);
  resolve.warnings = {sla::Offset{.count = sla::Count::kWorkingHours, .length = std::chrono::hours(4)}};
  resolve.escalations.emplace_back(2, sla::Offset{.count = sla::Count::kWorkingDays, .number = 5});
  resolve.extend_by = WorkingDays(1);
  own.clocks[ClockId("acknowledge")].due = WorkingDays(1);
  const Definition made = Materialise(World().definition, own).definition;
  const Clock& before = *World().definition.FindClock(ClockId("resolve"));
  const Clock& after = *made.FindClock(ClockId("resolve"));
  EXPECT_EQ(after.RuleFor(CategoryId("roads"))->number, 3);
  EXPECT_EQ(*after.RuleFor(CategoryId("waste")), *before.RuleFor(CategoryId("waste")));
  EXPECT_THAT(after.warnings, ElementsAre(resolve.warnings->front()));
  EXPECT_EQ(after.escalations[0].after, before.escalations[0].after);
  EXPECT_EQ(after.escalations[1].after.number, 5);
  EXPECT_EQ(after.escalations[1].to, before.escalations[1].to);
  EXPECT_EQ(after.extension.by.number, 1);
  EXPECT_EQ(after.extension.most, before.extension.most);
  EXPECT_EQ(after.extension.legal_bases, before.extension.legal_bases);
  EXPECT_EQ(made.FindClock(ClockId("acknowledge"))->due->number, 1);
}

TEST(Overrides, TakeADeadlineAwayWhereThereIsOne) {
  Overrides own = Own();
  own.clocks[ClockId("resolve")].due_by_category[CategoryId("roads")] = std::nullopt;
  EXPECT_EQ(Materialise(World().definition, own).definition.FindClock(ClockId("resolve"))->RuleFor(CategoryId("roads")),
            nullptr);
  own.clocks[ClockId("resolve")].due_by_category = {{CategoryId("nowhere"), std::nullopt}};
  EXPECT_THAT(CheckOverrides(World().definition, own),
              Contains(Field(&DefinitionIssue::path, "clocks.resolve.due_by_category[\"nowhere\"]")));
}

TEST(Overrides, AddACategoryAndChangeOthers) {
  Overrides own = Own();
  own.categories = {
      {.id = CategoryId("bridges"), .title = Texts{"u", "m", "Bridges"}, .queue = QueueId("roads"), .offered = {}},
      {.id = CategoryId("waste"), .title = {}, .queue = {}, .offered = false}};
  own.clocks[ClockId("resolve")].due_by_category[CategoryId("bridges")] = WorkingDays(20);
  EXPECT_THAT(CheckOverrides(World().definition, own), IsEmpty());
  const Definition made = Materialise(World().definition, own).definition;
  ASSERT_NE(made.FindCategory(CategoryId("bridges")), nullptr);
  EXPECT_EQ(made.FindCategory(CategoryId("bridges"))->title.en, "Bridges");
  EXPECT_TRUE(made.FindCategory(CategoryId("bridges"))->offered);
  EXPECT_FALSE(made.FindCategory(CategoryId("waste"))->offered);
  EXPECT_EQ(made.FindCategory(CategoryId("waste"))->title, World().definition.FindCategory(CategoryId("waste"))->title);
}

TEST(Overrides, SayOtherwiseWhatThingsAreCalled) {
  Overrides own = Own();
  const Texts other{"tjetër", "drugo", "other"};
  own.titles.workflow = other;
  own.titles.stages[StageId("open")] = other;
  own.titles.actions[ActionId("close")] = other;
  own.titles.fields[ActionId("respond")]["text"] = other;
  const Materialised made = Materialise(World().definition, own);
  EXPECT_THAT(made.issues, IsEmpty());
  EXPECT_EQ(made.definition.title, other);
  EXPECT_EQ(made.definition.FindStage(StageId("open"))->title, other);
  EXPECT_EQ(made.definition.FindAction(ActionId("close"))->title, other);
  EXPECT_NE(made.definition.FindAction(ActionId("open"))->title, other);
}

TEST(Overrides, AreToldWhatTheWorkflowHasNoPlaceFor) {
  Overrides own = Own();
  const Texts some{"a", "b", "c"};
  own.clocks[ClockId("resolv")].due = WorkingDays(1);
  own.clocks[ClockId("acknowledge")].extend_by = WorkingDays(1);
  own.clocks[ClockId("acknowledge")].escalations.emplace_back(9, sla::Offset{});
  own.categories = {{.id = CategoryId("bridges"), .title = {}, .queue = {}, .offered = false}};
  own.titles.stages[StageId("opn")] = some;
  own.titles.actions[ActionId("clos")] = some;
  own.titles.fields[ActionId("respond")]["txt"] = some;
  own.titles.form["/nowhere"] = some;
  own.templates["nothing"] = some;
  const auto issues = CheckOverrides(World().definition, own);
  EXPECT_THAT(issues, Says("clocks.resolv", "sample@1 has no clock 'resolv', did you mean 'resolve'?"));
  EXPECT_THAT(issues, Says("clocks.acknowledge.extension", "allows no extension"));
  EXPECT_THAT(issues, Says("clocks.acknowledge.escalations", "has no level 9"));
  EXPECT_THAT(issues, Says("categories[\"bridges\"]", "needs a 'title'"));
  EXPECT_THAT(issues, Says("titles.stages.opn", "did you mean 'open'?"));
  EXPECT_THAT(issues, Says("titles.actions.clos", "did you mean 'close'?"));
  EXPECT_THAT(issues, Says("titles.fields.respond.txt", "did you mean 'text'?"));
  EXPECT_THAT(issues, Says("titles.form[\"/nowhere\"]", "no field '/nowhere'"));
  EXPECT_THAT(issues, Says("templates.nothing", "no template 'nothing'"));
}

TEST(Overrides, AreToldWhatWouldBeWrongWithTheWhole) {
  Overrides own = Own();
  own.clocks[ClockId("resolve")].due_by_category[CategoryId("road")] = WorkingDays(1);
  own.clocks[ClockId("acknowledge")].due = WorkingDays(-1);
  own.titles.stages[StageId("open")] = Texts{"a", "", "c"};
  const auto issues = CheckOverrides(World().definition, own);
  EXPECT_THAT(issues, Says("clocks.resolve.due_by_category[\"road\"]", "did you mean 'roads'?"));
  EXPECT_THAT(issues, Says("clocks.acknowledge.due.number", "must be"));
  EXPECT_THAT(issues, Says("titles.stages.open", "no text in 'sr-Latn'"));

  own = Own();
  for (const Category& category : World().definition.categories) {
    own.categories.push_back({.id = category.id, .title = {}, .queue = {}, .offered = false});
  }
  EXPECT_THAT(CheckOverrides(World().definition, own), Says("categories", "none of them is offered"));
}

}  // namespace
}  // namespace rasti::core
