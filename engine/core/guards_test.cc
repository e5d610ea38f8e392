// What guards see of a case.
#include "engine/core/guards.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/sample_definition.h"

namespace rasti::core {
namespace {

class GuardsTest : public testing::Test {
 protected:
  static Form FormOf(const char* schema) {
    auto form = Form::Create(nlohmann::json::parse(schema));
    EXPECT_TRUE(form) << (form ? "" : form.error().message);
    return *std::move(form);
  }
  static Field Personal(std::string path) {
    Field field;
    field.path = std::move(path);
    field.value = R"("x")";
    return field;
  }
  // What a guard over the form says.
  Result<bool> Holds(const std::string& guard) {
    const auto compiled = expression::Compile(guard, GuardEnvironment(definition_.form, {}), expression::Type::Bool());
    if (!compiled) return Fail(Error::Invalid(compiled.error().message));
    const Actor nobody;
    return compiled->EvaluateBool(GuardActivation(definition_, state_, nobody, false, {}, {}));
  }

  Definition definition_ = test::SampleWorld().definition;
  CaseState state_;
};

TEST_F(GuardsTest, APersonalFieldIsThereAndNoMore) {
  definition_.form = FormOf(R"({"type": "object", "properties": {"reporter": {"type": "object", "properties": {
      "name": {"type": "string", "x-personal": "submitter"}}}}})");
  state_.form = "{}";
  EXPECT_EQ(Holds("has(form.reporter.name)"), false);
  state_.personal = {Personal("/reporter/name")};
  EXPECT_EQ(Holds("has(form.reporter.name)"), true);
}

TEST_F(GuardsTest, AFormOfAnotherShapeThanItsPersonalFieldsIsReadAllTheSame) {
  definition_.form = FormOf(R"({"type": "object", "properties": {"reporter": {"type": "string"},
      "text": {"type": "string"}}})");
  state_.personal = {Personal("/reporter/name"), Personal("/reporter/address/street")};
  for (const char* reporter : {R"("somebody")", "7", "[]", R"(["a"])", "true"}) {
    state_.form = fmt::format(R"({{"reporter":{},"text":"here"}})", reporter);
    EXPECT_EQ(Holds("form.text == 'here'"), true) << reporter;
  }
}

TEST_F(GuardsTest, AnIntegerThatNoInt64HoldsIsAnErrorAndNotAnotherNumber) {
  definition_.form = FormOf(R"({"type": "object", "properties": {"amount": {"type": "integer"}}})");
  state_.form = R"({"amount":18446744073709551615})";
  EXPECT_FALSE(Holds("form.amount < 0"));
  EXPECT_FALSE(Holds("form.amount > 0"));
  state_.form = R"({"amount":-9223372036854775808})";
  EXPECT_EQ(Holds("form.amount < 0"), true);
}

}  // namespace
}  // namespace rasti::core
