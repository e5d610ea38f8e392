// People are away, leave, and must not decide twice; the ministry holds what a municipality sent it.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr const char* kNow = "2026-11-20T09:00:00+01:00";

class DirectoryTest : public RastiTest {
 protected:
  std::string Open(const std::string& category, const std::string& title) const {
    return Json({"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", category, "--title",
                 title, "--channel", "portal", "--role", "citizen", "--form",
                 R"({"description":"As deep as a bucket","location":{"address":"Rruga B 17"}})"})["reference"];
  }
  nlohmann::json Inbox(const std::string& tenant, const Words& more) const {
    Words words{"inbox", "--tenant", tenant};
    words.insert(words.end(), more.begin(), more.end());
    return Json(words);
  }
  static std::vector<std::string> Titles(const nlohmann::json& inbox) {
    std::vector<std::string> titles;
    for (const auto& row : inbox["cases"]) titles.push_back(row["title"]);
    return titles;
  }
  /// Another version of Prishtina's directory, in which these people (by handle) have these lines beside theirs.
  void Publish(const std::string& version, const std::map<std::string, std::string>& lines_of) const {
    const std::string folder = root() + "/prishtine-" + version;
    std::filesystem::create_directory(folder);
    std::ifstream in("workflows/tenants/prishtine/tenant.yaml");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    const auto replace = [&](const std::string& from, const std::string& to) {
      const size_t at = text.find(from);
      ASSERT_NE(at, std::string::npos) << from;
      text.replace(at, from.size(), to);
    };
    replace("version: \"1\"", "version: \"" + version + "\"");
    for (const auto& [handle, lines] : lines_of) {
      replace("handle: " + handle + "\n", "handle: " + handle + "\n    " + lines + "\n");
    }
    WriteFile(folder + "/tenant.yaml", text);
    const auto published = Json({"publish", folder});
    EXPECT_EQ(published["packages"][0]["new"], true);
  }
};

TEST_F(DirectoryTest, ASubstituteSeesAndGetsWhatIsOfThoseWhoAreAway) {
  Init({"--virtual-time", kNow});
  const std::string first = Open("pothole", "First hole");
  const std::string second = Open("pothole", "Second hole");
  Json({"assign", first, "--to", "person", "roads.officer1", "--as", "clerk1"});
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "roads.officer2"})), ElementsAre("Second hole"));

  Publish("2",
          {{"roads.officer1", "absences: [{from: 2026-11-20, to: 2026-11-24}, {from: 2026-11-25, to: 2026-11-27}]"}});
  const auto inbox = Inbox("prishtine", {"--as", "roads.officer2"});
  EXPECT_THAT(Titles(inbox), UnorderedElementsAre("First hole", "Second hole"));
  for (const auto& row : inbox["cases"]) {
    EXPECT_EQ(row.value("for", "nobody else"), row["title"] == "First hole" ? "roads.officer1" : "nobody else");
  }
  EXPECT_THAT(Rasti({"inbox", "--tenant", "prishtine", "--as", "roads.officer2"}).out, HasSubstr("for roads.officer1"));
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "lighting.officer1"})), IsEmpty());
  EXPECT_THAT(Rasti({"show", first}).out,
              HasSubstr("roads.officer1 is absent until 2026-11-27, roads.officer2 stands in"));

  // A case for who is away goes to who stands in, and the history says for whom.
  const Finished assigned = Rasti({"assign", second, "--person", "roads.officer1", "--as", "clerk1"});
  EXPECT_EQ(assigned.exit_code, 0) << assigned.err;
  EXPECT_THAT(assigned.out, HasSubstr("held by roads.officer2"));
  EXPECT_THAT(Rasti({"history", second}).out,
              HasSubstr("assigned to roads.officer2, directorate public-services instead of roads.officer1, who is "
                        "absent"));
  ExpectRefusal({"assign", second, "--person", "roads.officer1", "--as", "clerk1"}, 1, {"holds the case already"});

  // Back at work: what was given in the meantime stays where it is.
  Json({"clock", "advance", "2026-11-28T08:00:00+01:00"});
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "roads.officer2"})), ElementsAre("Second hole"));
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "roads.officer1"})), ElementsAre("First hole"));
}

TEST_F(DirectoryTest, AQueueThatNobodyElseIsThereForIsSeenToo) {
  Init({"--virtual-time", kNow});
  Open("pothole", "A hole");
  const std::string away = "absences: [{from: 2026-11-20, to: 2026-11-27, substitute: waste.officer1}]";
  Publish("2", {{"roads.officer1", away}});
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "waste.officer1"})), IsEmpty()) << "a colleague is there";
  Publish("3",
          {{"roads.officer1", away}, {"roads.officer2", "active: false"}, {"public-services.head", "active: false"}});
  EXPECT_THAT(Titles(Inbox("prishtine", {"--as", "waste.officer1"})), ElementsAre("A hole"));
}

