// An operator signs what the log holds, and an auditor who kept a checkpoint sees whether it is still the same log.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

constexpr const char* kOrigin = "kosovo.example/rasti";

std::string Slurp(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class CheckpointsTest : public RastiTest {
 protected:
  // With a key, and the auditor's copy of its public half.
  void InitWithKey() const {
    Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
    Json({"audit", "keys", "new", kOrigin});
    KeepKeys();
  }
  std::string keys() const { return root() + "/rasti.keys"; }
  void KeepKeys() const { WriteFile(keys(), Rasti({"audit", "keys", "list"}).out); }
  // The auditor's file of checkpoints.
  std::string KeepCheckpoints(const std::string& name) const {
    std::string file = root() + "/" + name;
    WriteFile(file, Rasti({"audit", "checkpoint"}).out);
    return file;
  }
  // Reports, each in the place that its key gives it.
  void Work(int cases, const std::string& letter) const {
    for (int i = 0; i < cases; ++i) SubmitPothole({"--key", letter + std::to_string(i)});
  }
  nlohmann::json Verified(const Words& more = {}) const {
    Words words = {"audit", "verify"};
    words.insert(words.end(), more.begin(), more.end());
    return Json(words);
  }
  // What is found, with the exit code that says so.
  nlohmann::json Findings(const Words& more) const {
    Words words = {"audit", "verify", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = Rasti(words);
    EXPECT_EQ(finished.exit_code, 5) << finished.out << finished.err;
    return nlohmann::json::parse(finished.out)["findings"];
  }
  nlohmann::json AuditFindingOfDoctor() const {
    const auto report = Rasti({"doctor", "--json"}).json();
    for (const auto& finding : report["findings"]) {
      if (finding["what"] == "audit") return finding;
    }
    return {};
  }
  void CopyData(const std::string& to) const {
    fs::remove_all(to);
    fs::copy(data(), to, fs::copy_options::recursive);
  }
};

TEST_F(CheckpointsTest, WhatWasSignedIsCoveredAndWhatCameSinceIsCounted) {
  InitWithKey();
  EXPECT_EQ(Verified()["covered_by_checkpoints"], 0);
  Work(5, "letter-1-");
  const std::string kept = KeepCheckpoints("checkpoints.txt");
  const auto all = Verified();
  EXPECT_EQ(all["verified"], true);
  EXPECT_GT(all["events"], 20);
  EXPECT_EQ(all["covered_by_checkpoints"], all["events"]);
  Work(3, "letter-2-");
  const auto later = Verified({"--key", keys(), "--checkpoint", kept});
  EXPECT_GT(later["events"], all["events"]);
  EXPECT_EQ(later["covered_by_checkpoints"], all["events"]);
  for (const auto& point : later["checkpoints"]) EXPECT_EQ(point["holds"], true) << point;
  EXPECT_THAT(Rasti({"audit", "verify"}).err, HasSubstr("lie behind the last checkpoint"));
  // Signing again says nothing else of the same log.
  const std::string once = Rasti({"audit", "checkpoint"}).out;
  EXPECT_EQ(Rasti({"audit", "checkpoint"}).out, once);
}

TEST_F(CheckpointsTest, ALogThatWasCutIsFound) {
  InitWithKey();
  Work(3, "letter-3-");
  CopyData(root() + "/earlier");
  Work(3, "letter-4-");
  const std::string kept = KeepCheckpoints("checkpoints.txt");
  fs::remove_all(data());
  fs::rename(root() + "/earlier", data());
  const auto findings = Findings({"--key", keys(), "--checkpoint", kept});
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0]["rule"], "checkpoint");
  EXPECT_THAT(findings[0]["message"], HasSubstr("it was cut off, or is another log"));
  EXPECT_EQ(AuditFindingOfDoctor()["health"], "good") << "that copy's own checkpoint, of then, holds";
}

