#include "tools/rasti/socket_server.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>
#include <deque>

#include "tools/rasti/frame.h"
#include "tools/rasti/request_handler.h"

namespace rasti::cli {
namespace asio = boost::asio;
using boost::system::error_code;
using Protocol = asio::local::stream_protocol;

class SocketServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(SocketServer& server, Protocol::socket socket)
      : server_(server), io_(server.io_), socket_(std::move(socket)) {}

  void Start() { ReadNext(); }
  /// Nothing more is read; closes once everything under way is answered and written.
  void Finish() {
    finishing_ = true;
    CloseIfDone();
  }
  /// Says why, and closes.
  void Refuse(const Error& error) {
    Write(FailureOf(0, error));
    Finish();
  }

 private:
  void ReadNext() {
    const bool full = under_way_ >= server_.options_.under_way_most || unread_ >= server_.options_.unread_bytes_most;
    if (reading_ || finishing_ || full) return;
    reading_ = true;
    asio::async_read(socket_, asio::buffer(header_),
                     [self = shared_from_this()](error_code error, size_t) { self->HeaderRead(error); });
  }

  void HeaderRead(error_code error) {
    // Between two requests the other end may stop sending and still wait for its answers.
    if (error == asio::error::eof) {
      reading_ = false;
      return Finish();
    }
    if (error) return Broke();
    const auto size = ReadFrameHeader(header_);
    if (!size) {
      reading_ = false;
      return Refuse(size.error());
    }
    body_.resize(*size);
    asio::async_read(socket_, asio::buffer(body_),
                     [self = shared_from_this()](error_code failed, size_t) { self->BodyRead(failed); });
  }

  void BodyRead(error_code error) {
    if (error) return Broke();
    reading_ = false;
    if (finishing_) return CloseIfDone();
    v1::Request request;
    if (!request.ParseFromString(body_) || request.id() == 0) {
      return Refuse(Error::Invalid(fmt::format("{} bytes that are no request with an id", body_.size())));
    }
    ++under_way_;
    // A handler may answer at once or from another thread; both come back to this one.
    server_.handler_(std::move(request), [self = shared_from_this()](v1::Response response) {
      asio::post(self->io_, [self, response = std::move(response)] { self->Answered(response); });
    });
    ReadNext();
  }

  void Answered(const v1::Response& response) {
    --under_way_;
    Write(response);
    ReadNext();
  }

  void Write(const v1::Response& response) {
    if (broken_) return CloseIfDone();
    auto frame = MakeFrame(response.SerializeAsString());
    if (!frame) frame = MakeFrame(FailureOf(response.id(), frame.error()).SerializeAsString());
    unread_ += frame->size();
    frames_.push_back(*std::move(frame));
    if (!writing_) WriteNext();
  }

  void WriteNext() {
    writing_ = true;
    asio::async_write(socket_, asio::buffer(frames_.front()), [self = shared_from_this()](error_code error, size_t) {
      self->unread_ -= self->frames_.front().size();
      self->frames_.pop_front();
      self->writing_ = false;
      if (error || self->broken_) return self->Broke();
      if (!self->frames_.empty()) return self->WriteNext();
      self->ReadNext();
      self->CloseIfDone();
    });
  }

  // The other end is gone: what is under way is still decided, only nobody is told.
  void Broke() {
    reading_ = false;
    broken_ = true;
    finishing_ = true;
    // The frame that is being written belongs to the write until that ends: it calls here again.
    if (writing_) {
      error_code ignored;
      socket_.cancel(ignored);
      return;
    }
    frames_.clear();
    CloseIfDone();
  }

  void CloseIfDone() {
    if (!finishing_ || !frames_.empty() || (under_way_ > 0 && !broken_) || closed_) return;
    closed_ = true;
    error_code ignored;
    socket_.close(ignored);
    server_.connections_.erase(shared_from_this());
    --server_.clients_;
  }

  SocketServer& server_;
  asio::io_context& io_;  // outlives the server, and late answers
  Protocol::socket socket_;
  FrameHeader header_{};
  std::string body_;
  std::deque<std::string> frames_;
  size_t unread_ = 0;
  int under_way_ = 0;
  bool reading_ = false;
  bool writing_ = false;
  bool finishing_ = false;
  bool broken_ = false;
  bool closed_ = false;
};

SocketServer::SocketServer(asio::io_context& io, SocketServerOptions options, Handler handler, SocketAddress address)
    : io_(io),
      options_(std::move(options)),
      handler_(std::move(handler)),
      address_(std::move(address)),
      acceptor_(io) {}

Result<std::unique_ptr<SocketServer>> SocketServer::Listen(asio::io_context& io, SocketServerOptions options,
                                                           Handler handler) {
  RASTI_TRY(SocketAddress address, SocketAddress::Of(options.path));
  std::unique_ptr<SocketServer> server(
      new SocketServer(io, std::move(options), std::move(handler), std::move(address)));
  RASTI_CHECKED(server->Open());
  asio::post(io, [raw = server.get()] { raw->Accept(); });
  return server;
}

Status SocketServer::Open() {
  const auto failed = [&](const error_code& error) {
    return Fail(error == boost::system::errc::permission_denied ? ErrorCode::kPermission : ErrorCode::kIo,
                fmt::format("cannot listen on {}: {}", options_.path, error.message()));
  };
  ::unlink(options_.path.c_str());
  error_code error;
  acceptor_.open(Protocol(), error);
  if (error) return failed(error);
  // Before it has a name, so that at no moment anybody else may open it.
  if (::fchmod(acceptor_.native_handle(), 0600) != 0) return failed({errno, boost::system::system_category()});
  acceptor_.bind(Protocol::endpoint(address_.path()), error);
  if (error) return failed(error);
  acceptor_.listen(Protocol::acceptor::max_listen_connections, error);
  if (error) return failed(error);
  return {};
}

SocketServer::~SocketServer() {
  error_code ignored;
  acceptor_.close(ignored);
  ::unlink(options_.path.c_str());
}

void SocketServer::Accept() {
  acceptor_.async_accept([this](error_code error, Protocol::socket socket) {
    if (stopping_ || error == asio::error::operation_aborted) return;
    if (!error) {
      auto connection = std::make_shared<Connection>(*this, std::move(socket));
      connections_.insert(connection);
      if (++clients_ > options_.clients_most) {
        connection->Refuse({ErrorCode::kUnavailable, "too many clients; try again later"});
      } else {
        connection->Start();
      }
    }
    Accept();
  });
}

void SocketServer::StopReading() {
  asio::post(io_, [this] {
    stopping_ = true;
    error_code ignored;
    acceptor_.close(ignored);
    const auto connections = connections_;  // they erase themselves
    for (const auto& connection : connections) connection->Finish();
  });
}

}  // namespace rasti::cli
