// `rasti import` with the program as people use it: real requests of a city, broken tables, crashes, and doing it
// again.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

constexpr const char* kSample = "tests/data/boston311-sample.csv";
constexpr const char* kUntil = "2016-01-12T22:54:00-05:00";
constexpr const char* kHeader =
    "CASE_ENQUIRY_ID,OPEN_DT,TARGET_DT,CLOSED_DT,SUBJECT,REASON,TYPE,QUEUE,Department,neighborhood,LOCATION_ZIPCODE,"
    "LATITUDE,LONGITUDE,Source\n";

std::string Slurp(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string Mapping(const std::string& name) { return "workflows/boston-311/mapping-" + name + ".yaml"; }

// A row of the city's table.
std::string Request(const std::string& id, const std::string& opened, const std::string& target,
                    const std::string& closed, const std::string& type = "Street Light Outages") {
  return id + "," + opened + "," + target + "," + closed + ",s,r," + type + ",q,d,n,2127.0,42.1,-71.2,Twitter\n";
}

class ImportTest : public RastiTest {
 protected:
  void InitBoston(const std::string& directory) const {
    Child child({Program(), "init", "--data", directory, "--partitions", "2", "--packages", "workflows/boston-311",
                 "workflows/calendars/boston", "workflows/tenants/boston", "workflows/tzdata/2025b"});
    const Finished finished = child.Finish();
    ASSERT_EQ(finished.exit_code, 0) << finished.out << finished.err;
  }
  static Words ImportWords(const std::string& table, const std::string& mapping = Mapping("computed"),
                           const std::string& until = kUntil) {
    return {"import", "--mapping", mapping, table, "--until", until};
  }
  std::string Table(const std::string& rows) const {
    WriteFile(root() + "/table.csv", kHeader + rows);
    return root() + "/table.csv";
  }
  // How all cases stand: what an import did, apart from when it was recorded.
  std::string Standings(const std::string& directory) const {
    Child child({Program(), "deadlines", "--data", directory, "--tenant", "boston", "--clock", "resolve", "--at",
                 kUntil, "--field", "source_id", "--field", "city_target"});
    return child.Finish().out;
  }
  static nlohmann::json Verified(const std::string& directory) {
    Child child({Program(), "replay", "--verify", "--json", "--data", directory});
    auto json = child.Finish().json();
    EXPECT_EQ(json["verified"], true);
    return json;
  }
};

// A table that is handed over piece by piece.
class Pipe {
 public:
  explicit Pipe(std::string path) : path_(std::move(path)) {
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
    // The reader may go away first.
    std::signal(SIGPIPE, SIG_IGN);
  }
  const std::string& path() const { return path_; }
  void Open() { out_.open(path_, std::ios::binary); }
  void Write(std::string_view text) { out_ << text << std::flush; }
  void Close() { out_.close(); }

 private:
  std::string path_;
  std::ofstream out_;
};

TEST_F(ImportTest, TheSampleComesOutAsCalculatedIndependently) {
  const auto expected = nlohmann::json::parse(Slurp("tests/data/boston311-sample.expected.json"));
  for (const auto& [mapping, key] : {std::pair("target", "from_target"), std::pair("computed", "computed")}) {
    std::filesystem::remove_all(data());
    InitBoston(data());
    const auto report = Json(ImportWords(kSample, Mapping(mapping)));
    EXPECT_EQ(report["cases"], expected["rows"]);
    EXPECT_EQ(report["rejected"], 0);
    // Whoever looks later sees the cases as at the end of their history, not as overdue by years.
    const auto tally = Json({"tally"});
    const auto replayed = Verified(data())["tally"];
    for (const auto& [standing, count] : expected[key].items()) {
      EXPECT_EQ(report[standing], count) << key << standing;
      EXPECT_EQ(tally[standing], count) << key << standing;
      EXPECT_EQ(replayed[standing], count) << key << standing;
    }
  }
}

TEST_F(ImportTest, TheSameTableAgainAddsNothing) {
  InitBoston(data());
  const auto first = Json(ImportWords(kSample));
  const std::string before = Standings(data());
  const auto again = Json(ImportWords(kSample));
  EXPECT_GT(first["events"], 8000);
  EXPECT_EQ(again["events"], 0);
  EXPECT_EQ(again["cases_before"], 2000);
  EXPECT_EQ(Standings(data()), before);
  EXPECT_EQ(Verified(data())["events"], first["events"]);
}

TEST_F(ImportTest, AKilledImportGoesOnWhereItEnded) {
  const std::string table = Slurp(kSample);
  InitBoston(data());
  Pipe pipe(root() + "/pipe");
  for (const size_t part : {4, 3, 2, 1}) {
    Child child(
        {Program(), "import", "--data", data(), "--mapping", Mapping("computed"), pipe.path(), "--until", kUntil});
    pipe.Open();
    // The pipe takes less than what is written: when it is through, the rows before are on their way.
    pipe.Write(std::string_view(table).substr(0, table.size() / part));
    child.Signal(SIGKILL);
    EXPECT_EQ(child.Finish().signal, SIGKILL);
    pipe.Close();
  }
  EXPECT_EQ(Json(ImportWords(kSample))["cases"], 2000);

  const std::string undisturbed = root() + "/undisturbed";
  InitBoston(undisturbed);
  Child child(
      {Program(), "import", "--data", undisturbed, "--mapping", Mapping("computed"), kSample, "--until", kUntil});
  EXPECT_EQ(child.Finish().exit_code, 0);
  EXPECT_EQ(Standings(data()), Standings(undisturbed));
  const auto ours = Verified(data());
  const auto theirs = Verified(undisturbed);
  EXPECT_EQ(ours["events"], theirs["events"]);
  EXPECT_EQ(ours["events_by_type"], theirs["events_by_type"]);
}

TEST_F(ImportTest, CtrlCStopsInGoodOrder) {
  const std::string table = Slurp(kSample);
  InitBoston(data());
  Pipe pipe(root() + "/pipe");
  Child child({Program(), "import", "--data", data(), "--mapping", Mapping("computed"), pipe.path(), "--until", kUntil,
               "--json"});
  pipe.Open();
  pipe.Write(std::string_view(table).substr(0, table.size() * 3 / 4));
  child.Signal(SIGINT);
  pipe.Write(std::string_view(table).substr(table.size() * 3 / 4));
  pipe.Close();
  const Finished finished = child.Finish();
  EXPECT_EQ(finished.exit_code, 4) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("the same command goes on from there"));
  const auto report = finished.json();
  EXPECT_EQ(report["interrupted"], true);
  EXPECT_LT(report["rows"], 2000);
  const auto rest = Json(ImportWords(kSample));
  EXPECT_EQ(rest["cases"], 2000);
  EXPECT_EQ(Verified(data())["events"], report["events"].get<int>() + rest["events"].get<int>());
}

