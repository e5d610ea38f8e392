// What anybody may read: the register and a case of it, over the socket and from the directory at rest.
#include <gmock/gmock.h>

#include <set>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class PublicTest : public RastiTest {
 protected:
  std::string Open(const std::string& category) const {
    const std::string form =
        R"({"description":"My own words","location":{"address":"Rruga B 17"},"danger":true,"reporter":)"
        R"({"name":"Arta","phone":"+383 44 123 456"}})";
    const std::string reference =
        Json({"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", category, "--title",
              "By Arta at number 17", "--channel", "portal", "--role", "citizen", "--form", form})["reference"];
    // Nobody has looked at it yet.
    ExpectRefusal({"public", "show", reference}, 3, {"the public register has no such case"});
    Json({"act", reference, "acknowledge", "--as", "clerk1"});
    return reference;
  }
  nlohmann::json List(const Words& more = {}) const {
    Words words{"public", "list", "--tenant", "prishtine"};
    words.insert(words.end(), more.begin(), more.end());
    return Json(words);
  }
  void ExpectNothingPrivate(const std::string& text) const {
    for (const char* secret : {"Arta", "+383 44", "My own words", "number 17"})
      EXPECT_THAT(text, Not(HasSubstr(secret)));
  }
};

TEST_F(PublicTest, ResponsesAndDeadlinesAreToldAndPeopleAreNot) {
  Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
  const std::string pothole = Open("pothole");
  const std::string waste = Open("waste");
  Json({"assign", pothole, "--to", "person", "roads.officer1", "--as", "clerk1"});
  Json({"act", pothole, "register", "--as", "clerk1"});
  Json({"act", pothole, "start_work", "--as", "roads.officer1"});
  Json({"act", pothole, "respond", "--as", "roads.officer1", "--field", "outcome=planned", "--field",
        "text=The road is mended on Monday."});

  const auto all = List();
  EXPECT_EQ(all["total"], 2);
  EXPECT_EQ(List({"--category", "waste"})["cases"][0]["reference"], waste);
  EXPECT_EQ(List({"--ended"})["total"], 0);
  ExpectNothingPrivate(all.dump());

  const auto shown = Json({"public", "show", pothole, "--language", "sq"});
  ExpectNothingPrivate(shown.dump());
  EXPECT_EQ(shown["category_title"], "Gropë në rrugë");
  EXPECT_EQ(shown["form"]["location"]["address"], "Rruga B 17");
  std::vector<std::string> texts;
  for (const auto& step : shown["steps"]) {
    if (step["what"] == "response") texts.push_back(step["text"]);
  }
  EXPECT_THAT(texts, ElementsAre("The road is mended on Monday."));
  const Finished text = Rasti({"public", "show", pothole});
  EXPECT_EQ(text.exit_code, 0) << text.err;
  EXPECT_THAT(text.out, HasSubstr("response (planned): The road is mended on Monday."));
  EXPECT_THAT(text.out, HasSubstr("First response"));
  ExpectNothingPrivate(text.out);
  // A page is of one language, and either name of Serbian will do.
  EXPECT_THAT(Rasti({"public", "show", pothole, "--language", "sq"}).out,
              AllOf(HasSubstr("pranuar"), HasSubstr("afati 2026-11-27"), HasSubstr("në vijim"),
                    HasSubstr("përgjigje (planned): "), Not(HasSubstr("due")), Not(HasSubstr("received"))));
  const Finished serbian = Rasti({"public", "show", pothole, "--language", "sr"});
  EXPECT_THAT(serbian.out, AllOf(HasSubstr("primljeno"), HasSubstr("rok 2026-11-27"), HasSubstr("u toku")));
  EXPECT_EQ(serbian.out, Rasti({"public", "show", pothole, "--language", "sr-Latn"}).out);

  // What its citizen took back is not held up to anybody.
  Json({"withdraw", waste, "--as", "clerk1", "--role", "clerk"});
  EXPECT_EQ(List()["total"], 1);
  ExpectRefusal({"public", "show", waste}, 3, {"the public register has no such case"});
}

TEST_F(PublicTest, WhatOfficersSayInPublicIsTold) {
  Json({"init", "--packages", "workflows", "--virtual-time", "2026-11-20T09:00:00+01:00"});
  const std::string reference =
      Json({"submit", "--workflow", "feedback", "--tenant", "prishtine", "--category", "opening_hours", "--title",
            "Closed on Fridays", "--channel", "portal", "--role", "citizen", "--form",
            R"({"kind":"remark","description":"My own words","publish":true})"})["reference"];
  Json({"act", reference, "register", "--as", "clerk1"});
  Json({"assign", reference, "--to", "person", "administration.head", "--as", "clerk1"});
  Json({"act", reference, "respond", "--as", "administration.head", "--field", "outcome=upheld", "--field",
        "text=We open on Fridays.", "--field", "used_for=service_changed", "--field", "changed=Open on Fridays",
        "--field", "remedy=Not for everybody"});
  const auto shown = Json({"public", "show", reference});
  ExpectNothingPrivate(shown.dump());
  EXPECT_THAT(shown.dump(), Not(HasSubstr("Not for everybody")));
  std::vector<nlohmann::json> told;
  for (const auto& step : shown["steps"]) {
    if (step["what"] == "told") told.push_back(step);
  }
  ASSERT_EQ(told.size(), 1U) << shown.dump();
  EXPECT_EQ(told[0]["action"], "respond");
  EXPECT_EQ(told[0]["fields"], (nlohmann::json{{"used_for", "service_changed"}, {"changed", "Open on Fridays"}}));
  EXPECT_THAT(Rasti({"public", "show", reference}).out,
              HasSubstr("What changed: Open on Fridays; What it was used for: service_changed"));
}

TEST_F(PublicTest, PagesGoOnOverTheSocketToo) {
  Init();
  const auto service = StartService();
  for (int i = 0; i < 5; ++i) Open("waste");
  std::vector<std::string> found;
  std::string cursor;
  int pages = 0;
  do {
    Words words{"--limit", "2"};
    if (!cursor.empty()) words.insert(words.end(), {"--cursor", cursor});
    const auto page = List(words);
    EXPECT_EQ(page["total"], 5);
    for (const auto& row : page["cases"]) found.push_back(row["reference"]);
    cursor = page.value("next", "");
    ++pages;
  } while (!cursor.empty());
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(found.size(), 5U);
  EXPECT_EQ(std::set(found.begin(), found.end()).size(), 5U);
  ExpectRefusal({"public", "list", "--tenant", "prishtine", "--cursor", "zz"}, 2, {"cursor 'zz'", "public register"});
  ExpectRefusal({"public", "list", "--tenant", "nowhere"}, 1, {"unknown_tenant", "no tenant 'nowhere'"});
}

}  // namespace
}  // namespace rasti::test
