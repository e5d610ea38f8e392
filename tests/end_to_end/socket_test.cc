// What comes over the socket is not trusted: whatever it is, the service answers or hangs up, and goes on.
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <optional>
#include <thread>

#include "engine/codec/command_codec.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tests/end_to_end/rasti_fixture.h"
#include "tools/rasti/frame.h"

namespace rasti::test {
namespace {

using testing::HasSubstr;

class RawClient {
 public:
  explicit RawClient(const std::string& path) : file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un name{};
    name.sun_family = AF_UNIX;
    std::memcpy(name.sun_path, path.data(), path.size());
    connected_ = ::connect(file_, reinterpret_cast<const sockaddr*>(&name), sizeof name) == 0;
    const timeval patience{30, 0};
    ::setsockopt(file_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  }
  ~RawClient() { ::close(file_); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void Send(const std::string& bytes) const { ::send(file_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  void Send(const v1::Request& request) const { Send(*cli::MakeFrame(request.SerializeAsString())); }
  void EndSending() const { ::shutdown(file_, SHUT_WR); }

  /// The next answer, or nothing when the connection was closed.
  std::optional<v1::Response> Receive() const {
    cli::FrameHeader header{};
    if (!Fill(header.data(), header.size())) return std::nullopt;
    std::string message(cli::ReadFrameHeader(header).value(), '\0');
    v1::Response response;
    if (!Fill(message.data(), message.size()) || !response.ParseFromString(message)) return std::nullopt;
    return response;
  }

 private:
  bool Fill(void* to, size_t size) const { return ::recv(file_, to, size, MSG_WAITALL) == static_cast<ssize_t>(size); }
  int file_;
  bool connected_ = false;
};

class SocketTest : public RastiTest {
 protected:
  void SetUp() override {
    Init();
    service_ = StartService();
  }
  void TearDown() override {
    RawClient client(socket());
    v1::Request ping;
    ping.set_id(7);
    ping.mutable_ping();
    client.Send(ping);
    const auto pong = client.Receive();
    ASSERT_TRUE(pong) << "the service does not answer any more";
    EXPECT_EQ(pong->id(), 7u);
    EXPECT_EQ(pong->pong().protocol(), cli::kSocketProtocol);
    StopService(*service_);
  }
  std::string socket() const { return data() + "/rasti.sock"; }

  void ExpectHangUp(const std::string& bytes, const std::string& reason) const {
    RawClient client(socket());
    ASSERT_TRUE(client.connected());
    client.Send(bytes);
    const auto answer = client.Receive();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->id(), 0u);
    EXPECT_EQ(answer->failure().code(), "invalid_argument");
    EXPECT_THAT(answer->failure().message(), HasSubstr(reason));
    EXPECT_FALSE(client.Receive()) << "the connection is to be closed";
  }

  std::unique_ptr<Child> service_;
};

TEST_F(SocketTest, MalformedFramesAreAnsweredAndTheConnectionIsClosed) {
  ExpectHangUp(std::string(4, '\0'), "a frame of 0 bytes");
  ExpectHangUp("\xFF\xFF\xFF\xFF", "a frame of 4294967295 bytes");
  ExpectHangUp("GET / HTTP/1.1\r\n\r\n", "a frame of");
  ExpectHangUp(*cli::MakeFrame(std::string(100, '\xFF')), "no request");
  v1::Request without_id;
  without_id.mutable_ping();
  ExpectHangUp(*cli::MakeFrame(without_id.SerializeAsString()), "no request with an id");
}

TEST_F(SocketTest, AClientThatLeavesInTheMiddleOfAFrameDisturbsNobody) {
  for (const size_t bytes : {1, 3, 4, 20}) {
    RawClient client(socket());
    client.Send(cli::MakeFrame(std::string(100, 'x'))->substr(0, bytes));
  }
}

TEST_F(SocketTest, ARequestOfANewerClientIsRefusedAndTheConnectionStays) {
  RawClient client(socket());
  v1::Request request;
  request.set_id(3);
  client.Send(request);
  const auto answer = client.Receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->id(), 3u);
  EXPECT_EQ(answer->failure().code(), "unsupported_version");
  request.mutable_ping();
  client.Send(request);
  EXPECT_TRUE(client.Receive()->has_pong());
}

TEST_F(SocketTest, CommandsThatAreNoneOrNotSignedAreRefused) {
  RawClient client(socket());
  v1::Request request;
  request.set_id(1);
  request.mutable_submit()->set_body("no command");
  client.Send(request);
  EXPECT_EQ(client.Receive()->failure().code(), "invalid_argument");

  core::Command command;
  command.command_id = core::CommandId("c");
  command.case_id = core::CaseIdFromKey(core::TenantId("prishtine"), "k");
  command.tenant = core::TenantId("prishtine");
  command.actor = {core::ActorId("a"), core::Role("clerk")};
  command.submitter = core::SubmitterId("local");
  command.payload = core::ReleaseCase{};
  const auto forged = codec::SignCommand(codec::EncodeCommand(command), "local", "not the key");
  ASSERT_TRUE(request.mutable_submit()->ParseFromString(codec::EncodeSigned(forged)));
  request.set_id(2);
  client.Send(request);
  const auto answer = client.Receive();
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->submitted().rejected().code(), "not_authenticated");
}

TEST_F(SocketTest, ManyRequestsAtOnceAreAllAnswered) {
  constexpr uint64_t kRequests = 3000;
  RawClient client(socket());
  std::string all;
  for (uint64_t id = 1; id <= kRequests; ++id) {
    v1::Request request;
    request.set_id(id);
    request.mutable_ping();
    all += *cli::MakeFrame(request.SerializeAsString());
  }
  std::thread sender([&] { client.Send(all); });
  std::vector<bool> answered(kRequests + 1);
  for (uint64_t i = 0; i < kRequests; ++i) {
    const auto answer = client.Receive();
    ASSERT_TRUE(answer);
    ASSERT_LE(answer->id(), kRequests);
    EXPECT_FALSE(answered[answer->id()]);
    answered[answer->id()] = true;
  }
  sender.join();
}

TEST_F(SocketTest, AClientThatStopsSendingStillGetsItsAnswersAndOneThatLeavesDisturbsNobody) {
  constexpr uint64_t kRequests = 40;
  std::string all;
  for (uint64_t id = 1; id <= kRequests; ++id) {
    v1::Request request;
    request.set_id(id);
    request.mutable_packages();  // a large answer
    all += *cli::MakeFrame(request.SerializeAsString());
  }
  {
    RawClient leaves(socket());
    leaves.Send(all);
  }
  RawClient client(socket());
  client.Send(all);
  client.EndSending();
  for (uint64_t i = 0; i < kRequests; ++i) {
    const auto answer = client.Receive();
    ASSERT_TRUE(answer) << i;
    EXPECT_GT(answer->packages().packages_size(), 0);
  }
  EXPECT_FALSE(client.Receive()) << "the connection is closed once everything is answered";
}

TEST_F(SocketTest, QuestionsAboutNothingAreAnsweredWithTheReason) {
  RawClient client(socket());
  v1::Request request;
  request.set_id(1);
  request.mutable_show()->set_case_("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11");
  client.Send(request);
  EXPECT_EQ(client.Receive()->failure().code(), "not_found");
  request.mutable_show()->set_case_("no reference");
  client.Send(request);
  EXPECT_EQ(client.Receive()->failure().code(), "invalid_argument");
  request.mutable_advance_clock()->set_advance_to_at_ms(0);
  client.Send(request);
  EXPECT_THAT(client.Receive()->failure().message(), HasSubstr("the clock of this log is the machine's"));
  request.mutable_show()->set_case_("0190b8a2-7c1e-7d40-8f3e-2b1c5a9d0e11");
  request.mutable_show()->mutable_moment()->set_occurred_by_at_ms(INT64_MAX);
  client.Send(request);
  EXPECT_EQ(client.Receive()->failure().code(), "invalid_argument");
}

}  // namespace
}  // namespace rasti::test
