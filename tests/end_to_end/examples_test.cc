// What `--help` shows as an example is typed in, word for word: it has to work.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <map>

#include "tests/end_to_end/rasti_fixture.h"
#include "tests/end_to_end/stranger.h"
#include "tests/support/kafka_broker.h"
#include "tools/rasti/socket_connection.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

constexpr const char* kNow = "2026-11-21T08:00:00+01:00";
constexpr const char* kReport = R"({"description":"Half a metre wide.","location":{"address":"Rruga B 12"}})";

class ExamplesTest : public RastiTest {
 protected:
  // The examples of a command's help: the lines behind "Example:", those that go on with a backslash joined.
  std::vector<std::string> ExamplesOf(const Words& command) const {
    Words words = command;
    words.emplace_back("--help");
    std::istringstream text(Rasti(words).out);
    std::vector<std::string> examples;
    std::string line;
    while (std::getline(text, line) && line.find("Example:") == std::string::npos) {
    }
    bool goes_on = false;
    while (std::getline(text, line) && line.find("Options of all commands") == std::string::npos) {
      const size_t first = line.find_first_not_of(' ');
      if (first == std::string::npos) continue;
      line.erase(0, first);
      if (goes_on) {
        examples.back() += " " + line;
      } else if (line.starts_with("rasti ")) {
        examples.push_back(line);
      }
      goes_on = line.ends_with('\\');
      if (goes_on && !examples.empty()) examples.back().pop_back();
    }
    return examples;
  }

  // As a shell runs it, with the reference and the people of this test in place of those shown.
  void ExpectWorks(std::string line) const {
    const std::map<std::string, std::string> there = {{"7ZK4-MQ2W-9PAB-X", reference_},
                                                      {"3RT8-KX1N-52CD-M", other_},
                                                      {"0b7c...-4e21", citizen_},
                                                      {"@report.json", "@" + root() + "/report.json"},
                                                      {" photo.jpg", " " + root() + "/report.json"},
                                                      {"3-1742", letters_[0]},
                                                      {"3-1801", letters_[1]},
                                                      {"/tmp/dead-letters-2027.key", root() + "/2027.key"},
                                                      {"/etc/rasti/rasti.yaml", root() + "/rasti.yaml"},
                                                      {"requests.csv", "tests/data/boston311-sample.csv"},
                                                      {"cases.csv", root() + "/cases.csv"},
                                                      {"events.jsonl", root() + "/events.jsonl"},
                                                      {"rejects.csv", root() + "/rejects.csv"},
                                                      {"/var/backups/rasti", root() + "/backups"},
                                                      {"/var/lib/rasti-restored", root() + "/restored"},
                                                      {"/var/lib/rasti-of-then", root() + "/of-then"},
                                                      {"--data /tmp/demo", "--data " + root() + "/demo"},
                                                      {"broker-1:9092,broker-2:9092", brokers_},
                                                      {"broker-1:9092", brokers_},
                                                      {"--replicas 3", "--replicas 1"}};
    for (const auto& [shown, real] : there) {
      for (size_t at = line.find(shown); at != std::string::npos; at = line.find(shown, at + real.size())) {
        line.replace(at, shown.size(), real);
      }
    }
    const bool makes_its_own = line.starts_with("rasti init");
    const size_t var = line.find("/var/lib/rasti");
    if (var != std::string::npos) line.replace(var, 14, makes_its_own ? root() + "/new" : data());
    const fs::path program(Program());
    Child shell({"/bin/bash", "-c", line}, "",
                {"RASTI_DATA=" + data(), "PATH=" + program.parent_path().string() + ":/usr/bin:/bin"});
    const Finished finished = shell.Finish();
    EXPECT_EQ(finished.exit_code, 0) << line << "\n" << finished.out << finished.err;
  }

  void TryAll(const Words& command, size_t at_least = 1) const {
    const auto examples = ExamplesOf(command);
    EXPECT_GE(examples.size(), at_least) << command.front();
    for (const std::string& example : examples) {
      const bool is_of_kafka = example.find("broker-1") != std::string::npos;
      if (is_of_kafka == !brokers_.empty()) ExpectWorks(example);
    }
  }

  // A report that a case is made of, and a second one; both by the same citizen.
  void OpenCases() {
    WriteFile(root() + "/report.json", kReport);
    for (std::string* reference : {&reference_, &other_}) {
      Words words = {"submit",     "--workflow", "issue-report", "--tenant", "prishtine",
                     "--category", "pothole",    "--title",      "Hole",     "--channel",
                     "portal",     "--form",     kReport,        "--role",   "citizen"};
      if (!citizen_.empty()) words.insert(words.end(), {"--as", citizen_});
      const auto opened = Json(words);
      *reference = opened["reference"].get<std::string>();
      if (citizen_.empty()) citizen_ = opened["actor"].get<std::string>();
    }
  }

  void CloseCase() const {
    const std::string officer = "roads.officer1";
    Json({"act", reference_, "register", "--as", "clerk1"});
    Json({"act", reference_, "start_work", "--as", officer});
    Json({"act", reference_, "respond", "--as", officer, "--field", "outcome=resolved", "--field", "text=Filled."});
    Json({"act", reference_, "resolve", "--as", officer, "--field", "evidence=photo-12"});
    Json({"act", reference_, "confirm", "--as", "clerk1"});
  }