TEST_F(DirectoryTest, WhatSomebodyHeldGoesToOthersWhenTheyLeave) {
  Init({"--virtual-time", kNow});
  const std::string first = Open("pothole", "First hole");
  const std::string second = Open("pothole", "Second hole");
  const std::string closed = Open("pothole", "Filled hole");
  for (const std::string& reference : {first, second, closed}) {
    Json({"assign", reference, "--person", "roads.officer1", "--queue", "roads", "--as", "clerk1"});
  }
  Json({"withdraw", closed, "--as", "clerk1", "--role", "clerk"});
  const Words reassign = {"reassign", "--tenant", "prishtine", "--from", "roads.officer1"};
  const auto with = [&](const Words& more) {
    Words words = reassign;
    words.insert(words.end(), more.begin(), more.end());
    return words;
  };
  // Nobody stands in for who is there.
  ExpectRefusal(reassign, 2, {"they are there", "--to HANDLE or --queue QUEUE"});
  Publish("2", {{"roads.officer1", "active: false"}});
  ExpectRefusal({"assign", first, "--person", "roads.officer1", "--as", "clerk1"}, 1,
                {"inactive_actor", "'roads.officer2' stands in for them"});

  const auto dry = Json(reassign);
  EXPECT_EQ(dry["to"], "roads.officer2");
  EXPECT_EQ(dry["moved"], 0);
  ASSERT_EQ(dry["cases"].size(), 2U);
  EXPECT_EQ(dry["cases"][0]["outcome"], "would_move");
  EXPECT_THAT(
      Rasti(reassign).out,
      AllOf(HasSubstr(first), HasSubstr("2 open cases of roads.officer1 would go to roads.officer2; nothing was "
                                        "changed, --confirm moves them")));
  EXPECT_THAT(Titles(Inbox("prishtine", {"--person", "roads.officer2"})), IsEmpty());
  ExpectRefusal(with({"--confirm"}), 2, {"--as HANDLE"});
  ExpectRefusal(with({"--to", "roads.officer2", "--queue", "roads"}), 2, {"exclude each other"});
  ExpectRefusal(with({"--to", "roads.oficer2"}), 1, {"did you mean 'roads.officer2'"});
  ExpectRefusal(with({"--to", "roads.officer1"}), 2, {"holds the cases already"});
  ExpectRefusal(with({"--queue", "road"}), 1, {"did you mean 'roads'"});
  ExpectRefusal({"reassign", "--tenant", "prishtine", "--from", "nobody"}, 1, {"nobody called 'nobody'"});

  // Who may not assign moves nothing, and each case says why.
  const Finished refused = Rasti(with({"--as", "auditor", "--confirm"}));
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("refused (role_not_allowed)"));
  EXPECT_THAT(refused.err, HasSubstr("2 of 2 cases stay with roads.officer1"));

  const auto moved = Json(with({"--as", "public-services.head", "--reason", "Has left.", "--confirm"}));
  EXPECT_EQ(moved["moved"], 2);
  EXPECT_EQ(moved["refused"], 0);
  const auto inbox = Inbox("prishtine", {"--person", "roads.officer2"});
  EXPECT_THAT(Titles(inbox), UnorderedElementsAre("First hole", "Second hole"));
  EXPECT_EQ(inbox["cases"][0]["queue"], "roads") << "it stays in its queue";
  const int64_t revision = Json({"show", first})["revision"];
  const auto again = Json(with({"--as", "public-services.head", "--reason", "Has left.", "--confirm"}));
  EXPECT_EQ(again["moved"], 0);
  EXPECT_EQ(Json({"show", first})["revision"], revision);
  EXPECT_THAT(Rasti({"history", first}).out, HasSubstr("\"Has left.\""));

  // To a queue, over the socket of a service.
  const auto service = StartService();
  const auto queued = Json({"reassign", "--tenant", "prishtine", "--from", "roads.officer2", "--queue", "waste", "--as",
                            "clerk1", "--confirm"});
  EXPECT_EQ(queued["moved"], 2);
  EXPECT_THAT(Titles(Inbox("prishtine", {"--queue", "waste", "--unclaimed"})),
              UnorderedElementsAre("First hole", "Second hole"));
  StopService(*service);
}

class FourEyesTest : public DirectoryTest {
 protected:
  void InitRequests() const {
    const Finished finished = Rasti({"init", "--partitions", "2", "--packages", "workflows/request",
                                     "workflows/calendars/kosovo", "workflows/tenants/prishtine",
                                     "workflows/tenants/mlga", "workflows/tzdata/2025b", "--virtual-time", kNow});
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  }
  std::string Request() const {
    return Json({"submit", "--workflow", "request", "--tenant", "prishtine", "--category", "use_of_public_space",
                 "--title", "Tables before a cafe", "--channel", "portal", "--role", "citizen", "--form",
                 R"({"description":"Six tables before the cafe","applicant":{"name":"O. P."}})"})["reference"];
  }
  void Act(const std::string& reference, const std::string& action, const std::string& who,
           const Words& more = {}) const {
    Words words{"act", reference, action, "--as", who};
    words.insert(words.end(), more.begin(), more.end());
    Json(words);
  }
};

