// A citizen, a clerk at the counter and an officer, each doing a day's work with the command line.
#include <gmock/gmock.h>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::Not;

std::vector<std::string> TypesOf(const nlohmann::json& history) {
  std::vector<std::string> types;
  for (const auto& event : history["events"]) types.push_back(event["type"]);
  return types;
}

TEST_F(RastiTest, AReportFromSubmissionToConfirmation) {
  Init();
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  const std::string citizen = opened["actor"];
  EXPECT_EQ(opened["case"]["stage"], "received");
  EXPECT_EQ(opened["case"]["assignment"]["queue"], "roads");

  Json({"act", reference, "register", "--as", "clerk1", "--field", "file_number=05-311"});
  const auto assigned = Json({"assign", reference, "--to", "person", "roads.officer1", "--as", "clerk1"});
  // The engine hands a registered case over by itself.
  EXPECT_EQ(assigned["case"]["stage"], "assigned");
  Json({"act", reference, "start_work", "--as", "roads.officer1"});
  Json({"message", reference, "--as", "roads.officer1", "--text", "Which side of the road?"});
  Json({"message", reference, "--as", citizen, "--text", "-"}, "The school's side.");
  WriteFile(root() + "/photo.jpg", "not really a photograph");
  Json({"attach", reference, root() + "/photo.jpg", "--media-type", "image/jpeg", "--as", "roads.officer1"});
  Json({"act", reference, "respond", "--as", "roads.officer1", "--field", "outcome=resolved", "--field",
        "text=Filled on Monday."});
  Json({"act", reference, "resolve", "--as", "roads.officer1", "--field", "evidence=photo.jpg"});
  const auto closed = Json({"act", reference, "confirm", "--as", citizen});
  EXPECT_EQ(closed["case"]["status"], "closed");
  Json({"rate", reference, "5", "--as", citizen, "--comment", "Quick."});

  const auto shown = Json({"show", reference});
  EXPECT_EQ(shown["rating"], 5);
  EXPECT_EQ(shown["messages_in"], 1);
  EXPECT_EQ(shown["messages_out"], 1);
  EXPECT_EQ(shown["attachments"], 1);
  EXPECT_THAT(TypesOf(Json({"history", reference})),
              testing::IsSupersetOf({"case_submitted", "response_sent", "clock_met", "case_closed", "case_rated"}));
}

TEST_F(RastiTest, PersonalDataIsNeverPrinted) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  for (const Words& words : {Words{"show", reference}, Words{"history", reference}, Words{"overdue"},
                             Words{"show", reference, "--json"}, Words{"history", reference, "--json"}}) {
    const Finished finished = Rasti(words);
    EXPECT_EQ(finished.exit_code, 0);
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("Agim")));
    EXPECT_THAT(finished.out + finished.err, Not(HasSubstr("example.org")));
  }
}

TEST_F(RastiTest, PersonalDataIsOpenedOnlyOnTheRecord) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  ExpectRefusal({"show", reference, "--personal", "--as", "clerk1"}, 2, {"--reason"});
  ExpectRefusal({"show", reference, "--personal", "--reason", "Curious.", "--as", "auditor"}, 1, {"role_not_allowed"});
  const auto shown = Json({"show", reference, "--personal", "--reason", "To phone back.", "--as", "clerk1"});
  EXPECT_THAT(shown["personal"].dump(), HasSubstr("Agim Test"));
  const auto history = Json({"history", reference});
  EXPECT_EQ(history["events"].back()["type"], "personal_data_opened");
  EXPECT_EQ(history["events"].back()["data"]["reason"], "To phone back.");
  EXPECT_THAT(history.dump(), Not(HasSubstr("Agim")));
}

TEST_F(RastiTest, AClerkRegistersALetterOfLastFriday) {
  Init({"--virtual-time", "2026-03-02T09:00:00+01:00"});
  Words words = SubmitWords();
  words.insert(words.end(), {"--as", "clerk1", "--received-at", "2026-02-27T15:30:00+01:00", "--key", "letter-815"});
  const auto opened = Json(words);
  // Two working days from Friday, day zero: Tuesday at closing time.
  EXPECT_EQ(opened["case"]["clocks"][0]["clock"], "acknowledge");
  EXPECT_EQ(opened["case"]["clocks"][0]["plan"]["due_at"], "2026-03-03T15:00:00Z");
  // The citizen is the subject, and has an id of their own.
  EXPECT_NE(opened["subject"], opened["case"]["submitted_by"]);

  const auto again = Json(words);
  EXPECT_EQ(again["case_id"], opened["case_id"]);
  EXPECT_EQ(again["revisions"], opened["revisions"]);
}

