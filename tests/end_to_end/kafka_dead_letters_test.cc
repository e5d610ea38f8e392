// A foreign program writes among the commands whatever it likes; the operator sees it, and the nodes go on.
#include <gmock/gmock.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <csignal>
#include <map>
#include <memory>

#include "engine/ports/event_log.h"
#include "tests/end_to_end/kafka_fixture.h"
#include "tests/end_to_end/stranger.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

constexpr int kPartitions = 2;

// A producer that knows nothing of Rasti. One thread.
class ForeignProducer {
 public:
  explicit ForeignProducer(const std::string& brokers) {
    std::array<char, 512> reason{};
    rd_kafka_conf_t* conf = rd_kafka_conf_new();
    for (const auto& [name, value] : std::map<std::string, std::string>{
             {"bootstrap.servers", brokers}, {"message.max.bytes", "2000000"}, {"linger.ms", "0"}}) {
      EXPECT_EQ(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()), RD_KAFKA_CONF_OK);
    }
    rd_kafka_conf_set_dr_msg_cb(conf, [](rd_kafka_t*, const rd_kafka_message_t* message, void*) {
      EXPECT_EQ(message->err, RD_KAFKA_RESP_ERR_NO_ERROR) << rd_kafka_err2str(message->err);
    });
    producer_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason.data(), reason.size());
    EXPECT_NE(producer_, nullptr) << reason.data();
  }
  ~ForeignProducer() { rd_kafka_destroy(producer_); }
  ForeignProducer(const ForeignProducer&) = delete;
  ForeignProducer& operator=(const ForeignProducer&) = delete;

  // Returns once the broker has it.
  void Write(const std::string& topic, int32_t partition, const std::string& key, const std::string& value) {
    rd_kafka_topic_t* to = rd_kafka_topic_new(producer_, topic.c_str(), nullptr);
    ASSERT_NE(to, nullptr);
    const auto bytes = [](const std::string& text) { return const_cast<char*>(text.data()); };  // NOLINT: its API
    const int taken = rd_kafka_produce(to, partition, RD_KAFKA_MSG_F_COPY, bytes(value), value.size(), key.data(),
                                       key.size(), nullptr);
    ASSERT_EQ(taken, 0) << rd_kafka_err2str(rd_kafka_last_error());
    ASSERT_EQ(rd_kafka_flush(producer_, 20'000), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_destroy(to);
  }

 private:
  rd_kafka_t* producer_ = nullptr;
};

class KafkaDeadLettersTest : public KafkaNodesTest {
 protected:
  nlohmann::json List(const Words& more = {}) const {
    Words words = {"dead-letters", "list"};
    words.insert(words.end(), more.begin(), more.end());
    return JsonAt(0, words)["dead_letters"];
  }
  // Nodes decide what they read a moment after it was written.
  nlohmann::json AwaitLetters(size_t count) const {
    const auto give_up_at = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    nlohmann::json letters = List();
    while (letters.size() < count && std::chrono::steady_clock::now() < give_up_at) letters = List();
    EXPECT_EQ(letters.size(), count);
    return letters;
  }
  static core::PartitionId HomeOf(const core::Command& command) {
    return ports::PartitionOf(Stranger::KeyOf(command), kPartitions);
  }
  static std::map<std::string, std::string> IdsByReason(const nlohmann::json& letters) {
    std::map<std::string, std::string> ids;
    for (const auto& letter : letters) ids[letter["reason"]] = letter["id"];
    return ids;
  }

  const Stranger stranger_;
};

TEST_F(KafkaDeadLettersTest, WhatAForeignProducerWritesStopsNothingAndIsKept) {
  MakeTopics(kPartitions);
  InitNode(0);
  const std::string commands = topic_prefix() + "commands";
  const core::Command misplaced = stranger_.Submission(1);
  const core::Command unknown = stranger_.Submission(2);
  const core::Command miskeyed = stranger_.Submission(3);
  core::Command forged = stranger_.Submission(4);
  std::map<std::string, std::string> ids;
  {
    ForeignProducer producer(bootstrap());
    auto node = StartNode(0);
    producer.Write(commands, 0, "citizen@example.org", std::string("\xff\x00 garbage, born 1999", 22));
    producer.Write(commands, 1, "", "");
    producer.Write(commands, 0, "large", std::string(1'000'000, 'x'));
    producer.Write(commands, HomeOf(unknown).value, Stranger::KeyOf(unknown), stranger_.Sign(unknown));
    forged.submitter = core::SubmitterId("local");
    producer.Write(commands, HomeOf(forged).value, Stranger::KeyOf(forged), stranger_.Sign(forged));
    producer.Write(topic_prefix() + "followups", 1, "noise", "no follow-up");

    // The nodes go on, in either partition.
    for (int i = 0; i < 4; ++i) {
      Words words = SubmitWords();
      words.insert(words.end(), {"--role", "citizen"});
      EXPECT_TRUE(JsonAt(0, words).contains("reference"));
    }
    const auto letters = AwaitLetters(6);
    ids = IdsByReason(letters);
    EXPECT_TRUE(ids.contains("not_protobuf"));
    EXPECT_TRUE(ids.contains("too_large"));
    EXPECT_TRUE(ids.contains("unknown_submitter"));
    EXPECT_TRUE(ids.contains("wrong_signature"));
    for (const auto& letter : letters) EXPECT_NE(letter["key_id"], "") << letter;
    EXPECT_EQ(letters.dump().find("example.org"), std::string::npos);

    // Whatever it is, the operator can look at it.
    EXPECT_EQ(JsonAt(0, {"dead-letters", "show", ids["too_large"]})["content"]["head"].get<std::string>().substr(0, 6),
              "787878");
    EXPECT_EQ(JsonAt(0, {"dead-letters", "show", ids["wrong_signature"]})["content"]["command"]["command_id"],
              "letter-4");
    for (const auto& letter : letters) {
      if (letter["reason"] != "not_protobuf") continue;
      const Finished retried = At(0, {"dead-letters", "retry", letter["id"]});
      EXPECT_EQ(retried.exit_code, 2);
      EXPECT_THAT(retried.err, HasSubstr(letter["input"] == "commands" ? "dead-letters discard" : "the engine's own"));
    }
    JsonAt(0, {"dead-letters", "discard", ids["too_large"], "--reason", "noise"});
    StopService(*node);
  }

  stranger_.RegisterIn(data_of(0) + "/submitters");
  auto node = StartNode(0);
  // What was passed over stays passed over.
  EXPECT_EQ(List({"--all"}).size(), 6U);
  ForeignProducer producer(bootstrap());
  producer.Write(commands, HomeOf(miskeyed).value, "3", stranger_.Sign(miskeyed));
  producer.Write(commands, 1 - HomeOf(misplaced).value, Stranger::KeyOf(misplaced), stranger_.Sign(misplaced));
  const auto more = IdsByReason(AwaitLetters(7));
  ASSERT_TRUE(more.contains("wrong_key"));
  ASSERT_TRUE(more.contains("wrong_partition"));

  // Submitted again, each lands where it belongs, once.
  for (const std::string& id : {ids["unknown_submitter"], more.at("wrong_key"), more.at("wrong_partition")}) {
    const auto retried = JsonAt(0, {"dead-letters", "retry", id});
    EXPECT_EQ(retried["retried"]["accepted"], true) << retried;
    EXPECT_EQ(JsonAt(0, {"show", retried["reference"]})["stage"], "received");
    EXPECT_EQ(JsonAt(0, {"dead-letters", "retry", id})["state"], "settled");
  }
  // Killed, not stopped: notes and letters are the log's.
  node->Signal(SIGKILL);
  static_cast<void>(node->Finish());
  node = StartNode(0);
  EXPECT_EQ(List().size(), 4U);
  EXPECT_EQ(List({"--all"}).size(), 8U);
  StopService(*node);
  EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
}

}  // namespace
}  // namespace rasti::test
