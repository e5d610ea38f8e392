// A log with a clock of its own lives through months in seconds: warnings, breaches and escalations at their instants.
#include <gmock/gmock.h>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

constexpr const char* kStart = "2026-01-05T09:00:00+01:00";  // a Monday

std::vector<std::string> OccurredAt(const nlohmann::json& history, const std::string& type, const std::string& clock) {
  std::vector<std::string> times;
  for (const auto& event : history["events"]) {
    if (event["type"] == type && event["data"]["clock"] == clock) times.push_back(event["occurred_at"]);
  }
  return times;
}

TEST_F(RastiTest, EscalationsOfACaseThatNobodyTouches) {
  Init({"--virtual-time", kStart});
  const std::string reference = SubmitPothole()["reference"];
  EXPECT_TRUE(Json({"overdue"})["deadlines"].empty());
  EXPECT_EQ(Json({"clock", "advance", "2026-03-02T09:00:00+01:00"})["now"], "2026-03-02T08:00:00Z");

  const auto history = Json({"history", reference});
  // Seven calendar days from Monday: Monday, the last instant of it; warned six opening hours before, at 10:00.
  EXPECT_THAT(OccurredAt(history, "deadline_breached", "resolve"), testing::ElementsAre("2026-01-12T22:59:59.999Z"));
  EXPECT_THAT(OccurredAt(history, "deadline_warned", "resolve"), testing::ElementsAre("2026-01-12T09:00:00Z"));
  EXPECT_EQ(OccurredAt(history, "case_escalated", "resolve").size(), 3u);
  const auto overdue = Json({"overdue", "--tenant", "prishtine"});
  ASSERT_EQ(overdue["deadlines"].size(), 3u);
  EXPECT_EQ(overdue["deadlines"][0]["clock"], "acknowledge");
  EXPECT_EQ(overdue["deadlines"][0]["escalated_to"], 3);
  EXPECT_EQ(overdue["total"], 3);
  // A head asks for what the directorate holds; what its queues hold is part of it.
  const Words of_directorate{"overdue", "--tenant", "prishtine", "--directorate", "public-services"};
  EXPECT_EQ(Json(of_directorate)["total"], 3);
  EXPECT_THAT(Rasti(of_directorate).out, testing::HasSubstr("3 deadlines overdue"));
  EXPECT_EQ(Json({"overdue", "--clock", "resolve"})["total"], 1);
  EXPECT_THAT(Rasti({"overdue", "--clock", "resolve"}).out, testing::HasSubstr("1 deadline overdue"));
  EXPECT_THAT(Rasti({"overdue", "--limit", "1"}).out, testing::HasSubstr("1 of 3 deadlines overdue"));
  EXPECT_THAT(Rasti({"overdue", "--tenant", "prishtine", "--nobody"}).out, testing::HasSubstr("nothing is overdue"));
  EXPECT_EQ(Json({"tally"})["open_overdue"], 1);
}

TEST_F(RastiTest, AsOfShowsThePast) {
  Init({"--virtual-time", kStart});
  const std::string reference = SubmitPothole()["reference"];
  Json({"act", reference, "register", "--as", "clerk1", "--now", "2026-01-06T09:00:00+01:00"});
  Json({"act", reference, "close_without_work", "--as", "clerk1", "--field", "outcome=already_done", "--field",
        "evidence=Seen.", "--now", "2026-01-08T09:00:00+01:00"});
  EXPECT_EQ(Json({"show", reference})["status"], "closed");
  EXPECT_EQ(Json({"show", reference, "--at", "2026-01-07T00:00:00Z"})["stage"], "assigned");
  EXPECT_EQ(Json({"show", reference, "--at", kStart})["stage"], "received");
  EXPECT_EQ(Json({"show", reference, "--known-at", "2026-01-06T09:00:00+01:00"})["stage"], "assigned");
  ExpectRefusal({"show", reference, "--at", "2025-01-01T00:00:00Z"}, 3, {"it came later"});
  EXPECT_EQ(Json({"tally", "--at", "2026-01-07T00:00:00Z"})["open_in_time"], 1);
  EXPECT_EQ(Json({"tally"})["closed_on_time"], 1);
}

TEST_F(RastiTest, AVirtualClockNeverGoesBackAndAMachinesIsNotMoved) {
  Init({"--virtual-time", kStart});
  ExpectRefusal({"clock", "advance", "2026-01-01T00:00:00Z"}, 2, {"never goes back"});
  EXPECT_EQ(Json({"clock", "show"})["clock"], "virtual");
}

TEST_F(RastiTest, AMachinesClockIsNotMoved) {
  Init();
  ExpectRefusal({"clock", "advance", "2036-01-01T00:00:00Z"}, 2, {"the clock of this log is the machine's"});
  EXPECT_EQ(Json({"clock", "show"})["clock"], "wall");
}

TEST_F(RastiTest, AVirtualClockMovesThroughTheServiceToo) {
  Init({"--virtual-time", kStart});
  const std::string reference = SubmitPothole()["reference"];
  const auto service = StartService();
  Json({"clock", "advance", "2026-01-20T09:00:00+01:00"});
  EXPECT_EQ(Json({"overdue"})["deadlines"].size(), 2u);
  StopService(*service);
  EXPECT_EQ(Json({"clock", "show"})["now"], "2026-01-20T08:00:00Z");
}

TEST_F(RastiTest, ClerksBackDateCitizensDoNot) {
  Init({"--virtual-time", kStart});
  const auto opened = SubmitPothole();
  Json({"clock", "advance", "2026-01-07T09:00:00+01:00"});
  const std::string reference = opened["reference"];
  ExpectRefusal({"withdraw", reference, "--as", opened["actor"], "--now", "2026-01-06T09:00:00+01:00"}, 1,
                {"back_dated"});
  const auto registered = Json({"act", reference, "register", "--as", "clerk1", "--now", "2026-01-06T09:00:00+01:00"});
  EXPECT_EQ(registered["case"]["stage_entered_at"], "2026-01-06T08:00:00Z");
}

}  // namespace
}  // namespace rasti::test
