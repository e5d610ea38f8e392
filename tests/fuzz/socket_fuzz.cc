// The socket's frames, at the real server over a real connection. The input is a row of items: what is a request gets a
// frame around it, anything else goes over the wire as it is. In whatever pieces the bytes come, and whether answers
// come at once or late and in another order, the server hands on the same requests, answers each of them once, says why
// it refuses what is no frame or no request, and lets the client go.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cerrno>
#include <cstring>
#include <random>

#include "engine/codec/parse.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"
#include "tools/rasti/frame.h"
#include "tools/rasti/scratch_directory.h"
#include "tools/rasti/socket_server.h"

namespace rasti::fuzz {

const google::protobuf::Message& RowItem() { return v1::Request::default_instance(); }

namespace {

// Small, so that inputs reach them.
constexpr int kUnderWayMost = 3;
constexpr size_t kUnreadMost = 200;
constexpr size_t kPieceMost = 40;

struct Wire {
  std::vector<std::string> requests;  // as they are handed on
  std::vector<uint64_t> answers;      // their ids, as they come back
  bool refused = false;               // with an answer of id 0
};

// What the protocol says of a stream of bytes, told without the server's code.
struct Expected {
  std::vector<std::string> requests;
  bool refused = false;
  bool cut = false;  // in the middle of a message: nobody is told anything any more
};

Expected Understand(std::string_view stream) {
  Expected expected;
  while (stream.size() >= 4) {
    uint64_t size = 0;
    for (int i = 0; i < 4; ++i) size = size * 256 + static_cast<uint8_t>(stream[static_cast<size_t>(i)]);
    stream.remove_prefix(4);
    expected.refused = size == 0 || size > uint64_t{16} * 1024 * 1024;
    if (expected.refused) return expected;
    expected.cut = size > stream.size();
    if (expected.cut) return expected;
    v1::Request request;
    expected.refused = !codec::Parse(request, stream.substr(0, size)) || request.id() == 0;
    if (expected.refused) return expected;
    expected.requests.push_back(request.SerializeAsString());
    stream.remove_prefix(size);
  }
  return expected;
}

class Service {
 public:
  Service() : directory_(Must(cli::ScratchDirectory::Make("fuzz", ""))) {
    cli::SocketServerOptions options;
    options.path = path();
    options.under_way_most = kUnderWayMost;
    options.unread_bytes_most = kUnreadMost;
    server_ = Must(cli::SocketServer::Listen(io_, options, [this](const v1::Request& request, const Answer& answer) {
      requests_.push_back(request.SerializeAsString());
      waiting_.emplace_back([answer, id = request.id()] {
        v1::Response response;
        response.set_id(id);
        response.mutable_pong()->set_version(std::string(60, 'v'));
        answer(response);
      });
      if (at_once_) AnswerOne();
    }));
    io_.poll();
  }

  std::string path() const { return directory_.path() + "/s"; }
  bool Drained() const { return server_->Drained(); }
  void Begin(bool at_once) {
    at_once_ = at_once;
    requests_.clear();
    waiting_.clear();
  }
  std::vector<std::string> TakeRequests() { return std::move(requests_); }
  bool Waits() const { return !waiting_.empty(); }
  void AnswerOne() {
    const auto answer = std::move(waiting_.back());
    waiting_.pop_back();
    answer();
  }
  /// Whether anything happened.
  bool Poll() { return io_.poll() > 0; }

 private:
  using Answer = cli::SocketServer::Answer;

  template <class T>
  static T Must(Result<T> result) {
    RASTI_CHECK(result.has_value(), "there is a place for a socket");
    return *std::move(result);
  }

