// Asks a service's HTTP port, as Prometheus does.
#pragma once

#include <functional>
#include <map>
#include <string>

namespace rasti::test {

struct HttpAnswer {
  int status = 0;  // 0: nobody answered
  std::string content_type;
  std::string body;
};

HttpAnswer HttpGet(int port, const std::string& path, const std::string& method = "GET");

/// The text format of Prometheus: values by name and labels as they are written, `name{label="x"}`; types by name of
/// the family.
struct Metrics {
  std::map<std::string, double> values;
  std::map<std::string, std::string> types;
  std::map<std::string, std::string> helps;

  /// Fails the test where there is none.
  double at(const std::string& name) const;
  /// The sum over all labels.
  double Sum(const std::string& family) const;
};
Metrics ParseMetrics(const std::string& text);
Metrics Scrape(int port);
/// Scrapes until it is so; fails the test where it takes more than a minute.
Metrics ScrapeUntil(int port, const std::function<bool(const Metrics&)>& condition);
/// The port that the JSON lines of a service's log tell; fails the test where they tell none.
int MetricsPortIn(const std::string& log);

}  // namespace rasti::test
