#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

const Words kEnvironment = {"RASTI_DATA=", "RASTI_BROKERS=", "RASTI_LOG=", "NO_COLOR="};

Words Joined(std::initializer_list<Words> parts) {
  Words all;
  for (const Words& part : parts) all.insert(all.end(), part.begin(), part.end());
  return all;
}

}  // namespace

void KafkaNodesTest::MakeTopics(int partitions) const {
  const Finished made =
      Child(Joined({{Program(), "topics", "create", "--partitions", std::to_string(partitions)}, Brokers()}), "",
            kEnvironment)
          .Finish();
  ASSERT_EQ(made.exit_code, 0) << made.err;
}

void KafkaNodesTest::InitNode(int node) const {
  const Words packages = node == 0 ? Words{"--packages",
                                           "workflows/issue-report",
                                           "workflows/calendars/kosovo",
                                           "workflows/tenants/prishtine",
                                           "workflows/tenants/mlga",
                                           "workflows/tzdata/2025b"}
                                   : Words{"--no-packages", "--submitters", data_of(0) + "/submitters"};
  const Finished made = Child(Joined({{Program(), "init", "--data", data_of(node), "--log", "kafka", "--group", name_,
                                       "--node", fmt::format("node-{}", node)},
                                      Brokers(),
                                      packages}),
                              "", kEnvironment)
                            .Finish();
  ASSERT_EQ(made.exit_code, 0) << made.err;
}

std::unique_ptr<Child> KafkaNodesTest::StartNode(int node, const Words& more) const {
  auto child =
      std::make_unique<Child>(Joined({{Program(), "run", "--json", "--data", data_of(node)}, more}), "", kEnvironment);
  EXPECT_TRUE(child->WaitForError("\"listening\"")) << child->Finish().err;
  return child;
}

Finished KafkaNodesTest::At(int node, const Words& words) const {
  return Child(Joined({{Program()}, words, {"--data", data_of(node)}}), "", kEnvironment).Finish();
}

nlohmann::json KafkaNodesTest::JsonAt(int node, const Words& words) const {
  const Finished finished = At(node, Joined({words, {"--json"}}));
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  auto json = finished.json();
  EXPECT_TRUE(json.is_object()) << finished.out;
  return json;
}

}  // namespace rasti::test