TEST_F(ImportTest, ATableWithAnotherDelimiterGoesInAndItsRejectsHaveItToo) {
  InitBoston(data());
  std::string text = kHeader + Request("1", "01/05/2015 09:00:00 AM", "", "") + Request("2", "2015-01-05", "", "");
  std::ranges::replace(text, ',', ';');
  const std::string table = root() + "/table.csv";
  WriteFile(table, text);
  Words words = ImportWords(table);
  words.emplace_back("--json");
  const Finished guessed = Rasti(words);
  EXPECT_EQ(guessed.exit_code, 1) << guessed.err;
  EXPECT_THAT(guessed.err, HasSubstr("are taken to stand between \";\". The mapping may say so: 'delimiter: \";\"'"));
  EXPECT_EQ(guessed.json()["cases"], 1);
  EXPECT_EQ(guessed.json()["rejected"], 1);
  EXPECT_THAT(Slurp(table + ".rejects.csv"),
              testing::StartsWith("line;column;reason;row\n3;OPEN_DT;\"'2015-01-05' is no"));

  const std::string mapping = root() + "/mapping.yaml";
  WriteFile(mapping, Slurp(Mapping("computed")) + "delimiter: \";\"\n");
  const Finished said = Rasti(ImportWords(table, mapping));
  EXPECT_EQ(said.exit_code, 1);
  EXPECT_THAT(said.err, testing::Not(HasSubstr("are taken to")));
  // What it is said to have holds, also where it has not.
  WriteFile(mapping, Slurp(Mapping("computed")) + "delimiter: tab\n");
  ExpectRefusal(ImportWords(table, mapping), 2, {"has no column 'CASE_ENQUIRY_ID'"});
}

