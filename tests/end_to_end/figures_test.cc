// The ministry asks for figures; other programs take cases and events out.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::Contains;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::SizeIs;
using testing::StartsWith;

class FiguresTest : public RastiTest {
 protected:
  // November: two reports, one of them answered and closed, one late. December: that one is withdrawn.
  void LiveThroughAWinter() const {
    Init({"--virtual-time", "2026-11-20T09:00:00+01:00"});
    const std::string first = Open("pothole", "counter");
    const std::string second = Open("waste", "phone");
    Json({"act", first, "register", "--as", "clerk1"});
    Json({"act", first, "start_work", "--as", "roads.officer1", "--now", "2026-11-22T09:00:00+01:00"});
    Json({"act", first, "respond", "--as", "roads.officer1", "--field", "outcome=resolved", "--field", "text=Filled."});
    Json({"act", first, "resolve", "--as", "roads.officer1", "--field", "evidence=photo"});
    Json({"act", first, "confirm", "--as", "clerk1"});
    // An hour into December by the clock on the wall, and still November in UTC.
    Json({"withdraw", second, "--as", "clerk1", "--role", "clerk", "--now", "2026-12-01T00:30:00+01:00"});
  }

  // A case that is led to its end.
  std::string Close(const std::string& category) const {
    std::string reference = Open(category, "portal");
    for (const Words& words :
         std::vector<Words>{{"act", reference, "register", "--as", "clerk1"},
                            {"act", reference, "start_work", "--as", "roads.officer1"},
                            {"act", reference, "respond", "--as", "roads.officer1", "--field", "outcome=resolved",
                             "--field", "text=x"},
                            {"act", reference, "resolve", "--as", "roads.officer1", "--field", "evidence=photo"},
                            {"act", reference, "confirm", "--as", "clerk1"}}) {
      Json(words);
    }
    return reference;
  }

  // What another program makes of the events, beside these answers of `rasti stats`.
  nlohmann::json Reconciled(const std::vector<Words>& stats) const {
    WriteFile(root() + "/events.jsonl", Rasti({"export", "--events"}).out);
    Words words{"/usr/bin/python3", "tests/acceptance/reconcile_figures.py", root() + "/events.jsonl",
                "workflows/tzdata/2025b/Europe/Belgrade"};
    for (const Words& asked : stats) {
      words.push_back(root() + "/stats-" + std::to_string(words.size()) + ".json");
      WriteFile(words.back(), Json(asked).dump());
    }
    const Finished finished = Child(words).Finish();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return nlohmann::json::parse(finished.out, nullptr, false);
  }

  std::string Open(const std::string& category, const std::string& channel) const {
    return Json(
        {"submit", "--workflow", "issue-report", "--tenant", "prishtine", "--category", category, "--title", "A, \"b\"",
         "--channel", channel, "--as", "clerk1", "--form",
         R"({"description":"As deep as a bucket","location":{"address":"Rruga B 17"},"reporter":{"name":"A. B."}})"})
        ["reference"];
  }

  std::vector<std::string> Lines(const Words& words) const {
    const Finished finished = Rasti(words);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    std::vector<std::string> lines;
    std::istringstream text(finished.out);
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }
};

