#include "engine/views/public_register.h"

#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "engine/views/public_case.h"
#include "engine/views/views_fixture_for_test.h"

namespace rasti::views {
namespace {

using testing::HasSubstr;
using testing::Not;

bool EndedSaidAnew(const core::CaseState& state) {
  return state.status == core::CaseStatus::kClosed || state.status == core::CaseStatus::kWithdrawn ||
         state.status == core::CaseStatus::kMerged;
}

// What the page is to be, from the folds that deciding kept.
std::vector<std::string> NaiveRegister(const test::RandomLife& life, const PublicQuery& query) {
  std::vector<std::pair<Instant, std::pair<core::CaseId, std::string>>> found;
  for (const auto& [id, state] : life.cases()) {
    if (state.tenant != query.tenant) continue;
    const bool is_first = state.definition == World().definition.version;
    if (is_first && (state.stage == core::StageId("waiting") || state.reopened >= 2)) continue;
    if (query.workflow && core::NameOf(state.definition) != query.workflow->view()) continue;
    if (query.category && state.category != *query.category) continue;
    if (query.ended && *query.ended != EndedSaidAnew(state)) continue;
    found.push_back({state.received_at.value_or(state.submitted_at), {id, state.reference}});
  }
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second.first < b.second.first;
  });
  std::vector<std::string> references;
  for (const auto& [at, one] : found) references.push_back(one.second);
  return references;
}

std::vector<std::string> AllPages(const Views& views, PublicQuery query, int64_t* total) {
  std::vector<std::string> references;
  do {
    const auto page = views.Public(query);
    RC_ASSERT(page.has_value());
    RC_ASSERT(page->rows.size() <= query.limit);
    for (const PublicRow& row : page->rows) references.push_back(row.reference);
    *total = page->total;
    query.cursor = page->next;
  } while (!query.cursor.empty());
  return references;
}

RC_GTEST_PROP(PublicRegisterProperty, PagesAreWhatANaiveScanFinds, (uint64_t seed)) {
  LogAndViews all;
  test::RandomLife life(World(), all.log, {.seed = seed, .cases = 12});
  std::set<core::CategoryId> categories{core::CategoryId("nothing")};
  for (int round = 0; round < 3; ++round) {
    life.RunTo(life.events() + 1 + life.Below(120));
    RC_ASSERT(all.Project(1 + life.Below(30)).has_value());
    for (const auto& [id, state] : life.cases()) categories.insert(state.category);
    for (const core::CategoryId& category : categories) {
      PublicQuery query;
      query.tenant = World().tenant.id;
      query.limit = 1 + life.Below(5);
      if (life.Below(2) == 0) query.category = category;
      if (life.Below(2) == 0) query.ended = life.Below(2) == 0;
      if (life.Below(2) == 0) query.workflow = core::WorkflowId(life.Below(8) == 0 ? "other" : "sample");
      int64_t total = -1;
      const auto wanted = NaiveRegister(life, query);
      RC_ASSERT(AllPages(all.views, query, &total) == wanted);
      RC_ASSERT(total == static_cast<int64_t>(wanted.size()));
    }
  }
}

class PublicCaseTest : public testing::Test {
 protected:
  PublicCaseTest() : life_(World(), all_.log, {.seed = 5, .cases = 20}) {
    life_.RunTo(800);
    EXPECT_TRUE(all_.Project());
  }
  static core::Form FormOf(const char* schema) {
    auto form = core::Form::Create(nlohmann::json::parse(schema));
    EXPECT_TRUE(form) << (form ? "" : form.error().message);
    return form ? *std::move(form) : core::Form::Empty();
  }
  Result<PublicCase> Public(const core::CaseId& id, const core::Definition& definition) const {
    return MakePublicCase(*all_.views.GetCase(id), *all_.views.History(id), definition);
  }

  LogAndViews all_;
  test::RandomLife life_;
};

TEST_F(PublicCaseTest, ShowsEachResponseAndStageAndNothingElseThatPeopleWrote) {
  core::Definition definition = World().definition;
  definition.public_register.emplace();
  int responses = 0;
  for (const auto& [id, state] : life_.cases()) {
    const auto shown = Public(id, definition);
    ASSERT_TRUE(shown) << shown.error().message;
    EXPECT_EQ(shown->head.reference, state.reference);
    EXPECT_FALSE(shown->head.title);
    EXPECT_EQ(shown->form, "{}");
    EXPECT_EQ(shown->clocks.size(), state.clocks.size());
    ASSERT_FALSE(shown->steps.empty());
    EXPECT_EQ(shown->steps.front().kind, PublicStep::Kind::kReceived);
    int told = 0;
    for (const PublicStep& step : shown->steps) {
      if (step.kind == PublicStep::Kind::kResponse) ++told;
    }
    EXPECT_EQ(told, state.responses);
    responses += told;
  }
  EXPECT_GT(responses, 0);
}

