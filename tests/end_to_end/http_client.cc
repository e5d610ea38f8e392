#include "tests/end_to_end/http_client.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

namespace rasti::test {

namespace beast = boost::beast;
namespace http = boost::beast::http;

HttpAnswer HttpGet(int port, const std::string& path, const std::string& method) {
  boost::asio::io_context io;
  beast::tcp_stream stream(io);
  stream.expires_after(std::chrono::seconds(30));
  beast::error_code error;
  stream.connect({boost::asio::ip::address_v4::loopback(), static_cast<uint16_t>(port)}, error);
  if (error) return {};
  http::request<http::empty_body> request(http::string_to_verb(method), path, 11);
  request.set(http::field::host, "localhost");
  request.keep_alive(false);
  http::write(stream, request, error);
  if (error) return {};
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.skip(method == "HEAD");
  http::read(stream, buffer, parser, error);
  if (error) return {};
  const auto& response = parser.get();
  return {static_cast<int>(response.result_int()), std::string(response[http::field::content_type]), response.body()};
}

double Metrics::at(const std::string& name) const {
  const auto found = values.find(name);
  EXPECT_NE(found, values.end()) << name;
  return found == values.end() ? -1 : found->second;
}

double Metrics::Sum(const std::string& family) const {
  double sum = 0;
  for (const auto& [name, value] : values) {
    if (name == family || name.starts_with(family + "{")) sum += value;
  }
  return sum;
}

Metrics ParseMetrics(const std::string& text) {
  Metrics metrics;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    const bool is_type = line.starts_with("# TYPE ");
    if (is_type || line.starts_with("# HELP ")) {
      const size_t name = 7;
      const size_t space = line.find(' ', name);
      (is_type ? metrics.types : metrics.helps)[line.substr(name, space - name)] = line.substr(space + 1);
      continue;
    }
    const size_t space = line.rfind(' ');
    EXPECT_NE(space, std::string::npos) << line;
    if (space == std::string::npos) continue;
    EXPECT_TRUE(metrics.values.emplace(line.substr(0, space), std::stod(line.substr(space + 1))).second) << line;
  }
  return metrics;
}

Metrics Scrape(int port) {
  const HttpAnswer answer = HttpGet(port, "/metrics");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/plain; version=0.0.4; charset=utf-8");
  return ParseMetrics(answer.body);
}

Metrics ScrapeUntil(int port, const std::function<bool(const Metrics&)>& condition) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  for (;;) {
    Metrics metrics = Scrape(port);
    if (condition(metrics)) return metrics;
    if (std::chrono::steady_clock::now() > until) {
      ADD_FAILURE() << "not in time";
      return metrics;
    }
  }
}

int MetricsPortIn(const std::string& log) {
  std::istringstream lines(log);
  std::string line;
  while (std::getline(lines, line)) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (json.is_object() && json["event"] == "metrics") return json["port"];
  }
  ADD_FAILURE() << "no line tells the port:\n" << log;
  return 0;
}

}  // namespace rasti::test
