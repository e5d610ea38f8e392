#include "engine/codec/yaml/yaml_node.h"

#include <gtest/gtest.h>

namespace rasti::codec {
namespace {

YamlNode Parse(const std::string& yaml) {
  Issues issues("x.yaml");
  auto root = ParseYaml(yaml, issues);
  EXPECT_TRUE(root);
  for (const Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
  return root.value_or(YamlNode{});
}

// The place in the file of the text that `marker` begins with, in the value of the key 'g'.
Mark PlaceOf(const std::string& yaml, const std::string& marker) {
  const YamlNode root = Parse(yaml);
  const YamlNode& scalar = root.Find("g")->value;
  const size_t at = scalar.text.find(marker);
  EXPECT_NE(at, std::string::npos) << scalar.text;
  int line = 1;
  int column = 1;
  for (size_t i = 0; i < at; ++i) {
    if (scalar.text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((static_cast<uint8_t>(scalar.text[i]) & 0xC0) != 0x80) {
      ++column;
    }
  }
  return PlaceInScalar(yaml, scalar, line, column);
}

TEST(YamlNode, KnowsThePlaceOfKeysAndValues) {
  const YamlNode root = Parse("a: 1\nçë: {b: [x, y], c: ~}\n");
  ASSERT_EQ(root.entries.size(), 2u);
  EXPECT_EQ(root.entries[1].mark, (Mark{2, 1}));
  const YamlNode& inner = root.entries[1].value;
  EXPECT_EQ(inner.mark, (Mark{2, 5}));
  EXPECT_EQ(inner.Find("b")->value.items[1].mark, (Mark{2, 13}));
  EXPECT_TRUE(inner.Find("c")->value.IsNull());
  EXPECT_EQ(inner.Find("d"), nullptr);
}

TEST(YamlNode, TellsQuotedFromPlain) {
  const YamlNode root = Parse("[true, 'true', \"true\", ~, '~', null, \"null\"]");
  EXPECT_FALSE(root.items[0].quoted);
  EXPECT_TRUE(root.items[1].quoted);
  EXPECT_TRUE(root.items[2].quoted);
  EXPECT_TRUE(root.items[3].IsNull());
  EXPECT_TRUE(root.items[4].IsScalar());
  EXPECT_TRUE(root.items[5].IsNull());
  EXPECT_TRUE(root.items[6].IsScalar());
}

TEST(PlaceInScalar, FollowsPlainAndQuotedOnes) {
  EXPECT_EQ(PlaceOf("g: one && two\n", "two"), (Mark{1, 11}));
  EXPECT_EQ(PlaceOf("g: 'one && two'\n", "two"), (Mark{1, 12}));
  EXPECT_EQ(PlaceOf("g: 'a == ''x'' && two'\n", "two"), (Mark{1, 19}));
  EXPECT_EQ(PlaceOf("g: \"a == \\\"x\\\" && two\"\n", "two"), (Mark{1, 19}));
  EXPECT_EQ(PlaceOf("g: 'ç == two'\n", "two"), (Mark{1, 10}));
}

TEST(PlaceInScalar, FollowsBlocksAndFoldedLines) {
  EXPECT_EQ(PlaceOf("g: |\n  one &&\n    two\n", "two"), (Mark{3, 5}));
  EXPECT_EQ(PlaceOf("g: >-\n  one\n  && two\n", "two"), (Mark{3, 6}));
  EXPECT_EQ(PlaceOf("g: one\n  && two\n", "two"), (Mark{2, 6}));
  EXPECT_EQ(PlaceOf("a: 1\ng: >\n\n  one\n\n  two\n", "two"), (Mark{6, 3}));
}

TEST(PlaceInScalar, StaysWithinTheFile) {
  const std::string yaml = "g: one";
  const YamlNode root = Parse(yaml);
  EXPECT_EQ(PlaceInScalar(yaml, root.Find("g")->value, 99, 99), (Mark{1, 7}));
}

}  // namespace
}  // namespace rasti::codec