TEST_F(PublicCaseTest, OfActionsOnlyWhatIsMarked) {
  core::Definition definition = World().definition;
  definition.public_register.emplace();
  core::Action* action = nullptr;
  for (core::Action& one : definition.actions) {
    if (one.kind == core::ActionKind::kRespond) action = &one;
  }
  ASSERT_NE(action, nullptr);
  core::ActionField& shown_field = action->fields.emplace_back();
  shown_field.id = "used_for";
  shown_field.is_public = true;
  action->fields.emplace_back().id = "remark";

  const auto& [id, state] = *life_.cases().begin();
  const CasePage page = *all_.views.GetCase(id);
  CaseHistory history = *all_.views.History(id);
  history.events.resize(1);
  const auto take = [&](core::EventPayload payload) {
    history.events.push_back(history.events.front());
    history.events.back().event.payload = std::move(payload);
  };
  core::StageEntered entered;
  entered.stage = state.stage;
  entered.action = action->id;
  entered.fields = R"({"outcome":"x","remark":"for the file","used_for":"roads"})";
  take(entered);
  take(core::ActionTaken{action->id, R"({"used_for":{"deep":1}})", ""});
  take(core::ActionTaken{core::ActionId("of_another_version"), R"({"used_for":"y"})", ""});
  take(core::ActionTaken{action->id, R"({"used_for":"schools"})", "a note"});
  const auto shown = MakePublicCase(page, history, definition);
  ASSERT_TRUE(shown) << shown.error().message;
  std::vector<std::string> told;
  for (const PublicStep& step : shown->steps) {
    if (step.kind != PublicStep::Kind::kTold) continue;
    EXPECT_EQ(step.action, action->id);
    told.push_back(step.fields);
  }
  EXPECT_THAT(told, testing::ElementsAre(R"({"used_for":"roads"})", R"({"used_for":"schools"})"));

  take(core::ActionTaken{action->id, "no JSON", ""});
  EXPECT_EQ(MakePublicCase(page, history, definition).error().code, ErrorCode::kCorruption);
}

TEST_F(PublicCaseTest, IsNotThereWhereNothingIsPublic) {
  core::Definition definition = World().definition;
  const auto& [id, state] = *life_.cases().begin();
  EXPECT_EQ(Public(id, definition).error().code, ErrorCode::kNotFound);
  definition.public_register.emplace().hidden_in.push_back(state.stage);
  const auto hidden = Public(id, definition);
  ASSERT_FALSE(hidden);
  EXPECT_EQ(hidden.error().code, ErrorCode::kNotFound);
  EXPECT_THAT(hidden.error().message, Not(HasSubstr(id.str())));
}

TEST_F(PublicCaseTest, OfTheFormOnlyWhatIsNamed) {
  core::Definition definition = World().definition;
  definition.form = FormOf(R"({"type": "object", "properties": {"place": {}, "size": {"type": "integer"},
      "absent": {}, "other": {"type": "string"}}})");
  definition.public_register.emplace().form = {"/place/street", "/size", "/absent"};
  const auto& [id, state] = *life_.cases().begin();
  CasePage page = *all_.views.GetCase(id);
  page.state.form = R"({"place":{"house":7,"street":"Rruga B"},"size":3,"other":"x"})";
  const auto shown = MakePublicCase(page, *all_.views.History(id), definition);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->form, R"({"place":{"street":"Rruga B"},"size":3})");
}

TEST_F(PublicCaseTest, PathsGoThroughLists) {
  core::Definition definition = World().definition;
  definition.form = FormOf(R"({"type": "object", "properties": {"rooms": {"type": "array", "items": {
      "type": "object", "properties": {"size": {"type": "integer"}, "kind": {"type": "string"}}}}}})");
  definition.public_register.emplace().form = {"/rooms/1/size", "/rooms/1/kind"};
  const auto& [id, state] = *life_.cases().begin();
  CasePage page = *all_.views.GetCase(id);
  page.state.form = R"({"rooms":["no room",{"kind":"hall","size":3,"more":1},{"kind":"other"}]})";
  const auto shown = MakePublicCase(page, *all_.views.History(id), definition);
  ASSERT_TRUE(shown) << shown.error().message;
  EXPECT_EQ(shown->form, R"({"rooms":[null,{"kind":"hall","size":3}]})");

  // Names that look like numbers are names where the form has an object.
  definition.form = FormOf(R"({"type": "object", "properties": {"years": {}}})");
  definition.public_register->form = {"/years/4000000000/sum"};
  page.state.form = R"({"years":{"4000000000":{"sum":7,"by":"A"}}})";
  EXPECT_EQ(MakePublicCase(page, *all_.views.History(id), definition)->form, R"({"years":{"4000000000":{"sum":7}}})");
}

TEST_F(PublicCaseTest, OfWhatIsNamedOnlyWhatTheFormKnowsAndIsNobodys) {
  core::Definition definition = World().definition;
  definition.form = FormOf(R"({"type": "object", "properties": {
      "contact": {"type": "object", "properties": {"office": {"type": "string"},
          "phone": {"type": "string", "x-personal": "submitter"}}},
      "rooms": {"type": "array", "items": {"type": "object", "properties": {"size": {"type": "integer"}}}},
      "size": {"type": "integer"}}})");
  definition.public_register.emplace().form = {"/contact", "/rooms", "/size"};
  const auto& [id, state] = *life_.cases().begin();
  CasePage page = *all_.views.GetCase(id);
  const auto shown = [&](const char* form) {
    page.state.form = form;
    const auto one = MakePublicCase(page, *all_.views.History(id), definition);
    return one ? one->form : one.error().message;
  };
  // A version of before did not call the phone personal; a citizen sent more than was asked for.
  EXPECT_EQ(
      shown(
          R"({"contact":{"office":"7","phone":"044 1","more":{"name":"A"}},"rooms":[{"size":1,"who":"B"}],"size":3})"),
      R"({"contact":{"office":"7"},"rooms":[{"size":1}],"size":3})");
  // Filled in for a version in which all of them were something else.
  EXPECT_EQ(shown(R"({"contact":"044 1","rooms":{"name":"A"},"size":{"name":"A"}})"), "{}");
}

}  // namespace
}  // namespace rasti::views
