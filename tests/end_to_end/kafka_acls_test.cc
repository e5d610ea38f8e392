// deploy/kafka/acls.sh gives each role what it needs, and no more.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/http_client.h"
#include "tests/end_to_end/kafka_secure_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class KafkaAclsTest : public KafkaSecureTest {
 protected:
  /// Kafka's own tool, as whoever may do everything.
  std::string Tool() const {
    std::string path = root() + "/kafka-acls.sh";
    WriteFile(path, fmt::format("#!/bin/sh\nexec java -cp \"$({}/tools/kafka.sh fetch)/*\" "
                                "org.apache.kafka.tools.AclCommand --bootstrap-server {} \"$@\"\n",
                                std::filesystem::current_path().string(), listener("PLAIN")));
    std::filesystem::permissions(path, std::filesystem::perms::owner_all);
    return path;
  }
  void Grant(const std::string& role) const {
    const Finished granted =
        Child({"/bin/bash", "-c",
               fmt::format("set -o pipefail; deploy/kafka/acls.sh {0} User:{0} --prefix {1} --group {2} --tool {3} | "
                           "sh -e",
                           role, topic_prefix(), topic_prefix().substr(0, topic_prefix().size() - 1), Tool())})
            .Finish();
    ASSERT_EQ(granted.exit_code, 0) << granted.out << granted.err;
  }
  /// Of the engine, on its input; `change`: --add or --remove.
  void ChangeDeleteRight(const std::string& change) const {
    const Finished changed =
        Child({Tool(), change, "--force", "--allow-principal", "User:engine", "--operation", "Delete", "--topic",
               topic_prefix() + "commands", "--topic", topic_prefix() + "followups"})
            .Finish();
    ASSERT_EQ(changed.exit_code, 0) << changed.out << changed.err;
  }
  void BecomeUser(const std::string& user) { UseLink(listener("SCRAM"), secure(user + ".settings"), WithScram()); }
  Finished Topics(const std::string& what) const {
    Words words = Brokers();
    words.insert(words.begin(), {"topics", what});
    return Run(words);
  }
};

TEST_F(KafkaAclsTest, EachRoleDoesItsOwnWorkAndNoOther) {
  for (const char* role : {"operator", "engine", "auditor", "submitter", "gateway"}) {
    ASSERT_NO_FATAL_FAILURE(Grant(role));
  }

  // The engine does not make topics; the operator does.
  BecomeUser("engine");
  const Finished making = Topics("create");
  EXPECT_EQ(making.exit_code, 6) << making.out;
  EXPECT_THAT(making.err, AllOf(HasSubstr("making topic"), HasSubstr("AUTHORIZATION_FAILED"),
                                HasSubstr("; in " + secure("engine.settings"))));
  BecomeUser("operator");
  MakeTopics(2);
  EXPECT_EQ(Topics("check").exit_code, 0);
  BecomeUser("engine");
  WorkThroughANode();

  // A submitter sees the two topics that are its business.
  BecomeUser("submitter");
  const auto refused =
      AllOf(HasSubstr("TOPIC_AUTHORIZATION_FAILED"), HasSubstr("; in " + secure("submitter.settings")));
  EXPECT_THAT(Topics("check").err, refused);
  Words run = Brokers();
  run.insert(run.begin(), {"run", "--data", data_of(1), "--log", "kafka", "--node", "intruder"});
  const Finished intruder = Run(run);
  EXPECT_EQ(intruder.exit_code, 6);
  EXPECT_THAT(intruder.err, refused);

  // An auditor verifies; it decides nothing.
  BecomeUser("auditor");
  run = Brokers();
  run.insert(run.begin(), {"init", "--data", data_of(2), "--log", "kafka", "--no-packages", "--node", "auditor",
                           "--submitters", data_of(0) + "/submitters"});
  ASSERT_EQ(Run(run).exit_code, 0);
  EXPECT_EQ(JsonAt(2, {"replay", "--verify"})["verified"], true);
  const Finished deciding = At(2, {"run"});
  EXPECT_EQ(deciding.exit_code, 6) << deciding.err;
  EXPECT_THAT(deciding.err, HasSubstr("AUTHORIZATION_FAILED"));

  // A gateway shows cases and hands commands on to who decides them; it does not do that itself.
  BecomeUser("engine");
  const auto node = StartNode(0);
  BecomeUser("gateway");
  run = Brokers();
  run.insert(run.begin(), {"init", "--data", data_of(3), "--log", "kafka", "--no-packages", "--node", "gateway",
                           "--submitters", data_of(0) + "/submitters"});
  ASSERT_EQ(Run(run).exit_code, 0);
  const auto gateway = StartReader(3);
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  const std::string reference = JsonAt(3, submit)["reference"];
  EXPECT_EQ(JsonAt(3, {"show", reference})["stage"], "received");
  StopService(*gateway);
  const Finished usurping = At(3, {"run"});
  EXPECT_EQ(usurping.exit_code, 6) << usurping.err;
  EXPECT_THAT(usurping.err, HasSubstr("AUTHORIZATION_FAILED"));
  StopService(*node);
}

TEST_F(KafkaAclsTest, WithoutTheRightToDeleteANodeGoesOnAndSaysSoOnce) {
  for (const char* role : {"operator", "engine"}) ASSERT_NO_FATAL_FAILURE(Grant(role));
  ASSERT_NO_FATAL_FAILURE(ChangeDeleteRight("--remove"));
  BecomeUser("operator");
  MakeTopics(1);
  BecomeUser("engine");
  InitNode(0);
  const auto node = StartNode(0, {"--keep-commands", "PT1S", "--trim-every", "PT1S", "--metrics-port", "0"});
  const int port = MetricsPortIn(node->error_text());
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  const std::string reference = JsonAt(0, submit)["reference"];
  ASSERT_TRUE(node->WaitForError("\"not_trimmed\""));
  EXPECT_THAT(node->error_text(),
              AllOf(HasSubstr("TOPIC_AUTHORIZATION_FAILED"), HasSubstr(topic_prefix() + "commands-0"),
                    HasSubstr("deploy/kafka/acls.sh engine")));
  ScrapeUntil(port, [](const Metrics& metrics) { return metrics.at("rasti_trim_failures_total") >= 3; });
  JsonAt(0, {"act", reference, "register", "--as", "clerk1"});
  EXPECT_EQ(Scrape(port).at("rasti_trimmed_records_total{input=\"commands\"}"), 0);

  ASSERT_NO_FATAL_FAILURE(ChangeDeleteRight("--add"));
  ScrapeUntil(
      port, [](const Metrics& metrics) { return metrics.at("rasti_trimmed_records_total{input=\"commands\"}") >= 2; });
  node->Signal(SIGTERM);
  const Finished finished = node->Finish();
  EXPECT_EQ(finished.exit_code, 0) << finished.err;
  const size_t first = finished.err.find("\"not_trimmed\"");
  ASSERT_NE(first, std::string::npos);
  EXPECT_EQ(finished.err.find("\"not_trimmed\"", first + 1), std::string::npos) << finished.err;
}

}  // namespace
}  // namespace rasti::test
