// Nodes on a log at a broker with TLS, SASL and an authorizer (tools/kafka/secure.sh).
#pragma once

#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {

inline std::string ContentOf(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

class KafkaSecureTest : public KafkaNodesTest {
 protected:
  Result<KafkaBroker*> Broker() override {
    static std::unique_ptr<KafkaBroker> broker;
    if (broker == nullptr) {
      RASTI_TRY(broker, KafkaBroker::Start("--secure yes"));
    }
    broker_ = broker.get();
    return broker_;
  }

  const KafkaBroker& broker() const { return *broker_; }
  std::string listener(const std::string& name) const { return broker_->listener(name); }
  std::string secure(const std::string& file) const { return broker_->directory() + "/secure/" + file; }

  using Settings = std::map<std::string, std::string>;
  /// What a settings file of the broker says.
  Settings SettingsOf(const std::string& user) const {
    Settings settings;
    std::istringstream lines(ContentOf(secure(user + ".settings")));
    for (std::string line; std::getline(lines, line);) {
      settings[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
    }
    return settings;
  }
  /// A file of these settings that nobody else may read.
  std::string Write(const Settings& settings, const std::string& name = "kafka.settings") const {
    std::string text;
    for (const auto& [setting, value] : settings) text += fmt::format("{}={}\n", setting, value);
    return WriteSecret(name, text);
  }
  std::string WriteSecret(const std::string& name, const std::string& text) const {
    std::string path = root() + "/" + name;
    WriteFile(path, text);
    std::filesystem::permissions(path, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return path;
  }
  /// A librdkafka that can do SCRAM with this broker.
  static Words WithScram() {
    const auto folder = NewerLibrdkafka();
    EXPECT_TRUE(folder) << folder.error().message;
    return {"LD_LIBRARY_PATH=" + folder.value_or("")};
  }
  Finished Check(const std::string& brokers, const std::string& settings, const Words& environment = {}) {
    UseLink(brokers, settings, environment);
    return Run(
        {"topics", "check", "--brokers", brokers, "--kafka-settings", settings, "--topic-prefix", topic_prefix()});
  }
  /// A case from its submission to a transition, through a node; the password stands nowhere.
  void WorkThroughANode() const {
    InitNode(0);
    const auto node = StartNode(0);
    Words submit = SubmitWords();
    submit.insert(submit.end(), {"--role", "citizen"});
    const std::string reference = JsonAt(0, submit)["reference"];
    JsonAt(0, {"act", reference, "register", "--as", "clerk1"});
    EXPECT_EQ(JsonAt(0, {"show", reference})["stage"], "assigned");
    const std::string command_line = ContentOf(fmt::format("/proc/{}/cmdline", node->pid()));
    node->Signal(SIGTERM);
    const Finished finished = node->Finish();
    EXPECT_EQ(finished.exit_code, 0) << finished.err;
    EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
    for (const std::string user : {"root", "engine"}) {
      const std::string password = SettingsOf(user).at("sasl.password");
      for (const std::string& text :
           {command_line, finished.out, finished.err, ContentOf(data_of(0) + "/rasti.json")}) {
        EXPECT_EQ(text.find(password), std::string::npos);
      }
    }
  }

 private:
  KafkaBroker* broker_ = nullptr;
};

}  // namespace rasti::test
