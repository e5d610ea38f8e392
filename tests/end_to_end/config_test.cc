// Settings from a file, the environment and the command line.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/rasti_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
using testing::Not;

class ConfigTest : public RastiTest {
 protected:
  std::string File(const std::string& content) const {
    std::string path = root() + "/rasti.yaml";
    WriteFile(path, content);
    return path;
  }
  static Finished Run(Words words, const Words& environment = {}) {
    words.insert(words.begin(), Program());
    Words all = {"RASTI_DATA=", "RASTI_BROKERS=", "RASTI_LOG=", "RASTI_CONFIG=", "NO_COLOR="};
    all.insert(all.end(), environment.begin(), environment.end());
    return Child(words, "", all).Finish();
  }
  // What `config show` says of a setting: value and source.
  static std::pair<std::string, std::string> Setting(const std::string& name, Words words,
                                                     const Words& environment = {}) {
    words.insert(words.begin(), {"config", "show", "--json"});
    const Finished finished = Run(words, environment);
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    const auto shown = finished.json();
    for (const auto& setting : shown["settings"]) {
      if (setting["name"] == name) return {setting["value"], setting["source"]};
    }
    ADD_FAILURE() << name << " is not shown: " << finished.out;
    return {};
  }
  static void ExpectFault(const std::string& file, const std::string& fault) {
    const Finished checked = Run({"config", "check", file});
    EXPECT_EQ(checked.exit_code, 2) << checked.out;
    EXPECT_THAT(checked.out, HasSubstr(fault));
  }
};

TEST_F(ConfigTest, TheCommandLineWinsOverTheEnvironmentAndThatOverTheFile) {
  const std::string file = File("threads: 3\nmetrics:\n  port: 9464\nbrokers:\n  - a:1\n  - b:2\ndata: /srv/rasti\n");
  using Found = std::pair<std::string, std::string>;
  EXPECT_EQ(Setting("threads", {}), Found("2", "built in"));
  EXPECT_EQ(Setting("threads", {"--config", file}), Found("3", file + ":1:10"));
  EXPECT_EQ(Setting("threads", {}, {"RASTI_CONFIG=" + file}), Found("3", file + ":1:10"));
  EXPECT_EQ(Setting("threads", {"--config", file}, {"RASTI_THREADS=4"}), Found("4", "RASTI_THREADS"));
  EXPECT_EQ(Setting("threads", {"--config", file, "--threads", "5"}, {"RASTI_THREADS=4"}), Found("5", "command line"));
  EXPECT_EQ(Setting("threads", {"--config", file, "--threads=5"}), Found("5", "command line"));
  EXPECT_EQ(Setting("metrics-port", {"--config", file}), Found("9464", file + ":3:9"));
  EXPECT_EQ(Setting("brokers", {"--config", file}), Found("a:1,b:2", file + ":5:3"));
  EXPECT_EQ(Setting("brokers", {"--config", file}, {"RASTI_BROKERS=c:3"}), Found("c:3", "RASTI_BROKERS"));
  EXPECT_EQ(Setting("data", {"--config", file}), Found("/srv/rasti", file + ":7:7"));
  EXPECT_EQ(Setting("data", {"--config", file}, {"RASTI_DATA=/tmp/x"}), Found("/tmp/x", "RASTI_DATA"));
  EXPECT_EQ(Setting("log-level", {"--config", file}), Found("info", "built in"));
}

TEST_F(ConfigTest, EveryMistakeIsToldWithItsPlaceAndWhatWouldBeRight) {
  const std::string file = File(
      "threads: many\nquery:\n  threads: 900\nmetric-port: 1\nmetrics:\n  prot: 1\nlog-level: loud\nthreads-x:\n"
      "broker: [a:1]\nlog: kafka\n");
  const Finished checked = Run({"config", "check", file, "--json"});
  EXPECT_EQ(checked.exit_code, 2);
  const auto said = checked.json();
  const auto at = [&](int line, int column) -> std::string {
    for (const auto& issue : said["issues"]) {
      if (issue["line"] == line && issue["column"] == column) return issue["message"];
    }
    return "nothing is told of " + std::to_string(line) + ":" + std::to_string(column) + " in " + checked.out;
  };
  EXPECT_THAT(at(1, 10), HasSubstr("many"));
  EXPECT_THAT(at(3, 12), HasSubstr("900 not in range"));
  EXPECT_THAT(at(4, 1), HasSubstr("there is no setting 'metric-port', did you mean 'metrics-port'?"));
  EXPECT_THAT(at(6, 3), HasSubstr("there is no setting 'metrics-prot', did you mean 'metrics-port'?"));
  EXPECT_THAT(at(7, 12), HasSubstr("loud not in {debug,info,warn}"));
  EXPECT_THAT(at(8, 1), HasSubstr("'threads-x' has no value"));
  EXPECT_THAT(at(9, 1), HasSubstr("there is no setting 'broker', did you mean 'brokers'?"));
  EXPECT_EQ(said["issues"].size(), 7U) << checked.out;
  // A service does not start with it, and says the first of them.
  const Finished run = Run({"run", "--config", file, "--data", data()});
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_THAT(run.err, HasSubstr("rasti.yaml:1:10: error: "));
  EXPECT_THAT(run.err, HasSubstr("; 6 more: rasti config check " + file));
}

