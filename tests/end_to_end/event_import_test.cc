// `rasti import` of logs of events with the program as people use it: CSV and XES, rows in any order, bad ones told.
#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

constexpr const char* kMapping = "workflows/coselog/mapping.yaml";
constexpr const char* kUntil = "2011-06-05T00:00:00+02:00";
constexpr const char* kHeader =
    "case:concept:name,case:startdate,case:enddate,case:deadline,case:enddate_planned,case:department,case:group,"
    "case:responsible,case:channel,concept:instance,concept:name,org:resource,time:timestamp\n";

std::string Slurp(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

// A row of a case that was opened on 1 March 2011 and has not ended.
std::string Event(const std::string& name, const std::string& activity, const std::string& time,
                  const std::string& id = "", const std::string& resource = "Ana") {
  return name + ",2011-03-01 09:00:00+01:00,,2011-04-26 09:00:00+02:00,,General,,Ana,Desk," + id + "," + activity +
         "," + resource + "," + time + "\n";
}

class EventImportTest : public RastiTest {
 protected:
  void InitAt(const std::string& directory) const {
    Child child({Program(), "init", "--data", directory, "--partitions", "2", "--packages", "workflows/coselog",
                 "workflows/calendars/coselog", "workflows/tenants/coselog", "workflows/tzdata/2025b"});
    const Finished finished = child.Finish();
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  }
  static nlohmann::json Import(const std::string& directory, const Words& files, const std::string& until = kUntil) {
    Words words = {Program(), "import", "--data", directory, "--mapping", kMapping, "--until", until, "--json"};
    words.insert(words.end(), files.begin(), files.end());
    Child child(words);
    const Finished finished = child.Finish();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.json();
  }
  // What happened in all cases, apart from when and in which order it was recorded.
  static nlohmann::json Histories(const std::string& directory) {
    nlohmann::json histories;
    Child list({Program(), "deadlines", "--data", directory, "--tenant", "coselog", "--clock", "decide", "--json"});
    std::istringstream lines(list.Finish().out);
    for (std::string line; std::getline(lines, line);) {
      const std::string id = nlohmann::json::parse(line).at("case_id");
      Child child({Program(), "history", "--data", directory, "--json", id});
      nlohmann::json events = child.Finish().json().at("events");
      for (nlohmann::json& event : events) {
        for (const char* key : {"recorded_at", "sequence", "prev_hash", "hash"}) event.erase(key);
      }
      histories[id] = std::move(events);
    }
    return histories;
  }
  std::string File(const std::string& name, const std::string& content) const {
    WriteFile(root() + "/" + name, content);
    return root() + "/" + name;
  }
  // The mapping that ships, with something else in one place.
  std::string MappingWith(const std::string& from, const std::string& to) const {
    std::string mapping = Slurp(kMapping);
    EXPECT_NE(mapping.find(from), std::string::npos) << from;
    return File("m.yaml", mapping.replace(mapping.find(from), from.size(), to));
  }
};

TEST_F(EventImportTest, CsvAndXesGiveTheSame) {
  InitAt(data());
  const auto report = Import(data(), {"tests/data/events-small.csv"});
  EXPECT_EQ(report["rows"], 11);
  EXPECT_EQ(report["cases"], 4);
  EXPECT_EQ(report["actions"], 4);
  EXPECT_EQ(report["notes"], 7);
  EXPECT_EQ(report["rows_after_the_end"], 3);
  EXPECT_EQ(report["cases_with_rows_after_the_end"], 2);
  EXPECT_EQ(report["closed_on_time"], 1);
  EXPECT_EQ(report["closed_late"], 1);
  EXPECT_EQ(report["open_overdue"], 1);
  EXPECT_EQ(report["open_in_time"], 1);
  const std::string other = root() + "/xes";
  InitAt(other);
  EXPECT_EQ(Import(other, {"tests/data/events-small.xes"})["events"], report["events"]);
  EXPECT_EQ(Histories(data()), Histories(other));
  EXPECT_EQ(Import(data(), {"tests/data/events-small.xes"})["events"], 0) << "the same rows, whatever the file";
}

TEST_F(EventImportTest, TheOrderOfRowsAndTheNumberOfFilesDoNotMatter) {
  std::vector<std::string> rows;
  for (int i = 0; i < 60; ++i) {
    const std::string minute = std::to_string(10 + i / 6 * 4);
    const std::string activity = i % 12 < 6 ? "Confirmation of receipt" : "Look at the plan";
    rows.push_back(Event("P-" + std::to_string(i % 6), activity, "2011-03-05T10:" + minute + ":00.25+01:00"));
  }
  const auto table = [&](size_t from, size_t to) {
    std::string text = kHeader;
    for (size_t i = from; i < to; ++i) text += rows[i];
    return text;
  };
  InitAt(data());
  const auto report = Import(data(), {File("sorted.csv", table(0, rows.size()))});
  EXPECT_EQ(report["cases"], 6);
  EXPECT_EQ(report["actions"], 6) << "a second confirmation is a note";
  EXPECT_EQ(report["notes"], 54);
  const auto wanted = Histories(data());
  std::mt19937 random(11);  // NOLINT(cert-msc51-cpp): the same shuffles in every run
  for (int round = 0; round < 2; ++round) {
    std::shuffle(rows.begin(), rows.end(), random);
    const std::string directory = root() + "/shuffled" + std::to_string(round);
    InitAt(directory);
    const Words files = {File("a.csv", table(0, 20)), File("b.csv", table(20, 21)), File("c.csv", table(21, 60))};
    EXPECT_EQ(Import(directory, files)["events"], report["events"]);
    EXPECT_EQ(Histories(directory), wanted);
    EXPECT_EQ(Import(data(), files)["events"], 0);
  }
}

TEST_F(EventImportTest, ALogThatGrewAddsWhatIsNew) {
  InitAt(data());
  const std::string first = kHeader + Event("P-1", "Confirmation of receipt", "2011-03-02 09:00:00+01:00");
  const std::string more =
      first + Event("P-1", "Look", "2011-03-03 09:00:00+01:00") + Event("P-2", "Look", "2011-03-03 09:00:00+01:00");
  Import(data(), {File("log.csv", first)}, "2011-03-02T12:00:00+01:00");
  const auto report = Import(data(), {File("log.csv", more)});
  EXPECT_EQ(report["cases"], 2);
  EXPECT_EQ(report["cases_before"], 1);
  EXPECT_EQ(report["rejected"], 0);
  const std::string directory = root() + "/at-once";
  InitAt(directory);
  Import(directory, {File("log.csv", more)});
  const nlohmann::json grown = Histories(data());
  const nlohmann::json at_once = Histories(directory);
  EXPECT_EQ(grown.size(), 2u);
  for (const auto& [id, events] : grown.items()) {
    const auto count = [](const nlohmann::json& in) {
      return std::ranges::count_if(in, [](const nlohmann::json& event) { return event["type"] == "action_taken"; });
    };
    EXPECT_EQ(count(events), count(at_once.at(id)));
  }
}

TEST_F(EventImportTest, BadRowsAreToldOneByOne) {
  InitAt(data());
  const std::string good = Event("P-1", "Confirmation of receipt", "2011-03-02 09:00:00+01:00", "e1");
  const std::string csv =
      File("bad.csv", "\xEF\xBB\xBF" + std::string(kHeader) + good +                 // line 2
                          Event("", "Look", "2011-03-02 10:00:00+01:00") +           // no case
                          Event("P-1", "", "2011-03-02 10:00:00+01:00") +            // no activity
                          Event("P-1", "Look", "") +                                 // no time
                          Event("P-1", "Look", "2 March") +                          // no time
                          Event("P-1", "Look", "2011-03-02 11:00:00+01:00", "e1") +  // the id again
                          "P-1,short\n" +                                            // too few fields
                          Event("P-1", "Caf\xE9", "2011-03-02 11:00:00+01:00") +     // Latin-1
                          Event("P-1", "Look", "2011-03-02T12:00:00Z") +             // another zone
                          Event("P-1", "Look", "2011-03-02 14:00:00") +              // no zone
                          "P-2,2011-03-01 09:00:00+01:00,,soon,,General,,,Desk,,Look,,2011-03-02 10:00:00\n" +
                          "P-3,2011-03-01 09:00:00+01:00,,,,Nonsense,,,Desk,,Look,,2011-03-02 10:00:00\n" +
                          "P-3,,,,,Nonsense,,,Desk,,Look,,2011-03-02 11:00:00\n");
  const std::string xes = File("bad.xes", R"(<log><event/><trace><string key="concept:name" value="P-9"/></trace>
<trace><string key="concept:name" value="P-1"/><date key="startdate" value=""/>
<event><string key="concept:name" value="Look"/></event></trace>
<global scope="trace"><date key="enddate"/><date key="deadline"/><date key="enddate_planned"/><string key="department"/>
<string key="group"/><string key="responsible"/><string key="channel"/></global>
<global scope="event"><string key="concept:instance"/><string key="org:resource"/><date key="time:timestamp"/></global>
</log>)");
  const std::string rejects = root() + "/rejects.csv";
  const Finished finished =
      Rasti({"import", "--mapping", kMapping, csv, xes, "--until", kUntil, "--rejects", rejects, "--json"});
  EXPECT_EQ(finished.exit_code, 1) << finished.err;
  const auto report = finished.json();
  EXPECT_EQ(report["rows"], 16);
  EXPECT_EQ(report["rejected"], 13);
  EXPECT_EQ(report["cases"], 1);
  EXPECT_EQ(report["actions"], 1);
  EXPECT_EQ(report["notes"], 2);

  const std::string told = Slurp(rejects);
  EXPECT_THAT(told, testing::StartsWith("file,line,column,reason,row\n"));
  for (const char* one :
       {"3,case:concept:name,\"empty, but the row's key names its case\"", "4,concept:name,\"empty, but an event says",
        "5,time:timestamp,\"empty, but an event says when", "6,time:timestamp,\"'2 March' is no time as in",
        "7,concept:instance,the event 'e1' stands in line 2 already", "8,case:enddate,\"2 fields, but the first line",
        "9,concept:name,\"no UTF-8; say 'encoding: latin1'", "12,case:deadline,\"'soon' is no time as in",
        "13,case:department,unknown_category: ",
        "14,,\"not reached, because the case was not taken further: unknown_cat"}) {
    EXPECT_THAT(told, HasSubstr("\n" + csv + "," + one));
  }
  for (const char* one : {"1,,outside the traces: an event without a trace", "1,,\"trace 1: the trace has no events",
                          "3,time:timestamp,\"trace 2, event 1: empty, but an event says when"}) {
    EXPECT_THAT(told, HasSubstr("\n" + xes + "," + one));
  }

  // Said to be Latin-1, the same table has a row more.
  const std::string latin1 = MappingWith("time_formats:", "encoding: latin1\ntime_formats:");
  const std::string cafe = File("latin1.csv", kHeader + Event("P-4", "Caf\xE9", "2011-03-02 11:00:00+01:00"));
  EXPECT_EQ(Json({"import", "--mapping", latin1, cafe, "--until", kUntil})["notes"], 1);
}

TEST_F(EventImportTest, ALogWithTabsBetweenItsColumns) {
  InitAt(data());
  std::string text = kHeader + Event("P-1", "Look", "2011-03-02 09:00:00+01:00", "", "") +
                     Event("P-1", "Look", "2011-03-03 09:00:00+01:00", "", "");
  std::ranges::replace(text, ',', '\t');
  const std::string log = File("log.csv", text);
  const Finished finished = Rasti({"import", "--mapping", kMapping, log, "--until", kUntil, "--json"});
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("are taken to stand between tabs"));
  EXPECT_EQ(finished.json()["cases"], 1);
  EXPECT_EQ(finished.json()["notes"], 2);
}

