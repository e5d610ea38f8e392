// What deploy/ holds: files that name metrics, options and programs, which have to exist.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <set>

#include "engine/codec/yaml/yaml_node.h"
#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::IsSubsetOf;
namespace fs = std::filesystem;

std::string Content(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

codec::YamlNode Yaml(const std::string& path) {
  codec::Issues issues(path);
  auto root = codec::ParseYaml(Content(path), issues);
  for (const codec::Issue& issue : std::move(issues).Take()) ADD_FAILURE() << issue.ToString();
  return root.value_or(codec::YamlNode());
}

// Fails the test where it is missing.
const codec::YamlNode& Entry(const codec::YamlNode& node, const std::string& key) {
  static const codec::YamlNode kNone;
  const auto* const entry = node.Find(key);
  EXPECT_NE(entry, nullptr) << key;
  return entry == nullptr ? kNone : entry->value;
}

// Names of metrics in a text, those of a histogram's series by its family.
std::set<std::string> NamesIn(const std::string& text, const std::map<std::string, std::string>& types) {
  std::set<std::string> names;
  const auto is_of_name = [](char c) { return std::islower(static_cast<unsigned char>(c)) != 0 || c == '_'; };
  for (size_t at = 0; at < text.size();) {
    size_t end = at;
    while (end < text.size() && is_of_name(text[end])) ++end;
    std::string name = text.substr(at, end - at);
    at = std::max(end, at + 1);
    if (!name.starts_with("rasti_") && !name.starts_with("process_")) continue;
    for (const char* const suffix : {"_bucket", "_count", "_sum"}) {
      const std::string family = name.substr(0, name.rfind(suffix));
      if (name.ends_with(suffix) && types.contains(family) && types.at(family) == "histogram") name = family;
    }
    names.insert(name);
  }
  return names;
}

Finished Shell(const std::string& line, const Words& environment = {}) {
  return Child({"/bin/bash", "-c", line}, "", environment).Finish();
}

class DeployTest : public RastiTest {};

TEST_F(DeployTest, MetricsThatDocumentsRulesAndDashboardsNameAreThoseThatAreExposed) {
  Init();
  Child service({Program(), "run", "--json", "--data", data(), "--metrics-port", "0"});
  ASSERT_TRUE(service.WaitForError("\"listening\""));
  const Metrics metrics = Scrape(MetricsPortIn(service.error_text()));
  std::set<std::string> exposed;
  for (const auto& [name, type] : metrics.types) {
    exposed.insert(name);
    EXPECT_FALSE(metrics.helps.at(name).empty()) << name;
    EXPECT_EQ(name.ends_with("_total"), type == "counter") << name;
  }
  EXPECT_GT(exposed.size(), 35U);
  const std::string readme = Content("deploy/README.md");
  const size_t table = readme.find("\n## Metrics");
  ASSERT_NE(table, std::string::npos);
  const std::string described = readme.substr(table, readme.find("\n## ", table + 1) - table);
  EXPECT_THAT(NamesIn(described, metrics.types), testing::ContainerEq(exposed));
  EXPECT_THAT(NamesIn(readme, metrics.types), IsSubsetOf(exposed));
  EXPECT_THAT(NamesIn(Content("deploy/prometheus/alerts.yaml"), metrics.types), IsSubsetOf(exposed));
  const std::string dashboard = Content("deploy/grafana/rasti.json");
  EXPECT_TRUE(nlohmann::json::accept(dashboard));
  EXPECT_THAT(NamesIn(dashboard, metrics.types), testing::ContainerEq(exposed));
  StopService(service);
}

TEST_F(DeployTest, EachAlertIsDescribedAndEachDescriptionIsOfAnAlert) {
  std::set<std::string> alerts;
  const auto rules = Yaml("deploy/prometheus/alerts.yaml");
  for (const auto& group : Entry(rules, "groups").items) {
    for (const auto& rule : Entry(group, "rules").items) {
      const std::string name = Entry(rule, "alert").text;
      EXPECT_TRUE(alerts.insert(name).second) << name;
      EXPECT_FALSE(Entry(rule, "expr").text.empty()) << name;
      EXPECT_THAT((std::set<std::string>{"warning", "critical"}),
                  testing::Contains(Entry(Entry(rule, "labels"), "severity").text));
      EXPECT_FALSE(Entry(Entry(rule, "annotations"), "summary").text.empty()) << name;
    }
  }
  EXPECT_GT(alerts.size(), 10U);
  std::string readme = Content("deploy/README.md");
  readme = readme.substr(readme.find("\n## Alerts"));
  std::set<std::string> described;
  for (size_t at = readme.find("**Rasti"); at != std::string::npos; at = readme.find("**Rasti", at + 1)) {
    described.insert(readme.substr(at + 2, readme.find("**", at + 2) - at - 2));
  }
  EXPECT_EQ(described, alerts);
}

TEST_F(DeployTest, TheSystemdUnitIsSound) {
  const std::string unit = Content("deploy/systemd/rasti@.service");
  EXPECT_THAT(unit, HasSubstr("ExecStart=/usr/local/bin/rasti run --config /etc/rasti/%i.yaml\n"));
  if (Shell("command -v systemd-analyze").exit_code != 0) GTEST_SKIP() << "no systemd-analyze here";
  // The program of this build in place of one that is installed.
  std::string here = unit;
  const std::string installed = "ExecStart=/usr/local/bin/rasti";
  here.replace(here.find(installed), installed.size(), "ExecStart=" + Program());
  WriteFile(root() + "/rasti@.service", here);
  const Finished verified =
      Shell("cp " + root() + "/rasti@.service " + root() + "/rasti@main.service && systemd-analyze verify --man=no " +
            root() + "/rasti@main.service");
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_EQ(verified.err, "");
}

TEST_F(DeployTest, ADropInMakesAReaderOfTheUnit) {
  std::string drop_in = Content("deploy/systemd/reader.conf");
  // A service of this type has one command: the unit's own is taken back first.
  const std::string installed = "ExecStart=/usr/local/bin/rasti";
  EXPECT_THAT(drop_in, HasSubstr("ExecStart=\n" + installed + " serve-views --config /etc/rasti/%i.yaml\n"));
  EXPECT_THAT(Content("deploy/README.md"), HasSubstr("systemd/reader.conf"));
  if (Shell("command -v systemd-analyze").exit_code != 0) GTEST_SKIP() << "no systemd-analyze here";
  std::string unit = Content("deploy/systemd/rasti@.service");
  unit.replace(unit.find(installed), installed.size(), "ExecStart=" + Program());
  drop_in.replace(drop_in.find(installed), installed.size(), "ExecStart=" + Program());
  const std::string folder = root() + "/rasti@main.service.d";
  std::filesystem::create_directory(folder);
  WriteFile(root() + "/rasti@.service", unit);
  WriteFile(root() + "/rasti@main.service", unit);
  WriteFile(folder + "/reader.conf", drop_in);
  const Finished verified = Shell("systemd-analyze verify --man=no " + root() + "/rasti@main.service");
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_EQ(verified.err, "");
}

TEST_F(DeployTest, TheNightlyBackupIsAUnitThatSystemdUnderstands) {
  std::string unit = Content("deploy/systemd/rasti-backup@.service");
  EXPECT_THAT(unit, HasSubstr("ExecStart=/usr/local/bin/rasti backup /var/backups/rasti/%i --keep 14\n"));
  EXPECT_THAT(Content("deploy/systemd/rasti-backup@.timer"), HasSubstr("Persistent=true"));
  if (Shell("command -v systemd-analyze").exit_code != 0) GTEST_SKIP() << "no systemd-analyze here";
  const std::string installed = "/usr/local/bin/rasti";
  for (size_t at = unit.find(installed); at != std::string::npos; at = unit.find(installed, at + Program().size())) {
    unit.replace(at, installed.size(), Program());
  }
  WriteFile(root() + "/rasti-backup@main.service", unit);
  const Finished verified = Shell("cp deploy/systemd/rasti-backup@.timer " + root() +
                                  "/rasti-backup@main.timer && systemd-analyze verify --man=no " + root() +
                                  "/rasti-backup@main.service " + root() + "/rasti-backup@main.timer");
  EXPECT_EQ(verified.exit_code, 0) << verified.err;
  EXPECT_EQ(verified.err, "");
}

TEST_F(DeployTest, EveryCheckOfTheDoctorIsInTheDocument) {
  const std::string readme = Content("deploy/README.md");
  const auto checks = Child({Program(), "doctor", "--checks", "--json"}, "", {"RASTI_DATA="}).Finish().json();
  ASSERT_GE(checks["checks"].size(), 20U);
  for (const auto& check : checks["checks"]) {
    EXPECT_THAT(readme, HasSubstr("| `" + check["what"].get<std::string>() + "` | " +
                                  check["looks_for"].get<std::string>() + " |"));
  }
}

TEST_F(DeployTest, SettingsFilesHaveNoMistake) {
  for (const char* file : {"deploy/rasti.yaml", "deploy/compose/rasti.yaml"}) {
    const Finished shown = Child({Program(), "config", "show", "--config", file}).Finish();
    EXPECT_EQ(shown.exit_code, 0) << shown.out << shown.err;
  }
  const Finished unit = Child({Program(), "config", "check", "deploy/rasti.yaml"}).Finish();
  EXPECT_EQ(unit.exit_code, 0) << unit.out << unit.err;
}

TEST_F(DeployTest, SystemdIsToldWhenItIsReadyAndWhenItStops) {
  Init();
  const std::string socket = root() + "/notify";
  // What sd_notify(3) says of the other end, with Python's sockets.
  Child listener(
      {"/usr/bin/python3", "-c",
       "import socket,sys\n"
       "s=socket.socket(socket.AF_UNIX,socket.SOCK_DGRAM)\n"
       "s.bind(sys.argv[1])\n"
       "s.settimeout(60)\n"
       "print('bound',file=sys.stderr,flush=True)\n"
       "seen=''\n"
       "while 'STOPPING=1' not in seen:\n"
       "  text=s.recv(4096).decode()\n"
       "  seen+=text+'\\n'\n"
       "  if text not in ('WATCHDOG=1',) or 'alive' not in seen: print(text,flush=True)\n"
       "  if text=='WATCHDOG=1' and 'alive' not in seen: seen+='alive'; print('alive',file=sys.stderr,flush=True)\n",
       socket});
  ASSERT_TRUE(listener.WaitForError("bound"));
  Child service({Program(), "run", "--json", "--data", data()}, "", {"NOTIFY_SOCKET=" + socket});
  ASSERT_TRUE(service.WaitForError("\"listening\""));
  EXPECT_TRUE(listener.WaitForError("alive"));
  StopService(service);
  const std::string told = listener.Finish().out;
  EXPECT_THAT(told, HasSubstr("READY=1\nSTATUS=in service\n"));
  EXPECT_THAT(told, HasSubstr("STOPPING=1\n"));
}

TEST_F(DeployTest, TheImageHasTheLibrariesThatTheProgramIsLinkedWithAndItsHealthCheckWorks) {
  const std::string recipe = Content("deploy/Containerfile");
  // Sanitizers bring libraries of their own, and the C library is everywhere.
  const Finished needed =
      Shell("set -euo pipefail; ldd " + Program() + " > " + root() + "/ldd; objdump -p " + Program() +
            " | awk '/NEEDED/ {print $2}' | grep -vE "
            "'^(lib(c|m|gcc_s|stdc\\+\\+|asan|ubsan|tsan|atomic)\\.so|ld-linux)' | while read -r library; do "
            "path=$(readlink -f \"$(awk -v l=\"$library\" '$1 == l {print $3}' " +
            root() +
            "/ldd)\"); { dpkg -S \"$path\" 2>/dev/null || dpkg -S \"${path#/usr}\"; } | cut -d: -f1; done | sort -u");
  ASSERT_EQ(needed.exit_code, 0) << needed.err;
  std::istringstream packages(needed.out);
  std::string package;
  int count = 0;
  while (std::getline(packages, package)) {
    ++count;
    EXPECT_THAT(recipe, HasSubstr("      " + package + " \\\n")) << "deploy/Containerfile does not install it";
  }
  EXPECT_GT(count, 8);

  const size_t from = recipe.find("\"exec 3<>");
  ASSERT_NE(from, std::string::npos);
  const auto check = nlohmann::json::parse(recipe.substr(from, recipe.find("\"]", from) + 1 - from));
  Init();
  Child service({Program(), "run", "--json", "--data", data(), "--metrics-port", "0"});
  ASSERT_TRUE(service.WaitForError("\"listening\""));
  const Words port = {"RASTI_METRICS_PORT=" + std::to_string(MetricsPortIn(service.error_text()))};
  EXPECT_EQ(Shell(check, port).exit_code, 0);
  StopService(service);
  EXPECT_NE(Shell(check, port).exit_code, 0);
}

class ComposeTest : public KafkaNodesTest {
 protected:
  // The settings that all nodes share, at this test's broker and in its folders.
  std::string Settings() const {
    std::string text = Content("deploy/compose/rasti.yaml");
    const auto replace = [&](const std::string& shown, const std::string& real) {
      const size_t at = text.find(shown);
      ASSERT_NE(at, std::string::npos) << shown;
      text.replace(at, shown.size(), real);
    };
    replace("[broker-1:9092, broker-2:9092, broker-3:9092]", bootstrap());
    replace("/var/lib/rasti-registry", root() + "/registry");
    replace("port: 9464", "port: 0");
    replace("0.0.0.0", "127.0.0.1");
    WriteFile(root() + "/rasti.yaml", text);
    return root() + "/rasti.yaml";
  }
  Words Environment(const std::string& service) const {
    return {"RASTI_DATA=" + root() + "/" + service,
            "RASTI_BROKERS=" + bootstrap(),
            "RASTI_TOPIC_PREFIX=" + topic_prefix(),
            "RASTI_GROUP=" + topic_prefix() + "group",
            "RASTI_REPLICAS=1",
            "RASTI_PARTITIONS=4",
            "PATH=" + fs::path(Program()).parent_path().string() + ":/usr/bin:/bin"};
  }
  std::unique_ptr<Child> StartAsComposed(const codec::YamlNode& services, const std::string& name) const {
    Words words = {Program()};
    for (const auto& word : Entry(Entry(services, name), "command").items) {
      words.push_back(word.text == "/etc/rasti/rasti.yaml" ? root() + "/rasti.yaml" : word.text);
    }
    auto child = std::make_unique<Child>(words, "", Environment(name));
    EXPECT_TRUE(child->WaitForError("\"listening\"")) << child->Finish().err;
    return child;
  }
  nlohmann::json Ask(const std::string& service, Words words) const {
    words.insert(words.begin(), Program());
    words.emplace_back("--json");
    const Finished finished = Child(words, "", Environment(service)).Finish();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    return finished.json();
  }
};

TEST_F(ComposeTest, ItsProcessesStartAndWorkTogether) {
  const auto compose = Yaml("deploy/compose.yaml");
  const auto& services = Entry(compose, "services");
  int brokers = 0;
  for (const auto& service : services.entries) brokers += service.key.starts_with("broker-") ? 1 : 0;
  EXPECT_EQ(brokers, 3);
  const std::string settings = Settings();
  const std::string setup = "deploy/compose/setup.sh " + root() + "/registry/setup workflows";
  fs::create_directories(root() + "/registry");
  for (int i = 0; i < 2; ++i) {
    const Finished made = Shell(setup, Environment("setup"));
    ASSERT_EQ(made.exit_code, 0) << made.out << made.err;
  }
  const auto first = StartAsComposed(services, "engine-1");
  const auto second = StartAsComposed(services, "engine-2");
  const auto reader = StartAsComposed(services, "reader");
  Words words = SubmitWords();
  words.insert(words.end(), {"--role", "citizen"});
  const auto opened = Ask("reader", words);
  Ask("engine-2", {"act", opened["reference"], "register", "--as", "clerk1"});
  for (const char* service : {"engine-1", "reader"}) {
    EXPECT_EQ(Ask(service, {"show", opened["reference"]})["stage"], "assigned") << service;
  }
  const auto at_reader = Scrape(MetricsPortIn(reader->error_text()));
  EXPECT_EQ(at_reader.at("rasti_partitions_owned"), 0);
  EXPECT_EQ(at_reader.at("rasti_ready"), 1);
  EXPECT_EQ(at_reader.Sum("rasti_commands_total"), 0);
  for (const auto* child : {&first, &second, &reader}) StopService(**child);
}

class KafkaOperationsTest : public KafkaNodesTest {
 protected:
  static std::set<std::string> Owned(const Metrics& metrics) {
    std::set<std::string> owned;
    for (const auto& [name, value] : metrics.values) {
      if (name.starts_with("rasti_partition_owned{")) owned.insert(name);
    }
    return owned;
  }
};

TEST_F(KafkaOperationsTest, AQuickRestartFindsItsPartitionsAgainAndMovesNone) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  const Words more = {"--metrics-port", "0", "--threads", "1"};
  auto first = StartNode(0, more);
  const auto second = StartNode(1, more);
  const int second_port = MetricsPortIn(second->error_text());
  int first_port = MetricsPortIn(first->error_text());
  const auto has_two = [](const Metrics& metrics) {
    return metrics.at("rasti_partitions_owned") == 2 && metrics.at("rasti_ready") == 1;
  };
  const auto before = ScrapeUntil(second_port, has_two);
  const auto owned = Owned(ScrapeUntil(first_port, has_two));
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  for (int i = 0; i < 8; ++i) JsonAt(i % 2, submit);
  EXPECT_EQ(Scrape(second_port).at("rasti_partition_assignments_total"),
            before.at("rasti_partition_assignments_total"));

  StopService(*first);
  const auto from = std::chrono::steady_clock::now();
  first = StartNode(0, more);
  first_port = MetricsPortIn(first->error_text());
  const auto after = ScrapeUntil(first_port, has_two);
  const auto took = std::chrono::steady_clock::now() - from;
  const auto took_ms = std::chrono::duration_cast<std::chrono::milliseconds>(took).count();
  RecordProperty("ready_after_ms", std::to_string(took_ms));
  std::cout << "a node that was stopped and started again was ready after " << took_ms << " ms\n";
  EXPECT_EQ(Owned(after), owned);
  const auto other = Scrape(second_port);
  EXPECT_EQ(Owned(other), Owned(before));
  EXPECT_EQ(other.at("rasti_partition_assignments_total"), before.at("rasti_partition_assignments_total"));
  EXPECT_EQ(after.at("rasti_partition_releases_total{reason=\"lost\"}"), 0);
  StopService(*first);
  StopService(*second);
}

