// A broker that goes away under a node, and comes back.
#include <gmock/gmock.h>

#include <csignal>

#include "tests/end_to_end/kafka_fixture.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

class KafkaBrokerGoneTest : public KafkaNodesTest {
 protected:
  Result<KafkaBroker*> Broker() override {
    static std::unique_ptr<KafkaBroker> broker;
    if (broker == nullptr) {
      RASTI_TRY(broker, KafkaBroker::Start(""));
    }
    broker_ = broker.get();
    return broker_;
  }
  nlohmann::json Submit() const {
    Words words = SubmitWords();
    words.insert(words.end(), {"--role", "citizen"});
    return JsonAt(0, words);
  }
  const KafkaBroker& broker() const { return *broker_; }

 private:
  KafkaBroker* broker_ = nullptr;
};

TEST_F(KafkaBrokerGoneTest, ANodeOutlivesItsBroker) {
  MakeTopics(2);
  InitNode(0);
  const auto node = StartNode(0);
  const std::string before = Submit()["reference"];

  // Killed: the node says so, shows nothing that may be old, and goes on when the broker is back.
  broker().Kill();
  EXPECT_TRUE(node->WaitForError("nothing is decided until the definitions can be read"));
  const Finished blind = At(0, {"show", before});
  EXPECT_EQ(blind.exit_code, 4);
  EXPECT_THAT(blind.err, HasSubstr("asking for the end of " + topic_prefix() + "events-"));
  ASSERT_TRUE(broker().Restart());
  const std::string after = Submit()["reference"];

  // Stopped and going on, as a machine that is suspended.
  ASSERT_EQ(::kill(broker().pid(), SIGSTOP), 0);
  EXPECT_EQ(At(0, {"show", after}).exit_code, 4);
  ASSERT_EQ(::kill(broker().pid(), SIGCONT), 0);
  JsonAt(0, {"act", after, "register", "--as", "clerk1"});

  node->Signal(SIGTERM);
  const Finished finished = node->Finish();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  EXPECT_THAT(finished.err, HasSubstr("Connection refused"));
  EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
}

TEST_F(KafkaBrokerGoneTest, WrongTopicsAreRefusedWithWhatMendsThem) {
  MakeTopics(2);
  InitNode(0);
  Words more = Brokers();
  more.insert(more.begin(), {"topics", "create", "--partitions", "3"});
  const Finished another = Run(more);
  EXPECT_EQ(another.exit_code, 2);
  EXPECT_THAT(another.err, HasSubstr(topic_prefix() + "commands is there already, with 2 partitions"));
}

}  // namespace
}  // namespace rasti::test