  cli::ScratchDirectory directory_;
  boost::asio::io_context io_{1};
  std::unique_ptr<cli::SocketServer> server_;
  bool at_once_ = true;
  std::vector<std::string> requests_;
  std::vector<std::function<void()>> waiting_;
};

class Client {
 public:
  explicit Client(Service& service) : service_(service), file_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, service.path().data(), service.path().size());
    const bool connected = ::connect(file_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    RASTI_CHECK(connected && ::fcntl(file_, F_SETFL, O_NONBLOCK) == 0, "the service listens");
    Pump();
  }
  ~Client() { ::close(file_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void Send(std::string_view piece) {
    while (!piece.empty() && !closed_) {
      const ssize_t put = ::send(file_, piece.data(), piece.size(), MSG_NOSIGNAL);
      if (put > 0) piece.remove_prefix(static_cast<size_t>(put));
      if (put < 0 && errno != EAGAIN) closed_ = true;
      const bool moved = Pump();
      // The server reads no further before it could answer.
      if (put < 0 && !moved && !closed_) {
        RASTI_CHECK(service_.Waits(), "a server that does not read has something to answer");
        service_.AnswerOne();
      }
    }
  }
  void Finish() {
    ::shutdown(file_, SHUT_WR);
    while (Pump() || service_.Waits()) {
      if (service_.Waits()) service_.AnswerOne();
    }
  }
  /// What the server answered, frame by frame.
  Wire Received() {
    Wire wire;
    std::string_view rest = bytes_;
    while (!rest.empty()) {
      cli::FrameHeader header{};
      RASTI_CHECK(rest.size() >= header.size(), "the server sends whole frames");
      std::copy_n(rest.begin(), header.size(), header.begin());
      const auto size = cli::ReadFrameHeader(header);
      RASTI_CHECK(size.has_value() && header.size() + *size <= rest.size(), "the server sends whole frames");
      v1::Response response;
      RASTI_CHECK(codec::Parse(response, rest.substr(header.size(), *size)), "an answer can be read");
      rest.remove_prefix(header.size() + *size);
      if (response.id() != 0) {
        wire.answers.push_back(response.id());
        continue;
      }
      // Answers to what was asked before may come behind it.
      RASTI_CHECK(!wire.refused, "a client is refused once");
      RASTI_CHECK(response.has_failure() && !response.failure().message().empty(), "a refusal says why");
      wire.refused = true;
    }
    return wire;
  }

 private:
  // Lets the server work, and reads what it says. Whether anything happened.
  bool Pump() {
    bool moved = false;
    for (;;) {
      bool again = service_.Poll();
      char buffer[4096];
      const ssize_t got = ::recv(file_, buffer, sizeof buffer, 0);
      if (got > 0) bytes_.append(buffer, static_cast<size_t>(got));
      again |= got > 0;
      if (got == 0 || (got < 0 && errno != EAGAIN)) closed_ = true;
      if (!again) return moved;
      moved = true;
    }
  }

  Service& service_;
  const int file_;
  std::string bytes_;
  bool closed_ = false;
};

enum class Pieces : uint8_t { kWhole, kBytes, kAny };

std::vector<std::string_view> Cut(std::string_view stream, Pieces pieces) {
  std::vector<std::string_view> cut;
  std::mt19937_64 random(stream.size());
  while (!stream.empty()) {
    const size_t size = pieces == Pieces::kWhole   ? stream.size()
                        : pieces == Pieces::kBytes ? 1
                                                   : std::min(stream.size(), 1 + random() % kPieceMost);
    cut.push_back(stream.substr(0, size));
    stream.remove_prefix(size);
  }
  return cut;
}

void Play(Service& service, std::string_view stream, Pieces pieces, bool at_once) {
  const Expected expected = Understand(stream);
  service.Begin(at_once);
  Wire wire;
  {
    Client client(service);
    for (const std::string_view piece : Cut(stream, pieces)) client.Send(piece);
    client.Finish();
    wire = client.Received();
  }
  while (service.Poll()) continue;
  RASTI_CHECK(service.Drained(), "the server lets a client go that has gone");
  wire.requests = service.TakeRequests();

  RASTI_CHECK(wire.requests == expected.requests, "the same requests come whatever the pieces");
  RASTI_CHECK(wire.refused == expected.refused, "what is no request is refused, and nothing else");
  std::vector<uint64_t> ids;
  for (const std::string& request : expected.requests) {
    v1::Request message;
    message.ParseFromString(request);
    ids.push_back(message.id());
  }
  std::ranges::sort(ids);
  std::ranges::sort(wire.answers);
  RASTI_CHECK(std::ranges::includes(ids, wire.answers), "nobody is answered who did not ask");
  RASTI_CHECK(expected.cut || wire.answers == ids, "each request is answered once");
}

std::string StreamOf(std::string_view input) {
  std::string stream;
  for (const std::string_view item : SplitRow(input)) {
    v1::Request request;
    const bool framed = codec::Parse(request, item) && request.id() != 0;
    stream += framed ? cli::MakeFrame(item).value_or(std::string(item)) : std::string(item);
  }
  return stream;
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  static Service service;
  const std::string stream = StreamOf(AsText(data, size));
  Play(service, stream, Pieces::kWhole, true);
  Play(service, stream, Pieces::kAny, true);
  Play(service, stream, Pieces::kAny, false);
  if (stream.size() < 512) Play(service, stream, Pieces::kBytes, false);
  return 0;
}
