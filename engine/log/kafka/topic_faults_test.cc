#include "engine/log/kafka/topic_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace rasti::log::kafka {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kCreate[] = "rasti topics create --partitions 32 --replicas 3";

class TopicFaultsTest : public testing::Test {
 protected:
  TopicFaultsTest() {
    for (const TopicPlan& plan : PlanTopics(names_, 32)) {
      FoundTopic& topic = found_[plan.name];
      topic.partitions = plan.partitions;
      topic.replicas = 3;
      for (const Settings* settings : {&plan.settings, &plan.at_least, &plan.proposed}) {
        for (const auto& [name, value] : *settings) topic.settings[name] = {value, true};
      }
      topic.settings[kInSyncSetting] = {"2", true};
    }
  }
  void Set(const std::string& topic, const std::string& setting, const std::string& value) {
    found_.at(topic).settings[setting].value = value;
  }
  void SetReplicas(int replicas, const std::string& in_sync) {
    for (auto& [name, topic] : found_) {
      topic.replicas = replicas;
      topic.settings[kInSyncSetting].value = in_sync;
    }
  }
  JudgedTopic Judged(const std::string& name) const {
    for (JudgedTopic& judged : JudgeTopics(names_, found_)) {
      if (judged.topic.name == name) return std::move(judged);
    }
    ADD_FAILURE() << name;
    return {};
  }
  std::vector<std::string> FaultsOf(const std::string& name) const { return Judged(name).topic.faults; }
  std::vector<std::string> RisksOf(const std::string& name) const { return Judged(name).risks; }
  Settings ToMend(const std::string& name) const {
    for (const TopicPlan& plan : PlanTopics(names_, 32)) {
      if (plan.name == name) return WrongSettings(plan, found_.at(name));
    }
    return {};
  }
  void ExpectAllWell() const {
    for (const JudgedTopic& judged : JudgeTopics(names_, found_)) {
      EXPECT_THAT(judged.topic.faults, IsEmpty()) << judged.topic.name;
      EXPECT_THAT(judged.risks, IsEmpty()) << judged.topic.name;
      EXPECT_THAT(ToMend(judged.topic.name), IsEmpty()) << judged.topic.name;
    }
  }

  const TopicNames names_{"t."};
  FoundTopics found_;
};

TEST_F(TopicFaultsTest, TopicsAsTheyAreMadeAreWell) { ExpectAllWell(); }

TEST_F(TopicFaultsTest, AMissingOneIsMadeWithTheNumbersOfTheOthers) {
  found_.erase("t.results");
  EXPECT_THAT(FaultsOf("t.results"), ElementsAre(std::string("it is missing; make it: ") + kCreate));
  EXPECT_THAT(FaultsOf("t.events"), IsEmpty());
  // Also where commands themselves are missing.
  found_.erase("t.commands");
  EXPECT_THAT(FaultsOf("t.commands"), ElementsAre(HasSubstr(kCreate)));
  EXPECT_THAT(FaultsOf("t.events"), IsEmpty());
  // Where nothing is there, any numbers will do.
  found_.clear();
  EXPECT_THAT(FaultsOf("t.results"), ElementsAre("it is missing; make it: rasti topics create"));
}

TEST_F(TopicFaultsTest, AnotherNumberOfPartitionsIsNamed) {
  found_.at("t.events").partitions = 8;
  EXPECT_THAT(
      FaultsOf("t.events"),
      ElementsAre(AllOf(HasSubstr("it has 8 partitions where 32 are wanted (t.commands decides"), HasSubstr(kCreate))));
  found_.at("t.definitions").partitions = 2;
  EXPECT_THAT(FaultsOf("t.definitions"), ElementsAre(HasSubstr("it has 2 partitions where 1 are wanted (always;")));
}

TEST_F(TopicFaultsTest, SettingsThatAreWrongAreNamedAndMended) {
  Set("t.commands", "message.timestamp.type", "CreateTime");
  EXPECT_THAT(
      FaultsOf("t.commands"),
      ElementsAre(std::string("message.timestamp.type is 'CreateTime', not 'LogAppendTime'; set it: ") + kCreate));
  EXPECT_EQ(ToMend("t.commands"), (Settings{{"message.timestamp.type", "LogAppendTime"}}));
  Set("t.results", "retention.bytes", "1000000");
  EXPECT_THAT(FaultsOf("t.results"), ElementsAre(HasSubstr("retention.bytes is '1000000', not '-1'")));
}

TEST_F(TopicFaultsTest, EveryTopicTakesTheRecordsThatAreWrittenToIt) {
  for (const auto& [name, topic] : found_) {
    const std::string least = topic.settings.at("max.message.bytes").value;
    Set(name, "max.message.bytes", "100000");
    EXPECT_THAT(FaultsOf(name),
                ElementsAre(HasSubstr("max.message.bytes is '100000', not '" + least + "' or more; set it: ")));
    EXPECT_EQ(ToMend(name), (Settings{{"max.message.bytes", least}}));
    Set(name, "max.message.bytes", "16777216");
  }
  ExpectAllWell();
}

