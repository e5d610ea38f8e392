// What of a workflow may be public.
#include <algorithm>

#include "engine/core/definition_fixture_for_test.h"

namespace rasti::core {
namespace {

using ::testing::Contains;
using ::testing::Field;
using ::testing::HasSubstr;

class PublicFaults : public DefinitionFaults {};

TEST_P(PublicFaults, AreFound) {
  Definition definition = Sound();
  GetParam().make(definition);
  EXPECT_THAT(CheckDefinition(definition),
              Contains(AllOf(Field(&DefinitionIssue::path, GetParam().path),
                             Field(&DefinitionIssue::message, HasSubstr(GetParam().message)))));
}

Form FormWithReporter() {
  return *Form::Create(nlohmann::json::parse(R"({"type": "object", "properties": {
      "place": {"type": "object", "properties": {"street": {"type": "string"}}},
      "reporter": {"type": "object", "properties": {
          "name": {"type": "string", "x-personal": "submitter"}, "in_hurry": {"type": "boolean"}}}}})"));
}

Definition WithPublic(std::vector<std::string> form, std::vector<StageId> hidden_in = {}) {
  Definition definition = Sound();
  definition.form = FormWithReporter();
  definition.public_register = PublicRegister{true, std::move(form), std::move(hidden_in), {}};
  return definition;
}

TEST(CheckDefinition, TakesWhatMayBePublic) {
  EXPECT_THAT(CheckDefinition(WithPublic({"/place/street", "/place", "/reporter/in_hurry"}, {StageId("done")})),
              ::testing::IsEmpty());
}

// An action that responds, with one more field that is public.
Definition WithPublicField(const char* field) {
  Definition definition = WithPublic({});
  Action& action = definition.actions.emplace_back(MakeAction("answer", ActionKind::kRespond, "open", "done"));
  action.roles = {definition.roles.front().id};
  action.fields = {MakeField("outcome"), MakeField("text"), MakeField("used_for")};
  std::ranges::find(action.fields, field, &ActionField::id)->is_public = true;
  return definition;
}

TEST(CheckDefinition, TakesFieldsOfActionsThatArePublic) {
  EXPECT_THAT(CheckDefinition(WithPublicField("used_for")), ::testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(PublicFields, PublicFaults,
                         ::testing::Values(Fault{"OfNoRegister",
                                                 [](Definition& d) {
                                                   d = WithPublicField("used_for");
                                                   d.public_register.reset();
                                                 },
                                                 "actions[3].fields[2].public", "no public register"},
                                           Fault{"ToldAnyway", [](Definition& d) { d = WithPublicField("text"); },
                                                 "actions[3].fields[1].public", "public anyway"}),
                         [](const auto& fault) { return fault.param.name; });

INSTANTIATE_TEST_SUITE_P(Public, PublicFaults,
                         ::testing::Values(Fault{"Personal",
                                                 [](Definition& d) {
                                                   d = WithPublic({"/place", "/reporter/name"});
                                                 },
                                                 "public.form[1]", "holds personal data"},
                                           Fault{"PersonalInside", [](Definition& d) { d = WithPublic({"/reporter"}); },
                                                 "public.form[0]", "holds personal data"},
                                           Fault{"NoField", [](Definition& d) { d = WithPublic({"/place/stret"}); },
                                                 "public.form[0]", "no field '/place/stret'"},
                                           Fault{"NoPointer", [](Definition& d) { d = WithPublic({"place"}); },
                                                 "public.form[0]", "no JSON Pointer"},
                                           Fault{"WholeForm", [](Definition& d) { d = WithPublic({""}); },
                                                 "public.form[0]", "not the whole form"},
                                           Fault{"FieldTwice",
                                                 [](Definition& d) {
                                                   d = WithPublic({"/place", "/place"});
                                                 },
                                                 "public.form[1]", "named twice"},
                                           Fault{"HiddenWhere",
                                                 [](Definition& d) { d = WithPublic({}, {StageId("don")}); },
                                                 "public.hidden_in[0]", "did you mean 'done'"}),
                         [](const auto& fault) { return fault.param.name; });

}  // namespace
}  // namespace rasti::core
