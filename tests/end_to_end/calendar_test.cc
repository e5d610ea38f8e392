// The government moves an Eid, or gives a day off: what that would do to deadlines is shown first, then it is done, and
// what moved is what was shown.
#include <gmock/gmock.h>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSupersetOf;
using testing::Not;
using testing::StartsWith;

// By the table Eid al-Fitr is on Tuesday, 2027-03-09, as estimated.
constexpr const char* kStart = "2027-03-03T09:00:00+01:00";  // a Wednesday

class CalendarTest : public RastiTest {
 protected:
  Words Amend(const Words& more) const {
    Words words{"calendar", "amend", "kosovo", "--legal-basis", "Decision 03/12"};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
  nlohmann::json Clock(const std::string& reference, const std::string& id) const {
    const auto page = Json({"show", reference});
    for (const auto& clock : page["clocks"]) {
      if (clock["clock"] == id) return clock;
    }
    return nullptr;
  }
  std::string Due(const std::string& reference, const std::string& id) const {
    return Clock(reference, id)["plan"]["due_at"];
  }
  std::vector<nlohmann::json> EventsOf(const std::string& reference, const std::string& type) const {
    std::vector<nlohmann::json> found;
    const auto history = Json({"history", reference});
    for (const auto& event : history["events"]) {
      if (event["type"] == type) found.push_back(event);
    }
    return found;
  }
  // What is told of moves, without what differs from one telling to the next.
  static std::vector<nlohmann::json> Moves(const nlohmann::json& moves) {
    std::vector<nlohmann::json> all;
    for (auto move : moves["moves"]) {
      move.erase("recorded_at");
      all.push_back(std::move(move));
    }
    std::ranges::sort(all);
    return all;
  }
};

TEST_F(CalendarTest, ALateEidIsShownThenDoneAndWhatMovedIsWhatWasShown) {
  Init({"--virtual-time", kStart});
  const std::string first = SubmitPothole()["reference"];
  Json({"clock", "advance", "2027-03-05T09:00:00+01:00"});
  const std::string second = SubmitPothole()["reference"];
  // Seven calendar days from Wednesday: the Wednesday, which is to be off; two working days from Friday: the same day.
  ASSERT_EQ(Due(first, "resolve"), "2027-03-10T22:59:59.999Z");
  ASSERT_EQ(Due(second, "acknowledge"), "2027-03-10T15:00:00Z") << "Tuesday is off as it stands";

  const Words move = {"--move", "2027-03-09", "2027-03-10"};
  const auto shown = Json(Amend(move));
  EXPECT_EQ(shown["published"], false);
  EXPECT_EQ(shown["version"], "2");
  EXPECT_EQ(shown["changes"].size(), 2U);
  EXPECT_EQ(shown["forecast"]["cases"], 2);
  EXPECT_EQ(shown["forecast"]["due_at_once"], 0);
  // Nothing was changed by looking.
  EXPECT_EQ(Json({"calendar", "show", "kosovo"})["versions"].size(), 1U);
  EXPECT_EQ(Due(first, "resolve"), "2027-03-10T22:59:59.999Z");
  EXPECT_EQ(Json(Amend(move))["forecast"], shown["forecast"]);

  Words with_yes = Amend(move);
  with_yes.emplace_back("--yes");
  const auto done = Json(with_yes);
  EXPECT_EQ(done["published"], true);
  EXPECT_EQ(done["in_force"], true);
  EXPECT_EQ(done["still_to_move"], 0);
  EXPECT_EQ(done["forecast"], shown["forecast"]);
  EXPECT_EQ(done["comparison"]["as_forecast"], shown["forecast"]["total"]);
  for (const char* none : {"not_moved_total", "not_forecast_total", "otherwise_total"}) {
    EXPECT_EQ(done["comparison"][none], 0) << none;
  }
  EXPECT_EQ(Moves(done["moved"]), Moves(shown["forecast"]));
  // Resolve rolls off the new day off; acknowledge has a working day more before it, so it is due a day earlier.
  EXPECT_EQ(Due(first, "resolve"), "2027-03-11T22:59:59.999Z");
  EXPECT_EQ(Due(second, "acknowledge"), "2027-03-09T15:00:00Z");
  for (const std::string& reference : {first, second}) {
    EXPECT_THAT(EventsOf(reference, "deadline_breached"), IsEmpty());
    for (const auto& event : EventsOf(reference, "clock_replanned")) {
      EXPECT_THAT(event["data"]["reason"], HasSubstr("calendar kosovo@2"));
    }
  }
  // Asked later, the same.
  const auto later = Json({"calendar", "moved", "kosovo"});
  EXPECT_EQ(Moves(later["moved"]), Moves(shown["forecast"]));
  EXPECT_EQ(later["still_to_move"], 0);
  EXPECT_EQ(Json({"explain", first, "--clock", "resolve"})["clocks"][0]["calendar"], "kosovo@2");
  // Who decides the same once more is told that it is so already.
  ExpectRefusal(with_yes, 2, {"--move 2027-03-09: is a Tuesday like any other", "2027-03-10 'Eid al-Fitr'"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "Eid al-Fitr", "--yes"}), 1,
                {"no_change", "is 'Eid al-Fitr' already, just so"});
  EXPECT_EQ(Json({"calendar", "show", "kosovo"})["versions"].size(), 2U);
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

TEST_F(CalendarTest, ADayThatIsTakenAwayMakesDeadlinesEarlierAndNoneBreachesInThePast) {
  Init({"--virtual-time", kStart});
  const std::string reference = SubmitPothole()["reference"];
  const auto added = Json(Amend({"--add", "2027-03-10", "--add", "2027-03-11", "--name", "Snow", "--yes"}));
  // The acknowledgement is due before, and escalates later.
  EXPECT_EQ(added["forecast"]["later"], 2);
  EXPECT_EQ(added["forecast"]["due_stays"], 1);
  EXPECT_EQ(added["forecast"]["total"], 3);
  EXPECT_EQ(Due(reference, "resolve"), "2027-03-12T22:59:59.999Z");

  // On Thursday it turns out that the offices were open: by the calendar the deadline was yesterday's.
  Json({"clock", "advance", "2027-03-11T10:00:00+01:00"});
  ExpectRefusal(Amend({"--remove", "2027-03-10"}), 2, {"--remove 2027-03-10: lies in the past", "--past"});
  const auto removed = Json(Amend({"--remove", "2027-03-10", "--remove", "2027-03-11", "--past", "--yes"}));
  EXPECT_EQ(removed["version"], "3");
  EXPECT_EQ(removed["forecast"]["earlier"], 2);
  EXPECT_EQ(removed["forecast"]["due_stays"], 1) << "the acknowledgement is late, and escalates earlier";
  EXPECT_EQ(removed["comparison"]["as_forecast"], removed["forecast"]["total"]);
  EXPECT_EQ(removed["forecast"]["due_at_once"], 1) << removed["forecast"].dump(2);
  const auto clock = Clock(reference, "resolve");
  EXPECT_EQ(clock["plan"]["due_at"], "2027-03-11T09:00:00Z") << "the instant of planning, no earlier";
  EXPECT_EQ(clock["plan"]["computed_due_at"], "2027-03-10T22:59:59.999Z");
  Json({"clock", "advance", "2027-03-11T12:00:00+01:00"});
  const auto breaches = EventsOf(reference, "deadline_breached");
  const auto resolve = std::ranges::find_if(breaches, [](const auto& e) { return e["data"]["clock"] == "resolve"; });
  ASSERT_NE(resolve, breaches.end());
  EXPECT_EQ((*resolve)["data"]["due_at"], "2027-03-11T09:00:00Z");
  EXPECT_EQ((*resolve)["occurred_at"], "2027-03-11T09:00:00Z");
  EXPECT_EQ(Json({"replay", "--verify"})["verified"], true);
}

TEST_F(CalendarTest, WhatWasLateIsExplainedByTheCalendarOfThen) {
  Init({"--virtual-time", kStart});
  const std::string reference = SubmitPothole()["reference"];
  Json({"clock", "advance", "2027-03-08T10:00:00+01:00"});
  ASSERT_EQ(EventsOf(reference, "deadline_breached").size(), 1U);
  const std::string due = Due(reference, "acknowledge");
  // Friday was a day off after all, but the acknowledgement is late and stays so; another one moves its escalations.
  const auto amended = Json(Amend({"--add", "2027-03-05", "--add", "2027-03-15", "--name", "Snow", "--past", "--yes"}));
  EXPECT_GE(amended["forecast"]["due_stays"], 1);
  EXPECT_EQ(Due(reference, "acknowledge"), due);
  const auto explained = Json({"explain", reference});
  ASSERT_EQ(explained["clocks"].size(), 3U);
  for (const auto& clock : explained["clocks"]) {
    if (clock["clock"] == "resolve") continue;  // of calendar days, which did not move
    EXPECT_EQ(clock["calendar"], clock["clock"] == "reply" ? "kosovo@2" : "kosovo@1") << clock["clock"];
  }
}

TEST_F(CalendarTest, ARunningServicePlansAnewAndTheDirectoryIsNotOpenedForIt) {
  Init();
  const auto service = StartService();
  const std::string reference = SubmitPothole()["reference"];
  const std::string before = Due(reference, "reply");
  // A working day within the fifteen of the reply, whenever this test is run.
  const std::string day = [&] {
    const auto explained = Json({"explain", reference, "--clock", "reply"});
    std::string last;
    for (const auto& step : explained["clocks"][0]["steps"]) {
      if (step["kind"] == "day_counted" && step["number"] == 10) last = step["day"].get<std::string>().substr(0, 10);
    }
    return last;
  }();
  ASSERT_EQ(day.size(), 10U);
  const auto shown = Json(Amend({"--add", day, "--name", "Flood"}));
  ASSERT_GE(shown["forecast"]["total"], 1);
  const auto done = Json(Amend({"--add", day, "--name", "Flood", "--yes"}));
  EXPECT_EQ(done["comparison"]["as_forecast"], shown["forecast"]["total"]) << done.dump(2);
  EXPECT_EQ(Moves(done["moved"]), Moves(shown["forecast"]));
  EXPECT_GT(Due(reference, "reply"), before);
  EXPECT_EQ(done["forecast"]["by_tenant"], nlohmann::json({{"prishtine", done["forecast"]["total"]}}));
  // Half of the day after all: hours are counted in the calendar that holds now.
  const auto half = Json(Amend({"--add", day, "--name", "Flood", "--hours", "08:00-12:00", "--yes"}));
  EXPECT_EQ(half["changes"][0]["open_after"], nlohmann::json({"08:00-12:00"}));
  EXPECT_EQ(Due(reference, "reply"), before);
  EXPECT_EQ(Json({"calendar", "show", "kosovo"})["version"], "3");
  StopService(*service);
  EXPECT_EQ(Json({"calendar", "moved", "kosovo", "--version", "2"})["moved"]["total"], shown["forecast"]["total"]);
}

TEST_F(CalendarTest, AVersionThatComesIntoForceLaterMovesThenAndTimePassesInTheForecast) {
  Init({"--virtual-time", kStart});
  const std::string early = SubmitPothole()["reference"];
  Json({"clock", "advance", "2027-03-08T09:00:00+01:00"});
  const std::string late = SubmitPothole()["reference"];
  // In force from Thursday on, when the first one's acknowledgement and resolution are late already.
  const Words words = {"--add", "2027-03-15", "--name", "Snow", "--effective-from", "2027-03-11T09:00:00+01:00"};
  const auto shown = Json(Amend(words));
  std::vector<std::string> moving;
  std::vector<std::string> staying;
  for (const auto& move : shown["forecast"]["moves"]) {
    auto& moves = move["due_before"] == move["due_after"] ? staying : moving;
    moves.push_back(move["reference"].get<std::string>() + " " + move["clock"].get<std::string>());
  }
  EXPECT_THAT(moving, testing::UnorderedElementsAre(early + " reply", late + " reply", late + " resolve"));
  // What is late by then stays so, and escalates a working day later; an acknowledgement that is due before the day off
  // does the same.
  EXPECT_THAT(staying,
              testing::UnorderedElementsAre(early + " acknowledge", early + " resolve", late + " acknowledge"));
  EXPECT_EQ(shown["forecast"]["due_stays"], 3);
  Words with_yes = Amend(words);
  with_yes.emplace_back("--yes");
  const auto published = Json(with_yes);
  EXPECT_EQ(published["in_force"], false);
  EXPECT_THAT(Rasti({"calendar", "moved", "kosovo", "--version", "2"}).out, HasSubstr("nothing moved by it yet"));
  // Who amends what holds until then is told that the later version does not know of it.
  const Finished warned = Rasti(Amend({"--add", "2027-03-17", "--name", "Flood"}));
  EXPECT_EQ(warned.exit_code, 0);
  EXPECT_THAT(warned.err, HasSubstr("kosovo@2 comes into force on 2027-03-11T08:00:00Z and does not have these days"));

  Json({"clock", "advance", "2027-03-11T10:00:00+01:00"});
  const auto moved = Json({"calendar", "moved", "kosovo"});
  EXPECT_EQ(moved["version"], "2");
  EXPECT_EQ(Moves(moved["moved"]), Moves(shown["forecast"]));
  EXPECT_EQ(moved["still_to_move"], 0);
}

TEST_F(CalendarTest, ListsAreAsLongAsAskedForAndTotalsExact) {
  Init({"--virtual-time", kStart});
  for (int i = 0; i < 5; ++i) SubmitPothole();
  const auto all = Json(Amend({"--add", "2027-03-10", "--name", "Snow", "--limit", "1000"}))["forecast"];
  const auto some = Json(Amend({"--add", "2027-03-10", "--name", "Snow", "--limit", "2"}))["forecast"];
  EXPECT_EQ(all["moves"].size(), all["total"]);
  EXPECT_GE(all["total"], 10);
  EXPECT_EQ(some["moves"].size(), 2U);
  EXPECT_EQ(some["total"], all["total"]);
  EXPECT_EQ(some["by_tenant"], all["by_tenant"]);
  const std::string text = Rasti(Amend({"--add", "2027-03-10", "--name", "Snow", "--limit", "2"})).out;
  EXPECT_THAT(text, HasSubstr("kosovo@1 with these days would be kosovo@2"));
  EXPECT_THAT(text, HasSubstr("2027-03-10 Wed  08:00-16:00 -> closed  Snow; Decision 03/12"));
  EXPECT_THAT(text, HasSubstr(" more (--limit)"));
  EXPECT_THAT(text, HasSubstr("nothing was changed: the same with --yes does it"));
}

TEST_F(CalendarTest, WhatCannotBeIsRefusedBeforeAnythingIsChanged) {
  Init({"--virtual-time", kStart});
  ExpectRefusal({"calendar", "show", "kosov"}, 3, {"there is no calendar 'kosov', did you mean 'kosovo'?"});
  ExpectRefusal({"calendar", "amend", "boston", "--add", "2027-03-10", "--name", "x", "--legal-basis", "y"}, 3,
                {"there is no calendar 'boston'", "published are 'kosovo'"});
  ExpectRefusal({"calendar", "amend", "kosovo", "--add", "2027-03-10", "--name", "x"}, 2, {"--legal-basis"});
  ExpectRefusal(Amend({}), 2, {"say what changes"});
  ExpectRefusal(Amend({"--add", "2051-03-10", "--name", "x"}), 2, {"--add 2051-03-10", "covers 2009-01-01 to"});
  ExpectRefusal(Amend({"--add", "2027-03-10"}), 2, {"--name"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "x", "--yes", "--dry-run"}), 2, {"exclude each other"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "x", "--as-version", "1"}), 2, {"--as-version 1"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "x", "--as-version", "a b", "--yes"}), 2, {"version"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "x", "--effective-from", "2027-03-01T00:00:00Z"}), 2,
                {"--effective-from", "in the past"});
  ExpectRefusal(Amend({"--add", "2027-03-10", "--name", "x", "--wait", "soon"}), 2, {"--wait soon"});
  ExpectRefusal(Amend({"--remove", "2027-03-11"}), 2, {"is a Thursday like any other", "2027-03-09 'Eid al-Fitr'"});
  const Finished sunday = Rasti(Amend({"--add", "2027-03-07", "--name", "x"}));
  EXPECT_EQ(sunday.exit_code, 0);
  EXPECT_THAT(sunday.err, HasSubstr("warning: --add 2027-03-07: is a Sunday, closed in any case"));
  ExpectRefusal({"calendar", "show", "kosovo", "--version", "7"}, 3, {"--version 7: there is no kosovo@7"});
  ExpectRefusal({"calendar", "show", "kosovo", "--from", "2060-01-01"}, 2, {"--from 2060-01-01", "2050-12-31"});
  ExpectRefusal({"calendar", "show", "kosovo", "--year", "2060"}, 2, {"--year", "2050-12-31"});
  EXPECT_EQ(Json({"calendar", "show", "kosovo"})["versions"].size(), 1U);
}

