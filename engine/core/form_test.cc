#include "engine/core/form.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace rasti::core {
namespace {

using nlohmann::json;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

json Schema() {
  return json::parse(R"({
    "type": "object",
    "additionalProperties": false,
    "required": ["description", "reporter"],
    "properties": {
      "description": {"type": "string", "minLength": 5, "maxLength": 40},
      "location": {
        "type": "object",
        "properties": {"lat": {"type": "number", "minimum": 41, "maximum": 44}, "address": {"type": "string"}},
        "anyOf": [{"required": ["lat"]}, {"required": ["address"]}]
      },
      "danger": {"type": "boolean"},
      "seen_on": {"type": "string", "format": "date"},
      "count": {"type": ["integer", "null"], "minimum": 1},
      "kind": {"enum": ["small", "large"]},
      "plates": {"type": "array", "maxItems": 3, "items": {"type": "string", "pattern": "^[0-9]{2}-[A-Z]{2}$"}},
      "reporter": {
        "type": "object",
        "additionalProperties": false,
        "required": ["name"],
        "properties": {
          "name": {"type": "string", "x-personal": "submitter"},
          "email": {"type": "string", "format": "email", "x-personal": "submitter"}
        }
      },
      "victim": {"type": "string", "x-personal": "third_party"}
    }
  })");
}

Form MakeForm() {
  auto form = Form::Create(Schema());
  EXPECT_TRUE(form) << form.error().message;
  return *form;
}

std::vector<std::string> Shown(const std::vector<FormIssue>& issues) {
  std::vector<std::string> lines;
  for (const FormIssue& issue : issues) lines.push_back(issue.path + ": " + issue.message);
  return lines;
}

TEST(Form, ListsPersonalFields) {
  const Form form = MakeForm();
  EXPECT_THAT(form.personal(), ElementsAre(PersonalFieldSpec{"/reporter/email", "submitter", false},
                                           PersonalFieldSpec{"/reporter/name", "submitter", true},
                                           PersonalFieldSpec{"/victim", "third_party", false}));
  ASSERT_NE(form.FindPersonal("/victim"), nullptr);
  EXPECT_EQ(form.FindPersonal("/victim")->subject, "third_party");
  EXPECT_EQ(form.FindPersonal("/description"), nullptr);
}

TEST(Form, GivesGuardsATypeWithPersonalMembersMarked) {
  const expression::Type type = MakeForm().type();
  const auto member = [&](const char* name) { return *type.FindMember(name); };
  EXPECT_EQ(member("description").type, expression::Type::String());
  EXPECT_FALSE(member("description").optional);
  EXPECT_EQ(member("danger").type, expression::Type::Bool());
  EXPECT_TRUE(member("danger").optional);
  EXPECT_EQ(member("seen_on").type, expression::Type::Timestamp());
  EXPECT_EQ(member("count").type, expression::Type::Int());
  EXPECT_EQ(member("kind").type, expression::Type::String());
  EXPECT_EQ(member("plates").type, expression::Type::List(expression::Type::String()));
  EXPECT_EQ(member("location").type.FindMember("lat")->type, expression::Type::Double());
  EXPECT_TRUE(member("reporter").type.FindMember("name")->personal);
  EXPECT_TRUE(member("reporter").optional);  // nothing of it is public
  EXPECT_TRUE(member("victim").personal);
  EXPECT_FALSE(member("kind").personal);
}

