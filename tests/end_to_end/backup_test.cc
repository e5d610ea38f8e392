// Backups and restores as an administrator makes them: at rest and at work, again and again, of another directory.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "tests/end_to_end/backup_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

TEST_F(BackupTest, ARestoredDirectoryHoldsTheSameAndGoesOn) {
  InitVirtual();
  std::vector<std::string> references;
  for (int i = 0; i < 4; ++i) references.push_back(SubmitPothole()["reference"]);
  Json({"act", references[0], "register", "--as", "clerk1"});
  Json({"clock", "advance", "2026-01-20T09:00:00+01:00"});
  const std::string events = EventsOf(data());
  const std::string cases = CasesOf(data());
  const auto overdue = Json({"overdue"});
  const auto made = Backup();
  EXPECT_EQ(made["backup"], 1);
  EXPECT_EQ(made["new_files"], made["files"]);
  // What comes later is not in it.
  SubmitPothole();

  const Finished finished = Restore({"--json"});
  ASSERT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_EQ(finished.json()["events"], made["events"]);
  EXPECT_FALSE(fs::exists(restored() + "/restore.making"));
  EXPECT_FALSE(fs::exists(restored() + "/state"));
  EXPECT_EQ(On(restored(), {"replay", "--verify"}).exit_code, 0);
  EXPECT_EQ(EventsOf(restored()), events);
  EXPECT_EQ(CasesOf(restored()), cases);
  EXPECT_EQ(On(restored(), {"overdue", "--json"}).json(), overdue);
  EXPECT_EQ(On(restored(), {"doctor"}).exit_code, 0);
  EXPECT_EQ(On(restored(), {"act", references[1], "register", "--as", "clerk1"}).exit_code, 0);
  EXPECT_EQ(On(restored(), {"replay", "--verify"}).exit_code, 0);
}

TEST_F(BackupTest, WhileTheServiceRunsAndAgainCopiesWhatIsNew) {
  Init();
  const auto service = StartService();
  for (int i = 0; i < 5; ++i) SubmitPothole();
  const auto first = Backup();
  const std::string reference = SubmitPothole()["reference"];
  const auto second = Backup();
  EXPECT_EQ(second["backup"], 2);
  EXPECT_EQ(first["new_bytes"], first["bytes"]);
  EXPECT_LT(second["new_bytes"], second["bytes"]);
  EXPECT_GT(second["events"], first["events"]);
  EXPECT_FALSE(fs::exists(data() + "/backup.making"));
  SubmitPothole();
  StopService(*service);

  const auto listed = Listed();
  ASSERT_EQ(listed["backups"].size(), 2U);
  EXPECT_EQ(listed["backups"][1]["positions"], second["positions"]);
  EXPECT_EQ(listed["unfinished"], 0);
  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"], nlohmann::json::array({1, 2}));
  ASSERT_EQ(Restore().exit_code, 0);
  EXPECT_EQ(On(restored(), {"show", reference}).exit_code, 0);
  EXPECT_EQ(On(root() + "/of-then", {"restore", backups(), "--backup", "1"}).exit_code, 0);
  EXPECT_EQ(On(root() + "/of-then", {"show", reference}).exit_code, 3);
}

TEST_F(BackupTest, TheOldestGoWhenOnlySomeAreKept) {
  Init();
  for (int i = 0; i < 3; ++i) {
    SubmitPothole();
    Backup();
  }
  SubmitPothole();
  EXPECT_EQ(Backup({"--keep", "2"})["deleted"], nlohmann::json::array({1, 2}));
  const auto listed = Listed();
  ASSERT_EQ(listed["backups"].size(), 2U);
  EXPECT_EQ(listed["backups"][0]["backup"], 3);
  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"], nlohmann::json::array({3, 4}));
  ExpectRefusal({"backup", "verify", backups(), "--backup", "1"}, 3, {"no backup 1; there are 3, 4"});
  ExpectRefusal({"backup", backups(), "--keep", "0"}, 2, {"--keep"});
}

TEST_F(BackupTest, SecretsAreForTheOwnerOnlyAndComeBackWithTheirRights) {
  Init();
  Backup();
  const auto mode = [](const std::string& path) {
    struct stat about {};
    EXPECT_EQ(::stat(path.c_str(), &about), 0) << path;
    return about.st_mode & 0777;
  };
  EXPECT_EQ(mode(backups()), 0700U);
  EXPECT_EQ(mode(backups() + "/backups/1/files/submitters/local.key"), 0600U);
  EXPECT_EQ(mode(backups() + "/backups/1/files/dead-letters.key"), 0600U);
  ASSERT_EQ(Restore().exit_code, 0);
  EXPECT_EQ(mode(restored()), 0700U);
  EXPECT_EQ(mode(restored() + "/submitters/local.key"), 0600U);
  ::chmod(backups().c_str(), 0755);
  for (const Words& words : {Words{"backup", backups()}, Words{"backup", "list", backups()}}) {
    ExpectRefusal(words, 6, {"others may read it", "chmod o-rwx"});
  }
}

