// Nodes over a real broker, as people run them.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

Words Submit(const Words& more = {}) {
  Words words = SubmitWords();
  words.insert(words.end(), {"--role", "citizen"});
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

// Stages and revisions, which do not depend on when and where.
std::string CourseOf(const nlohmann::json& history) {
  std::string course;
  for (const auto& event : history["events"]) course += event["type"].get<std::string>() + "\n";
  return course;
}

TEST_F(KafkaNodesTest, TwoNodesAreOneEngine) {
  MakeTopics(4);
  InitNode(0);
  InitNode(1);
  const auto first = StartNode(0);
  const auto second = StartNode(1);
  // Cases lie on either; each step is asked of the other node than the one before.
  for (int i = 0; i < 6; ++i) {
    const std::string reference = JsonAt(i % 2, Submit())["reference"];
    JsonAt((i + 1) % 2, {"act", reference, "register", "--as", "clerk1"});
    JsonAt(i % 2, {"act", reference, "start_work", "--as", "roads.officer1"});
    const auto here = JsonAt(i % 2, {"history", reference});
    EXPECT_EQ(here, JsonAt((i + 1) % 2, {"history", reference}));
    EXPECT_FALSE(CourseOf(here).empty());
  }
  const auto tally = [&](int node) { return JsonAt(node, {"tally", "--at", "2030-01-01T00:00:00Z"}); };
  EXPECT_EQ(tally(0), tally(1));
  StopService(*first);
  // The other one has everything now.
  const std::string reference = JsonAt(1, Submit())["reference"];
  EXPECT_EQ(JsonAt(1, {"show", reference})["stage"], "received");
  StopService(*second);
  for (int node : {0, 1}) EXPECT_EQ(JsonAt(node, {"replay", "--verify"})["verified"], true) << node;
}

TEST_F(KafkaNodesTest, TheSameCommandsMakeTheSameEventsAsInADirectory) {
  MakeTopics(2);
  InitNode(0);
  const auto node = StartNode(0);
  Init();
  const auto play = [](const auto& json) {
    const std::string reference = json(Submit())["reference"];
    json({"act", reference, "register", "--as", "clerk1"});
    json({"assign", reference, "--queue", "waste", "--reason", "not a road", "--as", "clerk1"});
    json({"message", reference, "--text", "When?", "--as", "clerk1"});
    return CourseOf(json({"history", reference}));
  };
  const std::string at_brokers = play([&](const Words& words) { return JsonAt(0, words); });
  const std::string in_directory = play([&](const Words& words) { return Json(words); });
  EXPECT_EQ(at_brokers, in_directory);
  StopService(*node);
}

TEST_F(KafkaNodesTest, ANodeThatLostItsStoresBuildsThemAgain) {
  MakeTopics(2);
  InitNode(0);
  std::string reference;
  {
    const auto node = StartNode(0);
    reference = JsonAt(0, Submit())["reference"].get<std::string>();
    JsonAt(0, {"act", reference, "register", "--as", "clerk1"});
    node->Signal(SIGKILL);
    EXPECT_EQ(node->Finish().signal, SIGKILL);
  }
  std::filesystem::remove_all(data_of(0) + "/state");
  std::filesystem::remove_all(data_of(0) + "/views");
  const auto node = StartNode(0);
  EXPECT_EQ(JsonAt(0, {"show", reference})["stage"], "assigned");
  JsonAt(0, {"act", reference, "start_work", "--as", "roads.officer1"});
  StopService(*node);
  EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
}

TEST_F(KafkaNodesTest, APublishedVersionReachesEveryNode) {
  MakeTopics(2);
  InitNode(0);
  InitNode(1);
  const auto first = StartNode(0);
  const auto second = StartNode(1);
  const auto published = JsonAt(1, {"publish", "workflows/tenants/prizren"});
  ASSERT_EQ(published["packages"].size(), 1U);
  EXPECT_EQ(published["packages"][0]["new"], true);
  // In force when the command returns, on both.
  for (int node : {0, 1}) {
    Words words = Submit();
    *std::ranges::find(words, "prishtine") = "prizren";
    EXPECT_EQ(JsonAt(node, words)["accepted"], true) << node;
  }
  StopService(*first);
  StopService(*second);
}

TEST_F(KafkaNodesTest, EventsAreCloudEvents) {
  MakeTopics(1);
  InitNode(0);
  const auto node = StartNode(0);
  const auto submitted = JsonAt(0, Submit());
  StopService(*node);
  std::istringstream lines((*KafkaBroker::Instance())->Headers(topic_prefix() + "events"));
  std::string first;
  std::getline(lines, first);
  const std::string id = submitted["case_id"];
  for (const std::string& header :
       {std::string("rasti-sequence:0"), std::string("ce_specversion:1.0"), "ce_id:" + id + "/1", "ce_subject:" + id,
        std::string("ce_source:/tenants/prishtine"), std::string("ce_type:rasti.case_submitted.v1"),
        std::string("content-type:application/protobuf")}) {
    EXPECT_THAT(first, HasSubstr(header));
  }
}

TEST_F(KafkaNodesTest, WhatIsWrongIsSaid) {
  // No topics.
  const Finished none = At(0, {"run", "--log", "kafka", "--brokers", bootstrap(), "--topic-prefix", "nowhere."});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("nowhere.commands: it is missing; make it: rasti topics create"));
  // No broker.
  const Finished nobody = At(1, {"topics", "check", "--brokers", "127.0.0.1:1"});
  EXPECT_EQ(nobody.exit_code, 4);
  EXPECT_THAT(nobody.err, HasSubstr("127.0.0.1:1: kafka: asking the brokers"));
  // No service.
  MakeTopics(2);
  InitNode(2);
  const Finished silent = At(2, {"packages", "--patience", "0"});
  EXPECT_EQ(silent.exit_code, 4);
  EXPECT_THAT(silent.err, HasSubstr("start the node: rasti run --data " + data_of(2)));
  // Another log than the one that the directory stands on.
  const Finished other = At(2, {"run", "--log", "kafka", "--brokers", bootstrap(), "--topic-prefix", "other."});
  EXPECT_EQ(other.exit_code, 2);
  EXPECT_THAT(other.err, HasSubstr("a node keeps these for ever"));
  // A settings file.
  WriteFile(root() + "/kafka.settings", "# ours\nsecurity.protocol=plaintext\nsasl.password\n");
  const Finished settings =
      At(2, {"topics", "check", "--brokers", bootstrap(), "--kafka-settings", root() + "/kafka.settings"});
  EXPECT_EQ(settings.exit_code, 2);
  EXPECT_THAT(settings.err, HasSubstr("kafka.settings:3: not a line of the form name=value"));
  WriteFile(root() + "/kafka.settings", "session.timeout.ms=soon\n");
  const Finished soon =
      At(2, {"topics", "check", "--brokers", bootstrap(), "--kafka-settings", root() + "/kafka.settings"});
  EXPECT_THAT(soon.err, HasSubstr("session.timeout.ms=soon: wants 1000 to 900000 milliseconds"));
}

