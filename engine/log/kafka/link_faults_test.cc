#include "engine/log/kafka/link_faults.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>

#include "engine/log/kafka/handles.h"

namespace rasti::log::kafka {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// As librdkafka 2.0.2 with OpenSSL 3 says them.
constexpr char kEof[] =
    "ssl://broker-1:9093/1: Receive failed: error:0A000126:SSL routines::unexpected eof while reading "
    "(after 8112ms in state UP)";
constexpr char kAlert[] =
    "ssl://broker-1:9093/bootstrap: Receive failed: error:0A00045C:SSL routines::tlsv13 alert certificate required "
    "(after 3ms in state APIVERSION_QUERY)";
constexpr char kNoTls[] =
    "ssl://broker-1:9092/bootstrap: SSL handshake failed: error:0A000126:SSL routines::unexpected eof while reading";

ErrorCode CodeAfter(rd_kafka_resp_err_t code, const char* reason) {
  LinkFaults faults;
  faults.Note(code, reason);
  return faults.worst() ? faults.worst()->code : ErrorCode::kInternal;
}

TEST(LinkFaultsTest, ABrokerThatGoesAwayIsNoFaultOfTls) {
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__TRANSPORT, kEof), ErrorCode::kUnavailable);
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__TRANSPORT, "ssl://broker-1:9093/1: Disconnected"), ErrorCode::kUnavailable);
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__RESOLVE, "broker-1:9093: Name or service not known"), ErrorCode::kUnavailable);
}

TEST(LinkFaultsTest, WrongSettingsAreNotTakenForABrokerThatIsAway) {
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__TRANSPORT, kAlert), ErrorCode::kPermission);
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__SSL, kNoTls), ErrorCode::kPermission);
  EXPECT_EQ(CodeAfter(RD_KAFKA_RESP_ERR__AUTHENTICATION, "SASL authentication error"), ErrorCode::kPermission);
}

TEST(LinkFaultsTest, TheOneThatSaysMostIsTold) {
  LinkFaults faults;
  EXPECT_EQ(faults.worst(), std::nullopt);
  faults.Note(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused");
  faults.NoteCertificate("broker-1", X509_V_ERR_CERT_HAS_EXPIRED);
  faults.Note(RD_KAFKA_RESP_ERR__SSL, "SSL handshake failed");
  EXPECT_THAT(faults.worst()->message,
              AllOf(HasSubstr("the certificate of broker-1 is refused"), HasSubstr("renewed")));
  faults.Forget();
  EXPECT_EQ(faults.worst(), std::nullopt);
  faults.Note(RD_KAFKA_RESP_ERR__TRANSPORT, "Connection refused");
  EXPECT_EQ(faults.worst()->message, "Connection refused");
}

// A node whose brokers were reached before tries again, whatever it is that keeps it from them now.
TEST(LinkFaultsTest, AnErrorOfAnOpenLogStaysOneThatPasses) {
  const auto client = MakeClient(RD_KAFKA_PRODUCER, MakeConf({}).value());
  ASSERT_TRUE(client) << client.error().message;
  const Error late{ErrorCode::kUnavailable, "no answer"};
  EXPECT_EQ(Explained(late, client->get()), late);
  static_cast<ClientContext*>(rd_kafka_opaque(client->get()))->faults.Note(RD_KAFKA_RESP_ERR__TRANSPORT, kAlert);
  const Error explained = Explained(late, client->get());
  EXPECT_EQ(explained.code, ErrorCode::kUnavailable);
  EXPECT_THAT(explained.message, AllOf(HasSubstr("no answer: ssl://broker-1"), HasSubstr("ssl.certificate.location")));
  // What says more itself is left alone.
  const Error fenced{ErrorCode::kFenced, "another one"};
  EXPECT_EQ(Explained(fenced, client->get()), fenced);
  NoteAnswer(client->get());
  EXPECT_THAT(Explained(late, client->get()).message, Not(HasSubstr("ssl")));
}

}  // namespace
}  // namespace rasti::log::kafka
