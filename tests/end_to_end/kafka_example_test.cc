// The submitter of deploy/examples/python-producer, as its README shows it, against a real broker and a node.
#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

const std::string kExample = "deploy/examples/python-producer";

std::vector<std::string> BlocksOf(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> blocks;
  bool inside = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "```sh") {
      blocks.emplace_back();
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      blocks.back() += line + "\n";
    }
  }
  return blocks;
}

class KafkaExampleTest : public KafkaNodesTest {
 protected:
  /// Runs a block of the README with this test's places in it.
  Finished Shell(std::string block) const {
    const std::vector<std::pair<std::string, std::string>> places = {
        {kExample, root() + "/example"},
        {"/var/lib/rasti", data_of(0)},
        {"--brokers broker-1:9092", "--brokers " + bootstrap() + " --topic-prefix " + topic_prefix()}};
    for (const auto& [shown, real] : places) {
      for (size_t at = block.find(shown); at != std::string::npos; at = block.find(shown, at + real.size())) {
        block.replace(at, shown.size(), real);
      }
    }
    return Child({"/bin/bash", "-c", "set -e\n" + block}).Finish();
  }
};

TEST_F(KafkaExampleTest, WhatTheReadmeShowsWorksAndARepeatMakesNoSecondEvent) {
  const auto blocks = BlocksOf(kExample + "/README.md");
  ASSERT_EQ(blocks.size(), 4U);  // packages, classes, registry, submission
  fs::create_directory(root() + "/example");
  fs::copy(kExample + "/submit.py", root() + "/example");
  MakeTopics(4);
  InitNode(0);
  for (const std::string& block : {blocks[1], blocks[2]}) {
    const Finished prepared = Shell(block);
    ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  }
  const auto node = StartNode(0);
  const Finished first = Shell(blocks[3]);
  ASSERT_EQ(first.exit_code, 0) << first.err;
  const auto answer = first.json();
  ASSERT_TRUE(answer.is_object()) << first.out;
  EXPECT_EQ(answer["accepted"], true);

  const std::string reference = answer["reference"];
  const auto shown = JsonAt(0, {"show", reference});
  EXPECT_EQ(shown["case_id"], answer["case_id"]);
  EXPECT_EQ(shown["stage"], "received");
  EXPECT_EQ(shown["title"], "Hole in Rruga B");
  const auto history = JsonAt(0, {"history", reference});

  const Finished second = Shell(blocks[3]);
  EXPECT_EQ(second.exit_code, 0) << second.err;
  EXPECT_EQ(second.json(), answer);
  EXPECT_EQ(JsonAt(0, {"history", reference}), history);
  // The command line names a case by its key in the same way.
  Words same = SubmitWords();
  same.insert(same.end(), {"--role", "citizen", "--key", "portal-4711"});
  EXPECT_EQ(JsonAt(0, same)["case_id"], answer["case_id"]);
  EXPECT_EQ(JsonAt(0, {"history", reference}), history);

  // Refused by the rules: an answer too.
  std::string unknown = blocks[3];
  unknown.replace(unknown.find("pothole"), 7, "volcano");
  unknown.replace(unknown.find("portal-4711"), 11, "portal-4712");
  const Finished rejected = Shell(unknown);
  EXPECT_EQ(rejected.exit_code, 1) << rejected.err;
  EXPECT_EQ(rejected.json()["field"], "category") << rejected.out;

  // More than the registry allows: set aside, and said.
  std::string other = blocks[3];
  other.replace(other.find("prishtine"), 9, "prizren");
  const Finished beyond = Shell(other);
  EXPECT_EQ(beyond.exit_code, 1) << beyond.err;
  EXPECT_EQ(beyond.json()["code"], "wrong_tenant") << beyond.out;
  EXPECT_EQ(beyond.json()["field"], "tenant");
  StopService(*node);
}

TEST_F(KafkaExampleTest, WhatIsMissingIsSaid) {
  fs::create_directory(root() + "/example");
  fs::copy(kExample + "/submit.py", root() + "/example");
  ASSERT_EQ(Shell(BlocksOf(kExample + "/README.md")[1]).exit_code, 0);
  WriteFile(root() + "/short.key", "short");
  const std::string rest = " --submitter portal --key-id k --tenant t --workflow w --category c --title t --key 1 ";
  const std::string program = kExample + "/submit.py --brokers broker-1:9092 ";
  const Finished key = Shell(program + "--key-file " + root() + "/short.key" + rest);
  EXPECT_THAT(key.err, HasSubstr("short.key: 5 bytes, a key has at least 32"));
  const Finished form = Shell(program + "--key-file " + root() + "/short.key" + rest + "--form '[1]'");
  EXPECT_EQ(form.exit_code, 2);
  EXPECT_THAT(form.err, HasSubstr("--form: not a JSON object"));
  WriteFile(root() + "/long.key", std::string(32, 'k'));
  const Finished topics = Shell(program + "--topic-prefix nowhere. --key-file " + root() + "/long.key" + rest);
  EXPECT_EQ(topics.exit_code, 4);
  EXPECT_THAT(topics.err, HasSubstr(bootstrap()));
}

}  // namespace
}  // namespace rasti::test
