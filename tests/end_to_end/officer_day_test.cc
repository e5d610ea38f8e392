// What people who work with cases all day need at hand: what they may do next, their own municipality without naming it
// each time, and texts that say a thing once.
#include <gmock/gmock.h>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class OfficerDayTest : public RastiTest {
 protected:
  static std::vector<std::string> Ids(const nlohmann::json& actions) {
    std::vector<std::string> ids;
    for (const auto& action : actions["actions"]) ids.push_back(action["id"]);
    return ids;
  }
  static nlohmann::json Find(const nlohmann::json& actions, const std::string& id) {
    for (const auto& action : actions["actions"]) {
      if (action["id"] == id) return action;
    }
    ADD_FAILURE() << "no action " << id << " in " << actions.dump();
    return nullptr;
  }
  // With variables around it.
  Finished RastiWith(const Words& words, Words environment) const {
    Words all{Program()};
    all.insert(all.end(), words.begin(), words.end());
    environment.push_back("RASTI_DATA=" + data());
    return Child(all, "", environment).Finish();
  }
  std::string Assigned() const {
    std::string reference = SubmitPothole()["reference"];
    Json({"act", reference, "register", "--as", "clerk1"});
    Json({"act", reference, "start_work", "--as", "roads.officer1"});
    return reference;
  }
};

TEST_F(OfficerDayTest, ActionsSayWhatIsPossibleForWhomAndWhatItAsksFor) {
  Init();
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  const auto all = Json({"actions", reference});
  EXPECT_EQ(all["stage"], "received");
  EXPECT_THAT(Ids(all), AllOf(Contains("acknowledge"), Contains("inspect"), Contains("withdraw"),
                              Not(Contains("resolve")), Not(Contains("hand_over"))));
  EXPECT_EQ(Find(all, "acknowledge")["to"], "acknowledged");
  EXPECT_EQ(Find(all, "acknowledge")["roles"], nlohmann::json::array({"clerk", "officer"}));
  const auto risk = Find(all, "inspect")["fields"].at(1);
  EXPECT_EQ(risk["id"], "risk");
  EXPECT_EQ(risk["required"], true);
  EXPECT_EQ(risk["choices"], nlohmann::json::array({"none", "low"}));

  // Each sees what is theirs.
  const auto clerk = Json({"actions", reference, "--as", "clerk1"});
  EXPECT_THAT(Ids(clerk), AllOf(Contains("acknowledge"), Not(Contains("inspect"))));
  EXPECT_EQ(Find(clerk, "acknowledge")["roles"], nlohmann::json::array({"clerk"}));
  EXPECT_THAT(Ids(Json({"actions", reference, "--as", opened["actor"]})), ElementsAre("withdraw"));
  const auto stranger = Json({"actions", reference, "--as", "0b7c1a52-6f0e-4c1b-8f6a-3d2e1c0b9a88"});
  EXPECT_THAT(Ids(stranger), ElementsAre()) << "it is not a case of theirs";
  EXPECT_TRUE(stranger["commands"].empty());
  const auto head = Json({"actions", reference, "--as", "public-services.head"});
  EXPECT_THAT(head["commands"], AllOf(Contains("assign"), Contains("extend"), Contains("pause")));
  EXPECT_FALSE(head["extensions"].at(0)["legal_bases"].empty());

  const Finished text = Rasti({"actions", reference, "--as", "roads.officer1"});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, AllOf(HasSubstr("to acknowledged"), HasSubstr("--field risk=none|low  Risk"),
                              HasSubstr("--field evidence=TEXT (may be left out)  Evidence")));
  ExpectRefusal({"actions", reference, "--as", "roads.oficer1"}, 1, {"did you mean 'roads.officer1'"});
  ExpectRefusal({"actions", "0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11"}, 3, {"there is no case"});

  const auto service = StartService();
  EXPECT_EQ(Json({"actions", reference}), all) << "over the socket";
  StopService(*service);
}

TEST_F(OfficerDayTest, WhatAGuardForbidsIsSaidWithItsReason) {
  Init();
  const std::string reference = Assigned();
  const auto before = Find(Json({"actions", reference, "--as", "roads.officer1"}), "resolve");
  EXPECT_EQ(before["possible_now"], false);
  EXPECT_THAT(Rasti({"actions", reference}).out, HasSubstr("    not now: " + before["reason"].get<std::string>()));
  Json({"act", reference, "respond", "--as", "roads.officer1", "--response", "mended", "--fill",
        "what=filled with gravel"});
  EXPECT_EQ(Find(Json({"actions", reference, "--as", "roads.officer1"}), "resolve")["possible_now"], true);
}

TEST_F(OfficerDayTest, AnActionOfAnotherStageIsRefusedWithThoseOfThisOne) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  ExpectRefusal({"act", reference, "resolve", "--as", "roads.officer1"}, 1,
                {"wrong_stage", "in_progress", "here the role 'officer' may: acknowledge, register, inspect"});
  // The first word of a reason is the same for all commands.
  Json({"act", reference, "acknowledge", "--as", "clerk1", "--reason", "By letter."});
  EXPECT_THAT(Rasti({"history", reference}).out, HasSubstr("By letter."));
}