TEST_F(FourEyesTest, WhoRefusedDoesNotDecideTheObjection) {
  InitRequests();
  const std::string reference = Request();
  const Words answer = {"--field", "outcome=refused", "--field", "text=Too narrow.", "--field", "remedy=An objection."};
  Act(reference, "register", "clerk1");
  Act(reference, "start_work", "urbanism.officer1");
  Act(reference, "respond", "urbanism.officer1", answer);
  Act(reference, "dispute", "clerk1", {"--field", "reason=It is wide enough"});
  Words words{"act", reference, "respond", "--as", "urbanism.officer1"};
  words.insert(words.end(), answer.begin(), answer.end());
  ExpectRefusal(words, 1,
                {"four_eyes", "'urbanism.officer1' took 'respond' on this case at 2026-11-20T08:00:00Z",
                 "urbanism.officer2, urbanism.head"});
  const auto shown = Json({"show", reference});
  ASSERT_EQ(shown["takers"].size(), 1U);
  EXPECT_EQ(shown["takers"][0]["action"], "respond");
  Act(reference, "respond", "urbanism.officer2", answer);
}

TEST_F(FourEyesTest, ADirectoryWithoutASecondPairIsToldOf) {
  InitRequests();
  const std::string folder = root() + "/small";
  std::filesystem::create_directory(folder);
  WriteFile(folder + "/tenant.yaml", R"(tenant: small-town
version: "1"
kind: municipality
title: {all: Small town}
calendar: kosovo
languages: [sq]
overseen_by: mlga
people:
  - {id: 6f1c1f0e-6a35-4c54-9b1e-0d8f0f2c7a11, handle: all-in-one, roles: [clerk, officer, head_of_directorate]}
)");
  const Finished linted = Rasti({"lint", folder});
  EXPECT_EQ(linted.exit_code, 0) << linted.err;
  EXPECT_THAT(linted.out, HasSubstr("tenant.yaml:8:1: warning: 'respond' of request@1 may be taken by one person of "
                                    "'small-town' only, 'all-in-one'"));
  EXPECT_THAT(Rasti({"publish", folder}).out, HasSubstr("warning: 'respond'"));
}

TEST_F(FourEyesTest, TheMinistryHoldsACaseOfAMunicipality) {
  InitRequests();
  const std::string reference = Request();
  Act(reference, "register", "clerk1");
  const auto before = Json({"show", reference})["clocks"];
  Json({"assign", reference, "--queue", "legality", "--of-tenant", "mlga", "--as", "mayors-office"});
  EXPECT_EQ(Json({"show", reference})["clocks"], before) << "its deadlines are the municipality's";

  const auto inbox = Inbox("mlga", {"--queue", "legality", "--unclaimed"});
  EXPECT_THAT(Titles(inbox), ElementsAre("Tables before a cafe"));
  EXPECT_EQ(inbox["cases"][0]["tenant"], "prishtine");
  EXPECT_EQ(inbox["cases"][0]["held_in"], "mlga");
  EXPECT_EQ(Inbox("mlga", {"--as", "legality.officer1"})["total"], 1);
  EXPECT_THAT(Rasti({"inbox", "--tenant", "mlga", "--as", "legality.officer1"}).out, HasSubstr("prishtine: assigned/"));
  EXPECT_THAT(Titles(Inbox("prishtine", {"--queue", "urbanism"})), IsEmpty());
  EXPECT_EQ(Inbox("prishtine", {})["total"], 1) << "it stays a case of the municipality";

  // Who works there acts in the roles they have, and an officer's colleagues take over when they leave.
  Json({"assign", reference, "--person", "legality.officer1", "--as", "legality.officer1"});
  Act(reference, "start_work", "legality.officer1");
  const auto moved = Json({"reassign", "--tenant", "mlga", "--from", "legality.officer1", "--to", "legality.officer2",
                           "--as", "legal.head", "--confirm"});
  EXPECT_EQ(moved["moved"], 1);
  const auto held = Inbox("mlga", {"--person", "legality.officer2"});
  ASSERT_EQ(held["cases"].size(), 1U);
  EXPECT_EQ(held["cases"][0]["held_in"], "mlga");
  ExpectRefusal(
      {"act", reference, "respond", "--as", "overseer1", "--field", "outcome=answered", "--field", "text=So."}, 1,
      {"role_not_allowed"});
  Act(reference, "respond", "legality.officer2", {"--field", "outcome=answered", "--field", "text=It is lawful."});
  Act(reference, "confirm", "clerk1");

  // Figures are those of the municipality.
  EXPECT_EQ(Json({"tally", "--tenant", "prishtine"})["cases"], 1);
  EXPECT_EQ(Json({"tally", "--tenant", "mlga"})["cases"], 0);
}

}  // namespace
}  // namespace rasti::test
