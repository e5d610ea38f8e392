// Every fault of a directory beside its log is inflicted on a real one: `rasti doctor` names it, with its remedy.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "engine/runtime/case_store.h"
#include "engine/views/tables.h"
#include "tests/end_to_end/doctor_fixture.h"
#include "tests/end_to_end/store_format.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;

constexpr auto kWithLinks = fs::copy_options::recursive | fs::copy_options::copy_symlinks;

class DoctorStoresTest : public DoctorTest {
 protected:
  static fs::path LargestTable(const std::string& directory) {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(directory)) {
      if (entry.path().extension() != ".sst") continue;
      if (found.empty() || entry.file_size() > fs::file_size(found)) found = entry.path();
    }
    EXPECT_FALSE(found.empty()) << directory;
    return found;
  }
};

TEST_F(DoctorTest, AHealthyDirectoryHasNoProblems) {
  Make();
  const Report report = Examine();
  EXPECT_EQ(report.exit_code, 0) << All(report);
  for (const char* what : {"directory", "rights", "key", "disk", "lock", "log", "chain", "clock", "packages",
                           "calendars", "definitions", "state", "views"}) {
    ExpectFinding(report, what, "good", {});
  }
  ExpectFinding(report, "backup", "note", {"none was made", "rasti backup DIR"});
  Json({"backup", root() + "/backups"});
  ExpectFinding(Examine(), "backup", "good", {root() + "/backups"});
  fs::remove_all(root() + "/backups");
  ExpectFinding(Examine(), "backup", "note", {root() + "/backups, which is not there", "mount its disk"});
}

TEST_F(DoctorStoresTest, StateAndViewsAheadOfAnOlderLogAreNamed) {
  Make();
  const auto older = Json({"backup", root() + "/older"})["positions"];
  fs::copy(data() + "/log", root() + "/log", fs::copy_options::recursive);
  for (int i = 0; i < 4; ++i) SubmitPothole();
  const auto newer = Json({"backup", root() + "/newer"})["positions"];
  fs::remove_all(data() + "/log");
  fs::copy(root() + "/log", data() + "/log", fs::copy_options::recursive);
  const Report report = Examine();
  EXPECT_EQ(report.exit_code, 5);
  std::string all_ahead;
  for (size_t i = 0; i < older.size(); ++i) {
    const auto ahead = newer[i]["next_sequence"].get<int64_t>() - older[i]["next_sequence"].get<int64_t>();
    if (ahead == 0) continue;
    const std::string partition = std::to_string(i);
    const std::string by = std::to_string(ahead) + " events in partition " + partition;
    ExpectFinding(report, "state", "problem",
                  {"/state/p" + partition + " is ahead of the log: by " + by + " ->", "restore the log"});
    all_ahead += (all_ahead.empty() ? "" : ", ") + by;
  }
  ASSERT_FALSE(all_ahead.empty());
  ExpectFinding(report, "views", "problem", {"/views is ahead of the log: by " + all_ahead + " ->", "restore the log"});
}

TEST_F(DoctorStoresTest, StateAndViewsOfAnotherFormatAreBuiltAnew) {
  Make();
  const std::string before = Rasti({"export"}).out;
  WriteStoreFormat(data() + "/views/shown", views::ViewTables(), "views 1, states 1");
  ExpectNote("views", {"of the format 'views 1, states 1'", "built anew at the next start"});
  WriteStoreFormat(data() + "/state/p0", runtime::CaseStore::Tables(), "rows 1, states 1");
  ExpectNote("state", {"state/p0", "another format", "built anew"});
  EXPECT_EQ(Rasti({"export"}).out, before);
  ExpectHealthy();
}

TEST_F(DoctorStoresTest, ViewsThatAreBehindOrGoneAreNotes) {
  Make();
  fs::copy(data() + "/views", root() + "/views", kWithLinks);
  SubmitPothole();
  fs::remove_all(data() + "/views");
  fs::copy(root() + "/views", data() + "/views", kWithLinks);
  ExpectNote("views", {"events behind the log", "at the next start"});
  fs::remove_all(data() + "/views");
  ExpectNote("views", {"not there"});
}

TEST_F(DoctorStoresTest, DamagedBlocksOfStateAndViewsAreFoundBeforeSomebodyReadsThem) {
  Make();
  Flip(LargestTable(data() + "/views/shown/"), 200);
  ExpectProblem("views", 5, {"checksum mismatch", "delete " + data() + "/views", "rebuilt from the log"});
  EXPECT_EQ(Examine({"--quick"}).exit_code, 0);
  fs::remove_all(data() + "/views");
  fs::path table;
  for (const char* partition : {"/state/p0", "/state/p1"}) {
    const fs::path largest = LargestTable(data() + partition);
    if (table.empty() || fs::file_size(largest) > fs::file_size(table)) table = largest;
  }
  Flip(table, 200);
  ExpectProblem("state", 5, {table.parent_path().string(), "checksum mismatch", "rebuilt from the log"});
}

