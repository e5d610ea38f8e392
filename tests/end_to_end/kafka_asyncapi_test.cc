// proto/asyncapi.yaml says what the brokers have.
#include <gmock/gmock.h>
#include <yaml-cpp/yaml.h>

#include <set>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using KafkaAsyncApiTest = KafkaNodesTest;

TEST_F(KafkaAsyncApiTest, TheDocumentHasTheTopicsWithTheirPartitionsAndSettings) {
  constexpr int kPartitions = 3;
  MakeTopics(kPartitions);
  Words words = Brokers();
  words.insert(words.begin(), {"topics", "describe", "--json"});
  const Finished described = Run(words);
  ASSERT_EQ(described.exit_code, 0) << described.err;
  const YAML::Node channels = YAML::LoadFile("proto/asyncapi.yaml")["channels"];
  std::set<std::string> compared;
  const nlohmann::json document = described.json();
  for (const auto& topic : document["topics"]) {
    const std::string name = topic["topic"].get<std::string>().substr(topic_prefix().size());
    compared.insert(name);
    const YAML::Node channel = channels[name];
    ASSERT_TRUE(channel) << name << ": tools/asyncapi.py does not know this topic";
    EXPECT_EQ(channel["address"].as<std::string>(), "{prefix}" + name);
    const YAML::Node kafka = channel["bindings"]["kafka"];
    EXPECT_EQ(topic["partitions"].get<int>(), kafka["partitions"] ? kafka["partitions"].as<int>() : kPartitions)
        << name;
    for (const auto& setting : kafka["topicConfiguration"]) {
      const auto key = setting.first.as<std::string>();
      const YAML::Node& value = setting.second;
      EXPECT_EQ(topic["settings"][key].get<std::string>(), (value.IsSequence() ? value[0] : value).as<std::string>())
          << name << ": " << key;
    }
  }
  for (const auto& channel : channels) EXPECT_TRUE(compared.contains(channel.first.as<std::string>()));
}

}  // namespace
}  // namespace rasti::test