TEST_F(KafkaNodesTest, TwoNodesInOneDirectoryAreOneTooMany) {
  MakeTopics(1);
  InitNode(0);
  const auto node = StartNode(0);
  const Finished second = At(0, {"run"});
  EXPECT_EQ(second.exit_code, 4);
  EXPECT_THAT(second.err, HasSubstr("held by process " + std::to_string(node->pid())));
  StopService(*node);
}

// A broker that is away for longer than anybody's session and any transaction may last.
class KafkaOutageTest : public KafkaNodesTest {
 protected:
  void Survive(void (*go)(const KafkaBroker&), Status (*come_back)(const KafkaBroker&)) {
    const KafkaBroker& broker = **KafkaBroker::Instance();
    MakeTopics(2);
    InitNode(0);
    WriteFile(root() + "/kafka.settings", "session.timeout.ms=3000\ntransaction.timeout.ms=3000\n");
    const auto node = StartNode(0, {"--kafka-settings", root() + "/kafka.settings"});
    const std::string before = JsonAt(0, Submit())["reference"];
    go(broker);
    // Handed in while nobody can take it.
    Words words = Submit({"--json", "--data", data_of(0)});
    words.insert(words.begin(), Program());
    Child waiting(words, "", {"RASTI_DATA="});
    EXPECT_TRUE(node->WaitForError("\"trouble\""));
    const Status back = come_back(broker);
    ASSERT_TRUE(back) << back.error().message;
    const Finished answered = waiting.Finish();
    ASSERT_EQ(answered.exit_code, 0) << answered.err << node->Finish().err;
    const std::string while_away = answered.json()["reference"];
    for (const std::string& reference : {before, while_away}) {
      JsonAt(0, {"act", reference, "register", "--as", "clerk1"});
      EXPECT_EQ(JsonAt(0, {"show", reference})["stage"], "assigned");
    }
    StopService(*node);
    EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
  }
};

