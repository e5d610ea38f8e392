// Backups and restores that are damaged, of a newer version, cut short, or on a full disk.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/base/directory_lock.h"
#include "tests/end_to_end/backup_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class BackupFaultsTest : public BackupTest {
 protected:
  // Starts the program and kills it with -9 once there is such a path, or lets it end by itself before.
  void KillWhen(const std::string& directory, Words words, const std::string& path) const {
    words.insert(words.begin(), Program());
    words.insert(words.end(), {"--data", directory});
    Child child(words, "", {"RASTI_DATA=", "RASTI_AS="});
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    const fs::path ended = fs::path("/proc") / std::to_string(child.pid()) / "exe";
    std::error_code gone;  // then there is no name
    while (!fs::exists(path) && std::chrono::steady_clock::now() < give_up_at) {
      // A child that has ended and that nobody has waited for has no program any more.
      if (fs::read_symlink(ended, gone).empty()) break;
      std::this_thread::yield();
    }
    child.Signal(SIGKILL);
    child.Finish();
  }
  static nlohmann::json ReadJson(const std::string& path) {
    std::ifstream in(path);
    EXPECT_TRUE(in) << path;
    return nlohmann::json::parse(in);
  }
  static void Flip(const fs::path& file, size_t byte) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(byte));
    const int value = stream.get();
    stream.seekp(static_cast<std::streamoff>(byte));
    stream.put(static_cast<char>(value ^ 1));
    ASSERT_TRUE(stream.good()) << file;
  }
  fs::path LargestShared() const {
    fs::path found;
    for (const auto& entry : fs::directory_iterator(backups() + "/log/shared_checksum")) {
      if (found.empty() || entry.file_size() > fs::file_size(found)) found = entry.path();
    }
    return found;
  }
};

TEST_F(BackupFaultsTest, DamageIsNamedAndNothingIsRestoredFromIt) {
  Init();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  Backup();
  const fs::path shared = LargestShared();
  Flip(shared, 100);
  ExpectRefusal({"backup", "verify", backups(), "--quick"}, 5, {"backup 1:", shared.filename().string()});
  const Finished refused = Restore();
  EXPECT_EQ(refused.exit_code, 5);
  EXPECT_THAT(refused.err, HasSubstr(shared.filename().string()));
  EXPECT_FALSE(fs::exists(restored()));
  Flip(shared, 100);
  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"].size(), 1U);

  const std::string key = backups() + "/backups/1/files/submitters/local.key";
  Flip(key, 3);
  ExpectRefusal({"backup", "verify", backups()}, 5, {key + ": not what was written"});
  EXPECT_EQ(Restore().exit_code, 5);
  EXPECT_FALSE(fs::exists(restored()));
  Flip(key, 3);

  fs::resize_file(shared, fs::file_size(shared) - 1);
  ExpectRefusal({"backup", "list", backups()}, 5, {"backup 1: files of its log", "missing or have another size"});
  ExpectRefusal({"restore", backups(), "--backup", "1"}, 5, {"missing or have another size"});
  // A new one would share its files with this one.
  SubmitPothole();
  ExpectRefusal({"backup", backups()}, 5, {"keep that directory as it is, and back up into another one"});
  EXPECT_EQ(Json({"backup", root() + "/others"})["backup"], 1);
  WriteFile(backups() + "/rasti-backups.json", "{\"format\": 99}");
  ExpectRefusal({"backup", "list", backups()}, 7, {"format 99"});
}

TEST_F(BackupFaultsTest, OfANewerVersionIsRefused) {
  Init();
  Backup();
  const std::string manifest = backups() + "/backups/1/backup.json";
  auto json = ReadJson(manifest);
  json["data_format"] = 99;
  WriteFile(manifest, json.dump());
  const Finished refused = Restore();
  EXPECT_EQ(refused.exit_code, 7) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("format 99"));
  EXPECT_FALSE(fs::exists(restored()));
  json["format"] = 99;
  WriteFile(manifest, json.dump());
  EXPECT_EQ(Restore().exit_code, 7);
  for (const Words& words :
       {Words{"backup", backups()}, Words{"backup", "list", backups()}, Words{"backup", "verify", backups()}}) {
    ExpectRefusal(words, 7, {"format 99"});
  }
  EXPECT_EQ(ReadJson(manifest), json);
}