TEST_F(BackupTest, ARegistryThatNodesShareIsInItWithItsContent) {
  Init();
  fs::rename(data() + "/submitters", root() + "/shared");
  fs::create_directory_symlink(root() + "/shared", data() + "/submitters");
  SubmitPothole();
  Backup();
  fs::remove_all(root() + "/shared");
  ASSERT_EQ(Restore().exit_code, 0);
  EXPECT_FALSE(fs::is_symlink(restored() + "/submitters"));
  EXPECT_EQ(On(restored(), {"replay", "--verify"}).exit_code, 0);
}

TEST_F(BackupTest, WhatCannotBeMeantIsRefused) {
  Init();
  ExpectRefusal({"backup"}, 2, {"name the directory of the backups"});
  ExpectRefusal({"backup", data() + "/backups"}, 2, {"lie within each other"});
  ExpectRefusal({"backup", root()}, 2, {"lie within each other"});
  WriteFile(root() + "/file", "no directory");
  ExpectRefusal({"backup", root() + "/file"}, 3, {root() + "/file: Not a directory"});
  WriteFile(root() + "/letters/of-somebody.txt", "Dear");
  ExpectRefusal({"backup", root() + "/letters"}, 2, {"something lies there that is no backup of rasti"});
  ExpectRefusal({"backup", "list", root() + "/nowhere"}, 3, {"no backups here"});
  ExpectRefusal({"backup", "verify", root() + "/letters"}, 3, {"no backups here"});
  Backup();
  EXPECT_EQ(On(data(), {"restore", backups()}).exit_code, 2);
  EXPECT_THAT(On(data(), {"restore", backups()}).err, HasSubstr("not empty"));
  EXPECT_EQ(On(root() + "/letters", {"restore", backups()}).exit_code, 2);
  EXPECT_TRUE(fs::exists(root() + "/letters/of-somebody.txt"));
  EXPECT_THAT(Restore({"--backup", "7"}).err, HasSubstr("no backup 7; there are 1"));
  EXPECT_THAT(On(backups() + "/restored", {"restore", backups()}).err, HasSubstr("lie within each other"));
  EXPECT_FALSE(fs::exists(backups() + "/restored"));
  // What was never more than begun is no obstacle.
  WriteFile(root() + "/begun/rasti-backups.json.making", "{");
  EXPECT_EQ(Json({"backup", root() + "/begun"})["backup"], 1);
}

TEST_F(BackupTest, BackupsOfAnotherLogAreNotMixedIn) {
  Init();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  Backup();
  // Made anew by mistake, as when a disk was not mounted.
  fs::remove_all(data());
  Init();
  ExpectRefusal({"backup", backups(), "--keep", "1"}, 2, {"is of another log", "here only up to"});
  for (int i = 0; i < 20; ++i) SubmitPothole();
  ExpectRefusal({"backup", backups(), "--keep", "1"}, 2, {"is another event there", "into another directory"});
  EXPECT_EQ(Listed()["backups"].size(), 1U);
  EXPECT_EQ(Json({"backup", root() + "/others"})["backup"], 1);
}

TEST_F(BackupTest, TwoAtOnceDoNotMeet) {
  Init();
  const auto service = StartService();
  SubmitPothole();
  std::vector<std::unique_ptr<Child>> children;
  for (int i = 0; i < 4; ++i) {
    children.push_back(std::make_unique<Child>(Words{Program(), "backup", backups(), "--data", data()}, "",
                                               Words{"RASTI_DATA=", "RASTI_AS="}));
  }
  size_t made = 0;
  for (const auto& child : children) {
    const Finished finished = child->Finish();
    if (finished.exit_code == 0) {
      ++made;
    } else {
      EXPECT_EQ(finished.exit_code, 4) << finished.err;
    }
  }
  EXPECT_GE(made, 1U);
  EXPECT_EQ(Listed()["backups"].size(), made);
  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"].size(), made);
  StopService(*service);
}

TEST_F(BackupTest, ADirectoryThatIsAMountPointOfItsOwnerGetsTheFiles) {
  Init();
  SubmitPothole();
  Backup();
  fs::create_directories(restored() + "/lost+found");
  ::chmod(restored().c_str(), 0750);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(restored().c_str(), 12345, 12345), 0);
  }
  ASSERT_EQ(Restore().exit_code, 0);
  EXPECT_TRUE(fs::exists(restored() + "/lost+found"));
  struct stat about {};
  ASSERT_EQ(::stat((restored() + "/submitters/local.key").c_str(), &about), 0);
  if (::geteuid() == 0) {
    EXPECT_EQ(about.st_uid, 12345U);
  }
  struct stat root_of_it {};
  ASSERT_EQ(::stat(restored().c_str(), &root_of_it), 0);
  EXPECT_EQ(root_of_it.st_mode & 0777, 0750U);
  EXPECT_EQ(On(restored(), {"replay", "--verify"}).exit_code, 0);
}

}  // namespace
}  // namespace rasti::test
