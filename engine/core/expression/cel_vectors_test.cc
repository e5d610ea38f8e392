// The cases of cel_vectors.txt, whose head tells how they are written.

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "engine/core/expression/expression.h"

namespace rasti::core::expression {
namespace {

constexpr const char* kFile = "engine/core/expression/cel_vectors.txt";
constexpr size_t kVectorsLeast = 500;

struct Vector {
  int line = 0;
  std::string section;
  std::string source;
  std::string expected;  // what stands behind "=> "
};

std::vector<Vector> ReadVectors() {
  std::ifstream file(kFile);
  std::vector<Vector> vectors;
  std::string section;
  std::string text;
  for (int line = 1; std::getline(file, text); ++line) {
    if (text.starts_with("## ")) section = text.substr(3);
    if (text.empty() || text.front() == '#') continue;
    const size_t arrow = text.find(" => ");
    if (arrow == std::string::npos) {
      ADD_FAILURE() << kFile << ":" << line << ": no ' => '";
      continue;
    }
    vectors.push_back({line, section, text.substr(0, arrow), text.substr(arrow + 4)});
  }
  return vectors;
}

const Environment& TestEnvironment() {
  static const Environment kEnvironment = {
      {"i", Type::Int()},
      {"d", Type::Double()},
      {"s", Type::String()},
      {"b", Type::Bool()},
      {"t", Type::Timestamp()},
      {"span", Type::Duration()},
      {"list", Type::List(Type::Int())},
      {"none", Type::Dyn()},
      {"any_i", Type::Dyn()},
      {"any_d", Type::Dyn()},
      {"any_s", Type::Dyn()},
      {"any_b", Type::Dyn()},
      {"any_list", Type::Dyn()},
      {"form", Type::Object({{"text", Type::String()},
                             {"count", Type::Int()},
                             {"empty", Type::String()},
                             {"sub", Type::Object({{"inner", Type::Int()}})},
                             {"missing", Type::String(), false, /*optional=*/true},
                             {"lost", Type::Object({{"inner", Type::Int()}}), false, /*optional=*/true}})}};
  return kEnvironment;
}

ValueActivation TestActivation() {
  return ValueActivation(
      {7, 2.5, "Prishtin\u00eb", true, Value(*ParseInstant("2026-11-21T06:14:31.250Z")), Value(Duration{90 * 60'000}),
       Value::OfList({1, 2, 3}), nullptr, 7, 2.5, "x", true, Value::OfList({1, "x", nullptr}),
       Value::OfObject({{"text", "a"}, {"count", 3}, {"empty", ""}, {"sub", Value::OfObject({{"inner", 1}})}})});
}

void CheckDoesNotCompile(const Vector& vector, std::string_view words) {
  const auto compiled = Compile(vector.source, TestEnvironment(), Type::Dyn());
  ASSERT_FALSE(compiled.has_value()) << "it compiles";
  EXPECT_NE(compiled.error().message.find(words), std::string::npos) << compiled.error().ToString();
}

// "out_of_range: division by zero".
void CheckFails(const Vector& vector, std::string_view code_and_words) {
  const size_t colon = code_and_words.find(": ");
  ASSERT_NE(colon, std::string_view::npos) << "no code";
  const auto compiled = Compile(vector.source, TestEnvironment(), Type::Dyn());
  ASSERT_TRUE(compiled.has_value()) << compiled.error().ToString();
  const auto value = compiled->Evaluate(TestActivation());
  ASSERT_FALSE(value.has_value()) << "it gives " << value->ToString();
  EXPECT_EQ(ErrorCodeName(value.error().code), code_and_words.substr(0, colon)) << value.error().message;
  EXPECT_NE(value.error().message.find(code_and_words.substr(colon + 2)), std::string::npos) << value.error().message;
}

void CheckGives(const Vector& vector) {
  const auto compiled = Compile(vector.source, TestEnvironment(), Type::Dyn());
  ASSERT_TRUE(compiled.has_value()) << compiled.error().ToString();
  const auto value = compiled->Evaluate(TestActivation());
  ASSERT_TRUE(value.has_value()) << value.error().message;
  EXPECT_EQ(value->ToString(), vector.expected);
}

TEST(CelVectorsTest, AllOfThemHold) {
  const std::vector<Vector> vectors = ReadVectors();
  EXPECT_GE(vectors.size(), kVectorsLeast) << kFile << " is not read, or not as a whole";
  for (const Vector& vector : vectors) {
    SCOPED_TRACE(std::string(kFile) + ":" + std::to_string(vector.line) + ": " + vector.source + " (" + vector.section +
                 ")");
    if (vector.expected.starts_with("? ")) {
      CheckDoesNotCompile(vector, std::string_view(vector.expected).substr(2));
    } else if (vector.expected.starts_with("! ")) {
      CheckFails(vector, std::string_view(vector.expected).substr(2));
    } else {
      CheckGives(vector);
    }
  }
}

// What holds of operands holds of them behind names too, where nothing is a constant.
TEST(CelVectorsTest, OverflowDoesNotDependOnConstants) {
  const Environment environment = {{"a", Type::Int()}, {"b", Type::Int()}};
  size_t checked = 0;
  for (const Vector& vector : ReadVectors()) {
    if (vector.section != "Standard Definitions: Overflow") continue;
    for (const std::string_view op : {" + ", " - ", " * ", " / ", " % "}) {
      const size_t at = vector.source.find(op);
      const auto left = Compile(vector.source.substr(0, at), environment, Type::Int());
      const auto right =
          at == std::string::npos ? left : Compile(vector.source.substr(at + op.size()), environment, Type::Int());
      if (at == std::string::npos || !left || !right) continue;
      const auto a = left->Evaluate(ValueActivation({}));
      const auto b = right->Evaluate(ValueActivation({}));
      if (!a || !b || left->source().find_first_of(" (") != std::string::npos ||
          right->source().find_first_of(" (") != std::string::npos) {
        continue;
      }
      const auto value =
          Compile("a" + std::string(op) + "b", environment, Type::Int())->Evaluate(ValueActivation({*a, *b}));
      EXPECT_EQ(value.has_value(), !vector.expected.starts_with("! ")) << vector.source;
      if (value) {
        EXPECT_EQ(value->ToString(), vector.expected) << vector.source;
      }
      ++checked;
    }
  }
  EXPECT_GE(checked, 30u);
}

}  // namespace
}  // namespace rasti::core::expression