TEST(Form, AcceptsWhatIsRight) {
  const Form form = MakeForm();
  EXPECT_THAT(Shown(form.CheckPublic(json::parse(R"({"description": "A pothole"})"))), IsEmpty());
  EXPECT_THAT(Shown(form.CheckWhole(json::parse(
                  R"({"description": "A pothole", "location": {"lat": 42.6}, "danger": true, "seen_on": "2026-02-28",
                      "count": null, "kind": "large", "plates": ["01-AB"],
                      "reporter": {"name": "A", "email": "a@b.example"}, "victim": "B"})"))),
              IsEmpty());
}

TEST(Form, TellsEveryFaultWithItsPlaceAndWhatWouldBeRight) {
  const Form form = MakeForm();
  const auto shown = Shown(form.CheckWhole(json::parse(
      R"({"description": "abc", "location": {"lat": "north"}, "danger": 1, "seen_on": "2026-02-30", "count": 0,
          "kind": "medium", "plates": ["01-AB", "xx"], "reporter": {"email": "nobody"}, "descripton": "x"})")));
  EXPECT_THAT(shown, Contains("/description: must be a text of 5 to 40 characters"));
  EXPECT_THAT(shown, Contains("/location/lat: must be a number, 41 to 44"));
  EXPECT_THAT(shown, Contains("/danger: must be true or false"));
  EXPECT_THAT(shown, Contains("/seen_on: must be a date like 2026-11-21"));
  EXPECT_THAT(shown, Contains("/count: must be a whole number, at least 1"));
  EXPECT_THAT(shown, Contains("/kind: must be one of: small, large"));
  EXPECT_THAT(shown, Contains("/plates/1: must be a text that matches ^[0-9]{2}-[A-Z]{2}$"));
  EXPECT_THAT(shown, Contains("/reporter/name: is required"));
  EXPECT_THAT(shown, Contains("/reporter/email: must be an e-mail address"));
  EXPECT_THAT(shown, Contains("/descripton: is no field of this form, did you mean 'description'?"));
}

TEST(Form, NeverQuotesAValue) {
  for (const std::string& line : Shown(
           MakeForm().CheckWhole(json::parse(R"({"description": 771199, "reporter": {"name": 771199}, "victim": 771199,
                                                   "kind": "771199", "seen_on": "771199"})")))) {
    EXPECT_THAT(line, Not(HasSubstr("771199")));
  }
}

TEST(Form, RefusesPersonalFieldsAmongThePublicOnes) {
  const Form form = MakeForm();
  EXPECT_THAT(Shown(form.CheckPublic(json::parse(R"({"description": "A pothole", "reporter": {"name": "A"}})"))),
              ElementsAre("/reporter/name: is personal: it travels apart from the public fields"));
  EXPECT_THAT(Shown(form.CheckPublic(json::parse(R"({"description": "A pothole", "victim": null})"))),
              ElementsAre("/victim: is personal: it travels apart from the public fields"));
}

TEST(Form, RefusesWhatIsNoObjectOrTooDeep) {
  const Form form = MakeForm();
  EXPECT_THAT(Shown(form.CheckPublic(json::array())), ElementsAre(": a form is a JSON object"));
  json deep = 1;
  for (int i = 0; i < 100; ++i) deep = json{{"a", deep}};
  EXPECT_THAT(Shown(form.CheckPublic(deep)), ElementsAre(": nested deeper than 64 levels"));
  EXPECT_THAT(Shown(Form::Empty().CheckPublic(deep)), ElementsAre(": nested deeper than 64 levels"));
}

TEST(Form, EmptyAcceptsEveryObject) {
  EXPECT_TRUE(Form::Empty().AcceptsAnything());
  EXPECT_THAT(Form::Empty().CheckPublic(json::parse(R"({"x": [1, {"y": null}]})")), IsEmpty());
  EXPECT_THAT(Shown(Form::Empty().CheckPublic("text")), ElementsAre(": a form is a JSON object"));
  EXPECT_FALSE(MakeForm().AcceptsAnything());
  EXPECT_EQ(Form::Empty().type(), expression::Type::Object({}));
}

struct BadSchema {
  const char* schema;
  const char* path;
  const char* message;
};

class FormFaults : public ::testing::TestWithParam<BadSchema> {};

TEST_P(FormFaults, AreNamedWithTheirPlace) {
  const auto issues = Form::CheckSchema(json::parse(GetParam().schema));
  EXPECT_THAT(issues, Contains(AllOf(Field(&FormIssue::path, GetParam().path),
                                     Field(&FormIssue::message, HasSubstr(GetParam().message)))));
  const auto form = Form::Create(json::parse(GetParam().schema));
  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().code, ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(
    All, FormFaults,
    ::testing::Values(
        BadSchema{R"([])", "", "a schema is an object"},
        BadSchema{R"({"type": "array"})", "/type", "a form is an object"},
        BadSchema{R"({"properties": {"a": {"type": "strng"}}})", "/properties/a/type", "did you mean 'string'"},
        BadSchema{R"({"properties": {"a": {"tpye": "string"}}})", "/properties/a/tpye", "did you mean 'type'"},
        BadSchema{R"({"properties": {"a": {"x-personnal": "submitter"}}})", "/properties/a/x-personnal",
                  "did you mean 'x-personal'"},
        BadSchema{R"({"properties": {"a b": {"type": "string"}}})", "/properties/a b", "letters a-z"},
        BadSchema{R"({"properties": {"in": {"type": "string"}}})", "/properties/in", "letters a-z"},
        BadSchema{R"({"required": ["nme"], "properties": {"name": {"type": "string"}}})", "/required/0",
                  "did you mean 'name'"},
        BadSchema{R"({"properties": {"a": {"type": "string", "minLength": -1}}})", "/properties/a/minLength",
                  "a whole number from 0"},
        BadSchema{R"({"properties": {"a": {"type": "string", "pattern": "("}}})", "/properties/a/pattern", "RE2"},
        BadSchema{R"({"properties": {"a": {"type": "string", "format": "phone"}}})", "/properties/a/format",
                  "the formats are"},
        BadSchema{R"({"properties": {"a": {"$ref": "#/definitions/x"}}})", "/properties/a/$ref",
                  "write the schema out"},
        BadSchema{R"({"patternProperties": {"a": {}}})", "/patternProperties", "fixed names"},
        BadSchema{R"({"properties": {"a": {"type": "string", "x-personal": "me"}}})", "/properties/a/x-personal",
                  "'submitter' or 'third_party'"},
        BadSchema{R"({"properties": {"a": {"type": "object", "x-personal": "submitter"}}})", "/properties/a/x-personal",
                  "one by one"},
        BadSchema{R"({"properties": {"a": {"x-personal": "submitter"}}})", "/properties/a/x-personal", "one 'type'"},
        BadSchema{R"({"properties": {"a": {"type": "array", "items": {"type": "string", "x-personal": "submitter"}}}})",
                  "/properties/a/items/x-personal", "within a list"},
        BadSchema{
            R"({"properties": {"a": {"type": "string", "x-personal": "submitter"}}, "anyOf": [{"required": ["a"]}]})",
            "/anyOf", "can't depend on personal fields"},
        BadSchema{R"({"properties": {"a": {"type": "string", "x-personal": "submitter"}}, "minProperties": 1})",
                  "/minProperties", "some fields of which are personal"},
        BadSchema{R"({"properties": {"a": {"type": "string", "x-title": {"sq": "A", "en": "A"}}}})",
                  "/properties/a/x-title", "no text in 'sr-Latn'"},
        BadSchema{R"({"properties": {"a": {"type": "array", "uniqueItems": true}}})", "/properties/a/uniqueItems",
                  "needs 'maxItems'"},
        BadSchema{R"({"anyOf": [{"properties": {"a": {"pattern": "x"}}}]})", "/anyOf/0/properties/a/pattern",
                  "within conditions"}));

TEST(Form, TellsAllFaultsOfASchemaAtOnce) {
  EXPECT_EQ(Form::CheckSchema(json::parse(R"({"properties": {"a": {"typ": 1}, "b": {"minLength": "x"}}})")).size(), 2u);
}

TEST(Form, ConditionsHold) {
  const auto form = Form::Create(json::parse(R"({
    "properties": {"kind": {"enum": ["a", "b"]}, "plate": {"type": "string"}},
    "if": {"properties": {"kind": {"const": "a"}}, "required": ["kind"]}, "then": {"required": ["plate"]}})"));
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_THAT(form->CheckPublic(json::parse(R"({"kind": "b"})")), IsEmpty());
  EXPECT_THAT(Shown(form->CheckPublic(json::parse(R"({"kind": "a"})"))), Contains("/plate: is required"));
}

TEST(Form, ChecksOnManyThreadsAtOnce) {
  const Form form = MakeForm();
  std::vector<std::thread> threads;
  std::atomic<int> wrong = 0;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        if (!form.CheckPublic(json::parse(R"({"description": "A pothole", "plates": ["01-AB"]})")).empty()) ++wrong;
        if (form.CheckPublic(json::parse(R"({"description": "A", "plates": ["1"]})")).size() != 2) ++wrong;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

TEST(PutMember, MakesTheObjectsOnItsWayAndGoesThroughNothingElse) {
  auto data = json::parse(R"({"a": {"b": 1}, "list": [{}]})");
  EXPECT_TRUE(PutMember(data, "/a/c/d", "x"));
  EXPECT_TRUE(PutMember(data, "/new/one", true));
  EXPECT_EQ(data, json::parse(R"({"a": {"b": 1, "c": {"d": "x"}}, "list": [{}], "new": {"one": true}})"));
  const json before = data;
  for (const char* path : {"/a/b/c", "/a/b/c/d", "/list/0", "/list/0/x", "/list/-", "/a/c/d/e"}) {
    EXPECT_FALSE(PutMember(data, path, 1)) << path;
    EXPECT_EQ(data, before) << path;
  }
}

TEST(PutMember, ANameMayLookLikeANumber) {
  auto data = json::object();
  EXPECT_TRUE(PutMember(data, "/years/4000000000/0", 7));
  EXPECT_EQ(data, json::parse(R"({"years": {"4000000000": {"0": 7}}})"));
}

TEST(CanonicalJson, SortsKeysAndKeepsUtf8) {
  EXPECT_EQ(CanonicalJson(json::parse(R"({ "z": 1.50, "a": "Çë", "m": [true, null] })")),
            R"({"a":"Çë","m":[true,null],"z":1.5})");
}

}  // namespace
}  // namespace rasti::core