TEST_F(CheckpointsTest, AForkIsFoundWithTheFirstEventThatIsAnotherOne) {
  InitWithKey();
  Work(3, "letter-5-");
  Rasti({"audit", "checkpoint"});
  CopyData(root() + "/fork");
  Work(4, "letter-6-");
  const std::string kept = KeepCheckpoints("checkpoints.txt");
  const auto honest = Verified();
  // As long, and with whole chains, but with another history from there on.
  fs::rename(data(), root() + "/honest");
  fs::rename(root() + "/fork", data());
  Work(20, "letter-7-");
  fs::remove_all(data() + "/audit");
  fs::copy(root() + "/honest/audit", data() + "/audit", fs::copy_options::recursive);
  const auto findings = Findings({"--key", keys(), "--checkpoint", kept});
  ASSERT_FALSE(findings.empty());
  for (const auto& finding : findings) {
    EXPECT_EQ(finding["rule"], "checkpoint") << finding;
    EXPECT_TRUE(finding.contains("sequence")) << finding;
  }
  // Nothing is wrong that its own hashes would show.
  EXPECT_EQ(Verified({"--key", keys()})["events"].get<int>() > 0, true);
}

TEST_F(CheckpointsTest, KeysChangeAndWhatWasSignedStaysGood) {
  InitWithKey();
  Work(2, "letter-8-");
  const std::string kept = KeepCheckpoints("checkpoints.txt");
  const std::string first = Json({"audit", "keys", "list"})["keys"][0]["key"];
  ExpectRefusal({"audit", "keys", "new", "another.example"}, 2, {"there is a key already, of kosovo.example/rasti"});
  Json({"audit", "keys", "rotate"});
  const auto list = Json({"audit", "keys", "list"})["keys"];
  ASSERT_THAT(list, SizeIs(2));
  EXPECT_EQ(list[1]["key"], first);
  EXPECT_EQ(list[1]["signs"], false);
  Work(2, "letter-9-");
  Rasti({"audit", "checkpoint"});
  KeepKeys();
  const auto verified = Verified({"--key", keys(), "--checkpoint", kept});
  EXPECT_EQ(verified["covered_by_checkpoints"], verified["events"]);
  // Who knows only another key is told whose is missing, and trusts nothing.
  WriteFile(root() + "/other.keys", "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW\n");
  ExpectRefusal({"audit", "verify", "--key", root() + "/other.keys", "--checkpoint", kept}, 2,
                {"none of the keys that were given signed it"});
}

