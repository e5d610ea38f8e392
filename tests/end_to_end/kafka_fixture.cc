#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

Words Joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

// What the person who runs the tests has set must not reach the program.
Words KafkaNodesTest::Environment() const {
  return Joined({{"RASTI_DATA=", "RASTI_BROKERS=", "RASTI_LOG=", "RASTI_KAFKA_SETTINGS=", "NO_COLOR="}, environment_});
}

Words KafkaNodesTest::Brokers() const {
  Words words = {"--brokers", bootstrap_, "--topic-prefix", topic_prefix()};
  if (!settings_file_.empty()) words.insert(words.end(), {"--kafka-settings", settings_file_});
  return words;
}

Finished KafkaNodesTest::Run(const Words& words) const {
  return Child(Joined({{Program()}, words}), "", Environment()).Finish();
}

void KafkaNodesTest::MakeTopics(int partitions) const {
  const Finished made = Run(Joined({{"topics", "create", "--partitions", std::to_string(partitions)}, Brokers()}));
  ASSERT_EQ(made.exit_code, 0) << made.err;
}

void KafkaNodesTest::InitNode(int node, const Words& more) const {
  const Words packages = node == 0 ? Words{"--packages",
                                           "workflows/issue-report",
                                           "workflows/calendars/kosovo",
                                           "workflows/tenants/prishtine",
                                           "workflows/tenants/mlga",
                                           "workflows/tzdata/2025b"}
                                   : Words{"--no-packages", "--submitters", data_of(0) + "/submitters"};
  const Finished made = Run(Joined(
      {{"init", "--data", data_of(node), "--log", "kafka", "--group", name_, "--node", fmt::format("node-{}", node)},
       Brokers(),
       packages,
       more}));
  ASSERT_EQ(made.exit_code, 0) << made.err;
}

std::unique_ptr<Child> KafkaNodesTest::Serve(const std::string& service, int node, const Words& more) const {
  auto child = std::make_unique<Child>(Joined({{Program(), service, "--json", "--data", data_of(node)}, more}), "",
                                       Environment());
  EXPECT_TRUE(child->WaitForError("\"listening\"")) << child->Finish().err;
  return child;
}

Finished KafkaNodesTest::At(int node, const Words& words) const {
  return Run(Joined({words, {"--data", data_of(node)}}));
}

nlohmann::json KafkaNodesTest::JsonAt(int node, const Words& words) const {
  const Finished finished = At(node, Joined({words, {"--json"}}));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  auto json = finished.json();
  EXPECT_TRUE(json.is_object()) << finished.out;
  return json;
}

}  // namespace rasti::test
