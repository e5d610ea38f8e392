#include "engine/core/ids.h"

#include <gtest/gtest.h>

namespace rasti::core {
namespace {

CaseId SomeCase() { return *ParseCaseId("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11"); }

TEST(PublicReferenceTest, IsReadBackHoweverItIsTyped) {
  const std::string reference = PublicReference(SomeCase());
  EXPECT_EQ(reference.size(), 16u) << reference;
  EXPECT_EQ(*ParsePublicReference(reference), reference);
  std::string typed;
  for (const char c : reference) {
    if (c == '-') continue;
    typed += c == '0' ? 'o' : c == '1' ? 'l' : static_cast<char>(std::tolower(c));
  }
  EXPECT_EQ(*ParsePublicReference(" " + typed), reference);
}

TEST(PublicReferenceTest, EveryWrongCharacterAndEverySwapIsFound) {
  const std::string reference = PublicReference(SomeCase());
  const std::string symbols = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (size_t i = 0; i < reference.size(); ++i) {
    if (reference[i] == '-') continue;
    for (const char symbol : symbols) {
      if (symbol == reference[i]) continue;
      std::string wrong = reference;
      wrong[i] = symbol;
      EXPECT_FALSE(ParsePublicReference(wrong).has_value()) << wrong;
    }
    for (size_t j = i + 1; j < reference.size(); ++j) {
      if (reference[j] == '-' || reference[j] == reference[i]) continue;
      std::string swapped = reference;
      std::swap(swapped[i], swapped[j]);
      EXPECT_FALSE(ParsePublicReference(swapped).has_value()) << swapped;
    }
  }
}

TEST(PublicReferenceTest, SaysWhatIsWrong) {
  EXPECT_NE(ParsePublicReference("7ZK4").error().message.find("13 letters"), std::string::npos);
  EXPECT_NE(ParsePublicReference("7ZK4-MQ2W-9PAB-?").error().message.find("character 16"), std::string::npos);
}

TEST(CaseIdTest, AKeyAlwaysGivesTheSameCase) {
  EXPECT_EQ(CaseIdFromKey(TenantId("prizren"), "42"), CaseIdFromKey(TenantId("prizren"), "42"));
  EXPECT_NE(CaseIdFromKey(TenantId("prizren"), "42"), CaseIdFromKey(TenantId("peje"), "42"));
  EXPECT_NE(CaseIdFromKey(TenantId("prizren"), "42"), CaseIdFromKey(TenantId("prizren"), "43"));
}

TEST(CommandIdTest, TheEnginesOwnAreTold) {
  const std::string id = CaseIdFromKey(TenantId("prizren"), "42").str();
  for (const std::string& own : std::vector<std::string>{"timer", "replan", id + "/7/0", id + "/12/3/answer"}) {
    EXPECT_TRUE(IsEngineCommandId(CommandId(own))) << own;
  }
  for (const std::string& free : std::vector<std::string>{"", "timer2", "1", id, id + "/7", id + "/7/0/delivered",
                                                          id + "/7/", id + "/x/0", "a/7/0"}) {
    EXPECT_FALSE(IsEngineCommandId(CommandId(free))) << free;
  }
}

TEST(VersionedNameTest, HasTwoParts) {
  const VersionedName name = MakeVersionedName("issue-report", "3");
  EXPECT_EQ(name.str(), "issue-report@3");
  EXPECT_EQ(NameOf(name), "issue-report");
  EXPECT_EQ(VersionOf(name), "3");
}

}  // namespace
}  // namespace rasti::core
