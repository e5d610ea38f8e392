#include "engine/codec/form_edge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace rasti::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const core::CaseId kCase{.uuid = {.bytes = {1, 2, 3}}};
const FormSubjects kSubjects{.submitter = core::SubjectId("s1"), .third_party = core::SubjectId("t1")};

core::Form MakeForm() {
  auto form = core::Form::Create(nlohmann::json::parse(R"({
    "type": "object", "additionalProperties": false, "required": ["text", "reporter"],
    "properties": {
      "text": {"type": "string", "minLength": 3},
      "reporter": {"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string", "x-personal": "submitter"},
        "age": {"type": "integer", "x-personal": "submitter"}}},
      "place": {"type": "object", "properties": {
        "street": {"type": "string"}, "owner": {"type": "string", "x-personal": "third_party"}}}}})"));
  EXPECT_TRUE(form) << form.error().message;
  return *form;
}

TEST(SplitForm, TakesPersonalFieldsOut) {
  const auto parts = SplitForm(
      MakeForm(),
      R"({"text": "A hole", "reporter": {"name": "Ana", "age": 40}, "place": {"street": "X", "owner": "Ben"}})", kCase,
      kSubjects);
  ASSERT_TRUE(parts);
  EXPECT_EQ(parts->public_form, R"({"place":{"street":"X"},"text":"A hole"})");
  ASSERT_EQ(parts->personal.size(), 3u);
  const auto shown = [](const core::Field& field) {
    return field.path + "=" + field.value + " of " + field.subject.str();
  };
  EXPECT_EQ(shown(parts->personal[0]), "/place/owner=\"Ben\" of t1");
  EXPECT_EQ(shown(parts->personal[1]), "/reporter/age=40 of s1");
  EXPECT_EQ(shown(parts->personal[2]), "/reporter/name=\"Ana\" of s1");
  for (const core::Field& field : parts->personal) {
    EXPECT_EQ(field.origin_case, kCase);
    EXPECT_FALSE(field.sealed);
    EXPECT_TRUE(field.key_id.empty());
  }
  EXPECT_THAT(MakeForm().CheckPublic(nlohmann::json::parse(parts->public_form)), IsEmpty());
}

TEST(SplitForm, AndJoinFormAreInverse) {
  for (const char* whole : {R"({"reporter":{"age":40,"name":"Ana"},"text":"A hole"})",
                            R"({"place":{"owner":"Ben"},"reporter":{"name":"Ana"},"text":"A hole"})",
                            R"({"place":{},"reporter":{"name":"A \"q\""},"text":"A hole"})"}) {
    const auto parts = SplitForm(MakeForm(), whole, kCase, kSubjects);
    ASSERT_TRUE(parts) << whole;
    const auto joined = JoinForm(MakeForm(), parts->public_form, parts->personal);
    ASSERT_TRUE(joined) << joined.error().message;
    EXPECT_EQ(*joined, whole);
  }
}

TEST(SplitForm, NamesEveryFaultyField) {
  const auto parts = SplitForm(MakeForm(), R"({"text": "A", "reporter": {"age": "old"}})", kCase, kSubjects);
  ASSERT_FALSE(parts);
  std::vector<std::string> paths;
  for (const core::FormIssue& issue : parts.error()) paths.push_back(issue.path);
  EXPECT_THAT(paths, ::testing::UnorderedElementsAre("/text", "/reporter/age", "/reporter/name"));
}

TEST(SplitForm, WantsToKnowWhoseDataItIs) {
  const auto parts =
      SplitForm(MakeForm(), R"({"text": "A hole", "reporter": {"name": "Ana"}, "place": {"owner": "Ben"}})", kCase, {});
  ASSERT_FALSE(parts);
  EXPECT_THAT(parts.error(), ElementsAre(Field(&core::FormIssue::path, "/place/owner"),
                                         Field(&core::FormIssue::path, "/reporter/name")));
}

TEST(SplitForm, RefusesHostileInput) {
  const auto refused = [](const std::string& text, const char* message) {
    const auto parts = SplitForm(MakeForm(), text, kCase, kSubjects);
    ASSERT_FALSE(parts);
    EXPECT_THAT(parts.error().front().message, HasSubstr(message));
  };
  refused("", "no JSON");
  refused("{", "no JSON");
  refused("[]", "a form is a JSON object");
  refused("{\"a\":" + std::string(100'000, '['), "deeper");
  refused(std::string(300'000, ' '), "larger");
}

std::vector<std::string> PersonalFaults(const char* data) {
  std::vector<std::string> faults;
  for (const core::FormIssue& issue : CheckPersonalFields(MakeForm(), nlohmann::json::parse(data))) {
    faults.push_back(issue.path + " " + issue.message);
  }
  return faults;
}

TEST(CheckPersonalFields, LooksAtThoseThatAreThereAndAtNothingElse) {
  EXPECT_THAT(PersonalFaults("{}"), IsEmpty());
  EXPECT_THAT(PersonalFaults(R"({"reporter": {"age": 40}})"), IsEmpty()) << "the name is missing, which is no fault";
  EXPECT_THAT(PersonalFaults(R"({"text": 1, "unknown": 2, "place": {"street": 3}})"), IsEmpty());
  EXPECT_THAT(PersonalFaults(R"({"text": 1, "reporter": {"age": "old"}})"),
              ElementsAre(::testing::StartsWith("/reporter/age must be")));
  EXPECT_THAT(PersonalFaults(R"({"reporter": {"name": null}, "place": {"owner": ["B"]}})"),
              ::testing::UnorderedElementsAre(::testing::StartsWith("/reporter/name must be"),
                                              ::testing::StartsWith("/place/owner must be")));
  const std::string deep = R"({"reporter": {"name": )" + std::string(70, '[') + std::string(70, ']') + "}}";
  EXPECT_THAT(PersonalFaults(deep.c_str()), ElementsAre(HasSubstr("nested deeper than 64 levels")));
}

TEST(JoinForm, LeavesSealedAndForeignFieldsOut) {
  core::Field sealed;
  sealed.path = "/reporter/name";
  sealed.value = "\x01\x02";
  sealed.sealed = true;
  core::Field foreign;
  foreign.path = "/message";
  foreign.value = "\"x\"";
  EXPECT_EQ(JoinForm(MakeForm(), R"({"text":"A hole"})", {sealed, foreign}), R"({"text":"A hole"})");
  EXPECT_EQ(JoinForm(MakeForm(), "", {}), "{}");
  EXPECT_FALSE(JoinForm(MakeForm(), "[", {}));
}

}  // namespace
}  // namespace rasti::codec
