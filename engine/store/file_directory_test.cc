#include "engine/store/file_directory.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace rasti::store {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class FileDirectoryTest : public ::testing::Test {
 protected:
  FileDirectoryTest() {
    std::string name = (fs::temp_directory_path() / "rasti-files-XXXXXX").string();
    root_ = mkdtemp(name.data());
  }
  ~FileDirectoryTest() override { fs::remove_all(root_); }
  FileDirectoryTest(const FileDirectoryTest&) = delete;
  FileDirectoryTest& operator=(const FileDirectoryTest&) = delete;

  std::string root_;
};

TEST_F(FileDirectoryTest, KeepsWhatWasWrittenLast) {
  FileDirectory files(root_ + "/audit");
  EXPECT_EQ(files.Read("3/tile/0/x001/234").value(), std::nullopt);
  EXPECT_TRUE(files.Sync()) << "nothing is there yet";
  const std::string large(100'000, 'x');
  ASSERT_TRUE(files.Write("3/tile/0/x001/234", large));
  EXPECT_EQ(files.Read("3/tile/0/x001/234").value(), large);
  ASSERT_TRUE(files.Write("3/tile/0/x001/234", "short"));
  EXPECT_EQ(files.Read("3/tile/0/x001/234").value(), "short");
  EXPECT_TRUE(files.Sync());
  EXPECT_TRUE(files.Remove("3/tile/0/x001/234"));
  EXPECT_TRUE(files.Remove("3/tile/0/x001/234")) << "again";
  EXPECT_EQ(files.Read("3/tile/0/x001/234").value(), std::nullopt);
  EXPECT_EQ(files.Read("3/tile/0/x001/234/beyond").value(), std::nullopt);
}

TEST_F(FileDirectoryTest, RemovesFolders) {
  FileDirectory files(root_ + "/audit");
  for (const char* path : {"3/000.p/1", "3/000.p/17", "3/000.px", "3/000"}) ASSERT_TRUE(files.Write(path, path));
  EXPECT_TRUE(files.RemoveFolder("3/000.p"));
  EXPECT_TRUE(files.RemoveFolder("3/000.p")) << "again";
  EXPECT_EQ(files.Read("3/000.p/17").value(), std::nullopt);
  EXPECT_EQ(files.Read("3/000.px").value(), "3/000.px");
  EXPECT_EQ(files.Read("3/000").value(), "3/000");
}

TEST_F(FileDirectoryTest, LeavesNothingBesideAndGivesTheRightsThatWereAskedFor) {
  FileDirectory files(root_ + "/audit", 0750);
  ASSERT_TRUE(files.Write("checkpoint", "text"));
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(root_ + "/audit")) names.push_back(entry.path().filename());
  EXPECT_EQ(names, std::vector<std::string>{"checkpoint"});
  struct stat status = {};
  ASSERT_EQ(stat((root_ + "/audit/checkpoint").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0137U, 0U);
}

TEST_F(FileDirectoryTest, SaysWhatTheSystemSaid) {
  std::ofstream(root_ + "/audit") << "a file";
  FileDirectory files(root_ + "/audit");
  const auto status = files.Write("checkpoint", "text");
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr(root_ + "/audit"));
}

}  // namespace
}  // namespace rasti::store
