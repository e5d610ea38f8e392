#include "tools/rasti/socket_connection.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <thread>

#include "tools/rasti/frame.h"

namespace rasti::cli {
namespace {

// A service that hangs up on its first callers after their first request, and answers the later ones.
class ShyService {
 public:
  explicit ShyService(int hang_ups) : hang_ups_(hang_ups), file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    std::string name = (std::filesystem::temp_directory_path() / "rasti-socket-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    directory_ = name;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path().data(), path().size());
    EXPECT_EQ(::bind(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    EXPECT_EQ(::listen(file_, 16), 0);
    thread_ = std::thread([this] { Serve(); });
  }
  ~ShyService() {
    ::shutdown(file_, SHUT_RDWR);
    thread_.join();
    ::close(file_);
    std::filesystem::remove_all(directory_);
  }
  ShyService(const ShyService&) = delete;
  ShyService& operator=(const ShyService&) = delete;

  std::string path() const { return directory_ + "/s"; }

 private:
  void Serve() const {
    for (int n = 0;; ++n) {
      const int caller = ::accept(file_, nullptr, nullptr);
      if (caller < 0) return;
      while (const auto request = Read(caller)) {
        if (n < hang_ups_) break;
        v1::Response response;
        response.set_id(request->id());
        response.mutable_pong();
        const std::string frame = MakeFrame(response.SerializeAsString()).value();
        ::send(caller, frame.data(), frame.size(), MSG_NOSIGNAL);
      }
      ::close(caller);
    }
  }
  static std::optional<v1::Request> Read(int caller) {
    FrameHeader header{};
    if (::recv(caller, header.data(), header.size(), MSG_WAITALL) != static_cast<ssize_t>(header.size())) return {};
    std::string bytes(ReadFrameHeader(header).value(), '\0');
    v1::Request request;
    if (::recv(caller, bytes.data(), bytes.size(), MSG_WAITALL) != static_cast<ssize_t>(bytes.size())) return {};
    return request.ParseFromString(bytes) ? std::optional(request) : std::nullopt;
  }

  const int hang_ups_;
  const int file_;
  std::string directory_;
  std::thread thread_;
};

v1::Request Ping() {
  v1::Request request;
  request.mutable_ping();
  return request;
}

TEST(SocketConnectionTest, ABrokenConnectionIsMadeAnewByTheNextRequest) {
  const ShyService service(1);
  const auto connection = SocketConnection::Connect(service.path());
  ASSERT_TRUE(connection) << connection.error().message;
  const auto broken = (*connection)->Call(Ping(), std::chrono::seconds(60));
  ASSERT_FALSE(broken);
  EXPECT_EQ(broken.error().code, ErrorCode::kUnavailable);
  const auto answered = (*connection)->Call(Ping(), std::chrono::seconds(60));
  ASSERT_TRUE(answered) << answered.error().message;
  EXPECT_TRUE(answered->has_pong());
}

TEST(SocketConnectionTest, ACallbackThatIsToldOfABreakMayAskAgain) {
  constexpr int kHangUps = 5;
  const ShyService service(kHangUps);
  const auto connection = SocketConnection::Connect(service.path());
  ASSERT_TRUE(connection) << connection.error().message;
  std::promise<int> answered;
  std::function<void(int)> ask = [&](int tries) {
    const Status sent = (*connection)->Send(Ping(), [&, tries](Result<v1::Response> response) {
      // On the thread of the connection that has just broken.
      if (response) return answered.set_value(tries);
      EXPECT_EQ(response.error().code, ErrorCode::kUnavailable);
      ask(tries + 1);
    });
    // A request that meets the break before the reader does is an error of Send: nobody is called then.
    if (!sent) ask(tries + 1);
  };
  ask(0);
  auto tries = answered.get_future();
  ASSERT_EQ(tries.wait_for(std::chrono::seconds(60)), std::future_status::ready);
  EXPECT_GE(tries.get(), kHangUps);
}

TEST(SocketConnectionTest, NobodyListening) {
  const auto connection = SocketConnection::Connect("/nonexistent/rasti.sock");
  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace rasti::cli