TEST_F(TopicFaultsTest, ATopicWithFewerReplicasThanAnotherIsARisk) {
  found_.at("t.dead-letters").replicas = 1;
  Set("t.dead-letters", kInSyncSetting, "1");
  EXPECT_THAT(FaultsOf("t.dead-letters"), IsEmpty());
  EXPECT_THAT(RisksOf("t.dead-letters"), ElementsAre(AllOf(HasSubstr("it has 1 replica where t.checkpoints has 3"),
                                                           HasSubstr("kafka-reassign-partitions.sh"))));
}

TEST_F(TopicFaultsTest, OneBrokerMayBeGoneAndARecordOutlivesIt) {
  SetReplicas(3, "1");
  EXPECT_THAT(FaultsOf("t.events"), ElementsAre(HasSubstr("min.insync.replicas is '1', not '2', at 3 replicas")));
  EXPECT_EQ(ToMend("t.events"), (Settings{{kInSyncSetting, "2"}}));
  SetReplicas(3, "3");
  EXPECT_THAT(FaultsOf("t.events"), ElementsAre(HasSubstr("min.insync.replicas is '3', not '2', at 3 replicas")));
  SetReplicas(5, "3");
  ExpectAllWell();
  SetReplicas(1, "1");
  ExpectAllWell();
  SetReplicas(2, "1");
  ExpectAllWell();
  // It works until the first broker is away.
  SetReplicas(2, "2");
  EXPECT_THAT(FaultsOf("t.events"), IsEmpty());
  EXPECT_THAT(RisksOf("t.events"), ElementsAre(HasSubstr("min.insync.replicas is '2', not '1', at 2 replicas")));
  EXPECT_EQ(ToMend("t.events"), (Settings{{kInSyncSetting, "1"}}));
}

TEST_F(TopicFaultsTest, ResultsAndDeadLettersAreNotKeptForEver) {
  for (const std::string name : {"t.results", "t.dead-letters"}) {
    Set(name, kRetentionSetting, "604800000");
    EXPECT_THAT(RisksOf(name), IsEmpty());
    Set(name, kRetentionSetting, kForEver);
    EXPECT_THAT(FaultsOf(name), IsEmpty());
    EXPECT_THAT(RisksOf(name), ElementsAre(HasSubstr("retention.ms is '-1', not '2592000000': it is kept for ever")));
    EXPECT_EQ(ToMend(name), (Settings{{kRetentionSetting, "2592000000"}}));
  }
}

TEST_F(TopicFaultsTest, WhatDoesNotFitIsRefusedBeforeAnythingIsMade) {
  EXPECT_TRUE(CompareTopics(PlanTopics(names_, 32), found_, 3));
  EXPECT_TRUE(CompareTopics(PlanTopics(names_, 8), {}, 1));
  const Status partitions = CompareTopics(PlanTopics(names_, 4), found_, 3);
  ASSERT_FALSE(partitions);
  EXPECT_EQ(partitions.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(partitions.error().message, AllOf(HasSubstr("t.commands is there already, with 32 partitions and not 4"),
                                                HasSubstr("nothing was made or changed")));
  // A topic that is missing is not made beside others that are safer than it.
  found_.erase("t.results");
  const Status replicas = CompareTopics(PlanTopics(names_, 32), found_, 1);
  ASSERT_FALSE(replicas);
  EXPECT_EQ(replicas.error().code, ErrorCode::kInvalidArgument);
  EXPECT_THAT(replicas.error().message,
              AllOf(HasSubstr("t.commands is there already, with 3 replicas and not 1: give --replicas 3"),
                    HasSubstr("nothing was made or changed")));
  // Where they differ already, the most of them are the log's.
  found_.at("t.outbox").replicas = 1;
  EXPECT_TRUE(CompareTopics(PlanTopics(names_, 32), found_, 3));
}

TEST(RetentionFaultTest, ResultsAreKeptAsLongAsCommands) {
  const Duration week = std::chrono::hours(7 * 24);
  EXPECT_EQ(RetentionFault("604800000", week, kCreate), std::nullopt);
  EXPECT_EQ(RetentionFault("-1", week, kCreate), std::nullopt);
  EXPECT_EQ(RetentionFault("86400000", week, kCreate),
            "results are kept for P1D (retention.ms 86400000) and commands for P7D (keep-commands): keep results at "
            "least as long: rasti topics create --partitions 32 --replicas 3 --keep-results P7D, or commands for less");
}

}  // namespace
}  // namespace rasti::log::kafka
