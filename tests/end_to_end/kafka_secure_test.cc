// Nodes over a real broker with TLS and SASL, and what is said where it refuses them.
#include <gmock/gmock.h>

#include <filesystem>

#include "tests/end_to_end/kafka_secure_fixture.h"

namespace rasti::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

TEST_F(KafkaSecureTest, ANodeWorksOverTlsAndScram) {
  Settings settings = SettingsOf("root");
  WriteSecret("password", settings.extract("sasl.password").mapped() + "\n");
  settings["sasl.password.file"] = "password";
  UseLink(listener("SCRAM"), Write(settings), WithScram());
  MakeTopics(2);
  WorkThroughANode();
}

TEST_F(KafkaSecureTest, ANodeWorksOverTlsWithACertificateOfItsOwn) {
  UseLink(listener("MUTUAL"), secure("mutual.settings"));
  MakeTopics(2);
  WorkThroughANode();
}

// A connection that ends without a farewell, as where the broker is killed, looks like a fault of TLS.
TEST_F(KafkaSecureTest, ANodeOutlivesItsBrokerOverTls) {
  UseLink(listener("MUTUAL"), secure("mutual.settings"));
  MakeTopics(2);
  InitNode(0);
  const auto node = StartNode(0);
  Words submit = SubmitWords();
  submit.insert(submit.end(), {"--role", "citizen"});
  const std::string before = JsonAt(0, submit)["reference"];
  broker().Kill();
  EXPECT_TRUE(node->WaitForError("nothing is decided until the definitions can be read"));
  const Finished blind = At(0, {"show", before});
  EXPECT_EQ(blind.exit_code, 4) << blind.err;
  const Status back = broker().Restart();
  ASSERT_TRUE(back) << back.error().message;
  const std::string after = JsonAt(0, submit)["reference"];
  JsonAt(0, {"act", after, "register", "--as", "clerk1"});
  EXPECT_EQ(JsonAt(0, {"show", after})["stage"], "assigned");
  StopService(*node);
  EXPECT_EQ(JsonAt(0, {"replay", "--verify"})["verified"], true);
}

TEST_F(KafkaSecureTest, APasswordMayStandInTheEnvironment) {
  Settings settings = SettingsOf("root");
  const std::string password = settings.extract("sasl.password").mapped();
  UseLink(listener("SCRAM"), Write(settings), {WithScram().front(), "RASTI_KAFKA_PASSWORD=" + password});
  MakeTopics(1);
  // The file comes first.
  settings["sasl.password"] = "another";
  const Finished file = Check(listener("SCRAM"), Write(settings), {"RASTI_KAFKA_PASSWORD=" + password});
  EXPECT_EQ(file.exit_code, 6) << file.err;
}

TEST_F(KafkaSecureTest, AWrongPasswordIsSaidAtOnceAndNotShown) {
  Settings settings = SettingsOf("root");
  settings["sasl.password"] = "open sesame";
  const std::string file = Write(settings);
  const auto says_it = AllOf(HasSubstr(listener("SCRAM") + ": kafka: "), HasSubstr("SASL authentication error"),
                             HasSubstr("set sasl.mechanism, sasl.username and sasl.password"),
                             HasSubstr("; in " + file), Not(HasSubstr("sesame")));
  const Finished check = Check(listener("SCRAM"), file, WithScram());
  EXPECT_EQ(check.exit_code, 6);
  EXPECT_THAT(check.err, says_it);
  EXPECT_THAT(check.err, Not(HasSubstr("librdkafka.sh")));
  // A node stops: trying again would not help.
  Words words = Brokers();
  words.insert(words.begin(), {"run", "--json", "--log", "kafka", "--data", data_of(0)});
  const Finished node = Run(words);
  EXPECT_EQ(node.exit_code, 6);
  EXPECT_THAT(node.error()["error"]["message"].get<std::string>(), says_it) << node.err;
}

TEST_F(KafkaSecureTest, TheInstalledLibrdkafkaIsNamedWhereItCannotDoScram) {
  const Finished refused = Check(listener("SCRAM"), secure("root.settings"));
  // Debian 12 has 2.0.2; a machine with a newer one just gets in.
  EXPECT_THAT(refused.err, HasSubstr(refused.exit_code == 6 ? "takes librdkafka 2.6.1" : "rasti topics create"));
}