TEST_F(OfficerDayTest, TheMunicipalityIsNamedOnce) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  const Finished inbox = RastiWith({"inbox"}, {"RASTI_TENANT=prishtine", "RASTI_AS=roads.officer1"});
  EXPECT_EQ(inbox.exit_code, 0) << inbox.err;
  EXPECT_THAT(inbox.out, HasSubstr(reference));
  for (const Words& words : {Words{"overdue"}, Words{"tally"}, Words{"stats"}, Words{"export"}, Words{"public", "list"},
                             Words{"numbers", "--register", "protocol"}, Words{"deadlines", "--clock", "resolve"}}) {
    const Finished named = RastiWith(words, {"RASTI_TENANT=prishtine"});
    EXPECT_EQ(named.exit_code, 0) << words.front() << named.err;
    const Finished wrong = RastiWith(words, {"RASTI_TENANT=prishtin"});
    EXPECT_NE(wrong.exit_code, 0) << words.front();
    EXPECT_THAT(wrong.err, HasSubstr("did you mean 'prishtine'")) << words.front();
  }
  // What is typed goes first.
  EXPECT_THAT(RastiWith({"inbox", "--tenant", "mlga"}, {"RASTI_TENANT=prishtine"}).out, HasSubstr("0 of 0"));
}

TEST_F(OfficerDayTest, ADeadlineIsExplainedAsItStoodThen) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const std::string reference = SubmitPothole()["reference"];
  Json({"clock", "advance", "2026-12-15T12:00:00+01:00"});
  EXPECT_THAT(Rasti({"explain", reference, "--clock", "resolve"}).out,
              AllOf(HasSubstr("17 d 12 h late"), HasSubstr("DEADLINE BREACHED")));
  const Finished then = Rasti({"explain", reference, "--clock", "resolve", "--at", "2026-11-21T09:00:00+01:00"});
  EXPECT_THAT(then.out, AllOf(HasSubstr("(in 6 d 14 h)"), HasSubstr("to come"), Not(HasSubstr("BREACHED"))));
  ExpectRefusal({"explain", reference, "--at", "2026-11-19T09:00:00+01:00"}, 3, {"it came later"});
}

TEST_F(OfficerDayTest, AnAnswerStandsOnceInTheHistory) {
  Init();
  const std::string reference = Assigned();
  Json({"act", reference, "respond", "--as", "roads.officer1", "--field", "outcome=resolved", "--field",
        "text=Filled with gravel."});
  const std::string history = Rasti({"history", reference}).out;
  const size_t first = history.find("Filled with gravel.");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(history.find("Filled with gravel.", first + 1), std::string::npos) << history;
  EXPECT_THAT(Rasti({"history", reference, "--json"}).out, HasSubstr("action_taken"));
  ExpectRefusal({"responses", reference, "planed"}, 3, {"did you mean 'planned'"});
  ExpectRefusal({"responses", reference, "zzz"}, 3, {"it has 'mended'"});
}

TEST_F(OfficerDayTest, ACaseIsShownFieldByFieldWithoutWhatIsPersonal) {
  Init();
  const std::string form = R"({"description":"Half a metre wide.","danger":true,"location":{"address":"Rruga B 12"},)"
                           R"("reporter":{"name":"Arta","phone":"+383 44 123 456"}})";
  const std::string reference =
      Json({"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", "pothole", "--title", "Hole",
            "--channel", "counter", "--as", "clerk1", "--form", form})["reference"];
  const std::string shown = Rasti({"show", reference}).out;
  EXPECT_THAT(shown,
              AllOf(HasSubstr("form        location/address = Rruga B 12\n"), HasSubstr("form        danger = true\n"),
                    HasSubstr("personal    not shown: reporter/name, reporter/phone\n"), Not(HasSubstr("Arta"))));
  // Every fault of a form is told, so that it is mended in one go.
  ExpectRefusal({"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", "pothole", "--title",
                 "Hole", "--channel", "counter", "--as", "clerk1"},
                1, {"form/description", "; form/location"});
}

TEST_F(OfficerDayTest, AVirtualClockGoesOnByALengthOfTime) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  EXPECT_EQ(Json({"clock", "advance", "P7D"})["now"], "2026-11-27T08:00:00Z");
  EXPECT_EQ(Json({"clock", "advance", "PT36H"})["now"], "2026-11-28T20:00:00Z");
  ExpectRefusal({"clock", "advance", "P7X"}, 2, {"TIME P7X: duration"});
  ExpectRefusal({"clock", "advance", "tomorrow"}, 2, {"TIME tomorrow"});
}

TEST_F(OfficerDayTest, FiguresLineUpAtTheirRight) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  for (int i = 0; i < 10; ++i) SubmitPothole();
  Json({"clock", "advance", "2026-12-15T12:00:00+01:00"});
  SubmitPothole();
  const std::string table = Rasti({"stats", "--by", "month", "--from", "2026-11"}).out;
  EXPECT_THAT(table, HasSubstr("\n2026-11         10  "));
  EXPECT_THAT(table, HasSubstr("\n2026-12          1  "));
  EXPECT_THAT(Rasti({"stats", "--by", "month", "--csv"}).out, HasSubstr("\n2026-12,1,")) << "of CSV nothing is padded";
}

}  // namespace
}  // namespace rasti::test
