// A small HTTP server for operators' tools: GET and HEAD of a few pages, nothing else.
//
// Threading: the server has a thread of its own, which calls the pages; it answers as long as it lives.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "engine/base/result.h"

namespace rasti::cli {

struct Page {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
};

class HttpServer {
 public:
  using Pages = std::map<std::string, std::function<Page()>, std::less<>>;  // by path

  /// Listens at a numeric address; port 0: any that is free. Errors: kInvalidArgument (no address), kInUse,
  /// kPermission, kIo.
  static Result<std::unique_ptr<HttpServer>> Start(const std::string& address, int port, Pages pages);
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  /// "127.0.0.1:9464", "[::1]:9464".
  std::string address() const;
  int port() const { return acceptor_.local_endpoint().port(); }

 private:
  explicit HttpServer(Pages pages) : pages_(std::move(pages)), acceptor_(io_) {}
  Status Listen(const std::string& address, int port);
  void Accept();
  Page PageAt(std::string_view target) const;

  const Pages pages_;
  boost::asio::io_context io_;
  boost::asio::ip::tcp::acceptor acceptor_;
  int connections_ = 0;  // the thread's own
  std::thread thread_;
};

}  // namespace rasti::cli