TEST_F(CalendarTest, ShowTellsOfEachDayWhereItComesFrom) {
  Init({"--virtual-time", kStart});
  Json(Amend({"--move", "2027-03-09", "2027-03-10", "--yes"}));
  const auto shown = Json({"calendar", "show", "kosovo", "--year", "2027"});
  EXPECT_EQ(shown["zone"], "Europe/Belgrade");
  EXPECT_EQ(shown["covers"], nlohmann::json({{"from", "2009-01-01"}, {"to", "2050-12-31"}}));
  EXPECT_EQ(shown["week"]["monday"], nlohmann::json({"08:00-16:00"}));
  EXPECT_THAT(shown["week"]["sunday"], IsEmpty());
  EXPECT_EQ(shown["versions"].size(), 2U);
  EXPECT_EQ(shown["versions"][1]["in_force"], true);
  EXPECT_THAT(shown["tenants"].get<std::vector<std::string>>(), IsSupersetOf({"prishtine"}));
  std::map<std::string, nlohmann::json> days;
  for (const auto& day : shown["days"]) days[day["date"]] = day;
  EXPECT_EQ(days["2027-03-10"]["name"], "Eid al-Fitr");
  EXPECT_EQ(days["2027-03-10"]["legal_basis"], "Decision 03/12");
  EXPECT_EQ(days["2027-03-10"]["source"], "calendar.yaml");
  EXPECT_EQ(days["2027-03-09"]["open"], nlohmann::json({"08:00-16:00"}));
  EXPECT_EQ(days["2027-01-04"]["moved"], true);
  EXPECT_EQ(days["2027-01-04"]["source"], "holidays.csv");
  EXPECT_EQ(days["2027-05-16"]["estimated"], true);
  // The first version says what it always said.
  const auto first =
      Json({"calendar", "show", "kosovo", "--version", "1", "--from", "2027-03-09", "--to", "2027-03-10"});
  ASSERT_EQ(first["days"].size(), 1U);
  EXPECT_EQ(first["days"][0]["name"], "Eid al-Fitr");
  EXPECT_EQ(first["working_days"], 1);
  EXPECT_EQ(first["in_force"], false);

  const std::string text = Rasti({"calendar", "show", "kosovo"}).out;
  EXPECT_THAT(text, StartsWith("kosovo@2, Europe/Belgrade\n"));
  EXPECT_THAT(text, HasSubstr("week      Mon-Fri 08:00-16:00; Sat-Sun closed"));
  EXPECT_THAT(text, HasSubstr("Eid al-Fitr, moved to 2027-03-10; Decision 03/12"));
  EXPECT_THAT(text, Not(HasSubstr("2028-"))) << "of the present year only";
  const auto list = Json({"calendar", "list"})["calendars"];
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0]["version"], "2");
  EXPECT_THAT(Rasti({"calendar", "list"}).out, StartsWith("kosovo@2  in force from 2027-03-03T08:00:00Z  covers"));
}

}  // namespace
}  // namespace rasti::test
