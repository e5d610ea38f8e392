#include "engine/core/response_template.h"

#include <gmock/gmock.h>

#include "engine/core/decide_fixture_for_test.h"

namespace rasti::core {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

ResponseTemplate Planned() {
  return {.id = "planned",
          .title = {"E planifikuar", "Planirano", "Planned"},
          .action = ActionId("respond"),
          .categories = {},
          .fields = {{"outcome", "answered"}},
          .asks = {{"when", {"Kur", "Kada", "When"}}},
          .text = {"{{category}} ({{reference}}): {{when}}", "{{reference}}: {{ when }}", "{{reference}}: {{when}}\n"}};
}

class ResponseTemplateTest : public DecideTest {
 protected:
  FilledResponse Fill(const ResponseTemplate& response, std::string_view language,
                      const std::map<std::string, std::string>& given) const {
    return FillResponse(response, language, world_.definition, world_.tenant, state_, given);
  }
  std::vector<std::string> Issues(const ResponseTemplate& response) {
    world_.definition.responses = {response};
    std::vector<std::string> issues;
    for (const DefinitionIssue& issue : CheckDefinition(world_.definition)) {
      issues.push_back(issue.path + ": " + issue.message);
    }
    return issues;
  }
};

TEST_F(ResponseTemplateTest, IsFilledInInTheLanguageAskedFor) {
  Submit();
  const std::string category = world_.definition.FindCategory(state_.category)->title.sq;
  EXPECT_EQ(Fill(Planned(), "sq", {{"when", "nesër"}}).text, category + " (" + state_.reference + "): nesër");
  EXPECT_EQ(Fill(Planned(), "sr", {{"when", "sutra"}}).text, state_.reference + ": sutra");
  EXPECT_EQ(Fill(Planned(), "sr-Latn", {{"when", "sutra"}}).text, state_.reference + ": sutra");
  EXPECT_EQ(Fill(Planned(), "en", {{"when", "tomorrow"}}).text, state_.reference + ": tomorrow");
}

TEST_F(ResponseTemplateTest, SaysWhatIsMissing) {
  Submit();
  ResponseTemplate response = Planned();
  response.text.en = "{{when}}, {{number.protocol}}, {{form/nothing}}, {{when}}";
  const FilledResponse filled = Fill(response, "en", {});
  EXPECT_THAT(filled.missing, ElementsAre("when", "number.protocol", "form/nothing"));
  EXPECT_EQ(filled.text, response.text.en);
  EXPECT_THAT(Fill(response, "en", {{"when", ""}}).missing, ElementsAre("when", "number.protocol", "form/nothing"));
}

TEST_F(ResponseTemplateTest, WhatIsGivenIsTakenAsItIs) {
  Submit();
  EXPECT_EQ(Fill(Planned(), "en", {{"when", "{{reference}}"}}).text, state_.reference + ": {{reference}}");
}

TEST_F(ResponseTemplateTest, GivesNumbersAndFieldsOfTheForm) {
  Submit();
  state_.numbers.push_back({"protocol", "2026", CommandId("f"), 7, "7/2026"});
  state_.form = R"({"place":{"street":"Main street"},"size":3})";
  ResponseTemplate response = Planned();
  response.text.en = "{{number.protocol}} {{form/place/street}} {{form/size}} {{form/nothing}}";
  const FilledResponse filled = Fill(response, "en", {});
  EXPECT_EQ(filled.text, "7/2026 Main street 3 {{form/nothing}}");
  EXPECT_THAT(filled.missing, ElementsAre("form/nothing"));
}

TEST_F(ResponseTemplateTest, ADefinitionIsHeldToWhatItsResponsesName) {
  EXPECT_THAT(Issues(Planned()), IsEmpty());
  ResponseTemplate wrong = Planned();
  wrong.action = ActionId("respnd");
  EXPECT_THAT(Issues(wrong),
              ElementsAre(HasSubstr("responses[0].action: no action 'respnd', did you mean 'respond'?")));
  wrong.action = ActionId("open");
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("'open' is no action of 'kind: respond'")));
  wrong = Planned();
  wrong.fields = {{"text", "x"}};
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("responses[0].fields.text: the text is given by 'text'")));
  wrong.fields = {{"outcme", "x"}};
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("did you mean 'outcome'?")));
  wrong = Planned();
  wrong.text.sq = "{{when}} {{refrence}}";
  EXPECT_THAT(Issues(wrong),
              ElementsAre(HasSubstr("responses[0].text.sq: nothing gives a value to 'refrence', did you mean")));
  wrong.text.sq = "{{when";
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("responses[0].text.sq: the {{ and }} do not match")));
  wrong.text.sq = "soon";
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("it does not say what is asked for: {{when}}")));
  wrong = Planned();
  wrong.text.en = "{{when}} {{number.protocol}}";
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("no number of a register 'protocol'")));
  wrong = Planned();
  wrong.categories = {CategoryId("road")};
  EXPECT_THAT(Issues(wrong), ElementsAre(HasSubstr("did you mean 'roads'?")));
}

TEST_F(ResponseTemplateTest, TheEventSaysByWhichTheResponseWasMade) {
  world_.definition.responses = {Planned()};
  world_.definition.responses.front().categories = {CategoryId("waste")};
  Open();
  TakeAction take = Act("respond", R"({"text":"Tomorrow."})");
  take.response_template = "plannd";
  EXPECT_EQ(Refused(people::Officer(), take), RejectionCode::kFieldInvalid);
  take.response_template = "planned";
  EXPECT_EQ(Refused(people::Officer(), take), RejectionCode::kFieldInvalid) << "of another category";
  world_.definition.responses.front().categories.clear();
  const Decision responded = Do(people::Officer(), take);
  EXPECT_EQ(std::get<ResponseSent>(responded.events.front().payload).response_template, "planned");
  TakeAction close = Act("close", R"({"evidence":"photo"})");
  close.response_template = "planned";
  EXPECT_EQ(Refused(people::Officer(), close), RejectionCode::kFieldInvalid) << "no response";
}

}  // namespace
}  // namespace rasti::core
