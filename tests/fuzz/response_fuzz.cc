// What the command line makes of answers, whoever gives them: the input is a row of answers, each handed to the client
// by the real server on its socket when the client asks what it would answer, and for what it would not. The client
// says what is wrong, or gives a value; that value goes over the wire to the same again.
#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <mutex>
#include <thread>

#include "engine/codec/parse.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/input_row.h"
#include "tools/rasti/frame.h"
#include "tools/rasti/request_handler.h"
#include "tools/rasti/scratch_directory.h"
#include "tools/rasti/socket_server.h"
#include "tools/rasti/socket_session.h"
#include "tools/rasti/wire.h"

namespace rasti::fuzz {

const google::protobuf::Message& RowItem() { return v1::Response::default_instance(); }

namespace {

// Answers everything but the greeting with what it was told to.
class Service {
 public:
  Service() : directory_(Must(cli::ScratchDirectory::Make("fuzz", ""))) {
    server_ = Must(cli::SocketServer::Listen(
        io_, {.path = path()}, [this](const v1::Request& request, const cli::SocketServer::Answer& answer) {
          v1::Response response = AnswerTo(request);
          response.set_id(request.id());
          answer(std::move(response));
        }));
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Service() {
    io_.stop();
    thread_.join();
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;

  std::string path() const { return directory_.path() + "/s"; }
  void AnswerWith(const v1::Response& response) {
    const std::lock_guard lock(mutex_);
    next_ = response;
  }

 private:
  template <class T>
  static T Must(Result<T> result) {
    RASTI_CHECK(result.has_value(), "there is a place for a socket");
    return *std::move(result);
  }

  v1::Response AnswerTo(const v1::Request& request) {
    const std::lock_guard lock(mutex_);
    if (next_) return *next_;
    v1::Response response;
    if (request.has_ping()) response.mutable_pong()->set_protocol(cli::kSocketProtocol);
    return response;
  }

  cli::ScratchDirectory directory_;
  boost::asio::io_context io_{1};
  std::unique_ptr<cli::SocketServer> server_;
  std::mutex mutex_;
  std::optional<v1::Response> next_;  // guarded by mutex_
  std::thread thread_;
};

// The message that a value was read from, written twice: once from it, once from what was read of that.
template <class Message, class Value>
void CheckCarried(const Value& value) {
  Message once;
  cli::ToWire(value, once);
  const auto read = cli::FromWire(once);
  Message twice;
  if constexpr (requires { read.has_value(); }) {
    RASTI_CHECK(read.has_value(), "what the server would send can be read");
    cli::ToWire(*read, twice);
  } else {
    cli::ToWire(read, twice);
  }
  RASTI_CHECK(once.SerializeAsString() == twice.SerializeAsString(), "it means the same");
}

template <class Message, class Value>
void CheckAnswered(const Result<Value>& value) {
  // An answer that does not fit its question is told as what it is: the other end's bug.
  if (value) return CheckCarried<Message>(*value);
  RASTI_CHECK(!value.error().message.empty() || value.error().code == ErrorCode::kInternal, "an error says something");
}

void Ask(cli::SocketSession& session) {
  const views::Moment now;
  CheckAnswered<v1::Response::CasePage>(session.GetCase("7ZK4", now, std::nullopt));
  static_cast<void>(session.History("7ZK4", now));
  CheckAnswered<v1::Response::Deadlines>(session.Overdue({}, kLatestInstant));
  CheckAnswered<v1::Response::Deadlines>(session.OverdueAsOf({}, {.at = kLatestInstant, .known_at = {}}));
  CheckAnswered<v1::Response::Tally>(session.Tally(std::nullopt, std::nullopt, std::nullopt));
  CheckAnswered<v1::Response::Inbox>(session.Inbox({}));
  CheckAnswered<v1::Response::Stats>(session.Stats({}));
  CheckAnswered<v1::Response::Public>(session.Public({}));
  CheckAnswered<v1::Response::Numbers>(session.Numbers({}));
  CheckAnswered<v1::Response::Views>(session.Views());
  static_cast<void>(session.RebuildViews());
  CheckAnswered<v1::Response::Cases>(session.ListCases({}));
  static_cast<void>(session.DeadLetters({}));
  static_cast<void>(session.NoteOnDeadLetter({}));
  static_cast<void>(session.Ends());
  static_cast<void>(session.Publish({}));
  static_cast<void>(session.Configuration());
  static_cast<void>(session.Now());
  static_cast<void>(session.Settle(std::chrono::milliseconds(1)));
  static_cast<void>(session.AdvanceClock(kLatestInstant));
}

}  // namespace
}  // namespace rasti::fuzz

int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace rasti;        // NOLINT(google-build-using-namespace): the function cannot stand in a namespace
  using namespace rasti::fuzz;  // NOLINT(google-build-using-namespace)
  for (const std::string_view item : SplitRow(AsText(data, size))) {
    v1::Response response;
    if (!codec::Parse(response, item)) continue;
    Service service;
    const auto session = cli::SocketSession::Connect(service.path(), "key");
    RASTI_CHECK(session.has_value(), "the service listens");
    service.AnswerWith(response);
    Ask(**session);
  }
  return 0;
}
