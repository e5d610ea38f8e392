// An officer's day begins with the inbox; a head looks at what a directorate holds.
#include <gmock/gmock.h>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

class InboxTest : public RastiTest {
 protected:
  std::string Open(const std::string& category, const std::string& title) const {
    return Json({"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", category, "--title",
                 title, "--channel", "portal", "--role", "citizen", "--form",
                 R"({"description":"As deep as a bucket","location":{"address":"Rruga B 17"}})"})["reference"];
  }

  nlohmann::json Inbox(const Words& more) const {
    Words words{"inbox", "--tenant", "prishtine"};
    words.insert(words.end(), more.begin(), more.end());
    return Json(words);
  }

  static std::vector<std::string> Titles(const nlohmann::json& inbox) {
    std::vector<std::string> titles;
    for (const auto& row : inbox["cases"]) titles.push_back(row["title"]);
    return titles;
  }
};

TEST_F(InboxTest, AnOfficerSeesWhatIsTheirsAndWhatNobodyTook) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const std::string first = Open("pothole", "First hole");
  Open("pothole", "Second hole");
  Open("waste", "Full bins");
  EXPECT_EQ(Inbox({})["total"], 3);
  EXPECT_THAT(Titles(Inbox({"--queue", "waste"})), ElementsAre("Full bins"));
  EXPECT_THAT(Titles(Inbox({"--as", "roads.officer1"})), UnorderedElementsAre("First hole", "Second hole"));

  Json({"assign", first, "--to", "person", "roads.officer2", "--as", "clerk1"});
  // A colleague's case is not in it any more; the colleague's inbox has it.
  EXPECT_THAT(Titles(Inbox({"--as", "roads.officer1"})), ElementsAre("Second hole"));
  EXPECT_THAT(Titles(Inbox({"--as", "roads.officer2"})), UnorderedElementsAre("First hole", "Second hole"));
  EXPECT_THAT(Titles(Inbox({"--person", "roads.officer2"})), ElementsAre("First hole"));
  EXPECT_THAT(Titles(Inbox({"--queue", "roads", "--unclaimed"})), ElementsAre("Second hole"));
  const auto directorate = Inbox({"--directorate", "public-services"});
  EXPECT_THAT(Titles(directorate), UnorderedElementsAre("First hole", "Second hole", "Full bins"));
  EXPECT_EQ(directorate["total"], 3);
  EXPECT_THAT(Titles(Inbox({"--nobody"})), IsEmpty());

  // What is due first comes first, and nothing that is ended.
  Json({"act", first, "acknowledge", "--as", "clerk1"});
  EXPECT_THAT(Titles(Inbox({})), testing::Contains("First hole"));
  EXPECT_EQ(Titles(Inbox({})).back(), "First hole");
  EXPECT_EQ(Inbox({"--stage", "acknowledged"})["total"], 1);
  EXPECT_THAT(Titles(Inbox({"--due-within", "P5D", "--text", "HOLE"})), ElementsAre("Second hole"));
  EXPECT_THAT(Titles(Inbox({"--category", "waste"})), ElementsAre("Full bins"));
  EXPECT_EQ(Inbox({"--category", "waste"})["total"], 1);
  EXPECT_THAT(Rasti({"inbox", "--tenant", "prishtine", "--category", "pothole", "--limit", "1"}).out,
              HasSubstr("1 of 2 open cases that fit"));
  Json({"withdraw", first, "--as", "clerk1", "--role", "clerk"});
  EXPECT_EQ(Inbox({})["total"], 2);
}

TEST_F(InboxTest, PagesGoOnWhereTheLastOneEnded) {
  Init();
  const auto service = StartService();
  std::vector<std::string> all;
  for (int i = 0; i < 5; ++i) {
    Open("pothole", "Hole " + std::to_string(i));
    all.push_back("Hole " + std::to_string(i));
  }
  // The same over the socket of a service.
  std::vector<std::string> found;
  std::string cursor;
  int pages = 0;
  do {
    Words words{"--queue", "roads", "--limit", "2"};
    if (!cursor.empty()) words.insert(words.end(), {"--cursor", cursor});
    const auto page = Inbox(words);
    EXPECT_EQ(page["total"], 5);
    for (const std::string& title : Titles(page)) found.push_back(title);
    cursor = page.value("next", "");
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_THAT(found, testing::UnorderedElementsAreArray(all));
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--cursor", "beef"}, 2, {"cursor 'beef'"});
  StopService(*service);
}

TEST_F(InboxTest, UnknownNamesAreToldWithWhatWasMeant) {
  Init();
  ExpectRefusal({"inbox", "--tenant", ""}, 2, {"--tenant is empty"});
  ExpectRefusal({"inbox", "--tenant", "prishtin"}, 1, {"did you mean 'prishtine'"});
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--queue", "road"}, 1, {"did you mean 'roads'"});
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--directorate", "public-service"}, 1, {"did you mean"});
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--as", "roads.oficer1"}, 1, {"did you mean 'roads.officer1'"});
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--unclaimed"}, 2, {"say of which --queue"});
  ExpectRefusal({"inbox", "--tenant", "prishtine", "--nobody", "--person", "clerk1"}, 2, {"exclude each other"});
  const Finished remarked = Rasti({"inbox", "--tenant", "prishtine", "--stage", "recieved"});
  EXPECT_EQ(remarked.exit_code, 0);
  EXPECT_THAT(remarked.err, HasSubstr("no workflow in force has a stage 'recieved', did you mean 'received'?"));
}

}  // namespace
}  // namespace rasti::test