  std::string reference_;
  std::string other_;
  std::string citizen_;
  std::vector<std::string> letters_ = {"", ""};
  std::string brokers_;  // set: only what goes to brokers is tried
};

TEST_F(ExamplesTest, OfDailyWork) {
  Init({"--virtual-time", kNow});
  OpenCases();
  // In an order in which each finds what it needs.
  for (const char* command :
       {"lint",    "test",   "publish", "packages", "submit", "show",     "history", "explain", "inbox",
        "overdue", "stats",  "tally",   "export",   "tail",   "message",  "attach",  "correct", "actions",
        "act",     "assign", "pause",   "resume",   "extend", "reassign", "release"}) {
    TryAll({command});
  }
  // A referral takes a case that is registered.
  TryAll({"refer"});
  OpenCases();
  TryAll({"merge"});
  OpenCases();
  TryAll({"withdraw"});
  OpenCases();
  CloseCase();
  TryAll({"rate"});
  TryAll({"reopen"});
  TryAll({"doctor"});
  TryAll({"snapshot"});
  TryAll({"backup"});
  TryAll({"backup", "list"});
  TryAll({"backup", "verify"});
  TryAll({"restore"});
  TryAll({"replay"});
  WriteFile(root() + "/rasti.yaml", "threads: 2\n");
  TryAll({"config", "check"});
  TryAll({"config", "show"});
  for (const char* command : {"list", "show", "moved", "amend"}) TryAll({"calendar", command});
  TryAll({"clock", "show"});
  TryAll({"clock", "advance"});
}

TEST_F(ExamplesTest, OfWatchingAService) {
  Init();
  const auto service = StartService();
  // The other one shows itself on a terminal, to somebody who ends it.
  ExpectWorks("rasti top --once --interval 0.2");
  EXPECT_THAT(ExamplesOf({"top"}), testing::Contains("rasti top --once --interval 0.2"));
  StopService(*service);
}

TEST_F(ExamplesTest, OfSettingUpAndTakingOver) {
  TryAll({"init"}, 2);
  Child init({Program(), "init", "--data", data(), "--virtual-time", kNow, "--packages", "workflows/boston-311",
              "workflows/calendars/boston", "workflows/tenants/boston", "workflows/tzdata/2025b"});
  ASSERT_EQ(init.Finish().exit_code, 0);
  TryAll({"import"});
  TryAll({"deadlines"});
  reference_ = Json({"overdue", "--limit", "1"})["deadlines"][0]["reference"].get<std::string>();
  citizen_ = "7b8f2c1e-0d7f-4c55-9a01-1f4e6d2c3b4a";
  TryAll({"go-live"});
}

TEST_F(ExamplesTest, OfALogOnKafka) {
  const auto broker = KafkaBroker::Instance();
  ASSERT_TRUE(broker) << broker.error().message;
  brokers_ = (*broker)->bootstrap();
  TryAll({"topics", "create"});
  TryAll({"topics", "check"});
  TryAll({"init"});
  Child init({Program(), "init", "--data", data(), "--log", "kafka", "--brokers", brokers_, "--no-packages"});
  ASSERT_EQ(init.Finish().exit_code, 0);
  for (const std::string& example : ExamplesOf({"topics", "describe"})) ExpectWorks(example);
}

TEST_F(ExamplesTest, OfDeadLetters) {
  Init();
  const Stranger stranger;
  {
    const auto service = StartService();
    const auto connection = cli::SocketConnection::Connect(data() + "/rasti.sock");
    ASSERT_TRUE(connection) << connection.error().message;
    client::CommandClient portal = stranger.Client(**connection);
    for (const int number : {1, 2}) ASSERT_FALSE(portal.Execute(stranger.Submission(number))->accepted());
    StopService(*service);
  }
  const auto letters = Json({"dead-letters", "list"})["dead_letters"];
  ASSERT_EQ(letters.size(), 2U);
  letters_ = {letters[0]["id"], letters[1]["id"]};
  stranger.RegisterIn(data() + "/submitters");
  for (const char* command : {"list", "show", "retry", "discard", "new-key"}) TryAll({"dead-letters", command});
}

TEST_F(ExamplesTest, OfANewVersion) {
  Init({"--virtual-time", kNow});
  OpenCases();
  const std::string folder = root() + "/issue-report";
  fs::copy("workflows/issue-report", folder, fs::copy_options::recursive);
  std::ifstream in(folder + "/workflow.yaml");
  std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::string first = "version: \"1\"";
  ASSERT_NE(text.find(first), std::string::npos);
  text.replace(text.find(first), first.size(), "version: \"2\"");
  WriteFile(folder + "/workflow.yaml", text);
  Json({"publish", folder});
  TryAll({"migrate"});
}

TEST_F(ExamplesTest, OfTheFirstWalk) {
  const std::string help = Rasti({"--help"}).out;
  const size_t from = help.find("  rasti submit");
  ASSERT_NE(from, std::string::npos);
  std::string line = help.substr(from, help.find("  rasti overdue") - from);
  Init({"--virtual-time", kNow});
  WriteFile(root() + "/report.json", kReport);
  ExpectWorks(line);
  ExpectWorks("rasti overdue --tenant prishtine --at-risk P7D");
  EXPECT_THAT(help, HasSubstr("rasti overdue --tenant prishtine --at-risk P7D"));
}

}  // namespace
}  // namespace rasti::test
