// deploy/kafka/acls.sh gives each role what it needs, and no more.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/kafka_secure_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class KafkaAclsTest : public KafkaSecureTest {
 protected:
  /// Kafka's own tool, as whoever may do everything.
  std::string Tool() const {
    const std::string path = root() + "/kafka-acls.sh";
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
  void BecomeUser(const std::string& user) { UseLink(listener("SCRAM"), secure(user + ".settings"), WithScram()); }
  Finished Topics(const std::string& what) const {
    Words words = Brokers();
    words.insert(words.begin(), {"topics", what});
    return Run(words);
  }
};

TEST_F(KafkaAclsTest, EachRoleDoesItsOwnWorkAndNoOther) {
  for (const char* role : {"operator", "engine", "auditor", "submitter"}) ASSERT_NO_FATAL_FAILURE(Grant(role));

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
}

}  // namespace
}  // namespace rasti::test
