#include "tools/rasti/import/rejects_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;

class RejectsFileTest : public ::testing::Test {
 public:
  ~RejectsFileTest() override { fs::remove_all(directory_); }

 protected:
  RejectsFileTest() : directory_((fs::temp_directory_path() / "rasti-rejects-XXXXXX").string()) {
    EXPECT_NE(::mkdtemp(directory_.data()), nullptr);
  }
  std::string path() const { return directory_ + "/table.csv.rejects.csv"; }
  void Write(std::string_view text) const { std::ofstream(path(), std::ios::binary) << text; }
  std::string Text() const {
    std::stringstream text;
    text << std::ifstream(path(), std::ios::binary).rdbuf();
    return text.str();
  }
  static RejectedRow Row() { return {.line = 3, .column = "b", .reason = "no time", .raw = "1,x"}; }

  std::string directory_;
};

TEST_F(RejectsFileTest, IsForItsOwnerOnlyWhoeverMightReadAnOlderOne) {
  Write("an older and longer text than what will stand there, so that nothing of it may be left over\n");
  fs::permissions(path(), fs::perms(0644));
  RejectsFile file(path());
  ASSERT_TRUE(file.Add(Row()));
  ASSERT_TRUE(file.Close());
  EXPECT_EQ(Text(), "line,column,reason,row\n3,b,no time,\"1,x\"\n");
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms(0600));
}

TEST_F(RejectsFileTest, HasTheDelimiterOfTheTable) {
  RejectsFile file(path(), {"a.csv", "b;c.csv"}, ';');
  ASSERT_TRUE(file.Add({.file = 1, .line = 3, .column = "b", .reason = "no time, or none", .raw = "1;x"}));
  ASSERT_TRUE(file.Close());
  EXPECT_EQ(Text(), "file;line;column;reason;row\n\"b;c.csv\";3;b;no time, or none;\"1;x\"\n");
  EXPECT_EQ(CsvField("a\tb", '\t'), "\"a\tb\"");
  EXPECT_EQ(CsvField("a,b", '|'), "a,b");
}

TEST_F(RejectsFileTest, MayBeAPipeWhichKeepsItsRights) {
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  ASSERT_EQ(::chmod(path().c_str(), 0644), 0);
  std::fstream reader(path(), std::ios::in | std::ios::out);  // so that opening it does not wait
  RejectsFile file(path());
  ASSERT_TRUE(file.Add(Row()));
  ASSERT_TRUE(file.Close());
  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "line,column,reason,row");
  EXPECT_EQ(fs::status(path()).permissions(), fs::perms(0644));
}

TEST_F(RejectsFileTest, OfAnEarlierImportIsDeletedAndNothingElse) {
  EXPECT_EQ(RejectsFile(path()).RemoveOlder(), Result<bool>(false)) << "there is none";
  for (const char* header : {"line,column,reason,row\n", "file,line,column,reason,row\n", "line;column;reason;row\n",
                             "line\tcolumn\treason\trow\n", "file|line|column|reason|row\n"}) {
    Write(std::string(header) + "3,b,no time,\"1,x\"\n");
    EXPECT_EQ(RejectsFile(path()).RemoveOlder(), Result<bool>(true)) << header;
    EXPECT_FALSE(fs::exists(path()));
  }
  for (const char* other : {"", "line", "line,column,reason,row of something else\n1\n", "notes\n"}) {
    Write(other);
    EXPECT_EQ(RejectsFile(path()).RemoveOlder(), Result<bool>(false)) << other;
    EXPECT_EQ(Text(), other);
  }
  fs::remove(path());
  std::ofstream(directory_ + "/kept.csv") << "line,column,reason,row\n";
  fs::create_symlink(directory_ + "/kept.csv", path());
  EXPECT_EQ(RejectsFile(path()).RemoveOlder(), Result<bool>(false)) << "a link is somebody's arrangement";
  EXPECT_TRUE(fs::is_symlink(path()));
}

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