TEST_F(ImportTest, RejectsNeverGoWhereTheTableOrTheMappingIs) {
  InitBoston(data());
  const std::string table = Table(Request("1", "2015-01-05", "", ""));
  const std::string before = Slurp(table);
  const std::string mapping = root() + "/mapping.yaml";
  WriteFile(mapping, Slurp(Mapping("computed")));
  const std::string other = root() + "/other.csv";
  WriteFile(other, before);
  std::filesystem::create_symlink(table, root() + "/link.csv");
  std::filesystem::create_hard_link(table, root() + "/second-name.csv");
  for (const std::string& rejects :
       {table, root() + "/link.csv", root() + "/second-name.csv", root() + "/./table.csv", mapping, other}) {
    ExpectRefusal({"import", "--mapping", mapping, table, other, "--until", kUntil, "--rejects", rejects}, 2,
                  {rejects, "name another file with --rejects"});
    EXPECT_EQ(Slurp(table), before) << rejects;
    EXPECT_EQ(Slurp(other), before) << rejects;
    EXPECT_EQ(Slurp(mapping), Slurp(Mapping("computed"))) << rejects;
  }
  // The name that is taken where none is given.
  std::filesystem::create_hard_link(table, table + ".rejects.csv");
  ExpectRefusal(ImportWords(table), 2, {table + ".rejects.csv", "name another file with --rejects"});
  EXPECT_EQ(Slurp(table), before);
}

TEST_F(ImportTest, TheRejectsOfAnEarlierImportAreClosedToOthersAndGoOnceTheirRowsWentIn) {
  InitBoston(data());
  const std::string rejects = root() + "/table.csv.rejects.csv";
  WriteFile(rejects, "line,column,reason,row\n9,OPEN_DT,of long ago,x\n");
  ASSERT_EQ(::chmod(rejects.c_str(), 0644), 0);
  EXPECT_EQ(Rasti(ImportWords(Table(Request("1", "2015-01-05", "", "")))).exit_code, 1);
  EXPECT_THAT(Slurp(rejects), testing::AllOf(HasSubstr("2,OPEN_DT,"), testing::Not(HasSubstr("of long ago"))));
  EXPECT_EQ(std::filesystem::status(rejects).permissions(), std::filesystem::perms(0600));

  const Finished mended = Rasti(ImportWords(Table(Request("1", "01/05/2015 09:00:00 AM", "", ""))));
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_THAT(mended.err, HasSubstr(rejects + " of an earlier import was deleted"));
  EXPECT_FALSE(std::filesystem::exists(rejects));
  // What somebody else wrote under that name stays.
  WriteFile(rejects, "notes\n");
  EXPECT_EQ(Rasti(ImportWords(root() + "/table.csv")).exit_code, 0);
  EXPECT_EQ(Slurp(rejects), "notes\n");
}

