// The socket that `rasti run` listens on: many clients, many requests each, bounded in every direction.
//
//   accept -> read a frame -> hand the request on -> (any thread) answer -> write
//
// A frame that is none, or holds no request, is answered with the reason, and its connection is closed. A client with
// too much under way, or that does not read its answers, is not read from until it does.
//
// Threading: everything happens on the io_context, which one thread runs; Listen, StopReading and Drained from any.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "engine/base/result.h"
#include "proto/rasti/v1/socket.pb.h"
#include "tools/rasti/socket_address.h"

namespace rasti::cli {

struct SocketServerOptions {
  std::string path;
  int clients_most = 256;
  int under_way_most = 1024;                    // requests of one client
  size_t unread_bytes_most = size_t{64} << 20;  // answers that a client has not read
};

class SocketServer {
 public:
  using Answer = std::function<void(v1::Response)>;
  /// Answers once, from any thread.
  using Handler = std::function<void(v1::Request, const Answer&)>;

  /// Makes the socket, mode 0600; one that lies there is left over, because who listens holds the directory's lock.
  /// Errors: kIo, kPermission, kInvalidArgument (a path that cannot be one).
  static Result<std::unique_ptr<SocketServer>> Listen(boost::asio::io_context& io, SocketServerOptions options,
                                                      Handler handler);
  /// Removes the socket. REQUIRES: the io_context has stopped.
  ~SocketServer();

  int client_count() const { return clients_.load(); }
  /// No new clients and no new requests; answers to those under way still go out, then connections close.
  void StopReading();
  /// True once no client is left.
  bool Drained() const { return clients_.load() == 0; }

 private:
  class Connection;
  SocketServer(boost::asio::io_context& io, SocketServerOptions options, Handler handler, SocketAddress address);
  Status Open();
  void Accept();

  boost::asio::io_context& io_;
  const SocketServerOptions options_;
  const Handler handler_;
  const SocketAddress address_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::set<std::shared_ptr<Connection>> connections_;
  std::atomic<int> clients_ = 0;
  bool stopping_ = false;
};

}  // namespace rasti::cli