TEST_F(RastiTest, ExplainCountsEveryDay) {
  Init({"--virtual-time", "2026-04-30T09:00:00+02:00"});
  const std::string reference = Json([] {
    Words words = SubmitWords();
    words[6] = "street_light";
    words.insert(words.end(), {"--role", "citizen"});
    return words;
  }())["reference"];
  const auto explained = Json({"explain", reference, "--clock", "resolve"});
  const auto& clock = explained["clocks"][0];
  EXPECT_EQ(clock["calendar"], "kosovo@1");
  EXPECT_EQ(clock["due_at"], clock["computed_due_at"]);
  int counted = 0;
  bool holiday = false;
  for (const auto& step : clock["steps"]) {
    if (step["kind"] == "day_counted") ++counted;
    if (step["kind"] == "day_skipped" && step["day"] == "2026-05-01 Fri") holiday = true;
  }
  EXPECT_EQ(counted, 10);
  EXPECT_TRUE(holiday);
  ExpectRefusal({"explain", reference, "--clock", "resolv"}, 3, {"did you mean 'resolve'"});
}

TEST_F(RastiTest, ADuplicateIsMergedIntoTheFirstReport) {
  Init();
  const std::string first = SubmitPothole()["reference"];
  const std::string second = SubmitPothole()["reference"];
  const auto merged = Json({"merge", second, "--into", first, "--as", "clerk1", "--reason", "The same hole."});
  EXPECT_EQ(merged["case"]["status"], "merged");
  EXPECT_EQ(Json({"show", first})["duplicates"].size(), 1u);
  ExpectRefusal({"act", second, "register", "--as", "clerk1"}, 1, {"case_closed", "act there"});
}

TEST_F(RastiTest, OfficersCorrectPauseExtendReferAndRelease) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  const auto corrected = Json({"correct", reference, "--category", "pavement", "--as", "clerk1", "--reason", "Misread.",
                               "--form", R"({"location":{"address":"Rruga C"}})"});
  EXPECT_EQ(corrected["case"]["category"], "pavement");
  EXPECT_EQ(corrected["case"]["form"]["location"]["address"], "Rruga C");
  const std::string head = "public-services.head";
  Json({"pause", reference, "--clock", "resolve", "--as", head, "--reason", "Digging first."});
  Json({"resume", reference, "--as", head});
  const auto extended = Json({"extend", reference, "--clock", "resolve", "--as", head, "--legal-basis",
                              "Law 03/L-040 on Local Self-Government (article to be confirmed)", "--reason", "Frost."});
  EXPECT_GT(extended["case"]["clocks"].size(), 1u);
  Json({"act", reference, "register", "--as", "clerk1"});
  const auto referred = Json({"refer", reference, "--to", "water_company", "--as", "roads.officer1"});
  EXPECT_EQ(referred["case"]["stage"], "referred");
  Json({"release", reference, "--as", "roads.officer1"});
  EXPECT_TRUE(Json({"show", reference})["assignment"].empty());
}

TEST_F(RastiTest, ACorrectionOfPersonalDataIsCheckedAsASubmissionIs) {
  Init();
  const std::string reference = SubmitPothole()["reference"];
  const auto correct = [&](const char* form) { return Words{"correct", reference, "--as", "clerk1", "--form", form}; };
  ExpectRefusal(correct(R"({"reporter":{"email":42}})"), 1, {"form_invalid", "form/reporter/email", "must be"});
  ExpectRefusal(correct(R"({"reporter":{"phone":"my number"}})"), 1,
                {"form_invalid", "form/reporter/phone", "must be"});
  ExpectRefusal(correct(R"({"reporter":{"name":null}})"), 1, {"form_invalid", "form/reporter/name", "leave it out"});
  ExpectRefusal(correct(R"({"reporter":null})"), 1, {"form_invalid", "form/reporter", "one by one"});
  Json(correct(R"({"reporter":{"email":"agim@example.org"}})"));
  const auto shown = Json({"show", reference, "--personal", "--reason", "To answer.", "--as", "clerk1"});
  EXPECT_NE(shown.dump().find("agim@example.org"), std::string::npos) << shown.dump(1);
}

TEST_F(RastiTest, AnExpectedRevisionMeetsWhatOthersDid) {
  Init();
  const auto opened = SubmitPothole();
  const std::string reference = opened["reference"];
  const std::string revision = std::to_string(opened["revisions"]["last"].get<int>());
  Json({"act", reference, "register", "--as", "clerk1", "--expected-revision", revision});
  ExpectRefusal({"assign", reference, "--queue", "waste", "--as", "roads.officer1", "--expected-revision", revision}, 1,
                {"revision_conflict"});
}

}  // namespace
}  // namespace rasti::test