TEST_F(ImportTest, BadRowsGoToTheRejectsFileAndTheRestGoesIn) {
  InitBoston(data());
  const std::string good = Request("1", "01/05/2015 09:00:00 AM", "", "");
  const std::string later = Request("7", "01/07/2015 09:00:00 AM", "", "01/08/2015 09:00:00 AM");
  const std::string table =
      Table(good + Request("2", "2015-01-05", "", "") + Request("3", "01/05/2015 09:00:00 AM", "", "", "Potholes") +
            Request("1", "01/06/2015 09:00:00 AM", "", "") + "4,01/05/2015 09:00:00 AM\n" +
            Request("5", "01/05/2015 09:00:00 AM", "01/04/2015 09:00:00 AM", "") +
            Request("6", "01/05/2015 09:00:00 AM", "", "", "\"Street\n Light\"\" Outages\"") + later);
  const std::string rejects = root() + "/rejects.csv";
  Words words = ImportWords(table, Mapping("target"));
  words.insert(words.end(), {"--rejects", rejects, "--json"});
  const Finished finished = Rasti(words);
  EXPECT_EQ(finished.exit_code, 1) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("6 of 8 rows were not taken"));
  EXPECT_EQ(finished.json()["cases"], 2);
  EXPECT_EQ(finished.json()["rejected"], 6);

  const std::string text = Slurp(rejects);
  EXPECT_THAT(text, testing::StartsWith("line,column,reason,row\n"));
  EXPECT_THAT(text, HasSubstr("\n3,OPEN_DT,\"'2015-01-05' is no time as in"));
  EXPECT_THAT(text, HasSubstr("4,TYPE,unknown_category: "));
  EXPECT_THAT(text, HasSubstr("5,CASE_ENQUIRY_ID,the key '1' stands in line 2 already,"));
  EXPECT_THAT(text, HasSubstr("6,TARGET_DT,\"2 fields, but the first line names 14 columns\","));
  EXPECT_THAT(text, HasSubstr("7,TARGET_DT,time_invalid: the deadline "));
  EXPECT_THAT(text, HasSubstr("8,TYPE,\"unknown_category: "));
  EXPECT_THAT(text, HasSubstr("\"6,01/05/2015 09:00:00 AM,,,s,r,\"\"Street\n Light\"\"\"\" Outages\"\",q"));

  // Once they are mended, only they are added.
  const auto mended =
      Json(ImportWords(Table(good + Request("2", "01/05/2015 09:00:00 AM", "", "") + later), Mapping("target")));
  EXPECT_EQ(mended["cases"], 3);
  EXPECT_EQ(mended["cases_before"], 2);
}

TEST_F(ImportTest, HistoryEndsAtUntilAndGoesOnWithALaterOne) {
  InitBoston(data());
  const std::string table = Table(Request("1", "01/05/2015 09:00:00 AM", "", "03/02/2015 09:00:00 AM") +
                                  Request("2", "02/05/2015 09:00:00 AM", "", ""));
  const auto first = Json(ImportWords(table, Mapping("computed"), "2015-01-31T00:00:00-05:00"));
  EXPECT_EQ(first["not_yet_opened"], 1);
  EXPECT_EQ(first["cases"], 1);
  EXPECT_EQ(first["open_overdue"], 1) << "closed in March, which has not come yet";
  const auto then = Json(ImportWords(table, Mapping("computed"), "2015-03-31T00:00:00-04:00"));
  EXPECT_EQ(then["cases"], 2);
  EXPECT_EQ(then["closed_late"], 1);
  EXPECT_EQ(then["open_overdue"], 1);
  const auto earlier = Json(ImportWords(table, Mapping("computed"), "2015-01-31T00:00:00-05:00"));
  EXPECT_EQ(earlier["events"], 0) << "what has happened is not undone";
}

TEST_F(ImportTest, TimeHasNotPassedForHistoricCasesWhereverTheyAreShown) {
  InitBoston(data());
  Json(ImportWords(Table(Request("1", "01/05/2015 09:00:00 AM", "", "")), Mapping("computed"),
                   "2015-01-31T00:00:00-05:00"));
  const auto late = Json({"overdue"})["deadlines"].at(0);
  const std::string reference = late["reference"];
  // Due after ten working days, on 20 January: Martin Luther King's day lies between.
  for (const std::string& shown : {Rasti({"show", reference}).out, Rasti({"explain", reference}).out,
                                   Rasti({"inbox", "--tenant", "boston"}).out}) {
    EXPECT_THAT(shown, HasSubstr("10 d 15 h late"));
  }
  EXPECT_THAT(Rasti({"overdue"}).out, HasSubstr("late, historic"));
  // As of a moment before the tenant was published: lateness counts to it, in the tenant's zone.
  const std::string then = Rasti({"overdue", "--at", "2015-01-25T09:00:00-05:00"}).out;
  EXPECT_THAT(then, HasSubstr("-05:00"));
  EXPECT_THAT(then, HasSubstr("5 d 0 h late"));
}