TEST_F(ConfigTest, MemoryIsSetByTheSameNamesEverywhere) {
  const std::string file = File("block-cache: 32MiB\nwrite:\n  buffers: 67108864\ncached-cases: 5000\n");
  using Found = std::pair<std::string, std::string>;
  EXPECT_EQ(Setting("block-cache", {}), Found("160MiB", "built in"));
  EXPECT_EQ(Setting("write-buffers", {}), Found("96MiB", "built in"));
  EXPECT_EQ(Setting("cached-cases", {}), Found("100000", "built in"));
  EXPECT_EQ(Setting("block-cache", {"--config", file}), Found("32MiB", file + ":1:14"));
  EXPECT_EQ(Setting("write-buffers", {"--config", file}), Found("67108864", file + ":3:12"));
  EXPECT_EQ(Setting("cached-cases", {"--config", file}), Found("5000", file + ":4:15"));
  EXPECT_EQ(Setting("block-cache", {"--config", file}, {"RASTI_BLOCK_CACHE=1GiB"}), Found("1GiB", "RASTI_BLOCK_CACHE"));
  EXPECT_EQ(Setting("write-buffers", {"--config", file, "--write-buffers", "8MiB"}), Found("8MiB", "command line"));

  ExpectFault(File("block-cache: 160MB\n"), ":1:14: error: block-cache: size '160MB': 'MB' is no unit");
  ExpectFault(File("write-buffers: 1MiB\n"), ":1:16: error: write-buffers: '1MiB': it has to be from 8MiB to 1024GiB");
  ExpectFault(File("cached-cases: 0\n"), ":1:15: error: cached-cases: ");
  const Finished reader = Run({"serve-views", "--data", data(), "--block-cache", "2TiB"});
  EXPECT_EQ(reader.exit_code, 2);
  EXPECT_THAT(reader.err, HasSubstr("--block-cache: size '2TiB': 'TiB' is no unit"));
}

