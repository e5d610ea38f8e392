// `rasti run`: the same commands through its socket.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/rasti_fixture.h"
#include "tools/rasti/node.h"

namespace rasti::test {
namespace {

namespace fs = std::filesystem;

TEST_F(RastiTest, CommandsGoThroughTheSocketOfARunningService) {
  Init();
  const std::string before = SubmitPothole()["reference"];
  const auto service = StartService();
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  Json({"act", reference, "register", "--as", "clerk1"});
  Json({"assign", reference, "--queue", "waste", "--as", "clerk1"});
  EXPECT_EQ(Json({"show", reference})["assignment"]["queue"], "waste");
  EXPECT_EQ(Json({"show", before})["stage"], "received");
  EXPECT_GT(Json({"history", reference})["events"].size(), 5u);
  EXPECT_EQ(Json({"explain", reference, "--clock", "resolve"})["clocks"].size(), 1u);
  const auto at_risk = Json({"overdue", "--at-risk", "P60D"});
  EXPECT_GE(at_risk["deadlines"].size(), 4u);
  EXPECT_EQ(at_risk["total"], at_risk["deadlines"].size());
  const auto of_queue = Json({"overdue", "--at-risk", "P60D", "--tenant", "prishtine", "--queue", "waste", "--clock",
                              "resolve", "--category", "pothole"});
  EXPECT_EQ(of_queue["total"], 1);
  EXPECT_EQ(of_queue["deadlines"][0]["reference"], reference);
  EXPECT_EQ(Json({"tally"})["cases"], 2);
  EXPECT_GE(Json({"packages"})["packages"].size(), 5u);
  const auto merged = Json({"merge", reference, "--into", before, "--as", "clerk1"});
  EXPECT_EQ(merged["case"]["status"], "merged");
  ExpectRefusal({"act", before, "confirm", "--as", "clerk1"}, 1, {"wrong_stage", "possible in: resolved"});

  // Who wants the directory for itself is told that it is in use.
  ExpectRefusal({"replay", "--verify"}, 4, {"held by process"});
  EXPECT_EQ(Json({"doctor"})["healthy"], true);
  StopService(*service);
  EXPECT_FALSE(fs::exists(data() + "/rasti.sock"));
  EXPECT_EQ(Json({"show", reference})["status"], "merged");
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

TEST_F(RastiTest, ANodeThatIsToldToStopWhileItOpensLetsGoOfItsDirectory) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  cli::NodeOptions options;
  options.stop_asked = [] { return true; };
  const auto opened = cli::Node::Open(cli::DataPaths(data()), options);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::kAborted);
  EXPECT_EQ(Json({"show", reference})["stage"], "received");
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

TEST_F(RastiTest, BothModesShowTheSame) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  Json({"act", reference, "register", "--as", "clerk1"});
  const auto page = Json({"show", reference});
  const auto history = Json({"history", reference});
  const auto explained = Json({"explain", reference});
  const Words second = {"history", reference, "--from", "2", "--limit", "2"};
  const auto part = Json(second);
  EXPECT_EQ(part["events"], nlohmann::json::array({history["events"][1], history["events"][2]}));
  EXPECT_EQ(part["next"], 4);
  EXPECT_FALSE(history.contains("next"));
  const auto service = StartService();
  EXPECT_EQ(Json({"show", reference}), page);
  EXPECT_EQ(Json({"history", reference}), history);
  EXPECT_EQ(Json(second), part);
  EXPECT_THAT(Rasti(second).out, testing::HasSubstr("\nmore: --from 4\n"));
  ExpectRefusal({"history", reference, "--from", "9999"}, 2, {"none of revision 9999"});
  EXPECT_EQ(Json({"explain", reference}), explained);
  StopService(*service);
}

TEST_F(RastiTest, PublishingToARunningServiceTakesEffect) {
  Init();
  const auto service = StartService();
  ExpectRefusal({"submit", "--workflow", "request", "--tenant", "prishtine", "--category", "x", "--title", "t",
                 "--role", "citizen"},
                1, {"unknown_workflow", "issue-report"});
  const auto published = Json({"publish", "workflows/request"});
  EXPECT_EQ(published["packages"][0]["new"], true);
  EXPECT_EQ(Json({"publish", "workflows/request"})["packages"][0]["new"], false);
  // Known now: it is the category that is not.
  ExpectRefusal({"submit", "--workflow", "request", "--tenant", "prishtine", "--category", "x", "--title", "t",
                 "--role", "citizen", "--form", "{}"},
                1, {"rejected"});
  StopService(*service);
}

TEST_F(RastiTest, AnotherServiceIsRefused) {
  Init();
  const auto service = StartService();
  ExpectRefusal({"run"}, 4, {"held by process"});
  StopService(*service);
}

TEST_F(RastiTest, TheSocketIsForItsOwnerOnly) {
  Init();
  const auto service = StartService();
  EXPECT_EQ(fs::status(data() + "/rasti.sock").permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(fs::status(data()).permissions(), fs::perms::owner_all);
  StopService(*service);
}

TEST_F(RastiTest, ADirectoryWithALongPathIsServedToo) {
  const std::string deep = root() + "/" + std::string(60, 'a') + "/" + std::string(60, 'b');
  fs::create_directories(deep);
  Init();
  fs::rename(data(), deep + "/data");
  Child service({Program(), "run", "--json", "--data", deep + "/data"});
  ASSERT_TRUE(service.WaitForError("\"listening\""));
  Child show({Program(), "tally", "--json", "--data", deep + "/data"});
  EXPECT_EQ(show.Finish().json()["cases"], 0);
  StopService(service);
}

}  // namespace
}  // namespace rasti::test
