#include "tools/rasti/operations/http_server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>

namespace rasti::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr int kConnectionsMost = 64;
constexpr uint32_t kHeaderBytesMost = 8192;
constexpr uint64_t kBodyBytesMost = 1024;
constexpr std::chrono::seconds kPatience{10};

// An exception would end the thread that health depends on; every call is asked for its error instead.
auto Awaiting(boost::system::error_code& error) { return asio::redirect_error(asio::use_awaitable, error); }

using Request = http::request<http::string_body>;
using Response = http::response<http::string_body>;

Response Answer(const Request& request, Page page) {
  Response response(static_cast<http::status>(page.status), request.version());
  response.set(http::field::server, "rasti");
  response.set(http::field::content_type, page.content_type);
  response.set(http::field::cache_control, "no-store");
  if (page.status == static_cast<int>(http::status::method_not_allowed)) response.set(http::field::allow, "GET, HEAD");
  response.keep_alive(request.keep_alive());
  response.content_length(page.body.size());
  if (request.method() != http::verb::head) response.body() = std::move(page.body);
  return response;
}

asio::awaitable<void> Serve(tcp::socket socket, std::function<Page(const Request&)> page_of) {
  beast::tcp_stream stream(std::move(socket));
  beast::flat_buffer buffer;
  for (bool goes_on = true; goes_on;) {
    http::request_parser<http::string_body> parser;
    parser.header_limit(kHeaderBytesMost);
    parser.body_limit(kBodyBytesMost);
    stream.expires_after(kPatience);
    boost::system::error_code error;
    co_await http::async_read(stream, buffer, parser, Awaiting(error));
    // Whoever sends no HTTP, or too much of it, is not answered.
    if (error) break;
    const Request& request = parser.get();
    const Response response = Answer(request, page_of(request));
    goes_on = response.keep_alive();
    stream.expires_after(kPatience);
    co_await http::async_write(stream, response, Awaiting(error));
    if (error) break;
  }
  boost::system::error_code ignored;
  stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
}

Error ListenError(const boost::system::error_code& error, const std::string& where) {
  const std::string text = fmt::format("cannot listen on {}: {}", where, error.message());
  if (error == asio::error::address_in_use) return {ErrorCode::kInUse, text};
  if (error == asio::error::access_denied) return {ErrorCode::kPermission, text};
  return Error::Io(text);
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& address, int port, Pages pages) {
  std::unique_ptr<HttpServer> server(new HttpServer(std::move(pages)));
  RASTI_CHECKED(server->Listen(address, port));
  server->Accept();
  server->thread_ = std::thread([self = server.get()] { self->io_.run(); });
  return server;
}

HttpServer::~HttpServer() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

std::string HttpServer::address() const {
  const tcp::endpoint endpoint = acceptor_.local_endpoint();
  return fmt::format(fmt::runtime(endpoint.address().is_v6() ? "[{}]:{}" : "{}:{}"), endpoint.address().to_string(),
                     endpoint.port());
}

Status HttpServer::Listen(const std::string& address, int port) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) {
    return Fail(Error::Invalid(fmt::format("'{}' is no address to listen on; such as 127.0.0.1 or ::1", address)));
  }
  const tcp::endpoint endpoint(parsed, static_cast<uint16_t>(port));
  acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (error) return Fail(ListenError(error, fmt::format("{}:{}", address, port)));
  return {};
}

void HttpServer::Accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, tcp::socket socket) {
    if (error == asio::error::operation_aborted) return;
    // One too many is closed at once; so is one that an exhausted machine could not take.
    if (!error && connections_ < kConnectionsMost) {
      ++connections_;
      const auto page_of = [this](const Request& request) -> Page {
        if (request.method() != http::verb::get && request.method() != http::verb::head) {
          return {static_cast<int>(http::status::method_not_allowed), "text/plain", "GET and HEAD only\n"};
        }
        return PageAt({request.target().data(), request.target().size()});
      };
      asio::co_spawn(io_, Serve(std::move(socket), page_of), [this](const std::exception_ptr&) { --connections_; });
    }
    Accept();
  });
}

Page HttpServer::PageAt(std::string_view target) const {
  const auto found = pages_.find(target.substr(0, target.find('?')));
  if (found != pages_.end()) return found->second();
  Page none{static_cast<int>(http::status::not_found), "text/plain; charset=utf-8", "there are:\n"};
  for (const auto& [path, page] : pages_) none.body += path + "\n";
  return none;
}

}  // namespace rasti::cli