TEST_F(CheckpointsTest, AServiceSignsAndBackupsHoldWhatItSigned) {
  InitWithKey();
  const auto service = StartService();
  Work(4, "letter-10-");
  StopService(*service);
  const auto all = Verified();
  EXPECT_EQ(all["covered_by_checkpoints"], all["events"]);
  struct stat about {};
  ASSERT_EQ(stat((data() + "/audit-keys/signing.key").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 0777U, 0600U);
  Json({"backup", root() + "/backups"});
  fs::remove_all(data());
  Json({"restore", root() + "/backups"});
  EXPECT_FALSE(fs::exists(data() + "/audit"));
  const auto restored = Verified({"--key", keys()});
  EXPECT_EQ(restored["covered_by_checkpoints"], all["events"]);
  Work(1, "letter-11-");
  Rasti({"audit", "checkpoint"});
  EXPECT_EQ(Verified()["covered_by_checkpoints"], Verified()["events"]) << "trees are made again, and signed on";
}

TEST_F(CheckpointsTest, ACaseIsProvenToWhoHasOnlyThePublicKey) {
  InitWithKey();
  Work(3, "letter-13-");
  const std::string reference = SubmitPothole({"--key", "the-one"})["reference"];
  const std::string file = root() + "/case.bundle.json";
  ExpectRefusal({"audit", "prove", reference, "--out", file}, 3, {"nothing was signed yet"});
  Rasti({"audit", "checkpoint"});
  Json({"act", reference, "register", "--as", "clerk1"});
  const auto proven = Json({"audit", "prove", reference, "--out", file});
  EXPECT_GT(proven["events"], 2);
  EXPECT_GT(proven["not_signed_yet"], 0);
  fs::rename(data(), root() + "/elsewhere");
  const auto checked = Json({"audit", "check", file, "--key", keys()});
  EXPECT_EQ(checked["case_id"], proven["case_id"]);
  EXPECT_EQ(checked["events"].size(), proven["events"]);
  EXPECT_EQ(checked["events"][0]["type"], "case_submitted");
  auto forged = nlohmann::json::parse(Slurp(file));
  forged["events"][1]["sequence"] = forged["events"][1]["sequence"].get<int>() + 1;
  WriteFile(file, forged.dump());
  ExpectRefusal({"audit", "check", file, "--key", keys()}, 5, {"case.bundle.json: revision 2"});
  WriteFile(file, Slurp(keys()));
  ExpectRefusal({"audit", "check", file, "--key", keys()}, 2, {"no JSON document"});
}

TEST_F(CheckpointsTest, AWitnessCosignsWhatGoesOnAndRefusesAFork) {
  InitWithKey();
  Work(4, "letter-14-");
  Rasti({"audit", "checkpoint"});
  CopyData(root() + "/fork");
  const std::string key = root() + "/witness.key";
  Json({"witness", "new-key", "witness.example", "--key", key});
  ExpectRefusal({"witness", "new-key", "witness.example", "--key", key}, 2, {"a key is never written over"});
  const auto look = [&](const std::string& trees) {
    return Words{"witness", "look", "--trees", trees,  "--state", root() + "/witness",
                 "--key",   key,    "--log",   keys(), "--out",   root() + "/cosigned"};
  };
  const auto first = Json(look(data() + "/audit"))["logs"];
  ASSERT_THAT(first, SizeIs(2));
  EXPECT_EQ(first[0]["before"], 0);
  Work(4, "letter-15-");
  Rasti({"audit", "checkpoint"});
  const auto second = Json(look(data() + "/audit"))["logs"];
  EXPECT_EQ(second[0]["before"], first[0]["size"]);
  EXPECT_GT(second[0]["size"], first[0]["size"]);
  // A cosigned checkpoint is one still.
  EXPECT_EQ(Verified({"--key", keys(), "--checkpoint", root() + "/cosigned/0/checkpoint"})["verified"], true);
  fs::rename(data(), root() + "/honest");
  fs::rename(root() + "/fork", data());
  Work(20, "letter-16-");
  Rasti({"audit", "checkpoint"});
  ExpectRefusal(look(data() + "/audit"), 5, {"not a continuation of the log that was seen before"});
  EXPECT_TRUE(fs::exists(root() + "/witness/kosovo.example~rasti~0.refused"));
  Json(look(root() + "/honest/audit"));
  ExpectRefusal(look(root()), 3, {"is this the folder of the trees?"});
}

TEST_F(CheckpointsTest, PartsOfALogAndWrongQuestions) {
  InitWithKey();
  Work(6, "letter-12-");
  const std::string id = SubmitPothole({"--key", "the-one"})["case_id"];
  const auto whole = Verified();
  const auto of_case = Verified({"--case", id});
  EXPECT_LT(of_case["events"], whole["events"]);
  const auto part = Verified({"--partition", "0", "--from", "3", "--to", "7"});
  EXPECT_EQ(part["events"], 4);
  ExpectRefusal({"audit", "verify", "--from", "3"}, 2, {"name it by --partition"});
  ExpectRefusal({"audit", "verify", "--partition", "7"}, 2, {"this log has those from 0 to 1"});
  ExpectRefusal({"audit", "verify", "--case", "nobody"}, 2, {"--case nobody"});
  ExpectRefusal({"audit", "keys", "new", "two words"}, 2, {"it is like the address of the log"});
  WriteFile(root() + "/empty.keys", "# nothing\n");
  ExpectRefusal({"audit", "verify", "--key", root() + "/empty.keys"}, 2, {"no key in it"});
  WriteFile(root() + "/note.txt", "no note\n");
  ExpectRefusal({"audit", "verify", "--checkpoint", root() + "/note.txt"}, 2, {"note.txt", "no signed note"});
  chmod((data() + "/audit-keys/signing.key").c_str(), 0644);
  ExpectRefusal({"audit", "checkpoint"}, 6, {"others may read or change the key"});
}

}  // namespace
}  // namespace rasti::test