TEST_F(EventImportTest, ACaseIsHeldBackWhereTheMappingSaysSo) {
  InitAt(data());
  const std::string mapping = MappingWith("faulty_rows: leave_out", "faulty_rows: hold_case");
  const std::string good =
      Event("P-1", "Look", "2011-03-02 09:00:00+01:00") + Event("P-2", "Look", "2011-03-02 09:00:00+01:00");
  const std::string rejects = root() + "/rejects.csv";
  const std::string bad = File("log.csv", kHeader + good + Event("P-1", "Look", "later"));
  const Finished finished =
      Rasti({"import", "--mapping", mapping, bad, "--until", kUntil, "--rejects", rejects, "--json"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_EQ(finished.json()["cases"], 1);
  EXPECT_EQ(finished.json()["rejected"], 2);
  EXPECT_THAT(Slurp(rejects), HasSubstr("2,,held back until line 4 of its case is mended"));
  const std::string mended = File("log.csv", kHeader + good + Event("P-1", "Look", "2011-03-02 08:00:00+01:00"));
  const auto report = Json({"import", "--mapping", mapping, mended, "--until", kUntil});
  EXPECT_EQ(report["cases"], 2);
  EXPECT_EQ(report["notes"], 3);
}

TEST_F(EventImportTest, WhatIsNoLogAtAllIsSaidAtOnce) {
  InitAt(data());
  const auto words = [](const std::string& file) { return Words{"import", "--mapping", kMapping, file}; };
  std::string columns = "c";
  for (int i = 0; i < 1'000'000; ++i) columns += ",c" + std::to_string(i);
  ExpectRefusal(words(File("wide.csv", columns + "\n")), 2, {"wide.csv:1: longer than 262144 bytes"});
  columns.resize(200'000);
  ExpectRefusal(words(File("wide.csv", columns + "\n")), 2, {"has no column 'case:concept:name' among its"});
  ExpectRefusal(words(File("broken.xes", "<log>\n<trace>\n")), 2, {"broken.xes:", "no XML"});
  ExpectRefusal(words(File("rows.xes", "<log><trace><event/></trace></log>")), 2,
                {"has no column 'case:concept:name'"});
  ExpectRefusal(words(File("table.xes", kHeader)), 2, {"no XML"});
  ExpectRefusal({"import", "--mapping", kMapping, "tests/data/events-small.csv", "tests/data/../data/events-small.csv"},
                2, {"given twice"});
  ExpectRefusal({"import", "--mapping", MappingWith("note: {action", "note: {acton"), "tests/data/events-small.csv"}, 2,
                {"did you mean 'action'"});
}

}  // namespace
}  // namespace rasti::test
