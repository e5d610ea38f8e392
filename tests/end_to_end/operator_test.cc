// A platform team brings in workflows; an auditor replays; an administrator finds out what is wrong.
#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  const size_t at = text.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
}

const nlohmann::json* FindingOf(const nlohmann::json& report, const std::string& what, const std::string& health) {
  for (const auto& finding : report["findings"]) {
    if (finding["what"] == what && finding["health"] == health) return &finding;
  }
  return nullptr;
}

TEST_F(RastiTest, LintNamesPlaceAndRemedy) {
  std::string yaml = ReadFile("workflows/issue-report/workflow.yaml");
  Replace(yaml, "to: acknowledged", "to: acknowledgd");
  WriteFile(root() + "/bad/workflow.yaml", yaml);
  const Finished linted =
      Rasti({"lint", root() + "/bad", "workflows/tenants/mlga", "workflows/calendars", "workflows/tzdata/2025b"});
  // There is no data directory yet: --data names one that is not there.
  EXPECT_EQ(linted.exit_code, 3);
  const Finished again = Child({Program(), "lint", root() + "/bad"}, "", {"RASTI_DATA="}).Finish();
  EXPECT_EQ(again.exit_code, 2) << again.err;
  EXPECT_THAT(again.out, testing::ContainsRegex("bad/workflow.yaml:[0-9]+:[0-9]+: error: .*acknowledged"));
}

TEST_F(RastiTest, LintWarnsOfWhatPublishingWouldRefuse) {
  Init();
  std::string yaml = ReadFile("workflows/issue-report/workflow.yaml");
  WriteFile(root() + "/same/workflow.yaml", yaml);
  EXPECT_EQ(Rasti({"lint", root() + "/same"}).exit_code, 0);
  Replace(yaml, "number: 2", "number: 3");
  WriteFile(root() + "/other/workflow.yaml", yaml);
  const Finished linted = Rasti({"lint", root() + "/other"});
  EXPECT_EQ(linted.exit_code, 2) << linted.out;
  EXPECT_THAT(linted.out, testing::ContainsRegex("other/workflow.yaml:[0-9]+:1: error: workflow issue-report@1 is "
                                                 "published already with other content"));
  EXPECT_EQ(Rasti({"publish", root() + "/other"}).exit_code, 2);
  Replace(yaml, "version: \"1\"", "version: \"2\"");
  WriteFile(root() + "/other/workflow.yaml", yaml);
  EXPECT_EQ(Rasti({"lint", root() + "/other"}).exit_code, 0);
}

TEST_F(RastiTest, ANewVersionComesIntoForceWhileOldCasesStay) {
  Init();
  const std::string old_case = SubmitPothole()["reference"];
  std::string yaml = ReadFile("workflows/issue-report/workflow.yaml");
  Replace(yaml, "id: pothole", "id: hole");
  Replace(yaml, "pothole: {count", "hole: {count");
  WriteFile(root() + "/next/workflow.yaml", yaml);
  ExpectRefusal({"publish", root() + "/next"}, 2, {"published already with other content"});
  Replace(yaml, "version: \"1\"", "version: \"2\"");
  WriteFile(root() + "/next/workflow.yaml", yaml);
  ExpectRefusal({"publish", root() + "/next", "--effective-from", "2020-01-01T00:00:00Z"}, 2, {"lies in the past"});
  EXPECT_EQ(Json({"publish", root() + "/next"})["packages"][0]["package"], "workflow/issue-report@2");

  Words words = SubmitWords();
  words.insert(words.end(), {"--role", "citizen"});
  ExpectRefusal(words, 1, {"unknown_category"});
  words[6] = "hole";
  EXPECT_EQ(Json(words)["case"]["definition"], "issue-report@2");
  EXPECT_EQ(Json({"act", old_case, "register", "--as", "clerk1"})["case"]["definition"], "issue-report@1");
  ExpectRefusal({"migrate", old_case, "--to-version", "3", "--as", "mayors-office"}, 1, {"version_not_in_force"});
}

TEST_F(RastiTest, AReplayVerifiesAndStateAndViewsComeBackTheSame) {
  Init({"--virtual-time", "2026-01-05T09:00:00+01:00"});
  for (int i = 0; i < 5; ++i) SubmitPothole();
  Json({"clock", "advance", "2026-02-05T09:00:00+01:00"});
  const auto before = Json({"overdue"});
  const auto first = Json({"replay", "--verify"});
  EXPECT_EQ(first["verified"], true);
  EXPECT_EQ(first["cases"], 5);
  EXPECT_EQ(first["signatures"], 5);
  EXPECT_EQ(first["tally"]["open_overdue"], 5);

  fs::remove_all(data() + "/state");
  fs::remove_all(data() + "/views");
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
  EXPECT_EQ(Json({"overdue"}), before);
  const auto again = Json({"replay", "--verify"});
  EXPECT_EQ(again["verified"], true);
  EXPECT_EQ(again["events_by_type"], first["events_by_type"]);
  EXPECT_GT(again["compared"].size(), 2u);
}