TEST_F(DoctorTest, KeysAndDirectoriesThatOthersMayReadAreNamed) {
  Make();
  ::chmod((data() + "/dead-letters.key").c_str(), 0640);
  ExpectProblem("key", 6, {data() + "/dead-letters.key", "chmod 600"});
  ::chmod((data() + "/dead-letters.key").c_str(), 0600);
  WriteFile(data() + "/submitters/portal.key", std::string(32, 'k'));
  ::chmod((data() + "/submitters/portal.key").c_str(), 0644);
  ExpectProblem("key", 6, {data() + "/submitters/portal.key"});
  fs::remove(data() + "/submitters/portal.key");
  ::chmod(data().c_str(), 0755);
  ExpectProblem("rights", 6, {"others may look into it", "chmod o-rwx"});
  ::chmod(data().c_str(), 0750);
  ExpectHealthy();
  ::chmod((data() + "/submitters").c_str(), 0600);
  ExpectProblem("rights", 6, {"their owner may not read or not enter", data() + "/submitters", "chmod -R u+rwX"});
  ::chmod((data() + "/submitters").c_str(), 0700);
  ::chmod((data() + "/log/db").c_str(), 0777);
  ExpectProblem("rights", 6, {"others may write", data() + "/log/db", "chmod -R go-w"});
}

TEST_F(DoctorTest, FilesOfAnotherOwnerAreNamed) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  Make();
  ASSERT_EQ(::chown((data() + "/log/db/CURRENT").c_str(), 12345, 12345), 0);
  ASSERT_EQ(::chown((data() + "/rasti.json").c_str(), 12345, 12345), 0);
  ExpectProblem("rights", 6, {data() + "/log/db/CURRENT", data() + "/rasti.json", "chown -R"});
  for (const auto& entry : fs::recursive_directory_iterator(data())) {
    ASSERT_EQ(::lchown(entry.path().c_str(), 12345, 12345), 0);
  }
  ASSERT_EQ(::chown(data().c_str(), 12345, 12345), 0);
  ExpectNote("rights", {"you are root", "run rasti as that user"});
}

TEST_F(DoctorTest, LackOfRoomIsAProblem) {
  Make();
  ExpectProblem("disk", 6, {"MiB free on the disk", "make room"}, {"--least-free", "1048576GiB"});
}

TEST_F(DoctorTest, AClockThatWentBackIsNamed) {
  Init({"--virtual-time", "2049-01-04T09:00:00+01:00"});
  SubmitPothole();
  WriteFile(data() + "/clock", "2048-01-04T09:00:00+01:00\n");
  ExpectNote("clock", {"before the last event", "2049-01-04T08:00:00Z"});
  fs::remove(data() + "/clock");
  ExpectProblem("clock", 3, {"write the time of the last event", "2049-01-04T08:00:00Z"});
  // The same log on the machine's clock, which is years behind.
  WriteFile(data() + "/rasti.json", R"({"format": 1, "clock": "wall", "created_at": "2026-01-01T00:00:00Z"})");
  ExpectProblem("clock", 4, {"the machine says", "the last event was recorded at 2049-01-04T08:00:00Z", "NTP"});
  ExpectRefusal({"packages"}, 6, {"nothing is decided with a clock that went back"});
}

TEST_F(DoctorTest, LeftoversAreNamed) {
  Make();
  WriteFile(data() + "/clock.making", "2026");
  fs::create_directories(data() + "/state/p0.making");
  fs::create_directories(data() + "/backup.making/log");
  fs::create_directories(data() + "/views/7");
  const Report report = Examine();
  EXPECT_EQ(report.exit_code, 0);
  ExpectFinding(report, "leftovers", "note", {data() + "/clock.making", "delete it while nothing runs"});
  ExpectFinding(report, "leftovers", "note", {data() + "/state/p0.making"});
  ExpectFinding(report, "leftovers", "note", {data() + "/views/7", "a rebuild that was cut short"});
  ExpectFinding(report, "leftovers", "note", {data() + "/backup.making", "make a backup again"});
  Json({"backup", root() + "/backups"});
  EXPECT_FALSE(fs::exists(data() + "/backup.making"));
}

TEST_F(DoctorTest, ACalendarThatEndsIsAProblemForOpenCasesOnly) {
  Init({"--virtual-time", "2050-10-31T09:00:00+01:00"});
  ExpectNote("calendars", {"covers only days up to 2050-12-31"});
  const auto submitted = SubmitPothole();
  ExpectNote("calendars", {"with 1 open cases"});
  Json({"clock", "advance", "2050-12-12T09:00:00+01:00"});
  ExpectProblem("calendars", 2, {"the calendar 'kosovo'", "2050-12-31", "publish a version with the holidays"});
  Json({"withdraw", submitted["reference"], "--as", submitted["actor"], "--role", "citizen"});
  ExpectNote("calendars", {"with 0 open cases"});
}

TEST_F(DoctorTest, ADirectoryThatIsNoneSaysWhy) {
  Make();
  fs::rename(data() + "/rasti.json", root() + "/rasti.json");
  ExpectProblem("directory", 5, {"there is a log, but no rasti.json", "from a backup"});
  WriteFile(data() + "/rasti.json", "{\"form");
  ExpectProblem("directory", 5, {"rasti.json", "from a backup"});
  WriteFile(data() + "/rasti.json", "{\"format\": 99}");
  ExpectProblem("directory", 7, {"format 99", "install the newer rasti"});
  fs::remove_all(data());
  ExpectProblem("directory", 3, {"not there"});
}

}  // namespace
}  // namespace rasti::test
