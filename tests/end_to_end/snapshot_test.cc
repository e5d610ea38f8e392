// Snapshots: stores copied while the service runs and while nobody does, and put back.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

class SnapshotTest : public RastiTest {
 protected:
  std::string snapshot() const { return root() + "/snapshot"; }

  void LoseTheStores() const {
    fs::remove_all(data() + "/state");
    fs::remove_all(data() + "/views");
  }
  // `rasti run` from the snapshot, ended at once; what it logged.
  std::string RunFromSnapshot() const {
    Child service({Program(), "run", "--json", "--data", data(), "--from-snapshot", snapshot()}, "", {"RASTI_DATA="});
    EXPECT_TRUE(service.WaitForError("\"listening\""));
    service.Signal(SIGTERM);
    const Finished ended = service.Finish();
    EXPECT_EQ(ended.exit_code, 0) << ended.err;
    return ended.err;
  }
  void ExpectRefused(int exit_code, const std::string& part) const {
    LoseTheStores();
    ExpectRefusal({"run", "--from-snapshot", snapshot()}, exit_code, {part});
    // Nothing of it was kept.
    EXPECT_FALSE(fs::exists(data() + "/state/p0"));
    EXPECT_FALSE(fs::exists(data() + "/views"));
  }
  // The largest table file of the snapshot.
  fs::path SomeTable() const {
    fs::path found;
    for (const auto& entry : fs::recursive_directory_iterator(snapshot())) {
      if (entry.path().extension() != ".sst") continue;
      if (found.empty() || entry.file_size() > fs::file_size(found)) found = entry.path();
    }
    EXPECT_FALSE(found.empty());
    return found;
  }
};

TEST_F(SnapshotTest, StoresComeBackFromOneAndReplayOnlyTheRest) {
  Init();
  std::vector<std::string> references;
  {
    const auto service = StartService();
    for (int i = 0; i < 5; ++i) references.push_back(SubmitPothole()["reference"]);
    const auto taken = Json({"snapshot", snapshot()});
    EXPECT_EQ(taken["log"]["kind"], "directory");
    EXPECT_EQ(taken["parts"].size(), 3U) << taken;
    // What came after lies in the log only.
    references.push_back(SubmitPothole()["reference"]);
    Json({"act", references.front(), "register", "--as", "clerk1"});
    StopService(*service);
  }
  LoseTheStores();
  const std::string log = RunFromSnapshot();
  for (const char* part : {"/state/p0", "/state/p1", "/views"}) {
    EXPECT_THAT(log, HasSubstr(data() + part + ": taken from the snapshot of"));
  }
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  EXPECT_EQ(Json({"show", references.front()})["stage"], "assigned");
  for (const std::string& reference : references) Json({"history", reference});
  // What the directory has stays.
  EXPECT_THAT(RunFromSnapshot(), HasSubstr(data() + "/state/p0: there already, not taken from the snapshot"));
}

TEST_F(SnapshotTest, OfADirectoryAtRestAndOfOnePartition) {
  Init();
  SubmitPothole();
  const auto taken = Json({"snapshot", snapshot(), "--partitions", "1"});
  ASSERT_EQ(taken["parts"].size(), 2U) << taken;
  EXPECT_EQ(taken["parts"][0]["folder"], "state/p1");
  LoseTheStores();
  RunFromSnapshot();
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  ExpectRefusal({"snapshot", root() + "/another", "--partitions", "7"}, 2,
                {"partition 7: the log has 2 of them, 0 to 1"});
  ExpectRefusal({"snapshot", snapshot()}, 2, {"something lies there; name a directory that does not exist"});
  fs::remove_all(data() + "/state/p1");
  ExpectRefusal({"snapshot", root() + "/whole"}, 3, {data() + " has no store of partition 1 (only of 0)", "--partial"});
  ExpectRefusal({"snapshot", root() + "/one", "--partitions", "1"}, 3, {"has no store of partition 1"});
  EXPECT_EQ(Json({"snapshot", root() + "/part", "--partial"})["parts"].size(), 2U);
}

TEST_F(SnapshotTest, WhatWasNeverFinishedIsNone) {
  Init();
  SubmitPothole();
  Json({"snapshot", snapshot()});
  fs::remove(snapshot() + "/snapshot.json");
  ExpectRefused(3, "no snapshot, or one that was never finished");
}

TEST_F(SnapshotTest, DamageIsNoticed) {
  Init();
  SubmitPothole();
  Json({"snapshot", snapshot()});
  const fs::path table = SomeTable();
  // Not in place: the data directory may have the same file.
  std::string content;
  {
    std::ifstream in(table, std::ios::binary);
    content.assign((std::istreambuf_iterator<char>(in)), {});
  }
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  fs::remove(table);
  WriteFile(table.string(), content);
  ExpectRefused(5, "not what was written (size or SHA-256 differ)");
  fs::remove(table);
  ExpectRefused(5, table.string() + ": it is missing");
  WriteFile(snapshot() + "/snapshot.json", "{\"format\": 1, \"made_at\"");
  ExpectRefused(5, "snapshot.json: not what `rasti snapshot` writes");
  WriteFile(snapshot() + "/snapshot.json", "{\"format\": 99}");
  ExpectRefused(7, "a snapshot of format 99, this rasti reads up to 1");
}

TEST_F(SnapshotTest, OfAnotherLogOrAheadOfThisOneIsRefused) {
  Init();
  for (int i = 0; i < 8; ++i) SubmitPothole();
  Json({"snapshot", snapshot()});
  // A log that begins anew.
  fs::remove_all(data());
  Init();
  ExpectRefused(2, "the snapshot is ahead of it. Restore the log first");
  // It grows longer, with other events.
  for (int i = 0; i < 32; ++i) SubmitPothole();
  ExpectRefused(2, "a snapshot of another log: sequence");
  fs::remove_all(data());
  ASSERT_EQ(Rasti({"init", "--partitions", "3", "--no-packages"}).exit_code, 0);
  ExpectRefused(2, "that one has 2 partitions, this one 3");
}

}  // namespace
}  // namespace rasti::test