TEST_F(FiguresTest, MonthsAreThoseOfTheClockOnTheWall) {
  LiveThroughAWinter();
  const auto stats = Json({"stats", "--tenant", "prishtine", "--from", "2026-11", "--to", "2026-12", "--by", "month"});
  ASSERT_THAT(stats["rows"], SizeIs(2));
  const auto& november = stats["rows"][0];
  EXPECT_EQ(november["period"], "2026-11");
  EXPECT_EQ(november["submitted"], 2);
  EXPECT_EQ(november["first_responses"], 1);
  EXPECT_DOUBLE_EQ(november["first_response_days"], 2.0);
  EXPECT_EQ(november["closed"], 1);
  EXPECT_DOUBLE_EQ(november["resolution_days"], 2.0);
  EXPECT_EQ(november["withdrawn"], 0);
  EXPECT_EQ(november["open_at_end"], 1);
  EXPECT_GE(november["escalations"], 1);
  EXPECT_EQ(november["clocks"]["reply"]["met_on_time"], 1);
  EXPECT_EQ(november["clocks"]["acknowledge"]["breached"], 1);
  const auto& december = stats["rows"][1];
  EXPECT_EQ(december["submitted"], 0);
  EXPECT_EQ(december["withdrawn"], 1);
  EXPECT_EQ(december["open_at_end"], 0);
  EXPECT_FALSE(december.contains("mean_age_days"));

  const auto by = Json({"stats", "--by", "tenant,category,channel"});
  ASSERT_THAT(by["rows"], SizeIs(2));
  EXPECT_EQ(by["rows"][0]["category"], "pothole");
  EXPECT_EQ(by["rows"][0]["channel"], "counter");
  EXPECT_EQ(by["rows"][1]["category"], "waste");
  EXPECT_EQ(by["rows"][1]["withdrawn"], 1);
  EXPECT_EQ(by["rows"][0]["period"], "2026-01 to 2026-12");

  const auto csv = Lines({"stats", "--from", "2026-11", "--by", "month", "--csv"});
  ASSERT_THAT(csv, SizeIs(3));
  EXPECT_THAT(csv[0], StartsWith("period,submitted,answered,days to answer,"));
  EXPECT_THAT(csv[1], StartsWith("2026-11,2,1,2.0,1,2.0,100.0,1,10.6,0,3,"));
  const auto clocks = Lines({"stats", "--from", "2026-11", "--to", "2026-11", "--by", "clock", "--csv"});
  ASSERT_GE(clocks.size(), 2U);
  EXPECT_EQ(clocks[0], "period,clock,met on time,met late,% on time,breached");
  EXPECT_THAT(clocks, Contains("2026-11,reply,1,0,100.0,0"));
}

TEST_F(FiguresTest, EveryFigureIsThatOfTheEvents) {
  LiveThroughAWinter();
  Close("pothole");
  const std::string reopened = Close("waste");
  Json({"reopen", reopened, "--as", "clerk1", "--reason", "It is back."});
  Json({"clock", "advance", "2026-12-20T12:00:00+01:00"});
  const std::string target = Open("pavement", "phone");
  Json({"merge", Open("pavement", "counter"), "--into", target, "--as", "clerk1", "--reason", "The same."});
  Json({"correct", target, "--category", "pothole", "--as", "roads.officer1", "--reason", "Deeper than it looked."});
  const auto own = SubmitPothole();
  const std::string reference = own["reference"];
  Json({"act", reference, "register", "--as", "clerk1"});
  Json({"act", reference, "start_work", "--as", "roads.officer1"});
  Json({"act", reference, "respond", "--as", "roads.officer1", "--field", "outcome=resolved", "--field", "text=x"});
  Json({"act", reference, "resolve", "--as", "roads.officer1", "--field", "evidence=photo"});
  Json({"act", reference, "confirm", "--as", own["actor"]});
  Json({"rate", reference, "4", "--as", own["actor"]});
  Json({"clock", "advance", "2027-02-10T12:00:00+01:00"});

  const auto asked = [](const char* by) { return Words{"stats", "--from", "2026-11", "--to", "2027-02", "--by", by}; };
  const auto all = Json(asked("month"));
  // There is something to compare of every kind.
  std::map<std::string, double> sums;
  for (const auto& row : all["rows"]) {
    for (const auto& [name, value] : row.items()) {
      if (value.is_number()) sums[name] += value.get<double>();
    }
  }
  for (const char* name :
       {"submitted", "responses", "first_response_days", "closed", "resolution_days", "withdrawn", "merged", "reopened",
        "escalations", "ratings", "rating", "on_time", "open_at_end", "mean_age_days"}) {
    EXPECT_GT(sums[name], 0) << name;
  }
  const auto reconciled = Reconciled({asked("month"), asked("month,tenant"), asked("month,workflow,category,channel"),
                                      asked("month,tenant,workflow,category,channel")});
  EXPECT_EQ(reconciled["differences"], 0);
  EXPECT_GT(reconciled["figures_compared"], 500);
}

