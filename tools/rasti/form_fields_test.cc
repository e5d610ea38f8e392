#include "tools/rasti/form_fields.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace rasti::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const core::CaseId kCase{.uuid = {.bytes = {1, 2, 3}}};
const std::optional<core::SubjectId> kSubject = core::SubjectId("s1");

core::Form MakeForm() {
  auto form = core::Form::Create(nlohmann::json::parse(R"({
    "type": "object", "additionalProperties": false, "required": ["text"],
    "properties": {
      "text": {"type": "string", "minLength": 3},
      "reporter": {"type": "object", "additionalProperties": false, "required": ["name"], "properties": {
        "name": {"type": "string", "x-personal": "submitter"},
        "email": {"type": "string", "format": "email", "x-personal": "submitter"},
        "language": {"type": "string"}}}}})"));
  EXPECT_TRUE(form) << form.error().message;
  return *form;
}

Outcome<SplitForm> Correct(const char* patch) {
  return SplitPatch(MakeForm(), nlohmann::json::parse(patch), kCase, kSubject);
}

TEST(SplitPatchTest, TakesPersonalFieldsOutAndLeavesTheRestToTheEngine) {
  const auto split = Correct(R"({"text": null, "reporter": {"email": "a@example.org", "language": "sq"}})");
  ASSERT_TRUE(split) << split.error().message;
  EXPECT_EQ(split->form, R"({"reporter":{"language":"sq"},"text":null})");
  ASSERT_EQ(split->personal.size(), 1U);
  EXPECT_EQ(split->personal[0].path, "/reporter/email");
  EXPECT_EQ(split->personal[0].value, "\"a@example.org\"");
}

TEST(SplitPatchTest, RefusesPersonalValuesThatTheFormDoesNotAllow) {
  for (const auto& [patch, field, message] :
       {std::tuple(R"({"reporter":{"email":42}})", "form/reporter/email", "must be"),
        std::tuple(R"({"reporter":{"email":"nowhere-77"}})", "form/reporter/email", "must be"),
        std::tuple(R"({"reporter":{"name":["nowhere-77"]}})", "form/reporter/name", "must be"),
        std::tuple(R"({"reporter":{"name":null}})", "form/reporter/name", "give what is right, or leave it out"),
        std::tuple(R"({"reporter":null})", "form/reporter", "name those one by one")}) {
    const auto split = Correct(patch);
    ASSERT_FALSE(split) << patch;
    EXPECT_EQ(split.error().exit, Exit::kRejected) << patch;
    EXPECT_EQ(split.error().code, "form_invalid") << patch;
    EXPECT_EQ(split.error().field, field) << patch;
    EXPECT_THAT(split.error().message, HasSubstr(message)) << patch;
    EXPECT_THAT(split.error().message, Not(HasSubstr("nowhere-77"))) << patch;
  }
}

TEST(SplitPatchTest, TellsAllFaultsAtOnce) {
  const auto split = Correct(R"({"reporter":{"email":42,"name":null}})");
  ASSERT_FALSE(split);
  EXPECT_THAT(split.error().message, HasSubstr("; form/reporter/email: must be"));
}

TEST(SplitPatchTest, RefusesWhatNestsTooDeep) {
  const std::string deep = std::string(80, '[') + std::string(80, ']');
  const auto split = Correct((R"({"reporter":{"name":)" + deep + "}}").c_str());
  ASSERT_FALSE(split);
  EXPECT_THAT(split.error().message, HasSubstr("nested deeper than 64 levels"));
}

TEST(FormFieldsTest, WhatNestsWithoutEndIsRefusedBeforeItIsRead) {
  const std::string deep = std::string(1'000'000, '[') + std::string(1'000'000, ']');
  const auto form = ReadForm("--form", R"({"text":)" + deep + "}");
  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().exit, Exit::kUsage);
  EXPECT_THAT(form.error().message, HasSubstr("--form: JSON that nests deeper than 64 levels"));
  const auto fields = ActionFields({"evidence:=" + deep}, nullptr);
  ASSERT_FALSE(fields);
  EXPECT_THAT(fields.error().message, HasSubstr("--field evidence: JSON that nests deeper than 64 levels"));
}

TEST(SplitTest, ChecksTheWhole) {
  const auto split = Split(MakeForm(), nlohmann::json::parse(R"({"reporter":{"name":"Ana"}})"), kCase, kSubject);
  ASSERT_FALSE(split);
  EXPECT_EQ(split.error().field, "form/text");
  const auto whole =
      Split(MakeForm(), nlohmann::json::parse(R"({"text":"A hole","reporter":{"name":"Ana"}})"), kCase, kSubject);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(whole->form, R"({"text":"A hole"})");
  EXPECT_THAT(whole->personal, Not(IsEmpty()));
}

}  // namespace
}  // namespace rasti::cli