TEST_F(KafkaOperationsTest, WhatTheBrokersAndATakeoverCostIsShown) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  WriteFile(root() + "/kafka.settings", "session.timeout.ms=3000\n");
  const Words more = {"--metrics-port", "0", "--kafka-settings", root() + "/kafka.settings"};
  const auto first = StartNode(0, more);
  const auto second = StartNode(1, more);
  const int port = MetricsPortIn(second->error_text());
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  for (int i = 0; i < 8; ++i) JsonAt(1, submit);
  const auto metrics = ScrapeUntil(port, [](const Metrics& seen) {
    return seen.Sum("rasti_log_events") > 0 && seen.Sum("rasti_kafka_received_bytes_total") > 0 &&
           seen.Sum("rasti_kafka_broker_connections") > 0 && seen.Sum("rasti_kafka_broker_rtt_seconds") > 0 &&
           seen.values.contains("rasti_kafka_requests_total{client=\"consumer\"}") &&
           std::ranges::any_of(seen.values, [](const auto& value) {
             return value.first.starts_with("rasti_input_lag_records{") && value.second == 0;
           });
  });
  EXPECT_EQ(metrics.at("rasti_partitions"), 4);
  first->Signal(SIGKILL);
  first->Finish();
  const auto alone = ScrapeUntil(port, [](const Metrics& seen) { return seen.at("rasti_partitions_owned") == 4; });
  EXPECT_GT(alone.at("rasti_takeover_seconds_count"), metrics.at("rasti_takeover_seconds_count"));
  EXPECT_EQ(alone.at("rasti_partitions_recovering"), 0);
  second->Signal(SIGTERM);
  EXPECT_THAT(second->Finish().err, HasSubstr("\"event\":\"recovered\""));
}

}  // namespace
}  // namespace rasti::test
