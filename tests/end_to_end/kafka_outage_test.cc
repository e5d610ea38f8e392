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
  const auto topics = [&](const Words& what) {
    Words words = {"topics"};
    words.insert(words.end(), what.begin(), what.end());
    const Words brokers = Brokers();
    words.insert(words.end(), brokers.begin(), brokers.end());
    return Run(words);
  };
  const std::string mends = "rasti topics create --partitions 2 --replicas 1";
  const Words create = {"create", "--partitions", "2", "--replicas", "1"};
  MakeTopics(2);
  InitNode(0);
  EXPECT_EQ(topics({"check"}).exit_code, 0);

  // Nothing is made beside topics that do not fit.
  const Status gone = broker().Delete(topic_prefix() + "results");
  ASSERT_TRUE(gone) << gone.error().message;
  const Finished another = topics({"create", "--partitions", "3"});
  EXPECT_EQ(another.exit_code, 2);
  EXPECT_THAT(another.err, HasSubstr(topic_prefix() + "commands is there already, with 2 partitions and not 3"));
  const Finished missing = topics({"check"});
  EXPECT_EQ(missing.exit_code, 2);
  EXPECT_THAT(missing.err, HasSubstr(topic_prefix() + "results: it is missing; make it: " + mends));

  // One with another number of partitions, and inputs without the brokers' time.
  const Status made = broker().Make(topic_prefix() + "results", 5);
  ASSERT_TRUE(made) << made.error().message;
  const Finished five = topics(create);
  EXPECT_EQ(five.exit_code, 2);
  EXPECT_THAT(five.err, HasSubstr(topic_prefix() + "results is there already, with 5 partitions and not 2"));
  const Finished node = At(0, {"run"});
  EXPECT_EQ(node.exit_code, 2);
  EXPECT_THAT(node.err, HasSubstr("results: it has 5 partitions where 2 are wanted (" + topic_prefix() +
                                  "commands decides; the number never changes)"));
  for (const char* topic : {"results", "commands"}) {
    const Status deleted = broker().Delete(topic_prefix() + topic);
    ASSERT_TRUE(deleted) << deleted.error().message;
  }
  const Status remade = broker().Make(topic_prefix() + "commands", 2, {"retention.ms=3600000", "segment.ms=60000"});
  ASSERT_TRUE(remade) << remade.error().message;
  const Finished wrong = topics({"check"});
  EXPECT_EQ(wrong.exit_code, 2);
  for (const std::string fault : {"message.timestamp.type is 'CreateTime', not 'LogAppendTime'",
                                  "retention.ms is '3600000', not '-1'", "results: it is missing"}) {
    EXPECT_THAT(wrong.out, HasSubstr(fault));
  }
  EXPECT_THAT(wrong.err, HasSubstr("set it: " + mends));

  // What it says mends it, and leaves alone what nobody asked about.
  const Finished mended = topics(create);
  EXPECT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_EQ(topics({"check"}).exit_code, 0);
  StopService(*StartNode(0));
}

}  // namespace
}  // namespace rasti::test