TEST_F(KafkaOutageTest, ABrokerThatStandsStillIsWaitedFor) {
  Survive([](const KafkaBroker& broker) { broker.Pause(); },
          [](const KafkaBroker& broker) {
            broker.Resume();
            return Status();
          });
}

TEST_F(KafkaOutageTest, ABrokerThatDiesIsWaitedFor) {
  Survive([](const KafkaBroker& broker) { broker.Kill(); }, [](const KafkaBroker& broker) { return broker.Restart(); });
}

TEST_F(KafkaOutageTest, ANodeThatStartsBeforeItsBrokersWaitsForThem) {
  KafkaBroker& broker = **KafkaBroker::Instance();
  MakeTopics(1);
  InitNode(0);
  broker.Kill();
  Child node({Program(), "run", "--json", "--data", data_of(0)}, "", {"RASTI_DATA="});
  EXPECT_TRUE(node.WaitForError("again in"));
  const Status restarted = broker.Restart();
  ASSERT_TRUE(restarted) << restarted.error().message;
  EXPECT_TRUE(node.WaitForError("\"listening\""));
  EXPECT_EQ(JsonAt(0, Submit())["accepted"], true);
  StopService(node);
}

TEST_F(KafkaOutageTest, ANodeThatWaitsForItsBrokersEndsInGoodOrder) {
  KafkaBroker& broker = **KafkaBroker::Instance();
  MakeTopics(1);
  InitNode(0);
  broker.Kill();
  Child node({Program(), "run", "--json", "--data", data_of(0)}, "", {"RASTI_DATA="});
  EXPECT_TRUE(node.WaitForError("again in"));
  node.Signal(SIGTERM);
  const Finished ended = node.Finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.err;
  EXPECT_THAT(ended.err, HasSubstr("\"event\":\"stopping\",\"why\":\"SIGTERM\""));
  const Status restarted = broker.Restart();
  ASSERT_TRUE(restarted) << restarted.error().message;
}

// The first block of shell behind a heading of README.md.
std::string BlockBehind(const std::string& heading) {
  std::ifstream file("README.md");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  const std::string fence = "```sh\n";
  const size_t from = text.find(fence, text.find("## " + heading));
  if (from == std::string::npos) return "";
  return text.substr(from + fence.size(), text.find("```", from + fence.size()) - from - fence.size());
}

TEST_F(KafkaNodesTest, WhatTheReadmeShowsWorks) {
  std::string block = BlockBehind("Over Kafka");
  const auto replace = [&](const std::string& shown, const std::string& real) {
    ASSERT_NE(block.find(shown), std::string::npos) << shown;
    for (size_t at = block.find(shown); at != std::string::npos; at = block.find(shown, at + real.size())) {
      block.replace(at, shown.size(), real);
    }
  };
  replace("$(tools/kafka.sh start)", bootstrap());
  replace("/tmp/node", root() + "/node");
  const std::string path = std::filesystem::path(Program()).parent_path().string() + ":/usr/bin:/bin";
  Child shell({"/bin/bash", "-c", "set -e\ntrap 'kill $(jobs -p); wait' EXIT\n" + block}, "",
              {"PATH=" + path, "RASTI_TOPIC_PREFIX=" + topic_prefix(), "RASTI_GROUP=" + topic_prefix()});
  const Finished finished = shell.Finish();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.out, HasSubstr("stage 'received'"));
  EXPECT_THAT(finished.out, HasSubstr("prishtine/acknowledge"));
}

}  // namespace
}  // namespace rasti::test
