// What happens, as it happens: `rasti tail` beside a service, and on a directory at rest.
#include <gmock/gmock.h>

#include <csignal>
#include <sstream>

#include "engine/base/time.h"
#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class TailTest : public RastiTest {
 protected:
  std::unique_ptr<Child> Follow(const Words& more) const {
    Words words{Program(), "tail", "--follow", "--data", data()};
    words.insert(words.end(), more.begin(), more.end());
    return std::make_unique<Child>(words, "", Words{"RASTI_DATA=", "NO_COLOR="});
  }
  // The lines of JSON that it printed.
  static std::vector<nlohmann::json> Lines(const std::string& text) {
    std::vector<nlohmann::json> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) lines.push_back(nlohmann::json::parse(line));
    return lines;
  }
  std::vector<nlohmann::json> Tail(const Words& more) const {
    Words words{"tail", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const Finished finished = Rasti(words);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return Lines(finished.out);
  }
  static std::string PositionOf(const nlohmann::json& line) {
    std::string text;
    for (const auto& one : line["next"]) {
      text += (text.empty() ? "" : ",") + one["partition"].dump() + ":" + one["sequence"].dump();
    }
    return text;
  }
  // Where the log ends now: who follows from there misses nothing, however late it starts.
  std::string End() const { return PositionOf(Tail({"--lines", "0"}).back()); }
  static std::vector<std::string> Ids(const std::vector<nlohmann::json>& lines) {
    std::vector<std::string> ids;
    for (const auto& line : lines) {
      if (line.contains("id")) ids.push_back(line["id"]);
    }
    return ids;
  }
};

TEST_F(TailTest, ADirectoryAtRestTellsWhatWasLast) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const std::string first = SubmitPothole()["reference"];
  Json({"clock", "advance", "2026-11-20T10:00:00+01:00"});
  const std::string second = SubmitPothole()["reference"];
  Json({"act", second, "register", "--as", "clerk1"});
  Json({"clock", "advance", "2026-11-26T10:00:00+01:00"});

  const auto all = Tail({"--lines", "1000"});
  const auto exported = Lines(Rasti({"export", "--events"}).out);
  EXPECT_THAT(Ids(all), testing::UnorderedElementsAreArray(Ids(exported))) << "the same events, in another order";
  Instant last = kEarliestInstant;
  for (size_t i = 0; i + 1 < all.size(); ++i) {
    const Instant at = *ParseInstant(all[i]["recorded_at"].get<std::string>());
    EXPECT_LE(last, at);
    last = at;
    // As it is exported, and where it lies.
    const auto same = std::ranges::find_if(exported, [&](const auto& e) { return e["id"] == all[i]["id"]; });
    auto without = all[i];
    without.erase("partition");
    EXPECT_EQ(without, *same);
  }
  EXPECT_TRUE(all.back().contains("next"));

  EXPECT_THAT(Ids(Tail({})), SizeIs(10));
  auto of_case = Tail({"--lines", "1000", "--case", second});
  of_case.pop_back();
  ASSERT_THAT(of_case, Not(IsEmpty()));
  for (const auto& event : of_case) EXPECT_EQ(event["case_id"], of_case.front()["case_id"]);
  EXPECT_EQ(of_case.size(), Json({"history", second})["events"].size());
  const auto typed = Ids(Tail({"--type", "deadline_breached", "--type", "case_submitted"}));
  EXPECT_THAT(typed, SizeIs(3)) << "two submissions, and one acknowledgement that is late";
  const auto clocks = Tail({"--clock-events", "--lines", "1000"});
  for (size_t i = 0; i + 1 < clocks.size(); ++i) EXPECT_TRUE(clocks[i]["data"].contains("clock")) << clocks[i];
  // From a time on, and from where another one ended.
  const auto since = Tail({"--since", "2026-11-20T10:00:00+01:00"});
  EXPECT_EQ(since.front()["data"]["reference"], second);
  const auto rest = Tail({"--from-sequence", PositionOf(all.back())});
  ASSERT_THAT(rest, SizeIs(1));
  EXPECT_EQ(rest[0], all.back());
  EXPECT_THAT(Ids(Tail({"--workflow", "issue-report", "--tenant", "prishtine", "--lines", "5"})), SizeIs(5));
}

