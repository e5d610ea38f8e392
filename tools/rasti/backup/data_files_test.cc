#include "tools/rasti/backup/data_files.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "tools/rasti/backup/last_backup.h"
#include "tools/rasti/files.h"

namespace rasti::cli {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

class DataFilesTest : public testing::Test {
 public:
  ~DataFilesTest() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

 protected:
  DataFilesTest() {
    std::string pattern = (fs::temp_directory_path() / "data-files-XXXXXX").string();
    root_ = ::mkdtemp(pattern.data());
    fs::create_directories(paths().root);
  }
  DataPaths paths() const { return DataPaths(root_ + "/data"); }
  std::string copy() const { return root_ + "/copy"; }
  std::string restored() const { return root_ + "/restored"; }

  void Write(const std::string& path, const std::string& content, mode_t mode = 0600) const {
    const std::string whole = paths().root + "/" + path;
    fs::create_directories(fs::path(whole).parent_path());
    std::ofstream(whole) << content;
    ASSERT_EQ(::chmod(whole.c_str(), mode), 0);
  }
  std::vector<BackupFile> Copy() const {
    const auto files = CopyDataFiles(paths(), copy());
    EXPECT_TRUE(files) << files.error().message;
    return files.value_or(std::vector<BackupFile>());
  }
  static std::vector<std::string> Names(const std::vector<BackupFile>& files) {
    std::vector<std::string> names;
    for (const BackupFile& file : files) names.push_back(file.path);
    return names;
  }
  static mode_t Mode(const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  }

 private:
  std::string root_;
};

TEST_F(DataFilesTest, EverythingThatIsNotComputedIsTakenWhateverItsName) {
  Write("rasti.json", "{}", 0644);
  Write("submitters/local.key", "key");
  Write("submitters/of/a/later/version", "?");
  Write("of-a-later-version", "?");
  for (const char* computed : {"log/db/CURRENT", "state/p0/CURRENT", "views/1/CURRENT", "LOCK", "last-backup.json",
                               "clock.making", "submitters/local.key.making", "backup.making/log/FORMAT"}) {
    Write(computed, "computed");
  }
  fs::create_directory_symlink("1", paths().views());
  const auto files = Copy();
  EXPECT_THAT(Names(files),
              ElementsAre("of-a-later-version", "rasti.json", "submitters/local.key", "submitters/of/a/later/version"));
  EXPECT_TRUE(CheckDataFiles(files, copy()));
}

TEST_F(DataFilesTest, CopiesAreTheirOwnersAndComeBackWithTheirRights) {
  Write("rasti.json", "{}", 0644);
  Write("submitters/local.key", "key", 0400);
  const auto files = Copy();
  EXPECT_EQ(Mode(copy()), 0700U);
  EXPECT_EQ(Mode(copy() + "/rasti.json"), 0600U);
  ASSERT_TRUE(RestoreDataFiles(files, copy(), restored()));
  EXPECT_EQ(Mode(restored() + "/rasti.json"), 0644U);
  EXPECT_EQ(Mode(restored() + "/submitters/local.key"), 0400U);
  EXPECT_EQ(Mode(restored() + "/submitters"), 0700U);
  EXPECT_EQ(*ReadFile(restored() + "/submitters/local.key"), "key");
}

TEST_F(DataFilesTest, WhatALinkNamesIsTakenAndNotTheLink) {
  Write("../shared/portal.key", "key");
  fs::create_directory_symlink(fs::path(paths().root).parent_path() / "shared", paths().submitters());
  const auto files = Copy();
  EXPECT_THAT(Names(files), ElementsAre("submitters/portal.key"));
  ASSERT_TRUE(RestoreDataFiles(files, copy(), restored()));
  EXPECT_FALSE(fs::is_symlink(restored() + "/submitters"));
  EXPECT_EQ(*ReadFile(restored() + "/submitters/portal.key"), "key");
}

TEST_F(DataFilesTest, AChangedOrAMissingFileIsNamed) {
  Write("clock", "2026-01-05T08:00:00Z\n");
  Write("rasti.json", "{}");
  const auto files = Copy();
  std::ofstream(copy() + "/clock") << "2026-01-05T08:00:01Z\n";
  for (const Status& status : {CheckDataFiles(files, copy()), RestoreDataFiles(files, copy(), restored())}) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kCorruption);
    EXPECT_THAT(status.error().message, HasSubstr(copy() + "/clock: not what was written"));
  }
  fs::remove(copy() + "/clock");
  EXPECT_THAT(CheckDataFiles(files, copy()).error().message, HasSubstr(copy() + "/clock: it is missing"));
  EXPECT_EQ(RestoreDataFiles(files, copy(), restored()).error().code, ErrorCode::kCorruption);
}

TEST_F(DataFilesTest, TheLastBackupIsNotedForTheDoctor) {
  EXPECT_EQ(ReadLastBackup(paths()).error().code, ErrorCode::kNotFound);
  const Instant made_at = ParseInstant("2026-11-22T08:00:00Z").value();
  ASSERT_TRUE(WriteLastBackup(paths(), {made_at, "/var/backups/rasti", 7}));
  const auto read = ReadLastBackup(paths());
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->made_at, made_at);
  EXPECT_EQ(read->directory, "/var/backups/rasti");
  EXPECT_EQ(read->id, 7U);
  for (const char* broken : {"", "[]", "{\"made_at\": 7}", "{\"made_at\": \"2026-11-22T08:00:00Z\"}"}) {
    Write("last-backup.json", broken);
    EXPECT_EQ(ReadLastBackup(paths()).error().code, ErrorCode::kCorruption) << broken;
  }
}

}  // namespace
}  // namespace rasti::cli