TEST_F(ImportTest, OpenCasesGoLiveAndOnlyThey) {
  InitBoston(data());
  const std::string table = Table(Request("1", "01/05/2015 09:00:00 AM", "", "01/06/2015 09:00:00 AM") +
                                  Request("2", "01/05/2015 09:00:00 AM", "", ""));
  Words words = ImportWords(table);
  words.emplace_back("--go-live");
  const auto live = Json(words);
  EXPECT_EQ(Json(words)["events"], 0);
  const auto types = Verified(data())["events_by_type"];
  EXPECT_EQ(types["case_went_live"], 1);
  EXPECT_EQ(types["case_advanced"], 1);
  EXPECT_EQ(Json({"overdue", "--tenant", "boston"})["deadlines"].size(), 1u);
}

TEST_F(ImportTest, OverTheSocketOfARunningEngine) {
  InitBoston(data());
  const auto service = StartService();
  const auto report = Json(ImportWords(kSample));
  EXPECT_EQ(report["cases"], 2000);
  EXPECT_EQ(Json(ImportWords(kSample))["events"], 0);
  const std::string over_socket = Standings(data());
  StopService(*service);
  EXPECT_EQ(Standings(data()), over_socket);
}

TEST_F(ImportTest, WhatCannotBeImportedAtAllIsSaidAtOnce) {
  InitBoston(data());
  const std::string table = Table("");
  EXPECT_EQ(Json(ImportWords(table))["rows"], 0) << "a header alone is in order";
  ExpectRefusal(ImportWords(root() + "/none.csv"), 3, {"cannot read", "none.csv"});
  ExpectRefusal(ImportWords(table, root() + "/none.yaml"), 3, {"none.yaml"});
  ExpectRefusal(ImportWords(table, Mapping("computed"), "2999-01-01T00:00:00Z"), 2, {"lies in the future"});
  ExpectRefusal(ImportWords(table, Mapping("computed"), "soon"), 2, {"--until soon"});
  WriteFile(root() + "/empty.csv", "");
  ExpectRefusal(ImportWords(root() + "/empty.csv"), 2, {"its first line is to name the columns"});
  WriteFile(root() + "/columns.csv", "CASE_ENQUIRY_ID,OPENED_DT\n");
  ExpectRefusal(ImportWords(root() + "/columns.csv"), 2,
                {"mapping-computed.yaml:12:9: error:", "has no column 'OPEN_DT', did you mean 'OPENED_DT'?"});

  const std::string mapping = Slurp(Mapping("computed"));
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string changed = mapping;
    changed.replace(changed.find(from), from.size(), to);
    WriteFile(root() + "/m.yaml", changed);
    return ImportWords(table, root() + "/m.yaml");
  };
  ExpectRefusal(with("workflow: boston-311", "workflow: boston-3111"), 2, {"m.yaml:6:11: error: there is no workflow"});
  ExpectRefusal(with("tenant: boston", "tenant: chicago"), 2, {"m.yaml:7:9: error: there is no tenant 'chicago'"});
  ExpectRefusal(with("America/New_York", "America/Gotham"), 2, {"m.yaml:8:7: error: zone:", "America/Gotham"});
  ExpectRefusal(with("action: close", "action: shut"), 2, {"m.yaml:", "'shut'", "nothing was imported"});
  ExpectRefusal(with("deadlines: rule", "deadline: rule"), 2, {"did you mean 'deadlines'"});
}

}  // namespace
}  // namespace rasti::test