TEST_F(TailTest, ALineTellsWhenWhereAndWhatAndNothingPersonal) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  Json({"message", reference, "--text", "Please come after five", "--as", opened["actor"], "--role", "citizen"});
  const Finished finished = Rasti({"tail", "--lines", "100"});
  EXPECT_THAT(finished.out, HasSubstr("Fri 2026-11-20 09:00:00 +01:00  " + reference +
                                      "  prishtine  case_submitted  submitted as issue-report, category pothole"));
  EXPECT_THAT(finished.out, HasSubstr("  clock_started  clock resolve started, due "));
  EXPECT_THAT(finished.out, HasSubstr("  message_received  message from the citizen"));
  for (const char* secret : {"Agim", "agim@example.org", "after five"}) {
    EXPECT_THAT(finished.out, Not(HasSubstr(secret)));
    EXPECT_THAT(Rasti({"tail", "--lines", "100", "--json"}).out, Not(HasSubstr(secret)));
  }
}

TEST_F(TailTest, WhoFollowsSeesWhatComesAndEndsInGoodOrder) {
  Init();
  const std::string before = SubmitPothole()["reference"];
  const auto service = StartService();
  const std::string end = End();
  const auto follower = Follow({"--json", "--from-sequence", end});
  const auto choosy = Follow({"--json", "--from-sequence", end, "--type", "case_closed"});
  const auto text = Follow({"--type", "case_submitted"});
  ASSERT_TRUE(text->WaitForOutput(before)) << "first what was last";
  std::vector<std::string> references;
  for (int i = 0; i < 5; ++i) {
    references.push_back(SubmitPothole()["reference"]);
    ASSERT_TRUE(text->WaitForOutput(references.back())) << "each as it comes";
  }
  ASSERT_TRUE(follower->WaitForOutput(references.back()));
  const std::string last = references.back();
  Json({"act", last, "close_without_work", "--as", "clerk1", "--field", "outcome=already_done", "--field",
        "evidence=Seen."});
  ASSERT_TRUE(choosy->WaitForOutput("case_closed"));
  ASSERT_TRUE(follower->WaitForOutput("case_closed"));

  for (Child* child : {follower.get(), choosy.get(), text.get()}) child->Signal(SIGINT);
  const Finished followed = follower->Finish();
  EXPECT_EQ(followed.exit_code, 0);
  const auto lines = Lines(followed.out);
  EXPECT_THAT(followed.out, Not(HasSubstr(before)));
  const Finished chosen = choosy->Finish();
  EXPECT_EQ(chosen.exit_code, 0);
  EXPECT_THAT(Ids(Lines(chosen.out)), SizeIs(1));
  const Finished read = text->Finish();
  EXPECT_EQ(read.exit_code, 0);
  EXPECT_THAT(read.err, HasSubstr("to go on behind it: --from-sequence 0:"));

  // Behind its end nothing is told twice, and nothing is left out.
  const std::string next = SubmitPothole()["reference"];
  const auto rest = Tail({"--from-sequence", PositionOf(lines.back())});
  ASSERT_THAT(rest, Not(IsEmpty()));
  EXPECT_EQ(rest.front()["data"]["reference"], next);
  auto all = Ids(lines);
  for (const std::string& id : Ids(rest)) all.push_back(id);
  const auto everything = Ids(Tail({"--lines", "1000"}));
  const auto of_before = Json({"history", before})["events"].size();
  EXPECT_EQ(all.size() + of_before, everything.size());
  StopService(*service);
}