TEST_F(RastiTest, AReplayNamesAStoreThatIsNotOfThisLog) {
  Init();
  SubmitPothole();
  fs::copy(data() + "/views", root() + "/views", fs::copy_options::recursive);
  SubmitPothole();
  SubmitPothole();
  // Views of another log: as many events, other cases.
  const std::string other = root() + "/other";
  fs::rename(data(), other);
  Init();
  for (int i = 0; i < 3; ++i) SubmitPothole();
  fs::remove_all(data() + "/views");
  fs::copy(other + "/views", data() + "/views", fs::copy_options::recursive);
  const Finished replayed = Rasti({"replay", "--verify", "--json"});
  EXPECT_EQ(replayed.exit_code, 5) << replayed.out;
  EXPECT_EQ(replayed.json()["verified"], false);
  EXPECT_FALSE(replayed.json()["differences"].empty());
}

TEST_F(RastiTest, ADamagedLogIsNamedNeverSilent) {
  Init();
  SubmitPothole();
  bool damaged = false;
  for (const auto& entry : fs::recursive_directory_iterator(data() + "/log")) {
    if (entry.path().extension() != ".sst" || fs::file_size(entry) < 400) continue;
    std::fstream file(entry.path(), std::ios::binary | std::ios::in | std::ios::out);
    file.seekp(100);
    file.put('\x5A');
    file.put('\xA5');
    damaged = true;
  }
  ASSERT_TRUE(damaged);
  const Finished replayed = Rasti({"replay", "--verify"});
  EXPECT_EQ(replayed.exit_code, 5) << replayed.out << replayed.err;
  const auto report = Rasti({"doctor", "--json"}).json();
  EXPECT_EQ(report["healthy"], false);
}

TEST_F(RastiTest, DoctorNamesWhatIsWrongAndTheRemedy) {
  Init();
  EXPECT_EQ(Json({"doctor"})["healthy"], true);
  ::chmod((data() + "/submitters/local.key").c_str(), 0644);
  const Finished open_key = Rasti({"doctor", "--json"});
  EXPECT_EQ(open_key.exit_code, 6);
  const auto report = open_key.json();
  const auto* key = FindingOf(report, "key", "problem");
  ASSERT_NE(key, nullptr);
  EXPECT_THAT((*key)["remedy"].get<std::string>(), HasSubstr("chmod 600"));
  ExpectRefusal({"packages"}, 6, {"chmod 600"});
  ::chmod((data() + "/submitters/local.key").c_str(), 0600);

  fs::remove_all(data() + "/views");
  const auto healthy = Json({"doctor"});
  EXPECT_NE(FindingOf(healthy, "views", "note"), nullptr);
}

TEST_F(RastiTest, DamagedViewsAreRebuiltWithANote) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  for (const auto& entry : fs::directory_iterator(data() + "/views/shown/")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) WriteFile(entry.path(), "not a manifest");
  }
  EXPECT_EQ(Rasti({"doctor"}).exit_code, 5);
  const Finished shown = Rasti({"show", reference});
  EXPECT_EQ(shown.exit_code, 0) << shown.err;
  EXPECT_THAT(shown.err, HasSubstr("rebuilt from the log"));
}

TEST_F(RastiTest, HelpTeachesWithAnExampleForEveryCommand) {
  const Finished help = Child({Program(), "--help"}).Finish();
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Exit codes:"));
  for (const char* command :
       {"init",   "lint",    "publish", "packages", "submit", "act",   "assign",   "release", "message", "attach",
        "extend", "pause",   "resume",  "reopen",   "merge",  "refer", "withdraw", "rate",    "correct", "migrate",
        "show",   "history", "explain", "overdue",  "tally",  "run",   "replay",   "doctor",  "clock"}) {
    EXPECT_THAT(help.out, HasSubstr(std::string("  ") + command));
    const Finished own = Child({Program(), command, "--help"}).Finish();
    EXPECT_EQ(own.exit_code, 0) << command;
    EXPECT_THAT(own.out, HasSubstr("Example:")) << command;
  }
}

}  // namespace
}  // namespace rasti::test