TEST_F(FiguresTest, EachTenantHasTheMonthsOfItsOwnWall) {
  // All that ships: Boston's midnight comes some hours after Prishtina's.
  ASSERT_EQ(Rasti({"init", "--packages", "workflows", "--virtual-time", "2015-10-31T23:30:00Z"}).exit_code, 0);
  Open("pothole", "counter");
  Json({"submit", "--workflow", "boston-311", "--tenant", "boston", "--category", "Street Light Outages", "--title",
        "Dark", "--channel", "call", "--role", "resident"});
  const auto by_tenant = Json({"stats", "--from", "2015-10", "--to", "2015-11", "--by", "tenant,month"});
  std::map<std::string, std::string> submitted_in;
  for (const auto& row : by_tenant["rows"]) {
    if (row["submitted"] == 1) submitted_in[row["tenant"]] = row["period"];
  }
  EXPECT_EQ(submitted_in["prishtine"], "2015-11");
  EXPECT_EQ(submitted_in["boston"], "2015-10");
  // Those where nothing happened are listed too.
  const auto is_quiet = [](const auto& row) { return row["tenant"] == "gjilan" && row["submitted"] == 0; };
  EXPECT_EQ(std::ranges::count_if(by_tenant["rows"], is_quiet), 2);
  const auto together = Json({"stats", "--from", "2015-10", "--to", "2015-11", "--by", "month"});
  ASSERT_THAT(together["rows"], SizeIs(2));
  EXPECT_EQ(together["rows"][0]["submitted"], 1);
  EXPECT_EQ(together["rows"][0]["open_at_end"], 1);
  EXPECT_EQ(together["rows"][1]["submitted"], 1);
  EXPECT_EQ(together["rows"][1]["open_at_end"], 2);
}

TEST_F(FiguresTest, TheSameOverASocketAndPlainAnswersToWrongQuestions) {
  Init();
  const auto service = StartService();
  SubmitPothole();
  const auto stats = Json({"stats", "--by", "workflow"});
  ASSERT_THAT(stats["rows"], SizeIs(1));
  EXPECT_EQ(stats["rows"][0]["workflow"], "issue-report");
  EXPECT_EQ(stats["rows"][0]["open_at_end"], 1);
  StopService(*service);
  ExpectRefusal({"stats", "--from", "2026-13"}, 2, {"--from 2026-13: a month is wanted, as in 2026-11"});
  ExpectRefusal({"stats", "--from", "2026-05", "--to", "2026-04"}, 2, {"--from 2026-05 comes after --to 2026-04"});
  ExpectRefusal({"stats", "--tenant", "prishtin"}, 1, {"did you mean 'prishtine'"});
  EXPECT_EQ(Rasti({"stats", "--by", "moth"}).exit_code, 2);
  EXPECT_THAT(Rasti({"stats", "--from", "2020-01", "--to", "2020-02"}).out, HasSubstr("nothing happened then"));
}

TEST_F(FiguresTest, AnExportHasEveryCaseAndEventAndNothingPersonal) {
  LiveThroughAWinter();
  const auto csv = Lines({"export", "--csv"});
  ASSERT_THAT(csv, SizeIs(3));
  EXPECT_THAT(csv[0], StartsWith("case_id,reference,tenant,"));
  EXPECT_THAT(csv[1], HasSubstr(R"("A, ""b""")"));
  const auto cases = Lines({"export", "--tenant", "prishtine"});
  ASSERT_THAT(cases, SizeIs(2));
  EXPECT_THAT(cases, Each(Not(HasSubstr("A. B."))));
  EXPECT_EQ(nlohmann::json::parse(cases[0])["title"], "A, \"b\"");
  const auto events = Lines({"export", "--events"});
  EXPECT_THAT(events, Each(Not(HasSubstr("A. B."))));
  size_t in_histories = 0;
  for (const std::string& line : cases) {
    in_histories += Json({"history", nlohmann::json::parse(line)["case_id"]})["events"].size();
  }
  EXPECT_EQ(events.size(), in_histories);
  EXPECT_LT(Lines({"export", "--events", "--at", "2026-11-21T00:00:00+01:00"}).size(), events.size());
  ExpectRefusal({"export", "--events", "--csv"}, 2, {"events are JSON lines"});
}

}  // namespace
}  // namespace rasti::test