TEST_F(TailTest, WhatIsPublishedMeanwhileIsKnown) {
  Init();
  const auto service = StartService();
  const std::string reference = SubmitPothole()["reference"];
  const auto follower = Follow({"--clock-events"});
  ASSERT_TRUE(follower->WaitForOutput("clock_started"));
  std::string day;
  const auto page = Json({"show", reference});
  for (const auto& clock : page["clocks"]) {
    if (clock["clock"] == "reply") day = clock["plan"]["due_at"].get<std::string>().substr(0, 10);
  }
  Json({"calendar", "amend", "kosovo", "--add", day, "--name", "Snow", "--legal-basis", "Decision 1", "--yes"});
  ASSERT_TRUE(follower->WaitForOutput("clock reply planned anew, due "));
  follower->Signal(SIGINT);
  // Its times are told on the wall of the calendar that it was decided with.
  const Finished followed = follower->Finish();
  EXPECT_THAT(followed.out, HasSubstr("\"calendar kosovo@2"));
  EXPECT_THAT(followed.out, Not(HasSubstr("Z  " + reference)));
  StopService(*service);
}

TEST_F(TailTest, WhenTheNodeStopsItSaysSo) {
  Init();
  const auto service = StartService();
  const auto follower = Follow({"--from-sequence", End()});
  const std::string reference = SubmitPothole()["reference"];
  ASSERT_TRUE(follower->WaitForOutput(reference));
  StopService(*service);
  const Finished ended = follower->Finish();
  EXPECT_EQ(ended.exit_code, 4);
  EXPECT_THAT(ended.err, HasSubstr("rasti run"));
  EXPECT_THAT(ended.err, HasSubstr("--from-sequence"));
}

TEST_F(TailTest, AReaderThatGoesAwayEndsIt) {
  Init();
  for (int i = 0; i < 3; ++i) SubmitPothole();
  const auto service = StartService();
  Child shell({"/bin/bash", "-c",
               Program() + " tail --follow --lines 100 --data " + data() + " | head -n 2; echo ${PIPESTATUS[0]}"});
  // It learns that nobody reads when it has something to say.
  for (int i = 0; i < 60 && !shell.WaitForOutput("\n0\n", std::chrono::seconds(1)); ++i) SubmitPothole();
  EXPECT_THAT(shell.Finish().out, AllOf(HasSubstr("case_submitted"), HasSubstr("\n0\n")));
  StopService(*service);
}

TEST_F(TailTest, WhatCannotBeIsRefused) {
  Init();
  ExpectRefusal({"tail", "--type", "case_submited"}, 2, {"--type case_submited", "did you mean 'case_submitted'"});
  ExpectRefusal({"tail", "--tenant", "prishtin"}, 1, {"did you mean 'prishtine'"});
  ExpectRefusal({"tail", "--workflow", "isue-report"}, 1, {"did you mean 'issue-report'"});
  ExpectRefusal({"tail", "--case", "7ZK4-MQ2W-9PAB-X"}, 2, {"one of them is mistyped"});
  ExpectRefusal({"tail", "--case", "PTQM-73VB-QBBV-T"}, 3, {"PTQM-73VB-QBBV-T"});
  ExpectRefusal({"tail", "--from-sequence", "0"}, 2, {"--from-sequence 0: partitions with the sequence", "0:1742"});
  ExpectRefusal({"tail", "--from-sequence", "0:1,0:2"}, 2, {"partition 0 is named twice"});
  ExpectRefusal({"tail", "--from-sequence", "9:0"}, 2, {"position 9:0", "the log has 2 partitions"});
  ExpectRefusal({"tail", "--from-sequence", "0:100000"}, 2, {"position 0:100000", "ends at"});
  ExpectRefusal({"tail", "--from-sequence", "0:0", "--since", "2026-11-20T09:00:00Z"}, 2, {"exclude each other"});
  ExpectRefusal({"tail", "--from-sequence", "0:0", "--lines", "3"}, 2, {"--lines", "--from-sequence"});
  ExpectRefusal({"tail", "-n", "3", "--since", "2026-11-20T09:00:00Z"}, 2, {"--lines", "--since"});
  // Nobody runs the engine: what there is, and that nothing more comes.
  SubmitPothole();
  const Finished alone = Rasti({"tail", "--follow"});
  EXPECT_EQ(alone.exit_code, 4);
  EXPECT_THAT(alone.out, HasSubstr("case_submitted"));
  EXPECT_THAT(alone.err, HasSubstr("nobody runs the engine here, so nothing more comes"));
}

}  // namespace
}  // namespace rasti::test