// A limit on the size of files stands for a full disk: writes fail in the same places.
TEST_F(BackupFaultsTest, OnAFullDiskThereIsNoneAndOnceThereIsRoomThereIs) {
  Init();
  const auto service = StartService();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  const auto with_little_room = [&](const std::string& directory, const std::string& words) {
    return Child({"/bin/bash", "-c", "ulimit -f 2; exec " + Program() + " " + words + " --data " + directory}, "",
                 {"RASTI_DATA=", "RASTI_AS="})
        .Finish();
  };
  const Finished no_backup = with_little_room(data(), "backup " + backups());
  EXPECT_EQ(no_backup.exit_code, 6) << no_backup.err;
  EXPECT_THAT(no_backup.err, HasSubstr(backups()));
  EXPECT_TRUE(Listed()["backups"].empty());
  EXPECT_FALSE(fs::exists(data() + "/backup.making"));
  // What was copied of it fills the disk no longer.
  EXPECT_TRUE(!fs::exists(backups() + "/log/shared_checksum") || fs::is_empty(backups() + "/log/shared_checksum"));
  EXPECT_EQ(Backup()["backup"], 1);
  EXPECT_EQ(Json({"backup", "verify", backups()})["verified"].size(), 1U);
  StopService(*service);

  const Finished no_restore = with_little_room(restored(), "restore " + backups());
  EXPECT_EQ(no_restore.exit_code, 6) << no_restore.err;
  EXPECT_FALSE(fs::exists(restored()));
  ASSERT_EQ(Restore().exit_code, 0);
  EXPECT_EQ(EventsOf(restored()), EventsOf(data()));
}

// Killed at many instants: never in the list unless it is whole, and the next one succeeds.
TEST_F(BackupFaultsTest, ABackupThatIsKilledIsNone) {
  Init();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  Backup();
  const Words stages = {data() + "/backup.making",
                        data() + "/backup.making/log",
                        data() + "/backup.making/log/FORMAT",
                        backups() + "/log/private/N",
                        backups() + "/log/meta/N",
                        backups() + "/backups/N.making",
                        backups() + "/backups/N.making/files/rasti.json",
                        backups() + "/backups/N"};
  for (std::string stage : stages) {
    SubmitPothole();
    const size_t before = Listed()["backups"].size();
    const int next = Listed()["backups"].back()["backup"].get<int>() + 1;
    if (const size_t at = stage.find("/N"); at != std::string::npos) stage.replace(at + 1, 1, std::to_string(next));
    KillWhen(data(), {"backup", backups()}, stage);
    const auto listed = Listed();
    EXPECT_TRUE(listed["damaged"].empty()) << stage;
    EXPECT_LE(listed["backups"].size(), before + 1) << stage;
    // Those that are listed are whole.
    EXPECT_EQ(Json({"backup", "verify", backups()})["verified"].size(), listed["backups"].size()) << stage;
    const auto made = Backup();
    EXPECT_EQ(Listed()["backups"].size(), listed["backups"].size() + 1) << stage;
    EXPECT_EQ(Listed()["unfinished"], 0) << stage;
    EXPECT_FALSE(fs::exists(data() + "/backup.making")) << stage;
    EXPECT_EQ(
        Json({"backup", "verify", backups(), "--backup", std::to_string(made["backup"].get<int>())})["verified"].size(),
        1U);
  }
}

