#include "engine/views/folded_text.h"

#include <gtest/gtest.h>

namespace rasti::views {
namespace {

TEST(FoldedText, KnowsNoCapitalsAndNoMarks) {
  EXPECT_EQ(FoldedText("Hole in Rruga B"), "hole in rruga b");
  EXPECT_EQ(FoldedText("ÇELËSI"), "celesi");
  EXPECT_EQ(FoldedText("Životna sredina ŠĆŽČ"), "zivotna sredina sczc");
  EXPECT_EQ(FoldedText("Đakovica"), FoldedText("đAKOVICA"));
  EXPECT_EQ(FoldedText("ЖИВОТ"), "живот");
  EXPECT_EQ(FoldedText("e\u0308"), FoldedText("ë")) << "composed or not";
  EXPECT_EQ(FoldedText(""), "");
}

TEST(FoldedText, LeavesWhatIsNoUtf8) {
  EXPECT_EQ(FoldedText("A\xff"), "a\xff");
  EXPECT_EQ(FoldedText("A\xc3"), "a\xc3");
}

}  // namespace
}  // namespace rasti::views