TEST_F(KafkaSecureTest, ACertificateThatDoesNotStandUpIsRefusedWithTheReason) {
  const Settings tls{{"security.protocol", "SSL"}, {"ssl.ca.location", secure("ca.pem")}};
  struct Fault {
    std::string listener;
    std::string ca;
    std::string reason;
    std::string remedy;
  };
  for (const Fault& fault :
       {Fault{"EXPIRED", "ca.pem", "certificate has expired", "have the broker's certificate renewed"},
        Fault{"MISNAMED", "ca.pem", "IP address mismatch", "named as their certificates name them"},
        Fault{"MUTUAL", "other-ca.pem", "self-signed certificate in certificate chain", "set ssl.ca.location"}}) {
    Settings settings = tls;
    settings["ssl.ca.location"] = secure(fault.ca);
    const Finished refused = Check(listener(fault.listener), Write(settings));
    EXPECT_EQ(refused.exit_code, 6) << fault.listener;
    EXPECT_THAT(refused.err, AllOf(HasSubstr("the certificate of " + listener(fault.listener) + " is refused"),
                                   HasSubstr(fault.reason), HasSubstr(fault.remedy)));
  }
  const Finished no_file = Check(listener("MUTUAL"), Write({{"security.protocol", "SSL"}, {"ssl.ca.location", "/no"}}));
  EXPECT_EQ(no_file.exit_code, 2);
  EXPECT_THAT(no_file.err, HasSubstr("ssl.ca.location"));
}

TEST_F(KafkaSecureTest, AListenerOfAnotherKindIsNamed) {
  const Settings tls{{"security.protocol", "SSL"}, {"ssl.ca.location", secure("ca.pem")}};
  // It wants a certificate.
  const Finished bare = Check(listener("MUTUAL"), Write(tls));
  EXPECT_EQ(bare.exit_code, 6);
  EXPECT_THAT(bare.err, AllOf(HasSubstr("alert"), HasSubstr("ssl.certificate.location and ssl.key.location")));
  // It speaks TLS.
  const Finished plain = Check(listener("MUTUAL"), Write({{"client.id", "plain"}}));
  EXPECT_EQ(plain.exit_code, 4);
  EXPECT_THAT(plain.err, HasSubstr("incorrect security.protocol configuration"));
  // It speaks no TLS.
  const Finished crypted = Check(listener("PLAIN"), Write(tls));
  EXPECT_EQ(crypted.exit_code, 6);
  EXPECT_THAT(crypted.err, HasSubstr("set security.protocol to what the listener speaks"));
}

TEST_F(KafkaSecureTest, ASecretThatOthersMayReadOrThatStandsTwiceIsRefused) {
  Settings settings = SettingsOf("root");
  const std::string password = settings.at("sasl.password");
  const std::string open = Write(settings);
  fs::permissions(open, fs::perms::others_read, fs::perm_options::add);
  const Finished readable = Check(listener("SCRAM"), open);
  EXPECT_EQ(readable.exit_code, 6);
  EXPECT_THAT(readable.err, AllOf(HasSubstr("others may read the password in it"), Not(HasSubstr(password))));

  settings["sasl.password.file"] = WriteSecret("password", password);
  const Finished twice = Check(listener("SCRAM"), Write(settings));
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.err, HasSubstr("both sasl.password and sasl.password.file"));

  settings.erase("sasl.password");
  fs::permissions(root() + "/password", fs::perms::group_read, fs::perm_options::add);
  EXPECT_THAT(Check(listener("SCRAM"), Write(settings)).err, HasSubstr("/password: others may read the password"));
  WriteSecret("password", "\n");
  EXPECT_THAT(Check(listener("SCRAM"), Write(settings)).err, HasSubstr("/password: there is no password in it"));
  fs::remove(root() + "/password");
  EXPECT_EQ(Check(listener("SCRAM"), Write(settings)).exit_code, 3);
  settings.erase("sasl.password.file");
  EXPECT_THAT(Check(listener("SCRAM"), Write(settings)).err, HasSubstr("sasl.password"));
}

}  // namespace
}  // namespace rasti::test