TEST_F(ConfigTest, WhatIsNoMapOfSettingsIsRefused) {
  ExpectFault(File("- threads\n"), ":1:1: error: the file has to be a map of settings");
  ExpectFault(File("threads: 2\nthreads: 3\n"), ":2:1: error: ");
  ExpectFault(File("metrics-port: 1\nmetrics: {port: 2}\n"),
              ":2:11: error: 'metrics-port' was given on line 1 already");
  ExpectFault(File("threads: {most: 2}\n"), ":1:10: error: 'threads' wants a single value, not a map");
  ExpectFault(File("brokers: [{host: a}]\n"), ":1:11: error: 'brokers' wants a list of single values");
  ExpectFault(File("threads: [2\n"), "error: ");
  ExpectFault(File("nothing:\n  like: this\n"), ":1:1: error: there is no setting 'nothing'");
  const Finished none = Run({"config", "check", root() + "/none.yaml"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("none.yaml"));
  const Finished variable = Run({"config", "show"}, {"RASTI_THREADS=0"});
  EXPECT_EQ(variable.exit_code, 2);
  EXPECT_THAT(variable.err, HasSubstr("RASTI_THREADS: "));
  EXPECT_EQ(Run({"config", "check", File("# nothing yet\n")}).exit_code, 0);
}

TEST_F(ConfigTest, FilesThatSettingsNameAreReadAndTheirSecretsNeverShown) {
  const std::string secrets = root() + "/kafka.settings";
  const std::string file = File("log: kafka\nbrokers: a:1\nkafka-settings: " + secrets + "\n");
  ExpectFault(file, "kafka-settings: ");
  WriteFile(secrets, "sasl.password=hunter2-of-the-brokers\n");
  std::filesystem::permissions(secrets, std::filesystem::perms(0644));
  ExpectFault(file, "others may read the password in it");
  std::filesystem::permissions(secrets, std::filesystem::perms(0600));
  const Finished checked = Run({"config", "check", file});
  EXPECT_EQ(checked.exit_code, 0) << checked.out << checked.err;
  EXPECT_THAT(checked.out, HasSubstr(secrets));
  EXPECT_THAT(checked.out + checked.err, Not(HasSubstr("hunter2")));
  ExpectFault(File("submitters: " + root() + "/none\n"), "submitters: ");
  ExpectFault(File("log: kafka\n"), "brokers: log is kafka, and no brokers are named");
}

TEST_F(ConfigTest, SettingsOfTheBrokersAreThoseThatAStartWouldTake) {
  const std::string settings = root() + "/kafka.settings";
  const std::string file = File("log: kafka\nbrokers: a:1\nkafka-settings: " + settings + "\n");
  const auto expect_fault = [&](const std::string& text, const std::string& fault) {
    WriteFile(settings, text);
    ExpectFault(file, "kafka-settings: " + settings + ": " + fault);
  };
  expect_fault("sasl.mechanisme=PLAIN\n", "kafka: setting sasl.mechanisme: No such configuration property");
  expect_fault("security.protocol=SSL\nssl.ca.location=" + root() + "/none.pem\n", "kafka: ssl.ca.location");
  WriteFile(settings, "security.protocol=PLAINTEXT\n");
  EXPECT_EQ(Run({"config", "check", file}).exit_code, 0);

  // A private key is a secret as a password is.
  const std::string inline_key = "ssl.key.pem=-----BEGIN PRIVATE KEY-----\n";
  WriteFile(settings, inline_key);
  std::filesystem::permissions(settings, std::filesystem::perms(0640));
  ExpectFault(file, settings + ": others may read the private key in it (mode 0640)");
  const std::string key = root() + "/engine.key";
  WriteFile(key, "a key");
  WriteFile(settings, "ssl.key.location=" + key + "\n");
  std::filesystem::permissions(key, std::filesystem::perms(0644));
  ExpectFault(file, key + ": others may read the private key in it (mode 0644)");
  std::filesystem::permissions(key, std::filesystem::perms(0640));
  EXPECT_EQ(Run({"config", "check", file}).exit_code, 0) << "a group may, as ssl-cert";
}

TEST_F(ConfigTest, ARegistryIsReadWithItsKeys) {
  Init();
  const std::string registry = data() + "/submitters";
  const std::string file = File("submitters: " + registry + "\n");
  EXPECT_EQ(Run({"config", "check", file}).exit_code, 0);
  std::filesystem::permissions(registry + "/local.key", std::filesystem::perms(0644));
  ExpectFault(file, "submitters: " + registry + "/local.key: others may read or change the key");
  std::filesystem::permissions(registry + "/local.key", std::filesystem::perms(0600));
  WriteFile(registry + "/submitters.yaml", "submitters:\n  - id: portal\n    keys: [{id: a, file: none.key}]\n");
  ExpectFault(file, "none.key");
  WriteFile(registry + "/submitters.yaml", "submitters:\n  - idd: portal\n");
  ExpectFault(file, "submitters: " + registry + "/submitters.yaml:2:");
}

TEST_F(ConfigTest, ASnapshotToStartFromHasToBeWhole) {
  Init();
  SubmitPothole();
  const std::string snapshot = root() + "/snapshot";
  const std::string file = File("from-snapshot: " + snapshot + "\n");
  ExpectFault(file, "from-snapshot: " + snapshot + ": no snapshot, or one that was never finished");
  Json({"snapshot", snapshot});
  EXPECT_EQ(Run({"config", "check", file}).exit_code, 0);
}

TEST_F(ConfigTest, AServiceRunsWithItsFile) {
  Init();
  const std::string file =
      File("data: " + data() + "\nmetrics: {port: 0}\nlog-format: json\nthreads: 1\nblock-cache: 24MiB\n");
  Child service({Program(), "run", "--config", file}, "", {"RASTI_DATA="});
  ASSERT_TRUE(service.WaitForError("\"listening\"")) << service.Finish().err;
  EXPECT_THAT(service.error_text(), HasSubstr("\"event\":\"metrics\""));
  EXPECT_EQ(Json({"tally"})["cases"], 0);
  const Metrics metrics = Scrape(MetricsPortIn(service.error_text()));
  EXPECT_EQ(metrics.at("rasti_store_cache_limit_bytes"), 24 << 20);
  StopService(service);
}

}  // namespace
}  // namespace rasti::test