// A restore that is killed leaves nothing that could be taken for a data directory; the next one succeeds.
TEST_F(BackupFaultsTest, ARestoreThatIsKilledLeavesNoDirectory) {
  Init();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  Backup();
  const std::string events = EventsOf(data());
  const Words stages = {restored() + "/restore.making",
                        restored() + "/restore.making/log/db",
                        restored() + "/restore.making/log/FORMAT",
                        restored() + "/restore.making/submitters/local.key",
                        restored() + "/restore.making/rasti.json",
                        restored() + "/log"};
  for (const std::string& stage : stages) {
    KillWhen(restored(), {"restore", backups()}, stage);
    if (!fs::exists(restored() + "/rasti.json")) {
      EXPECT_EQ(On(restored(), {"packages"}).exit_code, 3) << stage;
      EXPECT_EQ(On(restored(), {"init", "--no-packages"}).exit_code, 2) << stage;
      const Finished doctor = On(restored(), {"doctor"});
      EXPECT_EQ(doctor.exit_code, 3) << stage;
      EXPECT_THAT(doctor.out, HasSubstr("a restore into it was cut short")) << stage;
      const Finished again = Restore();
      ASSERT_EQ(again.exit_code, 0) << stage << again.err;
    }
    EXPECT_EQ(EventsOf(restored()), events) << stage;
    fs::remove_all(restored());
  }
}

// What another restore is moving into place is not cleared away as if that one had been cut short.
TEST_F(BackupFaultsTest, WhileAnotherRestoreIsUnderWayNothingIsChanged) {
  Init();
  SubmitPothole();
  Backup();
  const std::string moved = restored() + "/log/moved";
  fs::create_directories(restored() + "/restore.making");
  fs::create_directories(restored() + "/log");
  WriteFile(moved, "into its place");
  {
    const auto lock = DirectoryLock::Take(restored() + "/restore.making", DirectoryLock::Mode::kWriter);
    ASSERT_TRUE(lock) << lock.error().message;
    const Finished refused = Restore();
    EXPECT_EQ(refused.exit_code, 4) << refused.err;
    EXPECT_THAT(refused.err, HasSubstr("another restore is under way"));
    EXPECT_TRUE(fs::exists(moved));
  }
  const Finished restore = Restore();
  ASSERT_EQ(restore.exit_code, 0) << restore.err;
  EXPECT_FALSE(fs::exists(moved));
  EXPECT_FALSE(fs::exists(restored() + "/restore.making"));
  EXPECT_EQ(EventsOf(restored()), EventsOf(data()));
}

TEST_F(BackupFaultsTest, OfTwoRestoresAtOnceIntoOneDirectoryExactlyOneSucceeds) {
  constexpr int kRounds = 6;
  Init();
  for (int i = 0; i < 4; ++i) SubmitPothole();
  Backup();
  const std::string events = EventsOf(data());
  const Words words = {Program(), "restore", backups(), "--data", restored()};
  for (int round = 0; round < kRounds; ++round) {
    Child first(words, "", {"RASTI_DATA=", "RASTI_AS="});
    Child second(words, "", {"RASTI_DATA=", "RASTI_AS="});
    const Finished one = first.Finish();
    const Finished two = second.Finish();
    ASSERT_NE(one.exit_code == 0, two.exit_code == 0) << one.err << two.err;
    const Finished& refused = one.exit_code == 0 ? two : one;
    // It met the other one, or came when all was in place.
    EXPECT_THAT(refused.exit_code, testing::AnyOf(4, 2)) << refused.err;
    EXPECT_FALSE(fs::exists(restored() + "/restore.making"));
    const Finished verified = On(restored(), {"replay", "--verify"});
    EXPECT_EQ(verified.exit_code, 0) << verified.out << verified.err;
    EXPECT_EQ(EventsOf(restored()), events);
    fs::remove_all(restored());
  }
}

// A directory of somebody else's with a folder named like one of ours is no restore that was cut short.
TEST_F(BackupFaultsTest, ADirectoryThatIsRefusedStaysAsItWas) {
  Init();
  Backup();
  fs::create_directories(restored() + "/log");
  WriteFile(restored() + "/log/theirs", "kept");
  const Finished refused = Restore();
  EXPECT_EQ(refused.exit_code, 2) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("not empty ('log' lies there)"));
  EXPECT_TRUE(fs::exists(restored() + "/log/theirs"));
  EXPECT_FALSE(fs::exists(restored() + "/restore.making"));
}

}  // namespace
}  // namespace rasti::test
