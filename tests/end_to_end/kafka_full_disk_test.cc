// A disk without room, at a node and at a broker. A limit on the size of files stands for it: writes fail in the same
// places.
#include <gmock/gmock.h>
#include <sys/resource.h>

#include <csignal>
#include <future>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// From now on the process can write to no file but at its very beginning.
void LeaveNoRoom(pid_t process) {
  rlimit limit{};
  ASSERT_EQ(::prlimit(process, RLIMIT_FSIZE, nullptr, &limit), 0);
  limit.rlim_cur = 1;
  ASSERT_EQ(::prlimit(process, RLIMIT_FSIZE, &limit, nullptr), 0);
}

class KafkaFullDiskTest : public KafkaNodesTest {
 protected:
  Result<KafkaBroker*> Broker() override {
    RASTI_TRY(broker_, KafkaBroker::Start(""));
    return broker_.get();
  }
  void SetUp() override {
    KafkaNodesTest::SetUp();
    MakeTopics(2);
    InitNode(0);
  }
  Words SubmitOne() const {
    Words words = SubmitWords();
    words.insert(words.end(), {"--role", "citizen"});
    return words;
  }
  // Stops the node, and expects that the whole of its log can be read and holds these cases alone.
  void ExpectWhole(Child& node, const std::vector<std::string>& references) {
    for (const std::string& reference : references) EXPECT_EQ(JsonAt(0, {"show", reference})["reference"], reference);
    node.Signal(SIGTERM);
    EXPECT_EQ(node.Finish().exit_code, 0);
    const nlohmann::json replayed = JsonAt(0, {"replay", "--verify"});
    EXPECT_EQ(replayed["verified"], true);
    EXPECT_EQ(replayed["cases"], references.size());
  }
  const KafkaBroker& broker() const { return *broker_; }

 private:
  std::unique_ptr<KafkaBroker> broker_;
};

TEST_F(KafkaFullDiskTest, ANodeSaysSoAndGoesOnOnceThereIsRoom) {
  auto node = StartNode(0);
  std::vector<std::string> references{JsonAt(0, SubmitOne())["reference"]};
  LeaveNoRoom(node->pid());
  // What is acknowledged is in the log. The store takes it in memory, and cannot keep it.
  references.push_back(JsonAt(0, SubmitOne())["reference"]);
  node->Signal(SIGTERM);
  const Finished finished = node->Finish();
  EXPECT_NE(finished.exit_code, 0);
  EXPECT_THAT(finished.err, AnyOf(HasSubstr("File too large"), HasSubstr("No space left"))) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr(data_of(0)));

  node = StartNode(0);
  references.push_back(JsonAt(0, SubmitOne())["reference"]);
  ExpectWhole(*node, references);
}

TEST_F(KafkaFullDiskTest, WhatABrokerCouldNotWriteIsDoneOnceItCan) {
  const auto node = StartNode(0);
  std::vector<std::string> references{JsonAt(0, SubmitOne())["reference"]};
  LeaveNoRoom(broker().pid());
  std::future<nlohmann::json> under_way = std::async(std::launch::async, [&] { return JsonAt(0, SubmitOne()); });
  EXPECT_TRUE(node->WaitForError("nothing is decided until the definitions can be read"));
  broker().Kill();
  ASSERT_TRUE(broker().Restart());
  references.push_back(under_way.get()["reference"]);
  references.push_back(JsonAt(0, SubmitOne())["reference"]);
  ExpectWhole(*node, references);
}

}  // namespace
}  // namespace rasti::test
