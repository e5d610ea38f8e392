#include "tools/rasti/import/rejects_file.h"

#include <gtest/gtest.h>

namespace rasti::cli {
namespace {

TEST(CsvFieldTest, IsInQuotesWhereItWouldBeReadAsSomethingElse) {
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("plain text"), "plain text");
  EXPECT_EQ(CsvField("a,b"), R"("a,b")");
  EXPECT_EQ(CsvField("a\"b"), R"("a""b")");
  EXPECT_EQ(CsvField("a\nb"), "\"a\nb\"");
  EXPECT_EQ(CsvField("\r"), "\"\r\"");
  // Readers take blanks off the ends.
  EXPECT_EQ(CsvField(" a"), R"(" a")");
  EXPECT_EQ(CsvField("a "), R"("a ")");
  EXPECT_EQ(CsvField("\ta"), "\"\ta\"");
  EXPECT_EQ(CsvField("a\t"), "\"a\t\"");
  EXPECT_EQ(CsvField("a\tb"), "a\tb");
}

}  // namespace
}  // namespace rasti::cli
